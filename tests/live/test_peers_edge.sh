#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The edge host's own life under a policy: a session of its administrator, and its lease by DHCP.
# shellcheck source=/dev/null
. "$(dirname "$0")/peers/peers.sh"
skip_unless_root jq socat
need busybox
alone "$@" || bail_out "cannot mount a BPF file system"

EDGE4=192.0.2.1 EDGE6=2001:db8:1::1
TYPED=600

# site MANAGEMENT: nobody but these reaches the host itself
site() {
	cat <<-END
		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $SERVER4, $SERVER6 | front-end |

		| Setting | Value |
		|---|---|
		| Interface | card |
		| Unlisted | drop |
		| Management | $1 |
	END
}

# further NAME: whether ten more lines come back
further() {
	local enough

	enough=$(($(wc -l <"$WORK/session$1") + 10))
	until_true eval "[ \$(wc -l <$WORK/session$1) -ge $enough ]"
}

# session NAME ADDRESS: types lines at a host that repeats them, in one connection
session() {
	local i

	for ((i = 0; i < TYPED; i++)); do
		echo "line $i"
		sleep 0.01
	done | client timeout 20 socat -t 2 - "TCP:$2:2222" >"$WORK/session$1"
}

# unbroken NAME: everything typed has come back
unbroken() {
	same "a session over $1 from before up until after down" \
		"$(seq -f 'line %g' 0 $((TYPED - 1)) | md5sum)" "$(md5sum <"$WORK/session$1")"
}

swapped_enough() {
	[ "$(grep -c "in force" "$WORK/swaps")" -ge 5 ]
}

test_session() {
	local four six

	session IPv4 $EDGE4 &
	four=$!
	session IPv6 "[$EDGE6]" &
	six=$!
	until_true grep -q 'line 9' "$WORK/sessionIPv4"
	until_true grep -q 'line 9' "$WORK/sessionIPv6"
	exits "up" 0 portcullis up "$WORK/site.md"
	swap_often fe01 director -- fe01 closed
	until_true swapped_enough
	stop_swaps
	same "others do not reach the host" "silence silence" \
		"$(answer $EDGE4 2223) $(answer $EDGE6 2223)"
	exits "the session over IPv4 goes on" 0 further IPv4
	exits "the session over IPv6 goes on" 0 further IPv6
	exits "down" 0 portcullis down
	wait $four $six
	unbroken IPv4
	unbroken IPv6
}

# dhcp_server: the client's side of the wire gives out addresses
dhcp_server() {
	cat >"$WORK/udhcpd.conf" <<-END
		start 192.0.2.100
		end 192.0.2.100
		interface eth0
		lease_file $WORK/leases
		pidfile $WORK/udhcpd.pid
		option subnet 255.255.255.0
		option lease 600
	END
	: >"$WORK/leases"
	start dhcpd client busybox udhcpd -f "$WORK/udhcpd.conf"
	cat >"$WORK/lease.sh" <<-END
		#!/bin/sh
		echo "\$1 \$ip" >>$WORK/lease
		[ "\$1" != bound ] || ip addr add "\$ip/24" dev card
	END
	chmod +x "$WORK/lease.sh"
}

# lease NAME: the edge asks for one, and asks the server itself to renew it
lease() {
	local before

	: >"$WORK/lease"
	before=$(reason dhcp)
	start_tool answers client observe out eth0
	start dhcp edge busybox udhcpc -f -i card -t 3 -T 1 -A 1 -s "$WORK/lease.sh"
	until_true grep -q bound "$WORK/lease"
	same "$1: a lease" "bound 192.0.2.100" "$(grep bound "$WORK/lease")"
	# shellcheck disable=SC2154
	kill -USR1 "$pid_dhcp"
	until_true grep -q renew "$WORK/lease"
	same "$1: it is renewed" "renew 192.0.2.100" "$(grep renew "$WORK/lease")"
	stop dhcp 2>/dev/null
	stop answers
	same "$1: the server's answers are counted" "$(counted answers udp 68)" \
		$(($(reason dhcp) - before))
	ip -n edge addr del 192.0.2.100/24 dev card 2>/dev/null
}

test_lease() {
	dhcp_server
	exits "up with a closed profile" 0 portcullis up card closed
	lease "a profile"
	exits "down" 0 portcullis down
	exits "up with a site" 0 portcullis up "$WORK/site.md"
	lease "a site"
	exits "down" 0 portcullis down
}

make_edge || bail_out "cannot make network namespaces"
site "192.0.2.0/24, 2001:db8:1::/64, tcp/2222" >"$WORK/site.md"
start echo edge socat TCP6-LISTEN:2222,fork,reuseaddr,ipv6only=0 PIPE
until_true listens edge 2222
test_session
test_lease
plan
