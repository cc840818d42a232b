#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Changes that undo themselves unless they are confirmed, though nothing of ours runs any more.
# shellcheck source=/dev/null
. "$(dirname "$0")/replies/replies.sh"
skip_unless_root jq python3 tc
alone "$@" || bail_out "cannot mount a BPF file system"

# 8057 is open under front-end and closed under director; the far servers answer on every port.
ports_open() {
	echo "$(answer "$SERVER4" 8057) $(answer "$SERVER6" 8057)"
}

undone() {
	[ "$(ports_open)" = "refused refused" ]
}

# is_past: whether the last change was undone
is_past() {
	portcullis status --json | jq -e '.undone != null'
}

generation() {
	portcullis status --json 2>/dev/null | jq -r '"\(.generation) \(.pending.falls_back_to) \(.undone)"'
}

standbys() {
	find /sys/fs/bpf/portcullis -name 'standby*' -printf '%f\n' | sort | paste -sd ' '
}

# asks: whether the server has an answer from port 7 of the client
asks() {
	[ "$(words server ask "$CLIENT4" 7 40123)" = silence ] && echo silence || echo answered
}

test_undone() {
	exits "up" 0 portcullis up card front-end
	same "what one may go back to: nothing" "1 null null" "$(generation)"
	says "swap, to be confirmed" 0 "generation 2 in force
  card: director, 5 tcp and 1 udp ports open
  unless 'portcullis confirm' follows within 4 seconds, generation 1 is in force again" \
		portcullis swap director --confirm 4
	same "it is in force" "silence silence" "$(ports_open)"
	same "status tells what will be" "2 1 null" "$(generation)"
	same "and to people" 1 "$(portcullis status | grep -c \
		"^NOT CONFIRMED: in [1-4] seconds\? generation 1 is in force again, unless 'portcullis confirm'")"
	same "explain asks the one that waits" "drop" "$(portcullis explain tcp/8057 --json | jq -r .verdict)"
	until_true undone
	same "it undoes itself" "refused refused" "$(ports_open)"
	same "status knows" "1 null 2" "$(generation)"
	exits "and is content" 0 portcullis status
	same "and says so" 1 "$(portcullis status | grep -c '^generation 2 was not confirmed, and is undone')"
	same "explain asks who judges now" "pass" "$(portcullis explain tcp/8057 --json | jq -r .verdict)"
	says "a late confirm" 1 "portcullis: warning: generation 2 was not confirmed: generation 1 is in force again
portcullis: error: too late: generation 2 is undone, generation 1 in force" portcullis confirm
	same "nobody stands by any more" "" "$(standbys)"
	says "another" 1 "portcullis: error: too late: generation 2 is undone, generation 1 in force" \
		portcullis confirm
	same "the counters go on" true "$(portcullis stats --json | jq '[.ports[]
		| select(.first == 8057 and .profile == "front-end") | .packets > 1] | all')"
}

test_confirmed() {
	local i

	portcullis swap director --confirm 2 >/dev/null
	same "the number of an undone one is not given again" "3 1 null" "$(generation)"
	says "confirm" 0 "generation 3 confirmed" portcullis confirm
	same "nobody stands by" "" "$(standbys)"
	sleep 2.2
	same "it stays" "silence silence" "$(ports_open)"
	says "confirm again" 0 "generation 3 needs no confirmation" portcullis confirm
	portcullis swap front-end >/dev/null
	for i in 1 2 3 4 5; do
		portcullis swap director --confirm 1 >/dev/null
		sleep 0.9$((RANDOM % 10))
		if portcullis confirm >/dev/null 2>&1; then
			sleep 0.3
			same "confirmed in the last 100 ms, $i: stays" "silence" "$(answer "$SERVER4" 8057)"
			portcullis swap front-end >/dev/null
		else
			same "confirmed too late, $i: undone" "refused" "$(answer "$SERVER4" 8057)"
		fi
	done
}

test_over_unconfirmed() {
	local first

	portcullis swap closed >/dev/null
	portcullis swap front-end >/dev/null # the newest, whatever was undone before
	first=$(portcullis status --json | jq .generation)
	portcullis swap director --confirm 60 >/dev/null
	says "a plain change over it" 1 "portcullis: error: generation $((first + 1)) waits to be confirmed: \
'portcullis confirm' or 'portcullis rollback' first, or make this change one to be confirmed, \
with --confirm SECONDS" portcullis swap closed
	portcullis swap closed --confirm 1 >/dev/null
	same "both fall back to what was confirmed" "$((first + 2)) $first null" "$(generation)"
	same "of the first nobody stands by any more" "standby-$((first + 2)) standby_egress-$((first + 2))" \
		"$(standbys)"
	until_true undone
	same "no chain" "refused $first null $((first + 2))" "$(answer "$SERVER4" 8057) $(generation)"
	portcullis swap director --confirm 1 >/dev/null
	says "more time" 0 "unchanged: generation $((first + 3)) stays in force
  unless 'portcullis confirm' follows within 60 seconds, generation $first is in force again" \
		portcullis swap director --confirm 60
	sleep 1.2
	same "is given" "silence" "$(answer "$SERVER4" 8057)"
	says "rollback" 0 "generation $((first + 3)) undone: generation $first in force again" \
		portcullis rollback
	same "at once" "refused" "$(answer "$SERVER4" 8057)"
}

# Who stands by is lost with the pin: what is in force goes on, and nothing is let through.
test_pins_removed() {
	local first

	portcullis swap director --confirm 1 >/dev/null
	first=$(portcullis status --json | jq .generation)
	rm /sys/fs/bpf/portcullis/standby-* /sys/fs/bpf/portcullis/standby_egress-*
	same "status warns" 1 "$(portcullis status | grep -c '^NOT CONFIRMED, and nobody stands by')"
	sleep 1.3
	same "the change goes on, closed ports are closed" "silence silence" "$(ports_open)"
	says "it waits for a word" 1 "portcullis: error: generation $first waits to be \
confirmed: 'portcullis confirm' or 'portcullis rollback' first, or make this change one to be \
confirmed, with --confirm SECONDS" portcullis swap closed
	exits "rollback loads what was before" 0 portcullis rollback
	same "it is" "refused refused" "$(ports_open)"
}

test_first() {
	portcullis down --all >/dev/null
	says "the first up" 0 "generation 1 in force
  card: director, 5 tcp and 1 udp ports open
  unless 'portcullis confirm' follows within 3 seconds, nothing is enforced again" \
		portcullis up card director --confirm 3
	same "in force" "silence silence" "$(ports_open)"
	until_true undone
	same "undone: all passes" "refused refused" "$(ports_open)"
	says "status" 0 "nothing is enforced
generation 1 was not confirmed, and is undone" portcullis status
	says "a writer clears away" 1 "portcullis: warning: generation 1 was not confirmed: nothing is \
enforced, as before it
portcullis: error: nothing is enforced here: 'portcullis up' starts" portcullis swap closed
	same "nothing is left" " " "$(ls /sys/fs/bpf/portcullis 2>/dev/null) $(filters card)"
	exits "up anew" 0 portcullis up card front-end
}

# An interface that is added, one that was there; both at once.
test_two_cards() {
	site card >"$WORK/site.md"
	portcullis down --all >/dev/null
	portcullis up "$WORK/site.md" >/dev/null
	site "card, card2" | sed 's/front-end/director/' >"$WORK/site.md"
	exits "a card more" 0 portcullis up "$WORK/site.md" --confirm 4
	same "both" "silence 1" "$(answer "$SERVER4" 8057) $(other_answer 8057)"
	until_true undone
	same "undone on both at once" "refused 2 2" \
		"$(answer "$SERVER4" 8057) $(other_answer 8057) $(other_answer 9)"
	exits "status is content" 0 portcullis status
	same "of one card" "card" "$(portcullis status --json | jq -r '[.interfaces[].name] | join(" ")')"
	exits "the next change" 0 portcullis swap fe01 front-end + cms
	same "the other card is let go" "" "$(ip -n edge link show card2 | grep -o xdp)$(filters card2)"
}

# Replies are what the policy in force says.
test_replies() {
	portcullis down --all >/dev/null
	answer_at client 7
	portcullis up card front-end >/dev/null
	crafter
	same "an answer, replies on" "answered" "$(asks)"
	portcullis up card front-end --replies off --confirm 4 >/dev/null
	same "replies off, to be confirmed" "silence" "$(asks)"
	until_true is_past
	same "on again, once undone" "answered" "$(asks)"
	exits "status is content" 0 portcullis status
	portcullis up card front-end --replies off >/dev/null
	portcullis up card front-end --replies on --confirm 4 >/dev/null
	same "replies on, to be confirmed" "answered" "$(asks)"
	until_true is_past
	same "off again, once undone" "silence" "$(asks)"
	exits "status is content" 0 portcullis status
	portcullis swap front-end + cms >/dev/null
	same "the filter is let go" "" "$(filters card)"
}

stream() {
	[ "$(packets udp/1434)" -gt 5000 ]
}

# Nothing that both open is lost while changes come and undo themselves.
test_traffic() {
	local i sent received

	portcullis down --all >/dev/null
	portcullis up card front-end >/dev/null
	start_tool sent client observe out eth0
	start_tool sockets server traffic receive udp/1434
	start stream client "$BUILD/live/traffic" send "$SERVER4" 1434 100000000 5000
	until_true stream || bail_out "no stream"
	for i in 1 2 3 4; do
		portcullis swap director --confirm 1 >/dev/null
		[ $i = 3 ] && portcullis confirm >/dev/null && portcullis rollback >/dev/null
		sleep 1.2
	done
	stop stream
	sleep 0.3
	stop sockets
	stop sent
	sent=$(counted sent udp 1434) received=$(counted sockets udp 1434)
	same "datagrams lost as changes came and went" 0 $((sent - received))
	same "all are counted" "$sent" "$(packets udp/1434)"
}

test_rollback() {
	portcullis down --all >/dev/null
	portcullis up card front-end >/dev/null
	says "rollback of the first" 1 "portcullis: error: no earlier generation is kept" portcullis rollback
	portcullis swap director >/dev/null
	portcullis swap closed >/dev/null
	says "rollback" 0 "generation 4 in force
  card: director, 5 tcp and 1 udp ports open" portcullis rollback
	says "further" 0 "generation 5 in force
  card: front-end, 16411 tcp and 16385 udp ports open" portcullis rollback
	says "no further" 1 "portcullis: error: no generation before this one is kept; kept are 1, 4: name one" \
		portcullis rollback
	says "forward again" 0 "generation 6 in force
  card: director, 5 tcp and 1 udp ports open" portcullis rollback 4
	says "one that is not kept" 1 "portcullis: error: generation 3 is not kept, expected one of 1, 5" \
		portcullis rollback 3
	says "no number" 2 "portcullis rollback: 'x', expected the number of a GENERATION
usage: portcullis rollback [OPTION…] [GENERATION]" portcullis rollback x
	portcullis swap closed >/dev/null
	portcullis swap front-end >/dev/null
	portcullis swap closed >/dev/null
	same "three are kept" "8 7 6" "$(portcullis status --json | jq -r '[.kept[:3][].generation] | join(" ")')"
	says "seconds" 2 "portcullis swap: --confirm '0', expected 1 to 86400 seconds
usage: portcullis swap [OPTION…] [PROFILE | SERVER PROFILE]" portcullis swap director --confirm 0
}

# pins: what is pinned, but for catalogs, which are kept for a while
pins() {
	find /sys/fs/bpf/portcullis -type f -printf '%f\n' | grep -v '^catalog-' | sed 's/-[0-9]*$//' |
		sort | paste -sd ' '
}

# back_to_old NAME: whatever a killed command has left, there is a way to the old policy
back_to_old() {
	if [ "$(portcullis status --json 2>/dev/null | jq -r '.pending != null')" = true ]; then
		portcullis rollback >"$WORK/rollback" 2>&1 ||
			grep -q "mends that" "$WORK/rollback" || fail "$1: rollback" "$(cat "$WORK/rollback")"
	fi
	portcullis up "$WORK/site.md" >/dev/null 2>&1 || fail "$1: up of the old policy"
	portcullis status >/dev/null 2>&1 || fail "$1: status"
	[ "$(answer "$SERVER4" 8057) $(other_answer 8057)" = "refused 2" ] || fail "$1: the old policy"
	[ "$(pins)" = "$PINS" ] || fail "$1: pins" "$(pins)"
}

# A change to be confirmed, a confirmation, a rollback, an undone change that is cleared away, each
# killed at every call by which it changes something.
killed_at_each() {
	local calls code wrong=$COUNT

	for ((calls = 1; calls < 60; calls++)); do
		"$3"
		edge "$BUILD/live/die_at" $calls "$PORTCULLIS" "${@:4}" >/dev/null 2>&1
		code=$?
		[ $code = 137 ] || break
		back_to_old "$1, killed at call $calls"
	done
	[ $code = "$2" ] || fail "$1: when it is not killed" "exit code $code"
	back_to_old "$1, not killed"
	[ "$COUNT" = "$wrong" ] && pass "$1: killed at each of $((calls - 1)) calls"
}

changed() {
	portcullis up "$WORK/new.md" --confirm 60 >/dev/null 2>&1
}

too_late() {
	portcullis up "$WORK/new.md" --confirm 1 >/dev/null 2>&1
	sleep 1.1
}

test_killed() {
	site "card, card2" >"$WORK/site.md"
	sed 's/front-end/director/' "$WORK/site.md" >"$WORK/new.md"
	portcullis down --all >/dev/null 2>&1
	portcullis up "$WORK/site.md" >/dev/null 2>&1
	PINS=$(pins)
	killed_at_each "a change" 0 true up "$WORK/new.md" --confirm 60
	killed_at_each "a confirmation" 0 changed confirm
	killed_at_each "a rollback" 0 changed rollback
	killed_at_each "what clears away an undone change" 1 too_late confirm
}

if ! make_edge || ! new_host other || ! segment card2 203.0.113 other; then
	bail_out "cannot make network namespaces"
fi

# other_answer PORT: a connection from the host behind the second card
other_answer() {
	nsenter --net=/run/netns/other "$BUILD/live/traffic" connect "$SERVER4" "$1"
	echo $?
}

test_undone
test_confirmed
test_over_unconfirmed
test_pins_removed
test_first
test_two_cards
test_replies
test_traffic
test_rollback
test_killed
plan
