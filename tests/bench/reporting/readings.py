# SPDX-License-Identifier: GPL-2.0-only
"""Readings, as tests/bench/report.h has them, to rows: a median with its quartiles for each."""

import statistics


def spread(values):
    """The median and the quartiles of some values; what lies between two is interpolated."""
    if len(values) == 1:
        low = high = values[0]
    else:
        low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return {"median": statistics.median(values), "low": low, "high": high}


def read(lines):
    """Rows in the order in which they first come. Where there is a reference, its spread too, and
    that of the difference and of the ratio, each taken reading by reading."""
    rows = {}
    for line in lines:
        *key, value = line.rstrip("\n").split("\t", 4)
        numbers = [float(number) for number in value.split("\t")]
        rows.setdefault(tuple(key), []).append(numbers)
    return [make_row(key, numbers) for key, numbers in rows.items()]


def make_row(key, numbers):
    row = dict(zip(("method", "section", "row", "contender"), key))
    row["readings"] = len(numbers)
    row.update(spread([each[0] for each in numbers]))
    if len(numbers[0]) > 1:
        row["reference"] = spread([each[1] for each in numbers])
        row["above"] = spread([each[0] - each[1] for each in numbers])
        row["ratio"] = spread([each[0] / each[1] for each in numbers])
    return row


class Rows:
    """Rows by what they are called."""

    def __init__(self, rows):
        self.rows = rows

    def section(self, method, section=None):
        return [
            row
            for row in self.rows
            if row["method"] == method and section in (None, row["section"])
        ]

    def find(self, method, section, name, contender=None):
        """The row, or None where it was not measured."""
        for row in self.section(method, section):
            if row["row"] == name and contender in (None, row["contender"]):
                return row
        return None
