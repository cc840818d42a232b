# SPDX-License-Identifier: GPL-2.0-only
"""The report for people."""

import features

CONTENDERS = {
    "bare_drop": "a bare XDP_DROP",
    "bare_pass": "a bare XDP_PASS",
    "count_drop": "a program that only counts drops",
    "portcullis": "Portcullis",
    "xdp_filter": "xdp-filter, single ports only",
    "nft_netdev": "nftables, netdev ingress",
    "nft_inet": "nftables, inet input",
    "ipset": "iptables raw, ipset",
    "multiport": "iptables raw, multiport",
    "replies": "Portcullis, replies on",
    "uncounted": "Portcullis, port counters off",
    "unconfirmed": "Portcullis, unconfirmed change pending",
    "watched": "Portcullis, drops watched",
    "watched_replies": "Portcullis, drops watched, replies on",
    "monitor": "Portcullis, monitor mode",
}

SECTIONS = {
    "bare": "The bench's own programs",
    "policies": "Policies, above a bare XDP_DROP",
    "ranges": "Ranges in a profile, above a bare XDP_DROP",
    "features": "Features, above the same 10,000 servers without them",
    "block list": "Block lists, above the same without; LPM tries, above a bare XDP_DROP",
}

GOALS_NOTE = """\
"Without judging": what a program reaches in the same run that looks at no policy. Of a share of a
bare XDP_DROP's packets, one that only counts what it drops, as Portcullis does; beside other
firewalls, the bare XDP_DROP itself."""

RUN_NOTE = """\
By BPF_PROG_TEST_RUN, 500,000 packets a reading, in the cache unless said otherwise. Random packets
are rewritten by a small program that hands over to the one that is judged, and to the one beside
which it is measured as well. Each reading stands between two of that."""

FLOOD_NOTE = """\
Packets of 64 bytes from a generator in the kernel (live frames, batches of 64) over a veth with
native XDP. Generator and receiver share one CPU, so the generator's share, about that of the bare
program, is in every figure: ratios are smaller than they would be at a card, and "ns above" is what
remains of a packet's time without it. After each reading as many packets must have been received,
and dropped or passed, as were sent. Portcullis has a site of 10,000 servers. xdp-filter knows no
ranges: it has the profile's single ports, its best case. nftables and iptables run behind a bare
XDP_PASS, without which the card would not take what the generator sends; what passes goes on to
sockets that nobody reads."""


def number(value):
    if value is None:
        return "not measured"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) < 10 else f"{value:.1f}"


def spread(one, factor=1.0, digits=1):
    low, middle, high = (one[key] * factor for key in ("low", "median", "high"))
    return f"{middle:,.{digits}f} ({low:,.{digits}f}–{high:,.{digits}f})"


def table(head, lines, left=1):
    """Rows of cells; so many columns at the left hold text."""
    rule = ["---"] * left + ["---:"] * (len(head) - left)
    return "\n".join("| " + " | ".join(cells) + " |" for cells in [head, rule, *lines])


def goals(report):
    words = {True: "met", False: "**missed**", None: "**not measured**"}
    lines = [
        [
            goal["row"],
            f"at {'least' if goal['at_least'] else 'most'} {goal['goal']:g} {goal['unit']}",
            number(goal["value"]),
            words[goal["met"]],
            number(goal["bound"]) if goal["bound"] else "",
        ]
        for goal in report["goals"]
    ]
    return table(["row", "goal", "value", "", "without judging"], lines, 2) + "\n\n" + GOALS_NOTE


def machine(report):
    found = report["machine"]
    caches = ", ".join(f"{name} {size}" for name, size in found["caches"].items())
    versions = ", ".join(f"{name} {text}" for name, text in found["versions"].items())
    virtual = ", in a virtual machine" if found["hypervisor"] else ""
    lines = [
        ["processor", found["processor"] + virtual],
        ["CPUs", f"{found['cpus']} (possible: {found['possible_cpus']}), {caches}"],
        ["memory", f"{found['memory_gib']} GiB"],
        ["kernel", f"Linux {found['kernel']}, JIT {'on' if found['jit'] else '**off**'}"],
        ["mitigations", ", ".join(found["mitigations"]) or "none"],
        ["distribution", found["distribution"]],
        ["versions", versions],
        ["date", found["date"]],
    ]
    return table(["what", "is"], lines, 2)


def runs(rows):
    for section, title in SECTIONS.items():
        lines = [
            [row["row"], spread(row), spread(row["reference"]), spread(row["above"])]
            for row in rows.section("run", section)
        ]
        if lines:
            yield f"### {title}\n\n" + table(["ns per packet", "it", "beside", "above"], lines)


def flood_line(row):
    ns = 1e9 / row["median"] - 1e9 / row["reference"]["median"]
    return [
        CONTENDERS.get(row["row"], row["row"]),
        spread(row, 1e-6, 2),
        spread(row["ratio"], 1, 3),
        f"{ns:.0f}",
    ]


def floods(rows):
    scenarios = dict.fromkeys(row["section"] for row in rows.section("flood"))
    for scenario in scenarios:
        found = rows.section("flood", scenario)
        bare = "a bare XDP_DROP" if scenario.startswith("drop") else "a bare XDP_PASS"
        middle = sorted(row["reference"]["median"] for row in found)[len(found) // 2]
        lines = [[bare, f"{middle * 1e-6:.2f}", "1", "0"], *map(flood_line, found)]
        head = ["who", "million packets a second", "of the bare program's", "ns above"]
        yield f"### {scenario[0].upper()}{scenario[1:]}\n\n" + table(head, lines)


def loads(rows):
    times = [
        [row["row"], spread(row)]
        for section in ("time", "command", "block list")
        for row in rows.section("load", section)
    ]
    memory = [
        [row["row"], number(row["median"]), number(each["median"])]
        for row in rows.section("load", "memory")
        if row["contender"] == "fixed"
        for each in [rows.find("load", "memory", row["row"], "per CPU")]
    ]
    counters = [[row["row"], spread(row, 1, 0)] for row in rows.section("load", "counters")]
    if times:
        yield "### Time\n\n" + table(["from text to a loaded program; whole commands", "ms"], times)
    if memory:
        yield "### Kernel memory\n\n" + table(["policy", "MiB", "more per CPU"], memory)
    if counters:
        yield "### Two CPUs at once\n\n" + table(["what", "packets"], counters)


def misses(report, rows):
    """What a packet to a random server touches, as it costs what the processor's caches miss."""
    name = "100,000 servers"
    sizes = {
        table: row["median"]
        for row in rows.section("load", "tables")
        if row["row"] == name
        for table in [row["contender"]]
    }
    if not sizes:
        return ""
    caches = report["machine"]["caches"]
    return (
        "A packet to a random server touches a line of 64 bytes in the table of servers, another"
        " among the counters of servers and one among those of ports. With 100,000 servers the"
        f" tables are {sizes['servers4']:.1f} MiB (IPv4) and {sizes['servers6']:.1f} MiB (IPv6),"
        f" the counters {sizes['server_counters']:.1f} MiB for each CPU; L2 has"
        f" {caches.get('L2', 'unknown')}, L3 {caches.get('L3', 'unknown')}. What rows with random"
        " servers cost more than those in the cache is these misses; rows 'not counted one by one'"
        " leave out the one for the server's counters, which the product does not offer."
    )


def pictures(names):
    return "\n\n".join(f"![{title}]({name})" for name, title in names)


def whole(report, rows, names):
    parts = [
        "# Portcullis beside others",
        "Medians; in brackets between which figures the middle half of the readings lies. Machines"
        " are shared: what counts is the ratio to what was read at the same moment. `make bench`"
        " makes this page.",
        "## What it must show\n\n" + goals(report),
        "## On what\n\n" + machine(report),
        pictures(names),
        "## What each feature costs\n\n" + features.table(rows),
        "## Packets per second\n\n" + FLOOD_NOTE,
        *floods(rows),
        "## ns per packet\n\n" + RUN_NOTE,
        *runs(rows),
        misses(report, rows),
        "## Loading",
        *loads(rows),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"
