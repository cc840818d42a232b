# SPDX-License-Identifier: GPL-2.0-only
"""Makes the report of what was read.

    reporting FOLDER READINGS   a new one of readings on standard input
    reporting FOLDER            pages and pictures anew, of its report.json

Exits 1 if a goal is missed, and says which; CASES in the environment says that not all was
measured: then only what was counts.
"""

import json
import os
import sys

import features
import goals
import machine
import markdown
import plots
import readings


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def rounded(value):
    """Six digits say all that a reading does, and keep changes of the file small."""
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return value


def new_report(path):
    with open(path, encoding="utf-8") as file:
        rows = readings.read(file)
    return {"version": 1, "machine": machine.describe(), "rows": rows}


def write_all(report, folder):
    rows = readings.Rows(report["rows"])
    report["goals"] = goals.judge(rows)
    write(f"{folder}/report.json", json.dumps(rounded(report), indent=1, ensure_ascii=False) + "\n")
    names = plots.draw_all(rows, folder)
    caption = features.caption(report["machine"])
    write(f"{folder}/features.md", f"\n{caption}\n\n{features.table(rows)}\n\n")
    write(f"{folder}/report.md", markdown.whole(report, rows, names))


def missed(report):
    """Also what was not measured, if all was to be."""
    partly = "CASES" in os.environ
    return [
        goal
        for goal in report["goals"]
        if goal["met"] is False or (goal["met"] is None and not partly)
    ]


def main(folder, path=None):
    if path:
        report = new_report(path)
    else:
        with open(f"{folder}/report.json", encoding="utf-8") as file:
            report = json.load(file)
    write_all(report, folder)
    print(f"bench: see {folder}/report.md", file=sys.stderr)
    for goal in missed(report):
        print(
            f"bench: missed: {goal['row']}: {markdown.number(goal['value'])}, expected at"
            f" {'least' if goal['at_least'] else 'most'} {goal['goal']:g} {goal['unit']}",
            file=sys.stderr,
        )
    return 1 if missed(report) else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:3]))
