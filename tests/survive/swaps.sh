#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SWAPS (2,000) swaps while more than RATE (a million) packets a second come in: to a port that both
# profiles open, to one that one of them does, to one that neither does.
# shellcheck source=/dev/null
. "$(dirname "$0")/../live/lib.sh"
skip_unless_root jq nft ethtool "$BUILD/live/flood"
alone "$@" || bail_out "cannot mount a BPF file system"

SWAPS=${SWAPS:-2000}
RATE=${RATE:-1000000}
EDGE4=192.0.2.1
BOTH=1434 ONE=50000 NEITHER=9
CHUNK=300000

# wire_errors: how many the wire's queue had no place for, so far
wire_errors() {
	client ethtool -S eth0 | awk '/xdp_xmit_errors/ { lost += $2 } END { print lost + 0 }'
}

# flood: to each port in turn until told to stop, then says how many the wire took for each: its
# queue overflows where who empties it has to wait for a processor. One sender alone: several would
# fill it beyond what it holds.
flood() {
	local port errors before=0
	local -A taken

	while [ ! -e "$WORK/enough" ]; do
		for port in $BOTH $ONE $NEITHER; do
			client "$BUILD/live/flood" eth0 "$CLIENT4" $EDGE4 "$port" $CHUNK >/dev/null || return
			errors=$(wire_errors)
			taken[$port]=$((${taken[$port]:-0} + CHUNK - (errors - before)))
			before=$errors
		done
	done
	for port in "${!taken[@]}"; do
		echo "${taken[$port]}" >"$WORK/sent-$port"
	done
}

# sent PORT
sent() {
	cat "$WORK/sent-$1"
}

# count_arrivals: what XDP lets pass is counted at the next hook, and goes no further
count_arrivals() {
	edge nft -f - <<-END
		table netdev survive {
			counter arrived {}
			chain ingress {
				type filter hook ingress device card priority 0
				udp dport { $BOTH, $ONE, $NEITHER } counter name arrived drop
			}
		}
	END
}

arrived() {
	edge nft -j list counters | jq '[.nftables[].counter | select(.).packets] | add'
}

# passed PORT: what is counted as passed to a port, under whichever profile
passed() {
	portcullis stats --json | jq --argjson port "$1" '[.ports[]
		| select(.protocol == "udp" and .first <= $port and .last >= $port).packets] | add // 0'
}

# dropped PORT
dropped() {
	portcullis stats --json | jq --argjson port "$1" '[.dropped_ports[]
		| select(.protocol == "udp" and .port == $port).packets] | add // 0'
}

swap_often() {
	local i failed=0

	for ((i = 0; i < SWAPS; i++)); do
		portcullis swap "$([ $((i % 2)) = 0 ] && echo director || echo front-end)" >/dev/null 2>&1 ||
			failed=$((failed + 1))
	done
	same "$SWAPS swaps that fail" 0 $failed
}

make_edge || bail_out "cannot make network namespaces"
# flooding needs XDP at the far end of the wire, which our own program is
portcullis up card front-end --replies off >/dev/null || bail_out "cannot enforce"
count_arrivals || bail_out "cannot count what arrives"
began=$SECONDS
flood &
swap_often
touch "$WORK/enough"
wait
sleep 1
both=$(sent $BOTH) one=$(sent $ONE) neither=$(sent $NEITHER)
total=$((both + one + neither))
rate=$((total / (SECONDS - began)))
echo "# $total packets in $((SECONDS - began)) s: $rate a second; the wire had no place for $(wire_errors)"
if [ $rate -gt "$RATE" ]; then
	pass "more than $RATE a second"
else
	fail "more than $RATE a second" $rate
fi
same "all to the port that both open have passed" "$both 0" "$(passed $BOTH) $(dropped $BOTH)"
same "none to the port that neither opens" "0 $neither" "$(passed $NEITHER) $(dropped $NEITHER)"
same "to the port that one opens, some and some: together all" "$one" \
	$(($(passed $ONE) + $(dropped $ONE)))
[ "$(passed $ONE)" -gt 0 ] && [ "$(dropped $ONE)" -gt 0 ]
same "indeed some and some" 0 $?
same "what passed has arrived" $((both + $(passed $ONE))) "$(arrived)"
same "the reasons add up to what was sent" "$total" \
	"$(portcullis stats --json | jq '[.reasons[]
		| select(.reason == "published" or .reason == "not-published").packets] | add')"
plan
