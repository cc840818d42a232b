# SPDX-License-Identifier: GPL-2.0-only
"""The pictures, drawn by gnuplot: bars with the middle half of the readings as whiskers."""

import subprocess

WIDTH, HEIGHT = 880, 420
VERSIONS = ("IPv4", "IPv6")
BARE_UNIT = "ns above a bare XDP_DROP"
COLOURS = ("#1b6ca8", "#e08e2b")  # of groups, in their order
STYLE = """\
set encoding utf8
set terminal svg noenhanced size {width},{height} dynamic font "Helvetica,14" background "#ffffff"
set output "{output}"
set title "{title}" font "Helvetica,17"
set style data histograms
set style histogram errorbars gap 1 lw 1.4
set style fill solid 1.0 noborder
set errorbars 2 linecolor "#333333"
set border 3 linecolor "#666666"
set xzeroaxis linetype 1 linecolor "#666666"
set xtics nomirror
set xrange [-0.6:{last}]
set bmargin 4
set ytics nomirror
set grid ytics linecolor "#dddddd" linetype 1
set ylabel "{unit}"
set key outside top right horizontal samplen 1.5
{more}
"""


def quote(text):
    return '"' + text.replace('"', "'") + '"'


def block(index, bars, labels):
    """The data of one group; a bar that was not measured leaves its place empty."""
    lines = [
        " ".join([quote(label), *(f"{value:.6g}" for value in bar or [float("nan")] * 3)])
        for label, bar in zip(labels, bars)
    ]
    return "\n".join([f"$group{index} << END", *lines, "END"])


def draw(output, title, unit, groups, labels, more="set yrange [0:*]"):
    """A bar for each label in each group: groups are {name: [(median, low, high) or None]}."""
    blocks = [block(index, bars, labels) for index, bars in enumerate(groups.values())]
    style = STYLE.format(width=WIDTH, height=HEIGHT, output=output, title=title, unit=unit,
                         last=len(labels) - 0.4, more=more)
    parts = [
        f'$group{index} using 2:3:4:xtic(1) title {quote(name)} linecolor "{COLOURS[index]}"'
        for index, name in enumerate(groups)
    ]
    script = "\n".join([*blocks, style, "plot " + ", ".join(parts)]) + "\n"
    subprocess.run(["gnuplot", "-"], input=script, text=True, check=True)


def bar(one, factor=1.0):
    return one and tuple(one[key] * factor for key in ("median", "low", "high"))


def flood_bars(rows, scenario, names):
    """With the bare program, as it was read beside the first of them, in front."""
    found = [rows.find("flood", scenario, name) for name in names]
    first = next((row for row in found if row), None)
    return [first and bar(first["reference"], 1e-6), *(row and bar(row, 1e-6) for row in found)]


def draw_floods(rows, folder, name, title, scenarios, names, bare):
    groups = {label: flood_bars(rows, scenario, names) for label, scenario in scenarios.items()}
    groups = {label: bars for label, bars in groups.items() if any(bars)}
    if not groups:
        return None
    draw(f"{folder}/{name}", title, "million packets a second", groups,
         [LABELS[each] for each in (bare, *names)])
    return name, title


LABELS = {
    "bare_drop": "a bare\\nXDP_DROP",
    "bare_pass": "a bare\\nXDP_PASS",
    "portcullis": "Portcullis",
    "xdp_filter": "xdp-filter",
    "nft_netdev": "nftables\\nnetdev",
    "nft_inet": "nftables\\ninet input",
    "ipset": "iptables\\nraw, ipset",
    "multiport": "iptables raw,\\nmultiport",
    "replies": "replies on",
    "unconfirmed": "unconfirmed\\nchange",
    "watched": "drops\\nwatched",
    "watched_replies": "watched,\\nreplies on",
}
PEERS = ("portcullis", "xdp_filter", "nft_netdev", "nft_inet", "ipset", "multiport")
STATES = ("portcullis", "replies", "unconfirmed", "watched", "watched_replies")


def run_bars(rows, section, names):
    found = [rows.find("run", section, name) for name in names]
    return [row and bar(row["above"]) for row in found]


def draw_runs(rows, folder, name, title, section, labels, kind):
    """labels: {label: policy}; a group for each version of IP."""
    groups = {
        ip: run_bars(rows, section, [f"{policy}, {ip}: {kind}" for policy in labels.values()])
        for ip in VERSIONS
    }
    groups = {group: bars for group, bars in groups.items() if any(bars)}
    if not groups:
        return None
    draw(f"{folder}/{name}", title, BARE_UNIT, groups, list(labels),
         f'set yrange [0:*]\nset xlabel "{section if section != "policies" else "servers"}"')
    return name, title


SIZES = {count: f"{count} server" + ("" if count == "1" else "s")
         for count in ("1", "10", "100", "1,000", "10,000", "100,000")}
MANY = {label: policy for label, policy in SIZES.items() if label != "1"}
RANGES = {count: f"{count} range" + ("" if count == "1" else "s")
          for count in ("1", "10", "100", "1,000")}
FEATURES = {
    "replies on:\\ndrop": ("replies on", "drop"),
    "replies on:\\npass": ("replies on", "pass"),
    "guards:\\nbeside": ("guards on", "pass, another port"),
    "guards:\\nsource": ("guards on", "pass"),
    "guards:\\nlimit": ("guards on", "pass, limited"),
    "guards:\\npayload": ("guards on", "pass of media"),
    "monitor:\\nwould-be": ("monitor mode", "would-be drop"),
    "ports\\nuncounted:\\ndrop": ("port counters off", "drop"),
    "unconfirmed:\\ndrop": ("an unconfirmed change pending", "drop"),
    "watched:\\ndrop": ("drops watched", "drop"),
}


def draw_features(rows, folder):
    groups = {
        ip: run_bars(
            rows, "features", [f"{name}, {ip}: {kind}" for name, kind in FEATURES.values()]
        )
        for ip in VERSIONS
    }
    if not any(any(bars) for bars in groups.values()):
        return None
    title = "What features add to 10,000 servers"
    draw(f"{folder}/features.svg", title, "ns above the same without", groups, list(FEATURES),
         'set xtics font "Helvetica,12"')
    return "features.svg", title


def draw_block_list(rows, folder):
    kind = ", IPv4: drop, half of the sources listed"
    counts = ("1,000", "100,000", "1,000,000")
    groups = {
        group: run_bars(rows, "block list", [policy.format(count) + kind for count in counts])
        for group, policy in (
            ("the block list", "{} prefixes blocked"),
            ("an LPM trie", "LPM trie of {}"),
        )
    }
    if not any(any(bars) for bars in groups.values()):
        return None
    title = "Random sources, half of them listed"
    draw(f"{folder}/block-list.svg", title, "ns above none", groups,
         [f"{count} prefixes" for count in counts],
         "set logscale y\nset yrange [1:*]")
    return "block-list.svg", title


def draw_all(rows, folder):
    """Draws what was measured; (file, title) of each picture."""
    drops = {"IPv4": "drop, IPv4", "IPv6": "drop, IPv6"}
    passes = {"a service": "pass of a service, IPv4", "media": "pass of media, IPv4"}
    drawn = [
        draw_floods(rows, folder, "drops.svg", "Drop of a closed port", drops, PEERS, "bare_drop"),
        draw_floods(rows, folder, "passes.svg", "Pass, up to a socket, IPv4", passes, PEERS,
                    "bare_pass"),
        draw_floods(rows, folder, "states.svg", "Drop of a closed port, as Portcullis is used",
                    drops, STATES, "bare_drop"),
        draw_runs(rows, folder, "servers.svg", "Drop by number of servers, in the cache",
                  "policies", SIZES, "drop"),
        draw_runs(rows, folder, "random.svg",
                  "Drop by number of servers: random servers, ports and sources",
                  "policies", MANY, "drop, random servers, ports and sources"),
        draw_runs(rows, folder, "ranges.svg", "Pass by number of port ranges in the profile",
                  "ranges", RANGES, "pass"),
        draw_features(rows, folder),
        draw_block_list(rows, folder),
    ]
    return [each for each in drawn if each]
