#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Large packets in fragments, made and put together by real kernels.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq ping python3
alone "$@" || bail_out "cannot mount a BPF file system"

# datagrams ADDRESS PORT: ten of 4,000 bytes from the client, three fragments each
datagrams() {
	client python3 - "$@" <<-'END'
		import socket, sys, time

		address, port = sys.argv[1], int(sys.argv[2])
		family = socket.AF_INET6 if ":" in address else socket.AF_INET
		sender = socket.socket(family, socket.SOCK_DGRAM)
		for number in range(10):
		    sender.sendto(bytes([number]) * 4000, (address, port))
		    time.sleep(0.01)
	END
}

# arrived PORT: how many of them come to the server's socket, from both families
arrived() {
	start_tool receiver server traffic receive "udp/$1"
	datagrams "$SERVER4" "$1"
	datagrams "$SERVER6" "$1"
	sleep 0.2
	stop receiver
	counted receiver udp "$1"
}

make_edge || bail_out "cannot make the namespaces"
portcullis up card front-end >/dev/null || bail_out "cannot enforce"

same "datagrams to the media range arrive" 20 "$(arrived 50000)"
same "their first fragments count on the port" 20 "$(packets udp/49152-57500)"
same "later fragments follow" 40 "$(reason fragment-follows pass)"
same "datagrams to a closed port do not arrive" 0 "$(arrived 9999)"
same "their first fragments are refused" 20 "$(reason not-published)"
same "their later fragments have no first" 40 "$(reason fragment-no-first drop)"
for address in "$SERVER4" "$SERVER6"; do
	exits "large ping to $address" 0 client ping -q -c 3 -i 0.05 -W 2 -s 4000 "$address"
done
portcullis swap director >/dev/null
same "a port closed by a swap" 0 "$(arrived 50000)"
plan
