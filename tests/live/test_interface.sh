#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What `up` says of interfaces that a policy can and cannot be attached to, on real ones.
# Needs root, ip and clang.
set -u

PORTCULLIS=${PORTCULLIS:-build/portcullis}
EDGE=pcl-n-edge-$$
WORK=$(mktemp -d)
count=0

finish() {
	ip netns del "$EDGE" 2>/dev/null
	umount "$WORK/bpffs" 2>/dev/null
	rm -rf "$WORK"
}
trap finish EXIT

edge() {
	nsenter --net="/run/netns/$EDGE" "$@"
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

skip() {
	count=$((count + 1))
	echo "ok $count - $1 # SKIP $2"
}

# Interfaces of every kind that this kernel has.
build() {
	mkdir "$WORK/bpffs" && mount -t bpf bpf "$WORK/bpffs" &&
		ip netns add "$EDGE" &&
		edge ip link add eth0 type veth peer name peer0 &&
		edge ip link add eth1 type veth peer name peer1 &&
		edge ip link add br0 type bridge &&
		edge ip link set dev eth1 master br0 &&
		edge ip tuntap add tun0 mode tun
}

portcullis() {
	edge "$PORTCULLIS" --bpffs "$WORK/bpffs" "$@" 2>&1
}

# said NAME: the exit status of `up` and what it says before it attaches; it is undone
said() {
	local text status

	text=$(portcullis up "$1" closed)
	status=$?
	portcullis down --all >/dev/null
	echo "$status"
	grep -e error: -e warning: <<<"$text"
}

# said_if MAKE NAME TEXT EXPECTED: of a device that not every kernel can make
said_if() {
	if edge sh -c "$1" 2>/dev/null; then
		same "$3" "$4" "$(said "$2")"
	else
		skip "$3" "not in this kernel"
	fi
}

others="one of 'peer0', 'eth0', 'peer1', 'br0'"

test_names() {
	same "a veth" "0" "$(said eth0)"
	same "a name misspelt" "1
eth9: error: no interface 'eth9', did you mean 'eth0' or 'eth1'?" "$(said eth9)"
	same "one that is like no other" "1
uplink: error: no interface 'uplink', expected $others" "$(said uplink)"
}

test_unfit() {
	same "loopback" "1
lo: error: 'lo' is the loopback device, which no packet from outside enters by: attach to $others" \
		"$(said lo)"
	same "no Ethernet" "1
tun0: error: 'tun0' carries no Ethernet frames: attach to $others" "$(said tun0)"
	same "a bridge port" "1
eth1: error: 'eth1' is a port of bridge 'br0': attach to 'br0', which sees what this host receives \
or routes, not what it bridges" "$(said eth1)"
	same "a bridge, with a warning" "br0: warning: 'br0' is a bridge: packets for this host or \
routed by it are judged, those bridged between its ports are not" "$(said br0 | grep bridged)"
}

test_modules() {
	said_if "ip link add link eth0 name eth0.7 type vlan id 7" eth0.7 "a VLAN device" "1
eth0.7: error: 'eth0.7' is a VLAN device on 'eth0': attach to 'eth0', the policy looks inside tags"
	said_if "ip link add bond0 type bond && ip link set peer0 master bond0" peer0 "a bond port" "1
peer0: error: 'peer0' is a port of bond 'bond0': attach to 'bond0', which sees what all its ports \
receive"
}

# Another program than ours, attached in both modes in turn.
test_conflict() {
	local mode id

	printf '%s\n' '__attribute__((section("xdp"), used)) int pass(void *c) { return 2; }' |
		clang -target bpf -O2 -x c -c - -o "$WORK/pass.o" || return
	for mode in drv generic; do
		edge ip link set dev eth0 "xdp$mode" obj "$WORK/pass.o" sec xdp
		id=$(edge ip -json link show eth0 | grep -o '"id":[0-9]*' | grep -o '[0-9]*$' | head -1)
		same "another program, $mode" "1
eth0: error: 'eth0' has another XDP program, id $id (${mode/drv/native} mode): detach it first" \
			"$(said eth0)"
		same "which stays, $mode" "1" "$(edge ip -json link show eth0 | grep -c "\"id\":$id")"
		edge ip link set dev eth0 "xdp$mode" off
	done
	same "none once it is gone" "0" "$(said eth0)"
}

if [ "$(id -u)" != 0 ] || [ ! -x "$PORTCULLIS" ]; then
	echo "1..0 # SKIP needs root and $PORTCULLIS"
	exit 0
fi
if ! build; then
	echo "Bail out! cannot make interfaces in a network namespace"
	exit 1
fi
test_names
test_unfit
test_modules
test_conflict
echo "1..$count"
