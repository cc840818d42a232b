#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# SIP over UDP, in fragments both ways, by sipp: calls to a server, and calls that the server begins.
# shellcheck source=/dev/null
. "$(dirname "$0")/peers/peers.sh"
skip_unless_root jq
need sipp
alone "$@" || bail_out "cannot mount a BPF file system"

CALLS=10
BODY=3500 # bytes: with headers three fragments, two of them later ones
SCENARIOS=$(realpath "$(dirname "$0")/peers")

document() {
	cat <<-END
		| Server | Service | Port | Protocol |
		|---|---|---|---|
		| proxy | SIP | 5060 | UDP |

		| Profile | Roles |
		|---|---|
		| proxy | proxy |
	END
}

# bracketed ADDRESS: as sipp wants it
bracketed() {
	[[ $1 == *:* ]] && echo "[$1]" || echo "$1"
}

# fill: the scenarios, with bodies
fill() {
	local name text

	text=$(head -c $BODY /dev/zero | tr '\0' x)
	for name in large large-answer; do
		sed "s/FILL/$text/" "$SCENARIOS/$name.xml" >"$WORK/$name.xml"
	done
}

# take_calls NAMESPACE ADDRESS PORT
take_calls() {
	start callee "$1" sh -c "cd $WORK && exec sipp -sf large-answer.xml -t u1 \
		-i $(bracketed "$2") -p $3 -nostdin"
	until_true eval "nsenter --net=/run/netns/$1 ss -ulnH 'sport = :$3' | grep -q ."
}

# call NAMESPACE FROM TO PORT: exit code of sipp, 0 if all calls were successful
call() {
	nsenter --net="/run/netns/$1" sh -c "cd $WORK && exec timeout 20 sipp -sf large.xml -t u1 \
		-i $(bracketed "$2") -p 5070 -m $CALLS -r 20 -timeout 3 -timeout_error \
		-recv_timeout 1000 -nostdin $(bracketed "$3"):$4" </dev/null >"$WORK/caller" 2>&1
}

# counts: what came in: published, replies, later fragments
counts() {
	echo "$(packets udp/5060) $(reason reply) $(reason fragment-follows pass)"
}

# counted_calls NAME EXPECTED COMMAND...: calls are successful, and count so
counted_calls() {
	local before after

	read -ra before <<<"$(counts)"
	exits "$1: $CALLS calls" 0 "${@:3}"
	sleep 0.2
	read -ra after <<<"$(counts)"
	same "$1: published, replies, later fragments" "$2" \
		"$((after[0] - before[0])) $((after[1] - before[1])) $((after[2] - before[2]))"
}

# both_ways NAME CLIENT SERVER: of a call INVITE, ACK and BYE come in; of one that the server begins
# both answers do
both_ways() {
	take_calls server "$3" 5060
	counted_calls "$1, to the server" "$((3 * CALLS)) 0 $((2 * CALLS))" call client "$2" "$3" 5060
	stop callee
	take_calls client "$2" 5060
	counted_calls "$1, by the server" "0 $((2 * CALLS)) $((2 * CALLS))" call server "$3" "$2" 5060
	stop callee
}

# no_calls NAME CALLER FROM CALLED TO PORT
no_calls() {
	take_calls "$4" "$5" "$6"
	if call "$2" "$3" "$5" "$6"; then
		fail "$1: no call"
	else
		pass "$1: no call"
	fi
	stop callee
}

make_edge || bail_out "cannot make network namespaces"
fill
document >"$WORK/ports.md"
portcullis up card proxy -d "$WORK/ports.md" >/dev/null || bail_out "up failed"
both_ways IPv4 "$CLIENT4" "$SERVER4"
both_ways IPv6 "$CLIENT6" "$SERVER6"
no_calls "to a closed port" client "$CLIENT4" server "$SERVER4" 5080
same "its later fragments have no first" yes "$([ "$(reason fragment-no-first)" -ge 2 ] && echo yes)"
portcullis up card proxy -d "$WORK/ports.md" --replies off >/dev/null
no_calls "by the server, replies off" server "$SERVER4" client "$CLIENT4" 5060
plan
