# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# A wire for each who is measured, in a network namespace of its own: at one end `card`, where
# packets are judged, at the other `wire`, by which the generator sends. To be sourced after
# tests/live/lib.sh.

FIRST_SERVER4=10.16.0.1 FIRST_SERVER6=2001:db8::1
SENDER4=203.0.113.7
CARD_MAC=02:00:00:00:00:01 WIRE_MAC=02:00:00:00:00:02 # as in tests/bench/frame.c

# at NAME COMMAND...: in the namespace of NAME
at() {
	nsenter --net="/run/netns/$1" "${@:2}"
}

# new_wire NAME: with a queue for each CPU, so that each sender has its own. No neighbour is asked
# for, and nobody speaks who was not asked to.
new_wire() {
	ip netns add "$1" &&
		at "$1" sh -c 'cd /proc/sys/net && echo 1 >ipv6/conf/default/disable_ipv6 &&
			echo 0 >ipv6/conf/default/accept_dad && echo 0 >ipv4/conf/default/rp_filter' &&
		ip -n "$1" link add card numrxqueues "$(nproc)" numtxqueues "$(nproc)" \
			address $CARD_MAC type veth peer name wire numrxqueues "$(nproc)" \
			numtxqueues "$(nproc)" address $WIRE_MAC &&
		at "$1" sh -c 'echo 0 >/proc/sys/net/ipv6/conf/card/disable_ipv6' &&
		ip -n "$1" link set card addrgenmode none &&
		ip -n "$1" link set lo up && ip -n "$1" link set card up && ip -n "$1" link set wire up &&
		ip -n "$1" addr add $FIRST_SERVER4/12 dev card &&
		ip -n "$1" addr add $FIRST_SERVER6/64 dev card nodad &&
		ip -n "$1" route add 203.0.0.0/8 dev card &&
		ip -n "$1" neigh add $SENDER4 lladdr $WIRE_MAC dev card
}

# card_counter NAME COUNTER: the sum over all queues, such as xdp_packets and xdp_drops
card_counter() {
	at "$1" ethtool -S card | awk -v name="_$2:" \
		'$1 ~ "^rx_queue_[0-9]+" name "$" { sum += $2 } END { print sum + 0 }'
}

# wire_lost NAME: what the wire could not take or the card had no room for
wire_lost() {
	{ at "$1" ethtool -S wire && at "$1" ethtool -S card; } | awk \
		'$1 ~ "^tx_queue_[0-9]+_xdp_xmit_errors:$" || $1 ~ "^rx_queue_[0-9]+_drops:$" { sum += $2 }
		END { print sum + 0 }'
}

# flood NAME CPU COUNT PORT [VARIATION]...: prints how many were sent, in how many ns
flood() {
	at "$1" "$BUILD/bench/generator" wire "${@:2}"
}
