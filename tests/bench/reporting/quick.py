# SPDX-License-Identifier: GPL-2.0-only
"""The main rows beside those of a baseline.

    quick.py check BASELINE    readings on standard input; prints TAP, exits 1 if one has grown
    quick.py write BASELINE    makes them the baseline of this processor and kernel

ns are comparable only on one kind of processor with one kernel, so there is a baseline for each.
Its clock may differ from day to day: what is expected is scaled by how long a fixed amount of work
takes. Where there is no baseline, the figures are shown, and the check is skipped.
"""

import json
import platform
import sys

import machine
import readings

GROWTH = 3  # ns above a bare XDP_DROP: so much more is too much
CALIBRATION = "64 multiplications, IPv4: drop"


def here():
    """What a baseline is for."""
    return f"{machine.processor()}, Linux {'.'.join(platform.release().split('.')[:2])}"


def read(lines):
    rows = readings.Rows(readings.read(lines))
    main_rows = rows.section("run", "policies")
    above = {row["row"]: round(row["above"]["median"], 1) for row in main_rows}
    calibration = rows.find("run", "bare", CALIBRATION)
    return {"calibration": round(calibration["above"]["median"], 1), "above": above}


def load(path):
    try:
        with open(path, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def write(path, found):
    baselines = {**load(path), here(): found}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(baselines, file, indent=1, sort_keys=True)
        file.write("\n")
    return 0


def skip(found):
    for number, (row, ns) in enumerate(found["above"].items(), 1):
        print(f"ok {number} - {row}: {ns} ns above # SKIP no baseline for {here()}")
    print("# 'make bench-baseline' writes one")
    print(f"1..{len(found['above'])}")
    return 0


def compare(found, baseline):
    scale = found["calibration"] / baseline["calibration"]
    grown = 0
    for number, (row, before) in enumerate(baseline["above"].items(), 1):
        now, most = found["above"].get(row), before * scale + GROWTH
        good = now is not None and now <= most
        grown += not good
        print(f"{'ok' if good else 'not ok'} {number} - {row}: {now} ns above a bare XDP_DROP,"
              f" at most {most:.1f}")
    if grown:
        print(f"# a baseline of {baseline['calibration']} ns for a fixed amount of work, now"
              f" {found['calibration']}")
    print(f"1..{len(baseline['above'])}")
    return 1 if grown else 0


def main(action, path):
    found = read(sys.stdin)
    if action == "write":
        return write(path, found)
    baseline = load(path).get(here())
    return compare(found, baseline) if baseline else skip(found)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
