#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Replies across changes: what a swap closes stays closed while the server still sends, what the
# server began goes on, and a new gate takes over the connections that it finds.
# shellcheck source=/dev/null
. "$(dirname "$0")/peers/peers.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/replies/replies.sh"
skip_unless_root jq python3 socat
alone "$@" || bail_out "cannot mount a BPF file system"

MEDIA=50000 # front-end opens it, director does not
PARTS=30    # of a download, ten a second
SIZE=200000 # of each

hears_on() {
	local enough

	enough=$(($(wc -l <"$WORK/$1") + 10))
	until_true eval "[ \$(wc -l <$WORK/$1) -ge $enough ]"
}

# hears_nothing NAME NAME...: a talker hears no more words for a while
hears_nothing() {
	local before

	before=$(wc -l <"$WORK/$2")
	sleep 0.5
	same "$1" "$before" "$(wc -l <"$WORK/$2")"
}

# closed NAME CLIENT SERVER: they talk on an open port, the server on its own account too
closed() {
	start caller client python3 "$WORDS" talk "$3" $MEDIA 30000
	start called server python3 "$WORDS" talk "$2" 30000 $MEDIA
	exits "$1: they talk" 0 hears_on called
	exits "$1: a swap closes the port" 0 portcullis swap director
	sleep 0.1
	hears_nothing "$1: the server hears the client no more" called
	exits "$1: but goes on to send" 0 hears_on caller
	same "$1: all is not-published" "not-published" \
		"$(judged sleep 0.5 | grep -o '[a-z-]*[a-z]' | paste -sd ' ')"
	same "$1: what the server begins now is answered" question \
		"$(words server ask "$2" 7777 41000)"
	hears_nothing "$1: still not" called
	exits "$1: a swap opens it" 0 portcullis swap front-end
	exits "$1: they talk again" 0 hears_on called
	stop caller
	stop called
}

# What is open now and was begun by the server: it goes on when the port is closed again.
test_begun() {
	start began server python3 "$WORDS" talk "$CLIENT4" 7777 41001
	exits "the server talks from a closed port" 0 hears_on began
	exits "swap" 0 portcullis swap director
	exits "it is still answered" 0 hears_on began
	stop began
	exits "swap back" 0 portcullis swap front-end
}

# serve_parts: whoever connects to the client's port 443 gets PARTS times SIZE bytes, slowly
serve_parts() {
	head -c $SIZE /dev/urandom >"$WORK/part"
	cat >"$WORK/parts.sh" <<-END
		#!/bin/sh
		for i in \$(seq $PARTS); do
			cat "$WORK/part"
			sleep 0.1
		done
	END
	chmod +x "$WORK/parts.sh"
	start parts client socat -U TCP6-LISTEN:443,fork,reuseaddr,ipv6only=0 "EXEC:$WORK/parts.sh"
	until_true listens client 443
}

# downloaded ADDRESS FILE: to the server
downloaded() {
	server timeout 20 socat -u "TCP:$1:443" "CREATE:$WORK/$2"
}

test_download() {
	serve_parts
	swap_often director -- front-end
	downloaded "$CLIENT4" four &
	downloaded "[$CLIENT6]" six
	wait $!
	stop_swaps
	same "a download by IPv4 is whole" $((PARTS * SIZE)) "$(stat -c %s "$WORK/four")"
	same "by IPv6 too" $((PARTS * SIZE)) "$(stat -c %s "$WORK/six")"
	exits "down" 0 portcullis down
}

# An up that took place so many seconds ago, as far as the gate knows.
up_before() {
	edge unshare --time --monotonic=-"$1" --fork "$PORTCULLIS" up card front-end
}

# Connections from before the gate: the server's own, and one that a client began to a closed port.
test_pickup() {
	start own server python3 "$WORDS" connect "$CLIENT4" 445 41002
	start own6 server python3 "$WORDS" connect "$CLIENT6" 445 41002
	start theirs client python3 "$WORDS" connect "$SERVER4" 9999 41003
	exits "connections without a gate" 0 hears_on theirs
	exits "up" 0 portcullis up card front-end
	exits "the server's are taken over" 0 hears_on own
	exits "over IPv6 too" 0 hears_on own6
	hears_nothing "that of a client is not" theirs
	exits "down" 0 portcullis down
	exits "the client's comes back" 0 hears_on theirs
	exits "up, a minute ago" 0 up_before 70
	hears_nothing "too late for the server's" own
	hears_nothing "over IPv6 too" own6
	same "what answers is told" no-such-flow \
		"$(judged crafted "$CLIENT4" 445 "$SERVER4" 41002 A | cut -d ' ' -f 1)"
	stop theirs
	start new server python3 "$WORDS" connect "$CLIENT4" 445 41004
	exits "a new one is answered" 0 hears_on new
	exits "down" 0 portcullis down
}

make_edge || bail_out "cannot make network namespaces"
answer_at client 7777
start echo client socat TCP6-LISTEN:445,fork,reuseaddr,ipv6only=0 PIPE
start echo9 server socat TCP6-LISTEN:9999,fork,reuseaddr,ipv6only=0 PIPE
until_true listens client 445 && until_true listens server 9999
crafter
portcullis up card front-end >/dev/null || bail_out "up failed"
closed "IPv4" "$CLIENT4" "$SERVER4"
closed "IPv6" "$CLIENT6" "$SERVER6"
test_begun
test_download
test_pickup
plan
