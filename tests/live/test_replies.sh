#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a guarded server, or the edge itself, begins is answered: names, the time, HTTPS. Nobody else
# gets in that way, and with replies off nobody does at all.
# shellcheck source=/dev/null
. "$(dirname "$0")/replies/replies.sh"
skip_unless_root jq python3 openssl getent
alone "$@" || bail_out "cannot mount a BPF file system"

OTHER4=192.0.2.3 OTHER6=2001:db8:1::3 # the client's, too

certify() {
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=portal.example -addext subjectAltName=DNS:portal.example \
		-keyout "$WORK/key" -out "$WORK/certificate" 2>/dev/null
}

# outside: what servers reach out to
outside() {
	ip -n client addr add $OTHER4/24 dev eth0 && ip -n client addr add $OTHER6/64 dev eth0 nodad \
		preferred_lft 0 &&
		certify && answer_at client 53 123 7777 &&
		start pages client openssl s_server -quiet -www -accept 443 \
			-cert "$WORK/certificate" -key "$WORK/key" &&
		until_true in_host client sh -c "ss -tlnH 'sport = :443' | grep -q ."
}

# name HOST SERVER: the address that the host's own resolver learns there
name() {
	printf 'nameserver %s\noptions timeout:1 attempts:1\n' "$2" >"$WORK/names-$2-$1"
	in_host "$1" unshare --mount sh -c "mount --bind $WORK/names-$2-$1 /etc/resolv.conf &&
		getent ahostsv4 portal.example" | awk 'NR == 1 { print $1 }'
}

# page HOST ADDRESS: the first line of what a web server says to a host that knows its certificate
page() {
	printf 'GET / HTTP/1.0\r\n\r\n' | in_host "$1" timeout 1 openssl s_client -quiet \
		-verify_return_error -CAfile "$WORK/certificate" -verify_hostname portal.example \
		-connect "$2:443" 2>/dev/null | head -n 1 | tr -d '\r'
}

# reaches HOST: all three, over IPv4 and over IPv6, both at once
reaches() {
	exec 3< <(echo "$(name "$1" "$CLIENT6"), $(words "$1" time "$CLIENT6"), $(page "$1" "[$CLIENT6]")")
	echo "$(name "$1" "$CLIENT4"), $(words "$1" time "$CLIENT4"), $(page "$1" "$CLIENT4")"
	cat <&3
}

REACHED="192.0.2.99, time, HTTP/1.0 200 ok
192.0.2.99, time, HTTP/1.0 200 ok"
UNREACHED=", silence, 
, silence, "

# answered NAME HOST: it reaches all, and each packet to it counts as a reply, no other
answered() {
	local before

	before=$(reason reply)
	start_tool sent client observe out eth0
	same "$1: what it begins is answered" "$REACHED" "$(reaches "$2")"
	sleep 0.1
	stop sent
	same "$1: and counts as replies" \
		$(($(counted sent udp 40000 44999) + $(counted sent tcp 40000 44999))) \
		$(($(reason reply) - before))
}

# refused_udp CLIENT OTHER SERVER: the server asks the client's port 7777 from 45000
refused_udp() {
	same "the server asks" question "$(words server ask "$1" 7777 45000)"
	verdict_of "the answer again" reply "$1" 7777 "$3" 45000 udp
	verdict_of "from another port" not-published "$1" 5353 "$3" 45000 udp
	verdict_of "from another well-known port" no-such-flow "$1" 54 "$3" 45000 udp
	verdict_of "from another address" not-published "$2" 7777 "$3" 45000 udp
	verdict_of "to another port" not-published "$1" 7777 "$3" 45001 udp
	verdict_of "by TCP" not-published "$1" 7777 "$3" 45000 A
	words server time "$1" >/dev/null
	verdict_of "what nobody asked for" no-such-flow "$1" 53 "$3" 45002 udp
}

# asked FROM PORT TO PORT: what explain says of a SYN, and of a packet that is none
asked() {
	local from=$1:$2

	[[ $1 == *:* ]] && from="[$1]:$2"
	portcullis explain from "$from" to "$3" "tcp/$4" --json |
		jq -r '"\(.verdict) \(.reason), \(.answer.verdict) \(.answer.reason)"'
}

# refused_tcp CLIENT OTHER SERVER: the server has a connection from 45003 to the client's port 443
refused_tcp() {
	start connection server python3 "$WORDS" connect "$1" 443 45003
	until_true grep -q connected "$WORK/connection"
	verdict_of "a segment" reply "$1" 443 "$3" 45003 A
	verdict_of "a bare SYN" not-published "$1" 443 "$3" 45003 S
	same "explain tells both" "drop not-published, pass reply" "$(asked "$1" 443 "$3" 45003)"
	same "explain of another" "drop not-published, drop no-such-flow" \
		"$(asked "$1" 442 "$3" 45003)"
	verdict_of "a segment from another port" no-such-flow "$1" 442 "$3" 45003 A
	verdict_of "a segment from another address" no-such-flow "$2" 443 "$3" 45003 A
	verdict_of "a segment to another port" no-such-flow "$1" 443 "$3" 45004 A
	verdict_of "a datagram" no-such-flow "$1" 443 "$3" 45003 udp
	verdict_of "a reset, which ends it" reply "$1" 443 "$3" 45003 R
	stop connection 2>/dev/null
}

refused() {
	refused_udp "$CLIENT4" $OTHER4 "$SERVER4"
	refused_udp "$CLIENT6" $OTHER6 "$SERVER6"
	refused_tcp "$CLIENT4" $OTHER4 "$SERVER4"
	refused_tcp "$CLIENT6" $OTHER6 "$SERVER6"
}

# off NAME: replies are off
off() {
	reaches edge >"$WORK/edge" &
	same "$1: no answer to the server" "$UNREACHED" "$(reaches server)"
	wait $!
	same "$1: none to the edge" "$UNREACHED" "$(cat "$WORK/edge")"
	same "$1: no reply is counted" 0 "$(reason reply)"
	same "$1: no filter, no qdisc" "" "$(filters card)"
	exits "$1: status" 0 portcullis status
}

test_interface() {
	same "before" "$REACHED" "$(reaches server)"
	exits "up with a profile" 0 portcullis up card front-end
	same "a filter" "qdisc clsact name portcullis_egre" "$(filters card | paste -sd ' ')"
	answered "a server, by a profile" server
	answered "the edge, by a profile" edge
	refused
	same "explain says what of such a datagram" "drop no-such-flow" \
		"$(portcullis explain from 192.0.2.9:53 to "$SERVER4" udp/45002 --json |
			jq -r '"\(.verdict) \(.reason)"')"
	same "and of one that knocks" "drop not-published" \
		"$(portcullis explain from 192.0.2.9:5353 to "$SERVER4" udp/45002 --json |
			jq -r '"\(.verdict) \(.reason)"')"
	exits "down" 0 portcullis down
	same "nothing is left" "" "$(filters card)"
}

test_site() {
	exits "up with a site" 0 portcullis up "$WORK/on.md"
	answered "a server of a site" server
	answered "the edge, where Unlisted is drop" edge
	refused
	exits "down" 0 portcullis down
}

test_off() {
	exits "up with replies off" 0 portcullis up card front-end --replies off
	off "a profile"
	exits "swap keeps them off" 0 portcullis swap director
	same "no filter by a swap" "" "$(filters card)"
	exits "down" 0 portcullis down
	exits "up with a site, replies on" 0 portcullis up "$WORK/on.md"
	exits "the same, replies off" 0 portcullis up "$WORK/off.md"
	off "a site"
	exits "down" 0 portcullis down
}

if ! make_edge || ! low_ports server edge || ! outside; then
	bail_out "cannot make network namespaces"
fi
site card Unlisted drop Replies on >"$WORK/on.md"
site card Unlisted drop Replies off >"$WORK/off.md"
crafter
test_interface
test_site
test_off
plan
