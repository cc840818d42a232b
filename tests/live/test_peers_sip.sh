#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SIP calls with media, by sipp, to a front-end server behind the edge.
# shellcheck source=/dev/null
. "$(dirname "$0")/peers/peers.sh"
skip_unless_root jq ethtool
need sipp
alone "$@" || bail_out "cannot mount a BPF file system"

CALLS=20
MEDIA=50000 # sipp gives all calls the same port; it echoes what it hears
SCENARIO=$(realpath "$(dirname "$0")/peers/call.xml")

# bracketed ADDRESS: as sipp wants it
bracketed() {
	[[ $1 == *:* ]] && echo "[$1]" || echo "$1"
}

# answer_calls ADDRESS PORT
answer_calls() {
	start callee server sh -c "cd $WORK && exec sipp -sn uas -t t1 -i $(bracketed "$1") -p $2 \
		-mp $MEDIA -rtp_echo -nostdin"
	until_true listens server "$2"
}

# call FROM TO PORT CALLS [SECONDS]: exit code of sipp, 0 if all calls were successful
call() {
	client sh -c "cd $WORK && exec timeout 20 sipp -sf $SCENARIO -t t1 -i $(bracketed "$1") \
		-m $4 -r 10 -timeout ${5:-15} -timeout_error -recv_timeout 2000 -nostdin \
		-max_reconnect 0 $(bracketed "$2"):$3" </dev/null >"$WORK/caller" 2>&1
}

# calls NAME FROM TO: all are successful, every packet is counted, and no other
calls() {
	local signals media

	signals=$(packets tcp/5060) media=$(packets udp/49152-57500)
	answer_calls "$3" 5060
	start_tool sent client observe out eth0
	exits "$1: $CALLS calls" 0 call "$2" "$3" 5060 $CALLS
	sleep 0.2
	stop callee
	sleep 0.2
	stop sent
	same "$1: signalling counted" "$(counted sent tcp 5060)" $(($(packets tcp/5060) - signals))
	media=$(($(packets udp/49152-57500) - media))
	same "$1: media counted" "$(counted sent udp 49152 57500)" $media
	same "$1: there was speech" yes "$([ $media -ge $((CALLS * 25)) ] && echo yes)"
}

# The same to a port that the profile does not open: sipp must see its calls fail.
closed() {
	answer_calls "$SERVER4" 5070
	if call "$CLIENT4" "$SERVER4" 5070 1 2; then
		fail "a closed port: no call"
	else
		pass "a closed port: no call"
	fi
	stop callee
}

if ! make_edge || ! split_segments; then
	bail_out "cannot make network namespaces"
fi
head -c 8000 /dev/zero >"$WORK/speech.raw"
portcullis up card front-end >/dev/null || bail_out "up failed"
calls "IPv4" "$CLIENT4" "$SERVER4"
calls "IPv6" "$CLIENT6" "$SERVER6"
closed
swap_often front-end + cms -- front-end
calls "while profiles are swapped" "$CLIENT4" "$SERVER4"
stop_swaps
plan
