#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What is said of interfaces that a policy can and cannot be attached to, on real ones.
# Needs root, ip, clang and BUILD/live/probe_host.
set -u

PROBE=${BUILD:-build}/live/probe_host
EDGE=pcl-n-edge-$$
WORK=$(mktemp -d)
count=0

finish() {
	ip netns del "$EDGE" 2>/dev/null
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
	ip netns add "$EDGE" &&
		edge ip link add eth0 type veth peer name peer0 &&
		edge ip link add eth1 type veth peer name peer1 &&
		edge ip link add br0 type bridge &&
		edge ip link set dev eth1 master br0 &&
		edge ip link property add dev eth0 altname uplink-of-the-edge-host &&
		edge ip tuntap add tun0 mode tun
}

probe() {
	edge "$PROBE" interface "$1" 2>&1
}

# what_of NAME KIND COMMAND EXPECTED: a device that not every kernel can make
what_of() {
	if edge sh -c "$3" 2>/dev/null; then
		same "$2" "$4" "$(probe "$1")"
	else
		skip "$2" "not in this kernel"
	fi
}

others="one of 'peer0', 'eth0', 'peer1', 'br0'"

test_plain() {
	same "a veth fits" "eth0: fit" "$(probe eth0)"
	same "by its alternative name too" "eth0: fit" "$(probe uplink-of-the-edge-host)"
	same "a name misspelt" "no interface 'eth9', did you mean 'eth0' or 'eth1'?" "$(probe eth9)"
	same "a profile in its place" "no interface 'front-end', expected $others" \
		"$(probe front-end)"
}

test_unfit() {
	same "loopback" "lo: unfit
'lo' is the loopback device, which no packet from outside enters by: attach to $others" \
		"$(probe lo)"
	same "no Ethernet" "tun0: unfit
'tun0' carries no Ethernet frames: attach to $others" "$(probe tun0)"
	same "a bridge port" "eth1: unfit
'eth1' is a port of bridge 'br0': attach to 'br0', which sees what this host receives or routes, \
not what it bridges" "$(probe eth1)"
	same "a bridge" "br0: fit
'br0' is a bridge: packets for this host or routed by it are judged, those bridged between its \
ports are not" "$(probe br0)"
}

test_modules() {
	what_of eth0.7 "a VLAN device" "ip link add link eth0 name eth0.7 type vlan id 7" \
		"eth0.7: unfit
'eth0.7' is a VLAN device on 'eth0': attach to 'eth0', the policy looks inside tags"
	what_of peer0 "a bond port" "ip link add bond0 type bond && ip link set peer0 master bond0" \
		"peer0: unfit
'peer0' is a port of bond 'bond0': attach to 'bond0', which sees what all its ports receive"
}

# Another program than ours, attached in both modes in turn.
test_conflict() {
	local mode id

	printf '%s\n' '__attribute__((section("xdp"), used)) int pass(void *c) { return 2; }' |
		clang -target bpf -O2 -x c -c - -o "$WORK/pass.o" || return
	for mode in drv generic; do
		edge ip link set dev eth0 "xdp$mode" obj "$WORK/pass.o" sec xdp
		id=$(edge ip -json link show eth0 | grep -o '"prog":{"id":[0-9]*' | grep -o '[0-9]*$' | head -1)
		same "another program, $mode" "eth0: fit
'eth0' has another XDP program, id $id (${mode/drv/native} mode): detach it first" \
			"$(probe eth0)"
		edge ip link set dev eth0 "xdp$mode" off
	done
	same "none once it is gone" "eth0: fit" "$(probe eth0)"
}

if [ "$(id -u)" != 0 ] || [ ! -x "$PROBE" ]; then
	echo "1..0 # SKIP needs root and $PROBE"
	exit 0
fi
if ! build; then
	echo "Bail out! cannot make interfaces in a network namespace"
	exit 1
fi
test_plain
test_unfit
test_modules
test_conflict
echo "1..$count"
