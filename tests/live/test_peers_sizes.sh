#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Large transfers where packets are not 1500 bytes long: through a hop with a smaller MTU, which
# only ICMP tells of, and in jumbo frames.
# shellcheck source=/dev/null
. "$(dirname "$0")/peers/peers.sh"
skip_unless_root jq socat ethtool
alone "$@" || bail_out "cannot mount a BPF file system"

FAR4=203.0.113.2 FAR6=2001:db8:3::2
SIZE=3000000

# far_host: behind the client, which sends to it at most 1400 bytes at once; the host itself knows
# nothing of that and announces segments for 1500
far_host() {
	new_host far &&
		ip -n client link add hop mtu 1400 type veth peer name eth0 netns far &&
		ip -n client addr add 203.0.113.1/24 dev hop && ip -n far addr add $FAR4/24 dev eth0 &&
		ip -n client addr add 2001:db8:3::1/64 dev hop nodad &&
		ip -n far addr add $FAR6/64 dev eth0 nodad &&
		ip -n client link set hop up && ip -n far link set eth0 up &&
		ip -n far route add default via 203.0.113.1 &&
		ip -n far route add default via 2001:db8:3::1 &&
		ip -n edge route add 203.0.113.0/24 via "$CLIENT4" &&
		ip -n edge route add 2001:db8:3::/64 via "$CLIENT6" &&
		client sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward &&
			echo 1 >/proc/sys/net/ipv6/conf/all/forwarding'
}

# serve_file: whoever connects to the server's port 443 gets SIZE bytes, and can send as many to 5061
serve_file() {
	head -c $SIZE /dev/urandom >"$WORK/content"
	start file server socat -U TCP6-LISTEN:443,fork,reuseaddr "OPEN:$WORK/content"
	start sink server socat -u TCP6-LISTEN:5061,fork,reuseaddr "CREATE:$WORK/uploaded"
	until_true listens server 443 && until_true listens server 5061
}

# fetched NAMESPACE ADDRESS: how it ended
fetched() {
	nsenter --net="/run/netns/$1" timeout 5 socat -u "TCP:$2:443" "CREATE:$WORK/fetched"
	cmp -s "$WORK/content" "$WORK/fetched" && echo whole || echo "not whole"
	rm -f "$WORK/fetched"
}

# sent NAMESPACE ADDRESS
sent() {
	nsenter --net="/run/netns/$1" timeout 5 socat -u "OPEN:$WORK/content" "TCP:$2:5061"
	until_true cmp "$WORK/content" "$WORK/uploaded" && echo whole || echo "not whole"
	rm -f "$WORK/uploaded"
}

# path_mtu FAR: what the server's kernel has learnt
path_mtu() {
	ip -n server route get "$1" | grep -o 'mtu [0-9]*'
}

test_path_mtu() {
	exits "up" 0 portcullis up card front-end
	same "from the server through the hop" whole "$(fetched far "$SERVER4")"
	same "it was told by ICMP" "mtu 1400" "$(path_mtu $FAR4)"
	same "by IPv6" whole "$(fetched far "[$SERVER6]")"
	same "it was told by ICMPv6" "mtu 1400" "$(path_mtu $FAR6)"
	exits "down" 0 portcullis down
}

jumbo() {
	local wire

	for wire in "edge card" "edge inner" "client eth0" "server eth0"; do
		# shellcheck disable=SC2086
		set -- $wire
		ip -n "$1" link set "$2" mtu 9000 || return
	done
	split_segments && server ethtool -K eth0 tso off gso off
}

# largest ADDRESS BYTES: whether so many go there and back in one packet
largest() {
	client ping -M "do" -s "$2" -c 2 -i 0.2 -W 1 "$1"
}

test_jumbo() {
	local before

	jumbo || bail_out "cannot make the wires' MTU larger"
	exits "up on a card with jumbo frames" 0 portcullis up card front-end
	same "in native mode" native "$(portcullis status --json | jq -r '.interfaces[].attach')"
	exits "9000 bytes" 0 largest "$SERVER4" 8972
	exits "9000 bytes of IPv6" 0 largest "$SERVER6" 8952
	start_tool seen client observe out eth0
	before=$(packets tcp/5061)
	same "to the server" whole "$(sent client "$SERVER4")"
	same "to the server by IPv6" whole "$(sent client "[$SERVER6]")"
	same "from the server" whole "$(fetched client "$SERVER4")"
	same "from the server by IPv6" whole "$(fetched client "[$SERVER6]")"
	same "a closed port" silence "$(answer "$SERVER4" 22)"
	stop seen
	same "all is counted" "$(counted seen tcp 5061)" $(($(packets tcp/5061) - before))
	same "acknowledgements are, too" "$(counted seen tcp 443)" "$(packets tcp/443)"
	same "the frames were large" yes \
		"$([ "$(counted seen tcp 5061)" -lt $((2 * SIZE / 4000)) ] && echo yes)"
	exits "down" 0 portcullis down
}

if ! make_edge || ! far_host || ! serve_file; then
	bail_out "cannot make network namespaces"
fi
test_path_mtu
test_jumbo
plan
