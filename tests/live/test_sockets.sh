#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Which sockets `up` says that it cuts off, on a host with real listeners and connections, and that
# it refuses where SSH is among them. Needs root, ip and socat.
set -u

PORTCULLIS=${PORTCULLIS:-build/portcullis}
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
	umount "$WORK/bpffs" 2>/dev/null
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

portcullis() {
	edge "$PORTCULLIS" --bpffs "$WORK/bpffs" "$@" 2>&1
}

# cut_off INTERFACE PROFILE [OPTION]...: the exit status of `up` and what it cuts off, without
# process ids and ephemeral ports; it is undone before a connection notices
cut_off() {
	local text status

	text=$(portcullis up "$@" -d "$WORK/ports.md")
	status=$?
	portcullis down --all >/dev/null
	echo "$status"
	sed -En "s/^$1: warning: cuts off //; T; s/, pid [0-9]+\)/)/
		s/:(3[2-9]|[45][0-9]|60)[0-9]{3}\b/:PORT/g; p" <<<"$text" | LC_ALL=C sort
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

	mkdir "$WORK/bpffs" && mount -t bpf bpf "$WORK/bpffs" || return
	ip netns add "$EDGE" && ip netns add "$CLIENT" || return
	for i in 0 1; do
		edge ip link add "eth$i" type veth peer name "eth$i" netns "$CLIENT" || return
		edge ip link set "eth$i" up && client ip link set "eth$i" up
	done
	edge ip link set lo up && addresses
}

# The ports that the profiles open.
write_document() {
	cat >"$WORK/ports.md" <<'END'
## Ports

| Role | Service | Port | Protocol |
|---|---|---|---|
| Web servers | HTTPS | 443 | TCP |
| Web servers | DNS | 53 | UDP |
| Managed servers | SSH | 2222 | TCP |

## Profiles

| Profile | Roles |
|---|---|
| web | Web servers |
| managed | Managed servers, Web servers |
END
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
	same "listeners" "0
tcp 0.0.0.0:443 (web)
tcp [::]:2222 (sshd)
udp 192.0.2.1:53 (dns)" "$(cut_off eth0 closed)"
	same "what the policy opens is left out" "0
tcp [::]:2222 (sshd)" "$(cut_off eth0 web)"
	same "by the other interface" "0
tcp 0.0.0.0:443 (web)
tcp 10.1.0.1:2022 (dropbear)
tcp [::]:2222 (sshd)
udp 192.0.2.1:53 (dns)" "$(cut_off eth1 closed)"
	same "what Management opens is left out" "0" \
		"$(cut_off eth0 web --management "10.0.0.9, tcp/2222")"
}

test_ssh() {
	background "$CLIENT" socat TCP4:10.0.0.1:2222 PIPE
	background "$CLIENT" socat "TCP6:[2001:db8::1]:2222" PIPE
	background "$CLIENT" socat TCP4:10.1.0.1:2022 PIPE
	until_seen "10.0.0.1\]:2222 .*10.0.0.9"
	until_seen "db8::1\]:2222 .*db8::9"
	until_seen "10.1.0.1:2022 .*10.1.0.9"
	same "SSH connections are refused, IPv4 on an IPv6 socket among them" "1
tcp 10.0.0.1:2222 from 10.0.0.9:PORT (sshd)
tcp [2001:db8::1]:2222 from [2001:db8::9]:PORT (sshd)
tcp [::]:2222 (sshd)" "$(cut_off eth0 web)"
	same "by the other interface" "1
tcp 10.1.0.1:2022 (dropbear)
tcp 10.1.0.1:2022 from 10.1.0.9:PORT (dropbear)
tcp [::]:2222 (sshd)" "$(cut_off eth1 web)"
	same "Management for one of the two is not enough" "1
tcp [2001:db8::1]:2222 from [2001:db8::9]:PORT (sshd)" \
		"$(cut_off eth0 web --management "10.0.0.9, tcp/2222")"
	same "no SSH is cut off once its port is open" "0" "$(cut_off eth0 managed)"
	same "insisting" "0
tcp 10.1.0.1:2022 (dropbear)
tcp 10.1.0.1:2022 from 10.1.0.9:PORT (dropbear)
tcp [::]:2222 (sshd)" "$(cut_off eth1 web --allow-lockout)"
}

# To a service address on loopback, from this host, and from this host to itself.
test_others() {
	background "$CLIENT" "$WORK/web" TCP4-LISTEN:8443,fork PIPE
	background "$CLIENT" socat TCP4:192.0.2.1:443 PIPE
	background "$EDGE" socat TCP4:10.0.0.1:443 PIPE
	background "$EDGE" "$WORK/dns" TCP4:10.0.0.9:8443,retry=50,interval=0.1 PIPE
	until_seen "192.0.2.1:443 .*10.0.0.9"
	until_seen "10.0.0.1:443 .*10.0.0.1"
	until_seen "ESTAB .*10.0.0.9:8443"
	same "a service address, a connection out, none to itself" "0
tcp 0.0.0.0:443 (web)
tcp 10.0.0.1:2222 from 10.0.0.9:PORT (sshd)
tcp 10.0.0.1:PORT to 10.0.0.9:8443 (dns)
tcp 192.0.2.1:443 from 10.0.0.9:PORT (web)
tcp [2001:db8::1]:2222 from [2001:db8::9]:PORT (sshd)
tcp [::]:2222 (sshd)
udp 192.0.2.1:53 (dns)" "$(cut_off eth0 closed --allow-lockout --replies off)"
	same "what it opened is cut off by any profile without replies" "0
tcp 10.0.0.1:PORT to 10.0.0.9:8443 (dns)" "$(cut_off eth0 managed --replies off)"
	same "and goes on with them" "0" "$(cut_off eth0 managed)"
}

if [ "$(id -u)" != 0 ] || [ ! -x "$PORTCULLIS" ] || ! command -v socat >/dev/null; then
	echo "1..0 # SKIP needs root, socat and $PORTCULLIS"
	exit 0
fi
if ! build || ! write_document || ! name_processes; then
	echo "Bail out! cannot make two network namespaces"
	exit 1
fi
serve
test_listening
test_ssh
test_others
echo "1..$count"
