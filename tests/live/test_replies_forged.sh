#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# An outsider who sends packets with a server's address through the edge and back out teaches
# nothing: what would answer them is refused.
# shellcheck source=/dev/null
. "$(dirname "$0")/replies/replies.sh"
skip_unless_root jq python3
alone "$@" || bail_out "cannot mount a BPF file system"

# behind the client, so that the edge routes what is forged out by the card it came in by
FAR4=203.0.113.9 FAR6=2001:db8:3::9

# route_back VIA4 VIA6: what is for the far addresses goes back out
route_back() {
	ip -n edge route replace 203.0.113.0/24 via "$1" &&
		ip -n edge route replace 2001:db8:3::/64 via "$2"
}

believe_all() {
	edge sh -c 'cd /proc/sys/net/ipv4/conf && echo 0 | tee all/rp_filter default/rp_filter \
		card/rp_filter all/send_redirects card/send_redirects >/dev/null'
}

# forged NAME VERDICT PORT udp|FLAGS [TAG]: in both families; VERDICT is what the card says of it
forged() {
	verdict_of "$1" "$2" "$SERVER4" 45000 $FAR4 "${@:3}"
	verdict_of "$1" "$2" "$SERVER6" 45000 $FAR6 "${@:3}"
}

# no_reply NAME VERDICT PORT udp|FLAGS: what would answer it
no_reply() {
	verdict_of "$1: the 'reply'" "$2" $FAR4 "$3" "$SERVER4" 45000 "$4"
	verdict_of "$1: the 'reply'" "$2" $FAR6 "$3" "$SERVER6" 45000 "$4"
}

# routed NAME VERDICT PORT udp|FLAGS [TAG]: forged, and seen to leave by the card again
routed() {
	start_tool back client observe in eth0
	forged "$@"
	sleep 0.2
	stop back
	same "$1: it has left by the card again" 2 \
		$(($(counted back udp "$3") + $(counted back tcp "$3")))
}

test_site() {
	site card Mode enforce >"$WORK/site.md"
	exits "up with a site" 0 portcullis up "$WORK/site.md"
	forged "forged" forged-source 53 udp
	no_reply "a site" no-such-flow 53 udp
	forged "forged, TCP" forged-source 443 S
	no_reply "a site" no-such-flow 443 SA
	forged "forged, with a priority tag" forged-source 53 udp 8100.0
	forged "forged, in a VLAN" forged-source 53 udp 8100.7
	forged "forged, in two" forged-source 53 udp 88a8.7 8100.8
	no_reply "a site" no-such-flow 53 udp
	verdict_of "to the server itself" forged-source "$SERVER4" 45000 "$SERVER4" 443 S
	verdict_of "to the edge" forged-source "$SERVER6" 45000 2001:db8:1::1 443 S
}

test_site_monitor() {
	site card Mode monitor >"$WORK/site.md"
	exits "up with a site in monitor mode" 0 portcullis up "$WORK/site.md"
	routed "monitored" "forged-source would-drop" 53 udp
	no_reply "a monitored site" "no-such-flow would-drop" 53 udp
	routed "monitored, TCP" "forged-source would-drop" 443 S
	no_reply "a monitored site" "no-such-flow would-drop" 443 SA
	exits "down" 0 portcullis down
}

# interface_mode NAME: where sources are not judged; what is forged must go to open ports
interface_mode() {
	exits "up with a profile" 0 portcullis up card front-end
	routed "$1, TCP" published 443 S
	no_reply "$1" no-such-flow 443 SA
	routed "$1, UDP" published 1434 udp
	no_reply "$1" not-published 1434 udp
	routed "$1, with a priority tag" published 1434 udp 8100.0
	no_reply "$1" not-published 1434 udp
	exits "down" 0 portcullis down
}

test_monitor() {
	exits "up in monitor mode" 0 portcullis up card front-end --monitor
	routed "monitored" "not-published would-drop" 53 udp
	no_reply "monitored" "no-such-flow would-drop" 53 udp
	routed "monitored, TCP" "not-published would-drop" 22 S
	no_reply "monitored" "no-such-flow would-drop" 22 SA
	exits "down" 0 portcullis down
}

# The same by devices stacked on the card: the kernel says that packets entered by these.
test_macvlan() {
	exits "up with a profile" 0 portcullis up card front-end
	ip -n edge link add upper link card type macvlan mode bridge &&
		ip -n edge addr add 192.0.2.9/24 dev upper && ip -n edge link set upper up &&
		edge sh -c 'echo 0 >/proc/sys/net/ipv4/conf/upper/rp_filter' || return
	crafter upper
	says "status tells of a device that came later" 1 "portcullis: error: what is stacked on \
the interfaces has changed since: 'portcullis up' makes it known to what learns replies" \
		sh -c "nsenter --net=/run/netns/edge $PORTCULLIS status >/dev/null"
	says "up takes it in" 0 "generation 2 in force
  card: front-end, 16411 tcp and 16385 udp ports open" portcullis up card front-end
	exits "status" 0 portcullis status
	interface_mode "by a MAC-VLAN device"
	ip -n edge addr flush dev upper
}

test_bridge() {
	ip -n edge link add name br0 type bridge && ip -n edge link set upper master br0 &&
		ip -n edge link set br0 address "$(mac_of upper)" && ip -n edge link set br0 up &&
		edge sh -c 'echo 0 >/proc/sys/net/ipv4/conf/br0/rp_filter' || return
	sleep 0.1
	interface_mode "by a bridge on that"
}

# A server that does begin it is answered: the refusals above are for who taught, not for what.
test_server() {
	exits "up with a profile" 0 portcullis up card front-end
	words server ask $FAR4 53 45000 >/dev/null
	words server ask $FAR6 53 45000 >/dev/null
	no_reply "begun by the server" reply 53 udp
	exits "down" 0 portcullis down
}

if ! make_edge || ! route_back "$CLIENT4" "$CLIENT6" || ! believe_all; then
	bail_out "cannot make network namespaces"
fi
crafter
test_site
test_site_monitor
interface_mode "by the card"
test_monitor
test_server
if test_macvlan; then
	test_bridge || fail "a bridge on a MAC-VLAN device"
else
	fail "a MAC-VLAN device"
fi
plan
