#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Packets per second, as tests/bench/report.h has it: all contenders in turn, each beside a bare
# program, round by round. CASES='flood: drop*' picks scenarios, ROUNDS and PACKETS how much.
# shellcheck source=/dev/null
here=$(dirname "$0")
. "$here/../live/lib.sh"
. "$here/wire.sh"
. "$here/peers.sh"
. "$here/gates.sh"
alone "$@" || {
	echo "bench: cannot mount a BPF file system" >&2
	exit 1
}

ROUNDS=${ROUNDS:-11}
PACKETS=${PACKETS:-640000}
PATIENCE=100 # readings taken again, at the most, for the machine was busy
BUSY=1.1     # a bare program that takes so much longer than it can says that it is
CPU=$(($(nproc) - 1))
BPFTOOL=$(command -v bpftool || echo /usr/sbin/bpftool)
BARE=/sys/fs/bpf/bench

ALL="portcullis xdp_filter nft_netdev nft_inet ipset multiport"
NO_RANGES="portcullis nft_netdev nft_inet ipset multiport"
FEATURES="portcullis replies uncounted unconfirmed watched watched_replies"

# What is sent, what must become of it, beside which bare program, and who is measured, each once.
SCENARIOS="
drop, IPv4|5069|drop|bare_drop|$ALL $FEATURES count_drop
drop, IPv4, random ports|5069 ports=10000-42767|drop|bare_drop|$ALL
drop, IPv6|5069 v6|drop|bare_drop|$ALL $FEATURES count_drop
drop, IPv4, random servers, ports and sources|5069 ports=10000-42767 servers=$SERVERS sources|drop|bare_drop|portcullis replies uncounted
drop, IPv6, random servers, ports and sources|5069 ports=10000-42767 servers=$SERVERS sources v6|drop|bare_drop|portcullis replies
pass of a service, IPv4|1434|pass|bare_pass|$ALL
pass of media, IPv4|50000|pass|bare_pass|$NO_RANGES
would-be drop, IPv4|5069|pass|bare_pass|monitor"

# chosen: the scenarios that CASES picks
chosen() {
	local line

	while read -r line; do
		# shellcheck disable=SC2053 # a glob
		[ -n "$line" ] && [[ "flood: ${line%%|*}" == ${CASES:-*} ]] && printf '%s\n' "$line"
	done <<<"$SCENARIOS"
}

# everybody: all that take part in what is chosen
everybody() {
	chosen | awk -F'|' '{ print $4, $5 }' | tr ' ' '\n' | sort -u
}

# listen NAME: sockets that nobody reads take what passes: nothing is answered
listen() {
	start "listen_$1" "$1" python3 -c 'if True:
		import signal, socket
		sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(3)]
		for one, port in zip(sockets, (1434, 50000, 5069)):
			one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
			one.bind(("", port))
		signal.pause()'
}

set_up() {
	local name

	"$BPFTOOL" prog loadall "$BUILD/programs.bpf.o" $BARE >/dev/null 2>&1 || return
	for name in $(everybody); do
		echo "bench: setting up $name" >&2
		new_wire "$name" && "set_up_$name" && listen "$name" || return
	done
}

# check NAME EXPECTED SENT: that all was received, none lost on the way, all judged as it must be
check() {
	local received=$(($(card_counter "$1" xdp_packets) - received_before))
	local dropped=$(($("dropped_$1") - dropped_before)) expected=0

	[ "$2" = drop ] && expected=$3
	[ "$received" = "$3" ] && [ "$dropped" = "$expected" ] && [ "$(wire_lost "$1")" = 0 ] && return
	echo "bench: $1: sent $3, received $received, dropped $dropped, expected $expected," \
		"lost $(wire_lost "$1")" >&2
	return 1
}

# reading NAME EXPECTED PORT [VARIATION]...: sets rate, in packets per second
reading() {
	local sent ns
	received_before=$(card_counter "$1" xdp_packets)
	dropped_before=$("dropped_$1")

	read -r sent ns < <(flood "$1" $CPU "$PACKETS" "${@:3}") && check "$1" "$2" "$sent" || return
	rate=$(awk -v sent="$sent" -v ns="$ns" 'BEGIN { printf "%.0f", sent / ns * 1e9 }')
}

# note_fastest SCENARIO RATE: what the bare program can at the best
declare -A fastest
note_fastest() {
	[ "${fastest[$1]:-0}" -ge "$2" ] || fastest[$1]=$2
}

# is_slow SCENARIO RATE: whether the bare program was so much slower that others must have run
is_slow() {
	awk -v fastest="${fastest[$1]}" -v rate="$2" -v busy=$BUSY 'BEGIN { exit !(rate * busy < fastest) }'
}

# measure SCENARIO EXPECTED BARE NAME PORT [VARIATION]...: one reading of it, between two of the bare
# program; bare_rate is the last of those. While others use the machine it is taken again.
patience=$PATIENCE
measure() {
	local before judged

	while :; do
		before=$bare_rate
		reading "$4" "$2" "${@:5}" || return
		judged=$rate
		reading "$3" "$2" "${@:5}" || return
		bare_rate=$rate
		note_fastest "$1" "$bare_rate"
		is_slow "$1" "$before" || is_slow "$1" "$bare_rate" || break
		[ $((patience -= 1)) -gt 0 ] || break
	done
	printf 'flood\t%s\t%s\t%s\t%s\t%s\n' "$1" "$4" "$4" "$judged" $(((before + bare_rate) / 2))
}

# load_anew: has each gate load its program again, which then lies elsewhere: by that alone the same
# program takes a nanosecond more or less
load_anew() {
	local name

	for name in $(everybody); do
		if [ -d "$GATES/$name" ] && [ "$name" != unconfirmed ]; then
			gate "$name" up "$WORK/site-$name.md" >"$WORK/$name.said" 2>&1 || return
		fi
	done
}

measure_round() {
	local title packets expected bare contenders name

	while IFS='|' read -r title packets expected bare contenders; do
		# shellcheck disable=SC2086 # words
		reading "$bare" "$expected" $packets || return
		bare_rate=$rate
		note_fastest "$title" "$bare_rate"
		for name in $(tr ' ' '\n' <<<"$contenders" | awk '!seen[$0]++'); do
			# shellcheck disable=SC2086 # words
			measure "$title" "$expected" "$bare" "$name" $packets || return
		done
	done < <(chosen)
}

# check_gates: each gate itself has counted every packet that its card received
check_gates() {
	local name judged received

	for name in $(everybody); do
		[ -d "$GATES/$name" ] || continue
		judged=$(judged_by "$name") received=$(card_counter "$name" xdp_packets)
		[ "$judged" = "$received" ] && continue
		echo "bench: $name has counted $judged packets, its card $received" >&2
		return 1
	done
}

[ -z "$(chosen)" ] && exit 0
set_up || {
	cat "$WORK"/*.said >&2
	echo "bench: cannot set up all who are measured" >&2
	exit 1
}
for ((round = 1; round <= ROUNDS; round++)); do
	load_anew && measure_round || exit 1
	echo "bench: floods, round $round of $ROUNDS" >&2
done
check_gates || exit 1
