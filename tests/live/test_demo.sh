#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The demo passes; with a port changed behind its back it fails and names the port.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root openssl jq

demo=$(dirname "$0")/../demo
LOG=$(mktemp)
trap 'rm -f "$LOG"' EXIT

# line TEXT: the lines of the demo's output that are just this, or "none"
line() {
	grep -Fx -m1 -- "$1" "$LOG" || echo none
}

test_right() {
	"$demo" >"$LOG" 2>&1
	same "the demo passes" 0 $?
	same "it says so" 1 "$(grep -c '^demo: all [0-9]* observations as the document says$' "$LOG")"
	same "nothing is wrong" "" "$(grep WRONG "$LOG")"
}

test_broken() {
	local opens="packets came through" not="nothing came through"

	DEMO_BREAK=1 "$demo" >"$LOG" 2>&1
	same "with a port changed behind its back it fails" 1 $?
	same "it says so" 1 \
		"$(grep -c '^demo: 4 of [0-9]* observations are not as the document says$' "$LOG")"
	same "it names the port that is closed" "   WRONG  tcp/8061: the document opens it, but $not" \
		"$(line "   WRONG  tcp/8061: the document opens it, but $not")"
	same "it names the port that is open" \
		"   WRONG  tcp/8062: the document does not open it, but $opens" \
		"$(line "   WRONG  tcp/8062: the document does not open it, but $opens")"
	same "the counters tell too" 1 "$(grep -c '^ *tcp/8061 .* WRONG$' "$LOG")"
}

test_right
test_broken
plan
