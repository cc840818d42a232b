#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The filter that learns replies: it comes and goes with the gate, however commands end, and leaves
# alone what others have on the card.
# shellcheck source=/dev/null
. "$(dirname "$0")/replies/replies.sh"
skip_unless_root jq python3 "$BUILD/live/die_at"
alone "$@" || bail_out "cannot mount a BPF file system"

OURS="qdisc clsact name portcullis_egre"

# on CARD: what there is of qdisc and filters, in a line
on() {
	filters "$1" | paste -sd ' '
}

second_card() {
	new_host other && segment card2 203.0.113 other
}

learns() {
	portcullis status --json 2>/dev/null | jq -r '[.interfaces[].learns_replies] | join(" ")'
}

# asked: whether the server is answered
asked() {
	words server ask "$CLIENT4" 7777 "$1"
}

# --- what others have there ---

# other_filter CARD ingress|egress PRIORITY: a filter that counts, and lets all pass
other_filter() {
	tc -n edge filter add dev "$1" "$2" pref "$3" protocol all u32 match u32 0 0
}

# others CARD: how many of these there are
others() {
	{ tc -n edge filter show dev "$1" ingress && tc -n edge filter show dev "$1" egress; } |
		grep -c 'u32.*fh.*order'
}

test_qdisc_of_others() {
	tc -n edge qdisc add dev card clsact
	exits "up where there is a clsact" 0 portcullis up card front-end
	same "our filter is on it" "$OURS" "$(on card)"
	exits "down" 0 portcullis down
	same "the clsact stays" "qdisc clsact" "$(on card)"
	other_filter card egress 2
	other_filter card ingress 7
	exits "up beside filters of others" 0 portcullis up card front-end
	same "the server is answered" question "$(asked 41000)"
	exits "a swap" 0 portcullis swap director
	exits "down" 0 portcullis down
	same "the filters stay" "qdisc clsact 2" "$(on card) $(others card)"
	tc -n edge qdisc del dev card clsact
}

# Who comes later and finds our clsact keeps it.
test_others_on_ours() {
	exits "up" 0 portcullis up card front-end
	other_filter card ingress 3
	exits "down" 0 portcullis down
	same "a clsact with somebody's filter stays" "qdisc clsact 1" "$(on card) $(others card)"
	tc -n edge qdisc del dev card clsact
	exits "up" 0 portcullis up card front-end
	other_filter card egress 3
	exits "replies off" 0 portcullis up card front-end --replies off
	same "so it does where replies are turned off" "qdisc clsact 1" "$(on card) $(others card)"
	exits "down" 0 portcullis down
	tc -n edge qdisc del dev card clsact
}

# Another kind of filter at our priority leaves no place for ours.
test_our_place_taken() {
	tc -n edge qdisc add dev card clsact
	other_filter card egress 1
	says "up where our place is taken" 1 "card: error: cannot attach beside another tc \
filter of priority 1: File exists" portcullis up card front-end
	same "nothing has changed" "qdisc clsact 1" "$(on card) $(others card)"
	exits "nothing is enforced" 0 portcullis status
	exits "without replies it does" 0 portcullis up card front-end --replies off
	exits "down" 0 portcullis down
	tc -n edge qdisc del dev card clsact
}

# --- what somebody takes away ---

# mended NAME: status tells that replies are not learnt, and up mends it
mended() {
	exits "$1: status" 1 portcullis status
	same "$1: it tells" false "$(learns)"
	same "$1: and what to do" \
		"  card       native    front-end  LEARNS NO REPLIES: 'portcullis up' mends its filter" \
		"$(portcullis status 2>/dev/null | grep "^  card")"
	same "$1: the server is not answered" silence "$(asked 41001)"
	exits "$1: up" 0 portcullis up card front-end
	same "$1: the filter is back" "$OURS true" "$(on card) $(learns)"
	exits "$1: status is content" 0 portcullis status
	same "$1: the server is answered" question "$(asked 41002)"
}

test_taken_away() {
	exits "up" 0 portcullis up card front-end
	tc -n edge qdisc del dev card clsact
	mended "the clsact is gone"
	tc -n edge filter del dev card egress
	mended "the filter is gone"
	exits "down" 0 portcullis down
	same "a clsact found without our filter is not ours" "qdisc clsact" "$(on card)"
	tc -n edge qdisc del dev card clsact
}

# --- commands that are killed ---

# killed NAME SETUP COMMAND MEND: COMMAND killed at each of its changes, each time after SETUP; MEND,
# the next command, is to leave filters where they belong and nowhere else
killed() {
	local calls code wrong=$COUNT

	for ((calls = 1; calls < 60; calls++)); do
		$2 >/dev/null 2>&1 || fail "$1: before call $calls"
		# shellcheck disable=SC2086
		edge "$BUILD/live/die_at" $calls "$PORTCULLIS" $3 >/dev/null 2>&1
		code=$?
		[ $code = 137 ] || break
		eval "portcullis $4" >"$WORK/mend" 2>&1 || fail "$1: '$4' after call $calls" "$(cat "$WORK/mend")"
		[ "$(state)" = content ] || fail "$1: '$4' after call $calls left" "$(state)"
	done
	[ $code = 0 ] || fail "$1: it works when it is not killed" "exit code $code"
	[ "$COUNT" = "$wrong" ] && pass "$1: killed at each of $((calls - 1)) calls"
}

# state: "content" if status is, and where filters are that do not belong
# there
state() {
	local card has filter

	portcullis status --json >"$WORK/state" 2>/dev/null && echo content
	for card in card card2; do
		has=$(jq -r --arg card $card 'if .replies == "on" then .interfaces[] |
			select(.name == $card) | .name else empty end' "$WORK/state")
		filter=$(filters $card | grep name)
		[ "$has" ] && [ -z "$filter" ] && echo "none on $card"
		[ -z "$has" ] && [ "$filter" ] && echo "one on $card"
	done
}

none() {
	portcullis down --all
}

one() {
	portcullis down --all && portcullis up card front-end
}

two() {
	portcullis up "$WORK/two.md"
}

test_killed() {
	site "card, card2" >"$WORK/two.md"
	killed "up, then down" none "up card front-end" "down --all"
	killed "up, then up elsewhere" none "up card2 front-end" "up card front-end"
	killed "replies off" one "up card front-end --replies off" "up card front-end --replies off"
	killed "down" one "down" "down"
	portcullis down --all >/dev/null
	killed "down of one of two" two "down card2" \
		"down card2 || portcullis swap fe01 director"
	exits "down of all" 0 portcullis down --all
	same "no filter is left" "content" "$(state)"
}

if ! make_edge || ! second_card; then
	bail_out "cannot make network namespaces"
fi
answer_at client 7777
test_qdisc_of_others
test_others_on_ours
test_our_place_taken
test_taken_away
test_killed
plan
