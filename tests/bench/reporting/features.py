# SPDX-License-Identifier: GPL-2.0-only
"""What each feature costs, in ns per packet: the README's table."""

RANDOM = "drop, random servers, ports and sources"
LISTED = "drop, half of the sources listed"
TEN = "10,000 servers"

# (what, section, policy, kind): the row is "POLICY, IPvN: KIND", above what it was measured beside
POLICY = (
    ("a bare XDP_PASS", "bare", "a bare XDP_PASS", "pass"),
    ("one profile for the interface: drop", "policies", "one profile for the interface", "drop"),
    ("1 server: drop", "policies", "1 server", "drop"),
    ("10,000 servers: drop of a closed port", "policies", TEN, "drop"),
    ("10,000 servers: pass of a service", "policies", TEN, "pass"),
    ("10,000 servers: pass of media", "policies", TEN, "pass of media"),
    ("10,000 servers, one VLAN tag: drop", "policies", TEN, "VLAN: drop"),
    ("10,000 servers: drop, random servers, ports and sources", "policies", TEN, RANDOM),
    ("100,000 servers: the same", "policies", "100,000 servers", RANDOM),
    ("1,000 ranges: drop", "ranges", "1,000 ranges", "drop"),
)
FEATURES = (
    ("replies on: drop of a closed port", "replies on", "drop"),
    ("replies on: drop, random servers, ports and sources", "replies on", RANDOM),
    ("replies on: pass", "replies on", "pass"),
    ("guards on: pass of another port", "guards on", "pass, another port"),
    ("guards on: pass, the source is asked for", "guards on", "pass"),
    ("guards on: pass, a token is taken", "guards on", "pass, limited"),
    ("guards on: pass, the payload is looked at", "guards on", "pass of media"),
    ("monitor mode: a would-be drop beside a drop", "monitor mode", "would-be drop"),
    ("port counters off: drop", "port counters off", "drop"),
    ("port counters off: drop, random ports", "port counters off", "drop, random ports"),
    ("an unconfirmed change pending: drop", "an unconfirmed change pending", "drop"),
    ("drops watched: drop", "drops watched", "drop"),
    ("drops watched at another port: drop", "drops watched at another port", "drop"),
)
BLOCKED = tuple(
    (f"{count} prefixes blocked, half of the sources: drop", f"{count} prefixes blocked", LISTED)
    for count in ("1,000", "100,000", "1,000,000")
)


def cell(row):
    """The median, and between which figures half of all readings were."""
    if row is None:
        return ""
    above = row["above"]
    return f"{above['median']:.1f} ({above['low']:.1f}–{above['high']:.1f})"


def lines_of(rows, section, entries):
    for what, policy, kind in entries:
        tag = ", VLAN" if kind.startswith("VLAN: ") else ""
        cells = [
            cell(rows.find("run", section, f"{policy}, IPv{v}{tag}: {kind.removeprefix('VLAN: ')}"))
            for v in (4, 6)
        ]
        if any(cells):
            yield f"| {what} | {cells[0]} | {cells[1]} |"


def caption(machine):
    return f"On {machine['processor']}, Linux {machine['kernel']}, {machine['date']}:"


def table(rows):
    """Markdown; lines of what was not measured are left out."""
    policy = [
        line
        for what, section, name, kind in POLICY
        for line in lines_of(rows, section, [(what, name, kind)])
    ]
    return "\n".join([
        "| ns per packet: median (middle half) | IPv4 | IPv6 |",
        "|---|---:|---:|",
        "| **above a bare XDP_DROP** | | |",
        *policy,
        "| **above 10,000 servers without it** | | |",
        *lines_of(rows, "features", FEATURES),
        *lines_of(rows, "block list", BLOCKED),
    ])
