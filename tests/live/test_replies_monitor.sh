#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# In monitor mode clients reach closed ports and servers answer them: that never becomes a reply.
# What the server begins does.
# shellcheck source=/dev/null
. "$(dirname "$0")/replies/replies.sh"
skip_unless_root jq python3 socat
alone "$@" || bail_out "cannot mount a BPF file system"

CLOSED=9999

# site: one server only monitored, in a site that enforces
site() {
	cat <<-END
		| Server | Address | Profile | Mode |
		|---|---|---|---|
		| fe01 | $SERVER4, $SERVER6 | front-end | monitor |

		| Setting | Value |
		|---|---|
		| Interface | card |
	END
}

# heard NAME: how often a talker has heard the other
heard() {
	wc -l <"$WORK/$1"
}

# hears_on NAME: whether it hears ten more words
hears_on() {
	local enough

	enough=$(($(heard "$1") + 10))
	until_true eval "[ \$(wc -l <$WORK/$1) -ge $enough ]"
}

# talk NAME ADDRESS: a client talks to the closed port, by UDP and by TCP; all its packets are told
# to be would-be drops, none to be a reply
talk() {
	local before replies

	before=$(reason not-published would-drop) replies=$(reason reply)
	start_tool sent client observe out eth0
	start udp client python3 "$WORDS" talk "$2" $CLOSED 30000
	start tcp client python3 "$WORDS" connect "$2" $CLOSED 30001
	exits "$1: the server answers datagrams" 0 hears_on udp
	exits "$1: the server answers a connection" 0 hears_on tcp
	stop udp
	stop tcp
	sleep 0.3
	stop sent
	same "$1: each packet is a would-be drop" \
		$(($(counted sent udp $CLOSED) + $(counted sent tcp $CLOSED))) \
		$(($(reason not-published would-drop) - before))
	same "$1: none is a reply" "$replies" "$(reason reply)"
}

# begin NAME ADDRESS OWN BRACKETED: the server begins to talk, from the port that is closed to others
begin() {
	exits "$1: to ask is not to begin" 0 \
		portcullis explain from "$4:7777" to "$3" udp/41000 --expect drop
	start out server python3 "$WORDS" talk "$2" 7777 41000
	exits "$1: the server is answered" 0 hears_on out
	stop out
	verdict_of "$1: what it began" reply "$2" 7777 "$3" 41000 udp
	verdict_of "$1: what it did not" "not-published would-drop" "$2" 7778 "$3" 41000 udp
}

both() {
	talk "$1, IPv4" "$SERVER4"
	talk "$1, IPv6" "$SERVER6"
	begin "$1, IPv4" "$CLIENT4" "$SERVER4" "$CLIENT4"
	begin "$1, IPv6" "$CLIENT6" "$SERVER6" "[$CLIENT6]"
}

# What is under way when enforcing begins ends, though the server goes on to send.
test_enforce() {
	start caller client python3 "$WORDS" talk "$SERVER4" $((CLOSED - 1)) 30002
	until_true eval "[ \$(judged sleep 0.1 | wc -c) -gt 0 ]"
	start called server python3 "$WORDS" talk "$CLIENT4" 30002 $((CLOSED - 1))
	start began server python3 "$WORDS" talk "$CLIENT4" 7777 41001
	exits "the client began: they talk" 0 hears_on called
	exits "enforce" 0 portcullis swap --enforce
	sleep 0.2
	same "the client's datagrams alone are refused" "not-published reply" \
		"$(judged sleep 0.5 | grep -o '[a-z-]*[a-z]' | sort | paste -sd ' ')"
	exits "the server goes on to send" 0 hears_on caller
	exits "what the server began is answered still" 0 hears_on began
	stop caller
	stop called
	stop began
	exits "down" 0 portcullis down
}

make_edge || bail_out "cannot make network namespaces"
answer_at client 7777
answer_at server $CLOSED
start echo server socat TCP6-LISTEN:$CLOSED,fork,reuseaddr,ipv6only=0 PIPE
until_true in_host server sh -c "ss -tlnH 'sport = :$CLOSED' | grep -q ."
crafter
site >"$WORK/site.md"
exits "up with a site" 0 portcullis up "$WORK/site.md"
both "a monitored server"
exits "down" 0 portcullis down
exits "up with a profile" 0 portcullis up card front-end --monitor
both "a monitored card"
test_enforce
plan
