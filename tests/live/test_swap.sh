#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Swaps under traffic: nothing that both profiles open is lost, no counter goes back or vanishes.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq
alone "$@" || bail_out "cannot mount a BPF file system"

SWAPS=50
PER_SECOND=20000

# counters: every one that stats lists, as lines "front-end tcp 5061 5061 12"
counters() {
	portcullis stats --json |
		jq -r '.ports[] | "\(.profile|gsub(" "; "")) \(.protocol) \(.first) \(.last) \(.packets)"'
}

# gone_back BEFORE AFTER: counters that are smaller or missing
gone_back() {
	awk '{ name = $1 " " $2 " " $3 " " $4 }
		NR == FNR { now[name] = $5; next }
		!(name in now) { print name " has vanished"; next }
		now[name] < $5 { print name " went from " $5 " to " now[name] }' "$2" "$1"
}

# swap_often: between two profiles; counters are compared at every swap
swap_often() {
	local i profile failed=0

	counters >"$WORK/before"
	for ((i = 0; i < SWAPS; i++)); do
		profile=$([ $((i % 2)) = 0 ] && echo director || echo front-end)
		portcullis swap "$profile" >>"$WORK/swaps" 2>&1 || failed=$((failed + 1))
		counters >"$WORK/after"
		gone_back "$WORK/before" "$WORK/after" >>"$WORK/gone-back"
		mv "$WORK/after" "$WORK/before"
	done
	same "$SWAPS swaps that fail" 0 $failed
}

flows() {
	[ "$(packets udp/1434)" -gt $PER_SECOND ]
}

test_stream() {
	local sent received

	start_tool sent client observe out eth0
	start_tool sockets server traffic receive udp/1434
	start stream client "$BUILD/live/traffic" send "$SERVER4" 1434 100000000 $PER_SECOND
	start stream6 client "$BUILD/live/traffic" send "$SERVER6" 1434 100000000 $PER_SECOND
	until_true flows || bail_out "no stream"
	swap_often
	stop stream
	stop stream6
	sleep 0.3
	stop sockets
	stop sent
	sent=$(counted sent udp 1434) received=$(counted sockets udp 1434)
	same "datagrams lost in $SWAPS swaps" 0 $((sent - received))
	same "all are counted, under one profile or the other" "$sent" "$(packets udp/1434)"
	same "counters that went back or vanished" "" "$(cat "$WORK/gone-back")"
	same "the generation tells how many there were" $((SWAPS + 1)) \
		"$(portcullis status --json | jq .generation)"
}

# After an even number of swaps front-end is in force.
test_flip() {
	same "open under front-end" refused "$(answer "$SERVER4" 8057)"
	portcullis swap director >/dev/null
	same "closed under director" silence "$(answer "$SERVER4" 8057)"
	portcullis swap front-end >/dev/null
	same "open again" refused "$(answer "$SERVER6" 8057)"
}

test_retired() {
	portcullis swap closed >/dev/null
	same "of a retired profile the counter stays" 2 "$(packets tcp/8057 front-end)"
	same "it is told to be no longer in force" true \
		"$(portcullis stats --json | jq '[.ports[] | .in_force | not] | all')"
	same "closed lets nothing in" silence "$(answer "$SERVER4" 5061)"
	portcullis swap front-end + cms >/dev/null
	same "a new profile begins at zero" 0 "$(packets tcp/445)"
	answer "$SERVER4" 445 >/dev/null
	same "and counts" 1 "$(packets tcp/445)"
}

# What cannot be: the profile in force stays.
test_refused() {
	says "an unknown profile" 1 "portcullis: error: no profile 'directr', did you mean 'director'?" \
		portcullis swap directr
	same "what was in force is" "front-end + cms refused" \
		"$(portcullis status --json | jq -r '.interfaces[].profile') $(answer "$SERVER4" 445)"
}

make_edge || bail_out "cannot make network namespaces"
portcullis up card front-end >/dev/null || bail_out "up failed"
test_stream
test_flip
test_retired
test_refused
plan
