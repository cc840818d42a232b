#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# One profile for a whole card, from up to down, with real sockets.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq ping python3 bpftool
alone "$@" || bail_out "cannot mount a BPF file system"

# frame PORT [TAG...]: a TCP SYN to the server from the client's card, with VLAN tags (ethertypes)
frame() {
	client python3 - "$@" <<-'END'
		import socket, struct, sys

		port, tags = int(sys.argv[1]), sys.argv[2:]
		link = b"\xff" * 6 + b"\x02\0\0\0\0\1"
		for tag in tags:
		    link += struct.pack("!HH", int(tag, 16), 7)
		ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 1, 0, 64, 6, 0,
		                 socket.inet_aton("192.0.2.2"), socket.inet_aton("198.51.100.2"))
		words = sum(struct.unpack("!10H", ip))
		checksum = ~(words + (words >> 16)) & 0xffff
		ip = ip[:10] + struct.pack("!H", checksum) + ip[12:]
		tcp = struct.pack("!HHIIBBHHH", 40000, port, 1, 0, 5 << 4, 2, 1024, 0, 0)
		card = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
		card.bind(("eth0", 0))
		card.send(link + b"\x08\0" + ip + tcp)
	END
	sleep 0.05
}

# grown WHAT... -- COMMAND...: how much a number grows while a command runs
grown() {
	local before what=()

	while [ "$1" != -- ]; do
		what+=("$1")
		shift
	done
	shift
	before=$("${what[@]}")
	"$@" >/dev/null
	echo $(($("${what[@]}") - before))
}

field() {
	portcullis status --json | jq -r "$1"
}

both() {
	echo "$(answer "$SERVER4" "$1") $(answer "$SERVER6" "$1")"
}

test_up() {
	says "up" 0 "generation 1 in force
  card: front-end, 16411 tcp and 16385 udp ports open" portcullis up card front-end
	says "up again" 0 "unchanged: generation 1 stays in force" portcullis up card front-end
	exits "status" 0 portcullis status
	same "attached in native mode" "card true native front-end" \
		"$(field '.interfaces[] | "\(.name) \(.attached) \(.attach) \(.profile)"')"
	same "by whom and with what" "1 enforce up card front-end" \
		"$(field '"\(.generation) \(.mode) \(.command)"')"
	same "no document has changed" "false false" \
		"$(field '[.documents[].changed] | join(" ")')"
}

test_sockets() {
	same "an open port that is listened on" "connected connected" "$(both 5061)"
	same "an open port that is not" "refused refused" "$(both 443)"
	same "a closed port" "silence silence" "$(both 22)"
	same "a UDP port in both families" 20 "$(grown packets udp/49152-57500 -- sh -c "
		for to in $SERVER4 $SERVER6; do
			nsenter --net=/run/netns/client $BUILD/live/traffic send \$to 50000 10
		done")"
}

test_tags() {
	same "a VLAN tag, open" 1 "$(grown packets tcp/443 -- frame 443 8100)"
	same "a VLAN tag, closed" 1 "$(grown reason not-published -- frame 442 8100)"
	same "two tags, open" 1 "$(grown packets tcp/443 -- frame 443 88a8 8100)"
	same "two tags, closed" 1 "$(grown reason not-published -- frame 442 88a8 8100)"
	same "three tags" 1 "$(grown reason vlan-depth -- frame 443 8100 8100 8100)"
	same "no tag, open" 1 "$(grown packets tcp/443 -- frame 443)"
}

# What must not die: the host's own life.
test_life() {
	ip -n client neigh flush dev eth0
	ip -n edge neigh flush dev card
	same "ARP and neighbour discovery" "connected connected" "$(both 5061)"
	exits "ping" 0 client ping -c 1 -W 1 "$SERVER4"
	exits "ping of IPv6" 0 client ping -c 1 -W 1 "$SERVER6"
	same "a DHCP server's answer" 1 "$(grown reason dhcp -- client sh -c \
		'echo offer | socat -u - UDP4:192.0.2.1:68,sourceport=67; sleep 0.05')"
	same "another packet to that port" 1 "$(grown reason not-published -- client sh -c \
		'echo offer | socat -u - UDP4:192.0.2.1:68,sourceport=5067; sleep 0.05')"
}

test_explain() {
	says "explain asks the program" 0 "pass: published (a row of the document opens the port)
  profile front-end
  shipped:skype-for-business-2015.md:$line: Front End Servers: $service" \
		portcullis explain tcp/5061
	exits "explain of a closed port" 0 portcullis explain --expect drop tcp/22
	says "explain with another expectation" 1 "drop: not-published (no row of the profile opens \
the port)
  profile front-end
portcullis: error: expected pass, the verdict is drop" portcullis explain --expect pass tcp/22
	exits "explain with addresses" 0 \
		portcullis explain --expect pass from "$CLIENT6" to "$SERVER6" udp/60000
	same "it has not been counted" 0 "$(grown packets tcp/5061 -- portcullis explain tcp/5061)"
	for by in port service server; do
		exits "stats by $by" 0 portcullis stats --by $by
	done
}

test_swap() {
	exits "a port that only front-end opens" 0 portcullis explain --expect pass tcp/8057
	says "swap" 0 "generation 2 in force
  card: director, 5 tcp and 1 udp ports open" portcullis swap director
	same "it is closed now" "silence silence" "$(both 8057)"
	same "what both open goes on" "connected connected" "$(both 5061)"
	says "swap to the same" 0 "unchanged: generation 2 stays in force" portcullis swap director
	same "status tells" "2 director" "$(field '"\(.generation) \(.interfaces[0].profile)"')"
}

test_monitor() {
	says "monitor" 0 "generation 3 in force, in monitor mode: counting, dropping nothing
  card: director, 5 tcp and 1 udp ports open" portcullis swap --monitor
	same "status tells the mode" monitor "$(field .mode)"
	same "nothing is dropped" "refused refused" "$(both 22)"
	same "would-be drops are counted" 1 \
		"$(grown reason not-published would-drop -- answer "$SERVER4" 22)"
	same "and not as drops" 0 "$(grown reason not-published drop -- answer "$SERVER4" 22)"
	same "enforcing tells what was counted" "WOULD not-published DROPPED, tcp/22" \
		"$(portcullis swap --enforce | sed -n 3,7p | awk 'NF { print $1 }' | paste -sd ' ')"
	same "dropped from now on" "silence silence" "$(both 22)"
	same "and counted as such" 1 "$(grown reason not-published drop -- answer "$SERVER4" 22)"
}

# The edge's own ports, which answer 'refused' when they are reached.
test_management() {
	exits "management" 0 portcullis up card director --management "$CLIENT4/32, tcp/22"
	same "from where it may" refused "$(answer 192.0.2.1 22)"
	same "in the other family" silence "$(answer 2001:db8:1::1 22)"
	same "another port" silence "$(answer 192.0.2.1 23)"
	exits "management from elsewhere" 0 \
		portcullis up card director --management "10.9.0.0/16, 2001:db8:1::/64, tcp/22"
	same "from where it may not" silence "$(answer 192.0.2.1 22)"
	same "a prefix of IPv6" refused "$(answer 2001:db8:1::1 22)"
}

# gone: whether the kernel has let go of our last program, which it does in its own time
gone() {
	! bpftool prog show id "$program"
}

test_down() {
	program=$(ip -n edge -json link show card | jq '.[].xdp.prog.id')
	exits "down" 0 portcullis down
	exits "the program is gone" 0 until_true gone
	same "XDP is off the card" null "$(ip -n edge -json link show card | jq '.[].xdp')"
	same "no pin is left" "" "$(find /sys/fs/bpf -name '*portcullis*')"
	same "everything passes" "refused refused" "$(both 22)"
	says "status" 0 "nothing is enforced" portcullis status
	says "down again" 0 "nothing was enforced" portcullis down
}

test_bpffs() {
	mkdir "$WORK/bpffs" && mount -t bpf bpf "$WORK/bpffs" || return
	exits "up in another BPF file system" 0 portcullis --bpffs "$WORK/bpffs" up card director
	says "nothing in the usual one" 0 "nothing is enforced" portcullis status
	exits "status there" 0 portcullis status --bpffs "$WORK/bpffs"
	exits "down there" 0 portcullis down --bpffs="$WORK/bpffs"
	umount "$WORK/bpffs"
}

test_modes() {
	exits "generic mode where asked for" 0 portcullis up card director --mode generic
	same "status tells" generic "$(field '.interfaces[].attach')"
	says "it is not changed in passing" 1 "card: error: is attached in generic mode, not native: \
'portcullis down card' first to change that" portcullis up card director --mode native
	exits "nor by a swap" 0 portcullis swap front-end
	same "it enforces as well" "connected silence" \
		"$(answer "$SERVER4" 5061) $(answer "$SERVER6" 22)"
	exits "down" 0 portcullis down card
}

make_edge || bail_out "cannot make network namespaces"
start_tool sockets server traffic receive tcp/5061,tcp/8057,udp/50000
program=
document=$(dirname "$0")/../../policies/skype-for-business-2015.md
line=$(grep -n -m1 "^| Front End Servers .* 5061 " "$document" | cut -d: -f1)
service="Skype for Business Server Front-End service"
test_up
test_sockets
test_tags
test_life
test_explain
test_swap
test_monitor
test_management
test_down
test_bpffs
test_modes
plan
