#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which sockets a policy would cut off, on a host with real listeners and connections.
# Needs root, ip, socat and BUILD/live/probe_host.
set -u

PROBE=${BUILD:-build}/live/probe_host
EDGE=pcl-n-edge-$$
CLIENT=pcl-n-client-$$
WORK=$(mktemp -d)
count=0
children=()

finish() {
	[ ${#children[@]} -gt 0 ] && kill "${children[@]}" 2>/dev/null
	wait
	ip netns del "$EDGE" 2>/dev/null
	ip netns del "$CLIENT" 2>/dev/null
	rm -rf "$WORK"
}
trap finish EXIT

edge() {
	nsenter --net="/run/netns/$EDGE" "$@"
}

client() {
	nsenter --net="/run/netns/$CLIENT" "$@"
}

# background NAMESPACE COMMAND...: a process that runs until the end of the test
background() {
	nsenter --net="/run/netns/$1" "${@:2}" </dev/null >/dev/null 2>&1 &
	children+=($!)
}

# same NAME EXPECTED ACTUAL
same() {
	count=$((count + 1))
	if [ "$2" = "$3" ]; then
		echo "ok $count - $1"
	else
		echo "not ok $count - $1"
		printf '%s\n' "expected: $2" "got: $3" | sed 's/^/# /'
	fi
}

# cut_off INTERFACE [OPEN]...: what the probe says, without process ids and ephemeral ports
cut_off() {
	edge "$PROBE" sockets "$@" 2>&1 |
		sed -E 's/, pid [0-9]+\)/)/; s/:(3[2-9]|[45][0-9]|60)[0-9]{3}\b/:PORT/g' | LC_ALL=C sort
}

# until_seen TEXT: listeners need a moment to be there
until_seen() {
	for _ in $(seq 50); do
		edge ss -tuna | grep -q -- "$1" && return
		sleep 0.1
	done
	echo "Bail out! no socket '$1'"
	exit 1
}

addresses() {
	edge ip addr add 10.0.0.1/24 dev eth0 &&
		edge ip addr add 2001:db8::1/64 dev eth0 nodad &&
		edge ip addr add 10.1.0.1/24 dev eth1 &&
		edge ip addr add 192.0.2.1/32 dev lo &&
		client ip addr add 10.0.0.9/24 dev eth0 &&
		client ip addr add 2001:db8::9/64 dev eth0 nodad &&
		client ip addr add 10.1.0.9/24 dev eth1 &&
		client ip route add 192.0.2.1 via 10.0.0.1
}

build() {
	local i

	ip netns add "$EDGE" && ip netns add "$CLIENT" || return
	for i in 0 1; do
		edge ip link add "eth$i" type veth peer name "eth$i" netns "$CLIENT" || return
		edge ip link set "eth$i" up && client ip link set "eth$i" up
	done
	edge ip link set lo up && addresses
}

# Processes of the names that matter: SSH servers are told by theirs.
name_processes() {
	local name

	for name in sshd dropbear web dns; do
		cp "$(command -v socat)" "$WORK/$name" || return
	done
}

serve() {
	background "$EDGE" "$WORK/sshd" TCP6-LISTEN:2222,ipv6only=0,fork,reuseaddr PIPE
	background "$EDGE" "$WORK/dropbear" TCP4-LISTEN:2022,bind=10.1.0.1,fork PIPE
	background "$EDGE" "$WORK/web" TCP4-LISTEN:443,fork PIPE
	background "$EDGE" "$WORK/web" TCP4-LISTEN:8080,bind=127.0.0.1,fork PIPE
	background "$EDGE" "$WORK/dns" -u UDP4-RECV:53,bind=192.0.2.1 STDOUT
	for i in :2222 :2022 :443 :8080 :53; do
		until_seen "$i "
	done
}

test_listening() {
	same "listeners" "tcp 0.0.0.0:443 (web)
tcp [::]:2222 (sshd)
udp 192.0.2.1:53 (dns)" "$(cut_off eth0)"
	same "what the policy opens is left out" "tcp [::]:2222 (sshd)" \
		"$(cut_off eth0 tcp/443 udp/53)"
	same "by the other interface" "tcp 0.0.0.0:443 (web)
tcp 10.1.0.1:2022 (dropbear)
tcp [::]:2222 (sshd)
udp 192.0.2.1:53 (dns)" "$(cut_off eth1)"
	same "by loopback" "tcp 0.0.0.0:443 (web)
tcp [::]:2222 (sshd)
udp 192.0.2.1:53 (dns)" "$(cut_off lo)"
}

test_ssh() {
	background "$CLIENT" socat TCP4:10.0.0.1:2222 PIPE
	background "$CLIENT" socat "TCP6:[2001:db8::1]:2222" PIPE
	background "$CLIENT" socat TCP4:10.1.0.1:2022 PIPE
	until_seen "10.0.0.1\]:2222 .*10.0.0.9"
	until_seen "db8::1\]:2222 .*db8::9"
	until_seen "10.1.0.1:2022 .*10.1.0.9"
	same "SSH connections, IPv4 on an IPv6 socket among them" \
		"ssh: tcp 10.0.0.1:2222 from 10.0.0.9:PORT (sshd)
ssh: tcp [2001:db8::1]:2222 from [2001:db8::9]:PORT (sshd)
tcp [::]:2222 (sshd)" "$(cut_off eth0 tcp/443 udp/53)"
	same "by the other interface" "ssh: tcp 10.1.0.1:2022 from 10.1.0.9:PORT (dropbear)
tcp 10.1.0.1:2022 (dropbear)
tcp [::]:2222 (sshd)" "$(cut_off eth1 tcp/443 udp/53)"
	same "first of all comes SSH" "ssh" \
		"$(edge "$PROBE" sockets eth0 | head -1 | cut -d: -f1)"
	same "none once its port is open" "" "$(cut_off eth0 tcp/443 udp/53 tcp/2222)"
}

# To a service address on loopback, from this host, and from this host to itself.
test_others() {
	background "$CLIENT" "$WORK/web" TCP4-LISTEN:8443,fork PIPE
	background "$CLIENT" socat TCP4:192.0.2.1:443 PIPE
	background "$EDGE" socat TCP4:10.0.0.1:443 PIPE
	until_seen "192.0.2.1:443 .*10.0.0.9"
	until_seen "10.0.0.1:443 .*10.0.0.1"
	for _ in $(seq 50); do
		client ss -tln | grep -q :8443 && break
		sleep 0.1
	done
	background "$EDGE" "$WORK/dns" TCP4:10.0.0.9:8443 PIPE
	until_seen "10.0.0.9:8443"
	same "a service address, a connection out, none to itself" \
		"tcp 0.0.0.0:443 (web)
tcp 10.0.0.1:PORT to 10.0.0.9:8443 (dns)
tcp 192.0.2.1:443 from 10.0.0.9:PORT (web)" "$(cut_off eth0 tcp/2222 udp/53)"
	same "nothing of it by the other interface" "" \
		"$(cut_off eth1 tcp/443 tcp/2222 tcp/2022 udp/53)"
}

if [ "$(id -u)" != 0 ] || [ ! -x "$PROBE" ] || ! command -v socat >/dev/null; then
	echo "1..0 # SKIP needs root, socat and $PROBE"
	exit 0
fi
if ! build || ! name_processes; then
	echo "Bail out! cannot make two network namespaces"
	exit 1
fi
serve
test_listening
test_ssh
test_others
echo "1..$count"
