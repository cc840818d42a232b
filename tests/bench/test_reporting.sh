#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The report and the check against a baseline, of readings made up here.
# shellcheck source=/dev/null
here=$(dirname "$0")
. "$here/../live/lib.sh"
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

# quick NS WORK: what `bench --quick` would print of a row that costs so much, on a machine that takes
# so long for a fixed amount of work
quick() {
	local i

	for i in 0 1 9; do
		printf 'run\tbare\t64 multiplications, IPv4: drop\tportcullis\t%s\t28\n' $((28 + $2 + i))
		printf 'run\tpolicies\t10,000 servers, IPv4: drop\tportcullis\t%s\t28\n' $((28 + $1 + i))
	done
}

check() {
	python3 -B "$here/reporting/quick.py" check "$WORK/baseline.json"
}

here_is=$(cd "$here/reporting" && python3 -B -c 'import quick; print(quick.here())')
says "a machine without a baseline: the figures, and a skip" 0 \
	"ok 1 - 10,000 servers, IPv4: drop: 11.0 ns above # SKIP no baseline for $here_is
# 'make bench-baseline' writes one
1..1" eval 'quick 10 40 | check'

quick 10 40 | python3 -B "$here/reporting/quick.py" write "$WORK/baseline.json"
says "no more than before" 0 \
	"ok 1 - 10,000 servers, IPv4: drop: 14.0 ns above a bare XDP_DROP, at most 14.0
1..1" eval 'quick 13 40 | check'
says "4 ns more" 1 \
	"not ok 1 - 10,000 servers, IPv4: drop: 15.0 ns above a bare XDP_DROP, at most 14.0
# a baseline of 41.0 ns for a fixed amount of work, now 41.0
1..1" eval 'quick 14 40 | check'
says "4 ns more, but the whole machine is slower" 0 \
	"ok 1 - 10,000 servers, IPv4: drop: 15.0 ns above a bare XDP_DROP, at most 25.0
1..1" eval 'quick 14 81 | check'
exits "a row that is there no more" 1 eval 'quick 10 40 | sed s/servers/peers/ | check'

# report MS: of rows 5 ns above the bare program where at most 8 are wanted, and of swaps of so many ms
report() {
	{
		for kind in drop pass 'pass of media'; do
			quick 4 40 | sed "s/: drop/: $kind/"
		done
		printf 'load\tcommand\tswap, one profile, idle\tms\t%s\n' "$1" "$1" "$1"
	} >"$WORK/readings"
	CASES='*' python3 -B "$here/reporting" "$WORK" "$WORK/readings" 2>&1
}

says "goals that are met" 0 "bench: see $WORK/report.md" report 90
says "a goal that is missed" 1 "bench: see $WORK/report.md
bench: missed: swap, idle: 150, expected at most 100 ms" report 150
exits "what was not measured is missed, where all was to be" 1 \
	env -u CASES python3 -B "$here/reporting" "$WORK" "$WORK/readings"
same "the report is whole all the same" 1 "$(grep -c '^## Loading' "$WORK/report.md")"
same "each row's median and quartiles" "5 4.5 9" "$(jq -r '.rows[] | select(.section == "policies")
	| .above | "\(.median) \(.low) \(.high)"' "$WORK/report.json" | head -n 1)"
plan
