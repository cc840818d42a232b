# SPDX-License-Identifier: GPL-2.0-only
"""What the bench must show, as data, and whether it does."""

from typing import Callable, NamedTuple, Optional

USUAL = ("drop", "pass", "pass of media")
MILLION = "1,000,000 prefixes blocked"
RANDOM_DROP = "drop, random servers, ports and sources"
RANDOM_MEDIA = "pass of media, random servers, ports and sources"
LISTED = "drop, half of the sources listed"


class Goal(NamedTuple):
    row: str
    goal: float
    unit: str
    value: Callable  # of the rows: a number, or None where one was not measured
    at_least: bool = False  # else at most
    bound: Optional[Callable] = None  # what a program that judges nothing reaches in the same run


def worst(values, choose=max):
    """Of several rows the one that is farthest from its goal; None if one is missing."""
    return None if None in values else choose(values)


def above(rows, section, policy, *kinds):
    """ns above what the rows were measured beside."""
    found = [rows.find("run", section, f"{policy}: {kind}") for kind in kinds]
    return worst([row and row["above"]["median"] for row in found])


def share(rows, scenario, name):
    """Packets per second as a share of the bare program's."""
    row = rows.find("flood", scenario, name)
    return row and row["ratio"]["median"]


def bare_against(rows, scenario, other):
    """Packets per second of the bare program as a multiple of another's."""
    theirs = share(rows, scenario, other)
    return 1 / theirs if theirs else None


def against(rows, scenario, name, other):
    """Packets per second of one as a multiple of another's, both as shares of the bare program's,
    which was read right before each."""
    ours, theirs = share(rows, scenario, name), share(rows, scenario, other)
    return ours / theirs if ours and theirs else None


def difference(rows, section, policy, other, *kinds):
    """ns of a policy above another one's, of the kind of packets for which that is most."""
    ours = [above(rows, section, policy, kind) for kind in kinds]
    theirs = [above(rows, section, other, kind) for kind in kinds]
    if None in ours + theirs:
        return None
    return max(one - two for one, two in zip(ours, theirs))


def value(rows, section, name, contender):
    row = rows.find("load", section, name, contender)
    return row and row["median"]


def memory(rows, name, cpus):
    fixed = value(rows, "memory", name, "fixed")
    each = value(rows, "memory", name, "per CPU")
    return None if fixed is None or each is None else fixed + cpus * each


def trie_ratio(rows):
    trie = above(rows, "block list", "LPM trie of 1,000,000, IPv4", LISTED)
    ours = above(rows, "block list", f"{MILLION}, IPv4", LISTED)
    return trie / ours if trie and ours else None


def miscount(rows):
    """Of the run that was farthest from exact, and of packets that the wire lost."""
    row = rows.find("load", "counters", "counted less sent")
    return row and max(abs(row["low"]), abs(row["high"]), abs(row["median"]))


def policy_goals(version, usual, random, verdict, counted):
    ip = f"IPv{version}"
    ten, hundred = f"10,000 servers, {ip}", f"100,000 servers, {ip}"
    uncounted = f"100,000 servers, not counted one by one, {ip}"
    randoms = (RANDOM_DROP, RANDOM_MEDIA)
    return (
        Goal(f"drop and pass, 10,000 servers, {ip}, above a bare XDP_DROP", usual, "ns",
             lambda rows: above(rows, "policies", ten, *USUAL)),
        Goal(f"10,000 servers, {ip}, random servers and ports, above", random, "ns",
             lambda rows: above(rows, "policies", ten, *randoms)),
        Goal(f"100,000 servers, {ip}, random servers, the verdict, above", verdict, "ns",
             lambda rows: above(rows, "policies", uncounted, *randoms)),
        Goal(f"100,000 servers, {ip}, random servers, counted one by one, above", counted, "ns",
             lambda rows: above(rows, "policies", hundred, *randoms)),
        Goal(f"1,000 ranges, {ip}, above one range", 1, "ns",
             lambda rows: difference(rows, "ranges", f"1,000 ranges, {ip}", f"1 range, {ip}",
                                     "drop", "pass")),
        Goal(f"replies on, {ip}, drop of a closed port, above off", 8, "ns",
             lambda rows: above(rows, "features", f"replies on, {ip}", "drop", "drop of UDP")),
        Goal(f"replies on, {ip}, random servers, above off", 15, "ns",
             lambda rows: above(rows, "features", f"replies on, {ip}", RANDOM_DROP)),
    )


def flood_goals(version):
    drop = f"drop, IPv{version}"
    return (
        Goal(f"packets per second, {drop}, of a bare XDP_DROP's", 0.96, "times",
             lambda rows: share(rows, drop, "portcullis"), True,
             lambda rows: share(rows, drop, "count_drop")),
        Goal(f"packets per second, {drop}, replies on, of off", 0.96, "times",
             lambda rows: against(rows, drop, "replies", "portcullis"), True),
        Goal(f"packets per second, {drop}, watched, of unwatched", 0.97, "times",
             lambda rows: against(rows, drop, "watched", "portcullis"), True),
        Goal(f"packets per second, {drop}, replies on, watched, of unwatched", 0.97, "times",
             lambda rows: against(rows, drop, "watched_replies", "replies"), True),
        Goal(f"packets per second, {drop}, of nftables netdev's", 4, "times",
             lambda rows: against(rows, drop, "portcullis", "nft_netdev"), True,
             lambda rows: bare_against(rows, drop, "nft_netdev")),
        Goal(f"packets per second, {drop}, of xdp-filter's", 1.4, "times",
             lambda rows: against(rows, drop, "portcullis", "xdp_filter"), True,
             lambda rows: bare_against(rows, drop, "xdp_filter")),
    )


MANY = "10,000 servers, 15 profiles"

GOALS = (
    *policy_goals(4, usual=8, random=25, verdict=30, counted=60),
    *policy_goals(6, usual=10, random=25, verdict=60, counted=120),
    *flood_goals(4),
    *flood_goals(6),
    Goal("1,000,000 prefixes blocked, half of the sources, above none", 40, "ns",
         lambda rows: above(rows, "block list", f"{MILLION}, IPv4", LISTED)),
    Goal("an LPM trie of the same 1,000,000 prefixes, of that", 15, "times", trie_ratio, True),
    Goal("block a /20 or longer among 1,000,000", 1, "ms",
         lambda rows: value(rows, "block list", f"{MILLION}: a /20 more or less", "ms")),
    Goal("block a /8 among 1,000,000", 50, "ms",
         lambda rows: value(rows, "block list", f"{MILLION}: a /8 more or less", "ms")),
    Goal("up, 10,000 servers and 15 profiles", 1000, "ms",
         lambda rows: value(rows, "command", "up, 10,000 servers and 15 profiles", "ms")),
    Goal("kernel memory of that on 2 CPUs", 64, "MiB", lambda rows: memory(rows, MANY, 2)),
    Goal("kernel memory of that for each further CPU", 2, "MiB",
         lambda rows: value(rows, "memory", MANY, "per CPU")),
    Goal("swap, idle", 100, "ms",
         lambda rows: value(rows, "command", "swap, one profile, idle", "ms")),
    Goal("swap, under a flood", 500, "ms",
         lambda rows: value(rows, "command", "swap, one profile, under a flood", "ms")),
    Goal("counters on 2 CPUs, counted less sent", 0, "packets", miscount),
)


def is_met(goal, found) -> Optional[bool]:
    """None where it was not measured."""
    if found is None:
        return None
    return found >= goal.goal if goal.at_least else found <= goal.goal


def judge(rows):
    """All goals as plain data."""
    judged = []
    for goal in GOALS:
        found = goal.value(rows)
        judged.append({
            "row": goal.row,
            "goal": goal.goal,
            "at_least": goal.at_least,
            "unit": goal.unit,
            "value": found,
            "met": is_met(goal, found),
            "bound": goal.bound and goal.bound(rows),
        })
    return judged
