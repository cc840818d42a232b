#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One policy on two cards: both or none, whatever becomes of a card or of the command.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq bpftool "$BUILD/live/die_at"
alone "$@" || bail_out "cannot mount a BPF file system"

FRONT=198.51.100.11
export SITE_INTERFACES="card, card2" SITE_ADDRESSES=$FRONT
PINS="block_table blocked4 blocked6 catalog control counters dropped_ports events flow_peers flows fragments \
inbound_flows limits link link log reasons server_counters watch watch_shares"

second_card() {
	segment card2 203.0.113 other && segment6 card2 2001:db8:3 other
}

# other_answer PORT: a connection from the host behind the second card
other_answer() {
	nsenter --net=/run/netns/other "$BUILD/live/traffic" connect $FRONT "$1"
	echo $?
}

# attached: what status says of both interfaces
attached() {
	portcullis status --json 2>/dev/null | jq -r '[.interfaces[] | "\(.name) \(.attached)"] | join(", ")'
}

# pins: what is pinned, without numbers of interfaces and blocks; generations that are kept once
pins() {
	find /sys/fs/bpf/portcullis -type f -printf '%f\n' 2>/dev/null | sed 's/-[0-9]*$//' |
		sort | awk '$1 != "catalog" || !kept++' | paste -sd ' '
}

test_both() {
	says "up" 0 "generation 1 in force
  card: 1 server
  card2: 1 server" portcullis up "$WORK/site.md"
	same "both are attached" "card true, card2 true" "$(attached)"
	same "both drop" "silence 1" "$(answer $FRONT 22) $(other_answer 22)"
	same "both pass" "refused 2" "$(answer $FRONT 5061) $(other_answer 5061)"
	same "the counters are of both" 2 "$(packets tcp/5061)"
	says "down without a name" 1 \
		"portcullis: error: 2 interfaces are enforced: name one, or say --all" portcullis down
	exits "explain needs no interface in a site" 0 portcullis explain to fe01 tcp/5061
}

test_vanished() {
	local away="card2: error: no interface 'card2' any more: 'portcullis down card2' goes on \
without it"

	ip -n edge link del card2
	exits "a card has vanished: status" 1 portcullis status
	same "it says which" "card true, card2 false" "$(attached)"
	same "and what to do" \
		"  card2      no        (by server)  NOT ENFORCED: 'portcullis up' attaches it again" \
		"$(portcullis status 2>/dev/null | grep card2)"
	says "the last line" 1 "portcullis: error: not every interface enforces generation 1" \
		sh -c "nsenter --net=/run/netns/edge $PORTCULLIS status >/dev/null"
	same "the other goes on" "silence refused" "$(answer $FRONT 22) $(answer $FRONT 5061)"
	exits "stats go on" 0 portcullis stats
	says "up while it is away" 1 "$away" portcullis up "$WORK/site.md"
	says "swap while it is away" 1 "$away" portcullis swap fe01 director
	same "what was enforced is" "silence refused" "$(answer $FRONT 22) $(answer $FRONT 5061)"
	exits "down of what is away" 0 portcullis down card2
	exits "the other alone is whole" 0 portcullis status
	same "it goes on" "silence refused" "$(answer $FRONT 22) $(answer $FRONT 5061)"
	second_card
	portcullis up "$WORK/site.md" >/dev/null
	ip -n edge link del card2
	second_card
	exits "it is back, without a policy: status" 1 portcullis status
	says "up attaches it again" 0 "generation 4 in force
  card: 1 server
  card2: 1 server" portcullis up "$WORK/site.md"
	exits "status" 0 portcullis status
	same "both drop" "silence 1" "$(answer $FRONT 22) $(other_answer 22)"
	same "nothing is left of the old link" "$PINS" "$(pins)"
}

test_down_one() {
	exits "down of one" 0 portcullis down card2
	same "the other drops on" "silence 2" "$(answer $FRONT 22) $(other_answer 22)"
	exits "status" 0 portcullis status
	exits "down of it again" 1 portcullis down card2
	exits "down of the last, unnamed" 0 portcullis down
	same "nothing is left" "" "$(pins)"
}

# A profile for each card.
test_profiles() {
	exits "up on one" 0 portcullis up card front-end
	says "up on the other" 0 "generation 2 in force
  card: front-end, 16411 tcp and 16385 udp ports open
  card2: director, 5 tcp and 1 udp ports open" portcullis up card2 director
	same "each its own" "refused 1" "$(answer $FRONT 8057) $(other_answer 8057)"
	says "swap of which" 1 "portcullis: error: 2 interfaces are enforced: say which, with --interface" \
		portcullis swap director
	says "explain which" 1 "portcullis: error: 2 interfaces are enforced: say which, with --interface" \
		portcullis explain tcp/8057
	exits "swap of one" 0 portcullis swap front-end --interface card2
	same "now both" "refused 2" "$(answer $FRONT 8057) $(other_answer 8057)"
	exits "down of all" 0 portcullis down --all
}

# state_after WHAT: after a command was killed, each card is in the old or the new state, and status
# knows, even if they differ only in what learns replies.
state_after() {
	local here there code

	other_answer 8057 >"$WORK/there" &
	here=$(answer $FRONT 8057)
	wait $!
	there=$(cat "$WORK/there")
	portcullis status >"$WORK/status" 2>&1
	code=$?
	[ "$here" = refused ] && here=2 || here=1
	if [ "$here" = "$there" ] && [ $code != 0 ] && ! grep -q "LEARNS NO REPLIES" "$WORK/status"; then
		fail "$1: both cards are alike, status is to be content" "$(cat "$WORK/status")"
	elif [ "$here" != "$there" ] && [ $code != 1 ]; then
		fail "$1: the cards differ, status is to tell" "$(cat "$WORK/status")"
	fi
}

# killed_at_each NAME OLD NEW: swaps by a site's file from OLD to NEW, killed at each change
killed_at_each() {
	local calls code wrong=$COUNT

	for ((calls = 1; calls < 40; calls++)); do
		site "$2" >"$WORK/site.md"
		portcullis up "$WORK/site.md" >/dev/null || fail "$1: old policy, before call $calls"
		site "$3" >"$WORK/site.md"
		edge "$BUILD/live/die_at" $calls "$PORTCULLIS" up "$WORK/site.md" >/dev/null
		code=$?
		[ $code = 137 ] || break
		state_after "$1, killed at call $calls"
		portcullis up "$WORK/site.md" >/dev/null || fail "$1: again, after call $calls"
		portcullis status >/dev/null || fail "$1: status after call $calls"
		[ "$(pins)" = "$PINS" ] || fail "$1: pins after call $calls" "$(pins)"
	done
	[ $code = 0 ] || fail "$1: it works when it is not killed" "exit code $code"
	[ "$COUNT" = "$wrong" ] && pass "$1: killed at each of $((calls - 1)) calls"
}

# The first up, killed at each change: afterwards nothing or everything is enforced.
first_up_killed() {
	local calls code wrong=$COUNT

	for ((calls = 1; calls < 40; calls++)); do
		portcullis down --all >/dev/null
		[ -z "$(pins)" ] || fail "down after call $calls" "$(pins)"
		edge "$BUILD/live/die_at" $calls "$PORTCULLIS" up "$WORK/site.md" >/dev/null
		code=$?
		[ $code = 137 ] || break
		portcullis up "$WORK/site.md" >/dev/null || fail "up, after call $calls"
		portcullis status >/dev/null || fail "status, after call $calls"
		[ "$(pins)" = "$PINS" ] || fail "pins, after call $calls" "$(pins)"
	done
	[ $code = 0 ] || fail "it works when it is not killed" "exit code $code"
	[ "$COUNT" = "$wrong" ] && pass "the first up: killed at each of $((calls - 1)) calls"
}

# Killed at any moment, by an impatient administrator.
killed_at_random() {
	local i wrong=$COUNT profile

	for ((i = 0; i < 30; i++)); do
		profile=$([ $((i % 2)) = 0 ] && echo director || echo front-end)
		nsenter --net=/run/netns/edge "$PORTCULLIS" swap fe01 "$profile" >/dev/null 2>&1 &
		sleep "0.0$((RANDOM % 80 + 10))"
		kill -9 $! 2>/dev/null
		wait $! 2>/dev/null
		state_after "killed at random, $i"
		portcullis swap fe01 "$profile" >/dev/null || fail "the next swap, $i"
		[ "$(pins)" = "$PINS" ] || fail "pins, $i" "$(pins)"
	done
	[ "$COUNT" = "$wrong" ] && pass "swap killed 30 times at random"
}

# held ID...: those of these maps that the kernel still holds
held() {
	local id

	for id in "$@"; do
		bpftool map show id "$id" >/dev/null 2>&1 && echo "$id"
	done
}

# Whoever looks at a generation must not keep its maps from being freed.
test_freed() {
	local i maps=() pin

	portcullis up "$WORK/site.md" >/dev/null
	for i in {1..6}; do
		portcullis swap fe01 director --confirm 60 >/dev/null
		for pin in /sys/fs/bpf/portcullis/standby*; do
			maps+=("$(bpftool -j map show pinned "$pin" | jq .id)")
		done
		portcullis confirm >/dev/null
		for _ in {1..4}; do portcullis status >/dev/null; done
		portcullis swap fe01 front-end >/dev/null
	done
	portcullis down --all >/dev/null
	same "twelve maps had who stood by" 12 ${#maps[@]}
	sleep 2 # not asked again and again: to open a map and to close it is to hold it
	same "none is held any more" "" "$(held "${maps[@]}")"
}

if ! make_edge || ! new_host other || ! second_card ||
	! ip -n server addr add $FRONT/24 dev eth0; then
	bail_out "cannot make network namespaces"
fi
site front-end >"$WORK/site.md"
test_both
test_vanished
test_down_one
test_profiles
first_up_killed
killed_at_each "closing" front-end director
killed_at_each "opening" director front-end
killed_at_random
test_freed
plan
