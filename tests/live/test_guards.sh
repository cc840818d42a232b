#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Guards before real sockets: who may come, how often, and with what.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq
alone "$@" || bail_out "cannot mount a BPF file system"

FRONT=198.51.100.11 FRONT6=2001:db8:2::11
OTHER=198.51.100.12
FRIEND=192.0.2.2 FRIEND6=2001:db8:1::2      # in the network 'near'
STRANGER=192.0.2.3 STRANGER6=2001:db8:1::3
FAR6=2001:db8:1:1::3                        # in another /64

# site MODE NOTE: a site's document
site() {
	cat <<-END
		# An edge: $2

		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $FRONT, $FRONT6 | front-end |
		| fe02 | $OTHER | front-end |

		| Network | Prefixes |
		|---|---|
		| near | $FRIEND, $FRIEND6 |

		| Guard | Ports | Server | Sources | Limit | Payload |
		|---|---|---|---|---|---|
		| inside | tcp/5061 | | near | | |
		| any | tcp/5061 | fe02 | 0.0.0.0/0 | | |
		| calls | tcp/443 | | | 3/h | |
		| media | udp/49152-57500 | | | | media |

		| Setting | Value |
		|---|---|
		| Interface | card |
		| Mode | $1 |
	END
}

# from ADDRESS: the client's source from now on
from() {
	case $1 in
	*:*) ip -n client route replace default via 2001:db8:1::1 src "$1" ;;
	*) ip -n client route replace default via 192.0.2.1 src "$1" ;;
	esac
}

addresses() {
	ip -n server addr add $FRONT/24 dev eth0 && ip -n server addr add $OTHER/24 dev eth0 &&
		ip -n server addr add $FRONT6/64 dev eth0 &&
		ip -n client addr add $STRANGER/24 dev eth0 &&
		ip -n client addr add $STRANGER6/64 dev eth0 nodad &&
		ip -n client addr add $FAR6/64 dev eth0 nodad &&
		ip -n edge route add 2001:db8:1:1::/64 dev card
}

# answers_of COUNT ADDRESS PORT: what becomes of so many connections, one after another
answers_of() {
	local i

	for ((i = 0; i < $1; i++)); do
		answer "$2" "$3"
	done | paste -sd ' '
}

test_sources() {
	exits "up" 0 portcullis up "$WORK/site.md"
	from $FRIEND
	same "a source that is named" refused "$(answer $FRONT 5061)"
	from $STRANGER
	same "one that is not" silence "$(answer $FRONT 5061)"
	same "to a server with a guard of its own" refused "$(answer $OTHER 5061)"
	same "to a port that is not guarded" refused "$(answer $FRONT 8057)"
	from $FRIEND6
	same "an IPv6 source that is named" refused "$(answer $FRONT6 5061)"
	from $STRANGER6
	same "one that is not" silence "$(answer $FRONT6 5061)"
	same "counted" 2 "$(reason source-not-allowed drop)"
	same "the rest as published" 3 "$(packets tcp/5061)"
	exits "explain says so of the program" 0 \
		portcullis explain from $STRANGER to fe01 tcp/5061 --expect drop
	exits "and of whom it lets in" 0 \
		portcullis explain from $FRIEND6 to fe01 tcp/5061 --expect pass
}

test_limit() {
	from $FRIEND
	same "three connections, and no fourth" "refused refused refused silence silence" \
		"$(answers_of 5 $FRONT 443)"
	same "nor to another server" silence "$(answer $OTHER 443)"
	from $STRANGER
	same "another source has its own" "refused refused refused silence" \
		"$(answers_of 4 $OTHER 443)"
	from $STRANGER6
	same "a /64 together" "refused refused" "$(answers_of 2 $FRONT6 443)"
	from $FRIEND6
	same "whichever of its addresses" "refused silence" "$(answers_of 2 $FRONT6 443)"
	from $FAR6
	same "and another /64" refused "$(answer $FRONT6 443)"
	same "counted" 5 "$(reason over-limit drop)"
}

# What a source has used up stays so, whatever is loaded meanwhile; only another gate knows nothing.
test_limit_stays() {
	from $FRIEND
	site enforce again >"$WORK/site.md"
	exits "up with another text" 0 portcullis up "$WORK/site.md"
	same "no token came back" silence "$(answer $FRONT 443)"
	exits "swap" 0 portcullis swap fe01 director
	exits "and back" 0 portcullis swap fe01 front-end
	same "no token came back" silence "$(answer $FRONT 443)"
	exits "questions take none" 0 \
		portcullis explain from $FRIEND to fe01 tcp/443 --expect pass
	exits "down" 0 portcullis down
	exits "up anew" 0 portcullis up "$WORK/site.md"
	same "another gate" refused "$(answer $FRONT 443)"
}

# send FIRST ADDRESS [ZEROES]: one datagram that begins as printf writes FIRST
send() {
	# shellcheck disable=SC2059
	{ printf "$1" && head -c "${3:-10}" /dev/zero; } >"$WORK/payload"
	client bash -c "exec 3>/dev/udp/$2/50000 && cat $WORK/payload >&3"
}

# arrived REASON COUNT: whether so many packets have been judged so
arrived() {
	[ "$(reason "$1")" -ge "$2" ]
}

test_payload() {
	local first

	start_tool received server traffic receive udp/50000
	for first in '\0' '\3' '\20' '\26' '\100' '\200' '\277'; do
		send "$first" $FRONT
	done
	send '\200' $FRONT6
	send '\200' $FRONT 4000
	for first in '\4' '\17' '\120' '\177' '\300' hello quit; do
		send "$first" $FRONT
	done
	send hello $FRONT6
	send hello $FRONT 4000
	until_true arrived not-media 9
	stop received
	same "media arrives, in fragments too" 9 "$(counted received udp 50000)"
	same "what is none does not" 9 "$(reason not-media drop)"
	same "nor what follows it" 2 "$(reason fragment-no-first drop)"
}

test_monitor() {
	local before

	site monitor "counted only" >"$WORK/site.md"
	exits "up in monitor mode" 0 portcullis up "$WORK/site.md"
	before=$(reason over-limit would-drop)
	from $STRANGER
	same "nothing is dropped for its source" refused "$(answer $FRONT 5061)"
	same "but counted" 1 "$(reason source-not-allowed would-drop)"
	same "nor beyond a limit" "refused refused refused refused refused" \
		"$(answers_of 5 $FRONT 443)"
	same "but counted" 2 $(($(reason over-limit would-drop) - before))
	start_tool received server traffic receive udp/50000
	send hello $FRONT
	until_true arrived not-media 1
	stop received
	same "nor for its payload" 1 "$(counted received udp 50000)"
	same "but counted" 1 "$(reason not-media would-drop)"
	exits "down" 0 portcullis down
}

if ! make_edge || ! addresses; then
	bail_out "cannot make network namespaces"
fi
site enforce first >"$WORK/site.md"
test_sources
test_limit
test_limit_stays
test_payload
test_monitor
plan
