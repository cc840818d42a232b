#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Several enforced cards: an answer comes in where the question left, and servers are behind the
# card that Inside names.
# shellcheck source=/dev/null
. "$(dirname "$0")/replies/replies.sh"
skip_unless_root jq python3 socat
alone "$@" || bail_out "cannot mount a BPF file system"

OTHER4=203.0.113.2 OTHER6=2001:db8:3::2 # behind the second uplink

second_card() {
	new_host other && segment card2 203.0.113 other && segment6 card2 2001:db8:3 other
}

# uplinks NAME PEER SERVER: the peer is behind the second card; frames of its address come by both
uplinks() {
	same "$1: asked by the second card" question "$(words server ask "$2" 7777 41000)"
	crafter card2 other
	verdict_of "$1: its answer there" reply "$2" 7777 "$3" 41000 udp
	crafter card client
	verdict_of "$1: its answer by the first" not-published "$2" 7777 "$3" 41000 udp
	words server time "$2" >/dev/null
	verdict_of "$1: from a well-known port by the first" no-such-flow "$2" 123 "$3" 41000 udp
	start connection server python3 "$WORDS" connect "$2" 443 41001
	until_true grep -q connected "$WORK/connection"
	verdict_of "$1: a segment by the first" no-such-flow "$2" 443 "$3" 41001 A
	verdict_of "$1: a reset by the first" no-such-flow "$2" 443 "$3" 41001 R
	crafter card2 other
	verdict_of "$1: a segment by the second" reply "$2" 443 "$3" 41001 A
	stop connection
}

# moved NAME PEER SERVER GATEWAY LENGTH: from now on the way there leads out by the first card
moved() {
	ip -n edge route replace "$2/$5" via "$4"
	same "$1, moved: the peer is not there" silence "$(words server ask "$2" 7777 41000)"
	crafter card client
	verdict_of "$1, moved: an answer by the first card" reply "$2" 7777 "$3" 41000 udp
	ip -n edge route del "$2/$5"
}

test_uplinks() {
	site "card, card2" >"$WORK/site.md"
	exits "up" 0 portcullis up "$WORK/site.md"
	uplinks IPv4 $OTHER4 "$SERVER4"
	uplinks IPv6 $OTHER6 "$SERVER6"
	moved IPv4 $OTHER4 "$SERVER4" "$CLIENT4" 32
	moved IPv6 $OTHER6 "$SERVER6" "$CLIENT6" 128
	exits "down" 0 portcullis down --all
	same "nothing is left" "" "$(filters card)$(filters card2)"
}

# outer NAME CLIENT SERVER: servers are reached by the inner card
outer() {
	same "$1: the server is answered" question "$(words server ask "$2" 7777 41002)"
	same "$1: a server's published port" refused "$(answer "$3" 5061)"
	same "$1: a closed one" silence "$(answer "$3" 22)"
	verdict_of "$1: forged" forged-source "$3" 41003 "$2" 7777 udp
	verdict_of "$1: the 'reply'" not-published "$2" 7777 "$3" 41003 udp
	verdict_of "$1: forged anew, what the server began" forged-source "$3" 41002 "$2" 7777 udp
}

test_inside() {
	site "card, inner" Inside inner >"$WORK/site.md"
	exits "up with an inner card" 0 portcullis up "$WORK/site.md"
	crafter
	outer IPv4 "$CLIENT4" "$SERVER4"
	outer IPv6 "$CLIENT6" "$SERVER6"
	site "card, inner" Inside inner Unlisted drop >"$WORK/site.md"
	exits "up, Unlisted drop" 0 portcullis up "$WORK/site.md"
	outer "IPv4, Unlisted drop" "$CLIENT4" "$SERVER4"
	outer "IPv6, Unlisted drop" "$CLIENT6" "$SERVER6"
}

# Without that setting whoever has a server's address is an outsider there, too.
test_not_inside() {
	site "card, inner" >"$WORK/site.md"
	exits "up with an inner card that is none" 0 portcullis up "$WORK/site.md"
	same "the server gets nowhere" "silence forged-source" \
		"$(words server ask "$CLIENT4" 7777 41004) $(judged words server ask "$CLIENT4" 7777 \
			41004 | cut -d ' ' -f 1)"
	exits "down" 0 portcullis down --all
}

if ! make_edge || ! second_card; then
	bail_out "cannot make network namespaces"
fi
edge sh -c 'cd /proc/sys/net/ipv4/conf && echo 0 | tee all/rp_filter default/rp_filter \
	card/rp_filter card2/rp_filter inner/rp_filter >/dev/null'
answer_at client 7777
answer_at other 7777 123
start sink other socat -u TCP6-LISTEN:443,fork,reuseaddr,ipv6only=0 OPEN:/dev/null
until_true in_host other sh -c "ss -tlnH 'sport = :443' | grep -q ."
test_uplinks
test_inside
test_not_inside
plan
