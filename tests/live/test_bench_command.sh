#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What packets cost on this machine is told without a trace in the gate, and so is what is in the
# way. How large the figures are is the machine's business.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq bpftool ethtool "$BUILD/live/flood"
alone "$@" || bail_out "cannot mount a BPF file system"

PINS=/sys/fs/bpf/portcullis
FLOOD=10000000

site() {
	cat <<-END
		| Setting | Value |
		|---|---|
		| Interface | card, inner |
		| Replies | off |

		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $SERVER4 | front-end |

		| Guard | Ports | Limit |
		|---|---|---|
		| calls | tcp/5061 | 1/s |
	END
}

# bench [INTERFACE]: keeps the JSON
bench() {
	portcullis bench "$@" --json >"$WORK/bench" 2>"$WORK/bench.errors"
}

# told FILTER: of the JSON
told() {
	jq -r "$1" "$WORK/bench"
}

# packets_of NUMBER: what was measured on an interface, a line each
packets_of() {
	told ".interfaces[$1].packets[] | \"\(.kind) \(.protocol)/\(.port) \(.server) \(.verdict) \(.reason)\""
}

obstacles() {
	told '[.obstacles[] | select(.obstacle != "mitigations" and .obstacle != "one-queue")
		| .obstacle] | join(" ")'
}

# is_measured OBSTACLE: whether what it costs is a number between two others
is_measured() {
	told ".obstacles[] | select(.obstacle == \"$1\").cost |
		.ns_above_low <= .ns_above and .ns_above <= .ns_above_high"
}

# counted: all but what hosts say to each other of themselves (ARP, discovery)
counted() {
	portcullis stats --json | jq -c '[.ports[], .dropped_ports[], .servers[], .reasons[]
		| select((.packets // .passed_packets + .dropped_packets) > 0
			and .reason != "icmp" and .reason != "non-ip")]'
}

# learnt: a digest of what is remembered of servers and their peers
learnt() {
	local map

	for map in flows flow_peers inbound_flows limits fragments; do
		bpftool map dump pinned "$PINS"/$map-* | sha256sum
	done
}

# pins: all that is pinned
pins() {
	find $PINS -type f | sort
}

test_without_gate() {
	says "no gate" 1 "portcullis: error: nothing is enforced here: 'portcullis up' starts" \
		portcullis bench
	says "not even on a card" 1 \
		"portcullis: error: nothing is enforced here: 'portcullis up' starts" \
		portcullis bench card
	exits "two operands" 2 portcullis bench card inner
	says "not as root" 1 "/sys/fs/bpf: error: this needs root (to load programs and see the \
gate): try sudo" setpriv --reuid 65534 --clear-groups "$PORTCULLIS" bench
}

test_profile() {
	local before learnt pins

	exits "up" 0 portcullis up card front-end
	before=$(counted) learnt=$(learnt) pins=$(pins)
	exits "bench" 0 bench
	same "it says nothing else" "" "$(cat "$WORK/bench.errors")"
	same "nothing was counted" "$before" "$(counted)"
	same "nothing was learnt" "$learnt" "$(learnt)"
	same "nothing is pinned" "$pins" "$(pins)"
	same "generation and interface" "1 card native null" \
		"$(told '"\(.generation) \(.interfaces[] | "\(.name) \(.attach) \(.like)")"')"
	same "typical packets, in both families" \
		"closed tcp/1 null drop not-published
closed udp/1 null drop not-published
service tcp/80 null pass published
media udp/49152 null pass published
closed tcp/1 null drop not-published
closed udp/1 null drop not-published
service tcp/80 null pass published
media udp/49152 null pass published" "$(packets_of 0)"
	# shellcheck disable=SC2016 # the variable is jq's
	same "each with figures that fit" "true 8" "$(told '.ns_bare as $bare
		| [.interfaces[].packets[] | .ns > $bare and .ns_above_low <= .ns_above
			and .ns_above <= .ns_above_high and .ns_above > 0
			and .packets_per_second_most < 1e9 / $bare]
		| "\(all) \(length)"')"
	same "what is in use is in the way" replies "$(obstacles)"
	same "and measured" true "$(is_measured replies)"
	says "a card that is not gated" 1 "portcullis: error: nothing is enforced on 'inner'" \
		portcullis bench inner
	says "no card at all" 1 "portcullis: error: nothing is enforced on 'nope'" \
		portcullis bench nope
}

test_people() {
	portcullis bench card >"$WORK/text"
	same "people read the same" "1 8 1" "$(grep -c "^generation 1 on CPU [0-9]*.*, Linux $(uname -r)\$" "$WORK/text") \
$(grep -cE '^  (closed|service|media), (tcp|udp)/[0-9]+, IPv[46] +(drop \(not-published\)|pass \(published\)) +[0-9.]+ \([0-9.]+ to [0-9.]+\) +[0-9.]+ +[0-9.]+ million$' "$WORK/text") \
$(grep -cE '^  any, a bare program +drop +[0-9.]+ +[0-9.]+ million$' "$WORK/text")"
	same "with the way on" 1 "$(grep -A 1 'replies are on: .* ns$' "$WORK/text" |
		grep -c "^    next: '--replies off'")"
}

# wire_lost: what the wire had no room for
wire_lost() {
	client ethtool -S eth0 | awk '/xdp_xmit_errors/ { lost += $2 } END { print lost + 0 }'
}

# A flood that comes meanwhile is judged as ever.
test_flood() {
	local before lost pid_flood=

	before=$(reason not-published) lost=$(wire_lost)
	start flood client "$BUILD/live/flood" eth0 "$CLIENT4" 192.0.2.1 9 $FLOOD
	exits "bench in a flood" 0 bench
	wait "$pid_flood"
	same "each packet of it is dropped, and nothing else" $FLOOD \
		$(($(reason not-published) - before + $(wire_lost) - lost))
}

# What is switched live costs something, too, and what is blocked is not what is measured.
test_live_state() {
	portcullis block 203.0.113.0/24 >/dev/null
	portcullis swap director --confirm 600 >/dev/null
	start drops edge "$PORTCULLIS" drops --json
	until_true is_watched
	exits "bench of an unconfirmed change" 0 bench card
	stop drops
	same "what is in the way now" "unconfirmed watched replies block-list" "$(obstacles)"
	same "each measured" "true true true true" \
		"$(for one in $(obstacles); do is_measured "$one"; done | paste -sd ' ')"
	same "the watcher saw nothing of it" 0 "$(grep -c '"port": 1,' "$WORK/drops")"
	same "the source is not blocked" "pass published" \
		"$(told '[.interfaces[0].packets[] | select(.kind == "service")][0]
			| "\(.verdict) \(.reason)"')"
	same "it still waits" true "$(portcullis status --json | jq '.pending.seconds > 0')"
	exits "confirm" 0 portcullis confirm
	portcullis unblock 203.0.113.0/24 >/dev/null
	exits "bench of what is confirmed" 0 bench
	same "the rest is out of the way" replies "$(obstacles)"
}

is_watched() {
	bpftool map lookup pinned $PINS/control-1 key 0 0 0 0 | grep -q 'value: 01'
}

test_generic() {
	portcullis down >/dev/null
	portcullis up card front-end --mode generic --monitor --replies off >/dev/null
	exits "bench in generic mode" 0 bench
	same "generic mode and monitor mode are named" "generic-mode monitor" "$(obstacles)"
	same "on which card, and what to do" "card it was asked for: 'portcullis down card', then \
'up' with --mode (a site: its setting Attach) auto" \
		"$(told '.obstacles[] | select(.obstacle == "generic-mode") | "\(.interface) \(.next)"')"
	same "a drop is only counted" "drop not-published monitor" "$(told \
		'.interfaces[0].packets[0] | "\(.verdict) \(.reason) \(.mode)"')"
	portcullis down >/dev/null
}

# Two cards with the same program, and a limit that no packet may reach here, but one there.
test_site() {
	local before

	site >"$WORK/site.md"
	exits "up of a site" 0 portcullis up "$WORK/site.md"
	before=$(learnt)
	exits "bench" 0 bench
	same "no token was taken" "$before" "$(learnt)"
	same "the second card is as the first" "null card" \
		"$(told '[.interfaces[].like | tostring] | join(" ")')"
	same "IPv4 alone, a guarded port, too" "closed tcp/1 fe01 drop not-published
closed udp/1 fe01 drop not-published
service tcp/80 fe01 pass published
guarded tcp/5061 fe01 pass published
media udp/49152 fe01 pass published" "$(packets_of 1)"
	same "nothing is in use" "" "$(obstacles)"
	exits "one of them" 0 bench inner
	same "alone" "inner null" "$(told '.interfaces[] | "\(.name) \(.like)"')"
}

make_edge || bail_out "cannot make network namespaces"
test_without_gate
test_profile
test_people
test_flood
test_live_state
test_generic
test_site
plan
