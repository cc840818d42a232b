#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A policy tried on captures: each packet's verdict, whatever the file's format and link type, what
# is kept of drops, and that a gate which enforces beside it says the same and notices nothing.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq tshark dumpcap capinfos python3 socat
CAPTURES=$(realpath "$(dirname "$0")/captures.py")
alone "$@" || bail_out "cannot mount a BPF file system"

FRONT=198.51.100.11 FRONT6=2001:db8:2::11
DIRECTOR=198.51.100.12
PEER=192.0.2.7 PEER6=2001:db8:1::7
SPEED=200000 # packets/s on a quiet machine

site() {
	cat <<-END
		| Server | Address | Profile | Mode |
		|---|---|---|---|
		| fe01 | $FRONT, $FRONT6 | front-end | enforce |
		| dir01 | $DIRECTOR/32 | director | monitor |

		| Setting | Value |
		|---|---|
		| Interface | card |
	END
}

# rows: each with what becomes of it, behind a #
rows() {
	cat <<-END
		0 in $PEER $FRONT tcp 40000 5061 syn 0       # pass published
		0 in $PEER $FRONT tcp 40000 5061 ack 1000    # pass published
		1 in $PEER6 $FRONT6 tcp 40000 443 syn 0      # pass published
		1 in $PEER $FRONT tcp 40001 23 syn 0         # drop not-published
		2 in $PEER6 $FRONT6 udp 40001 9 - 100        # drop not-published
		2 in $PEER $DIRECTOR udp 40001 9 - 100       # would-drop not-published
		3 in $PEER 198.51.100.77 tcp 40001 23 syn 0  # pass unlisted
		3.25 in 192.0.2.53 $FRONT udp 53 30000 - 100 # drop no-such-flow
		4 out $FRONT 192.0.2.53 udp 30000 53 - 30    # left
		4 in 192.0.2.53 $FRONT udp 53 30000 - 100    # pass reply
		5 out $FRONT $PEER tcp 5061 40000 ack 5000   # left
		5 in $PEER $FRONT tcp 0 5061 syn 0           # drop port-zero
		6 out $FRONT6 $PEER6 tcp 30001 25 ack 0      # left
		6 in $PEER6 $FRONT6 tcp 25 30001 ack 0       # pass reply
		70 out $FRONT6 $PEER6 tcp 30002 25 ack 0     # left
		70 in $PEER6 $FRONT6 tcp 25 30002 ack 0      # drop no-such-flow
		200 in 192.0.2.53 $FRONT udp 53 30000 - 100  # drop no-such-flow
	END
}

# capture NAME FORMAT LINK [SNAP [REPEAT]]: of the rows, to WORK/NAME
capture() {
	rows | sed 's/ *#.*//' | "$CAPTURES" "${@:2}" >"$WORK/$1"
}

# expected: how many of the rows have each verdict and reason
expected() {
	rows | sed -n 's/.*# //p' | grep -v left | sort | uniq -c | awk '{ print $2, $3, $1 }'
}

# verdicts: likewise, of what replay says on standard input
verdicts() {
	jq -r '.reasons[] | select(.packets > 0) | "\(.verdict) \(.reason) \(.packets)"' | sort
}

# heads: how many packets were taken for what
heads() {
	jq -r '"\(.packets) \(.judged) \(.left) \(.unjudged) \(.padded) \(.unlimited)"'
}

# replay NAME OPTION...: of WORK/NAME and the site, as JSON
replay() {
	"$PORTCULLIS" replay "$WORK/$1" "$WORK/site.md" --json "${@:2}"
}

test_rows() {
	local form link

	for form in pcap pcapng; do
		for link in ethernet vlan cooked cooked2 ip; do
			capture rows $form $link
			replay rows >"$WORK/json"
			same "each packet's verdict: $form, $link" "$(expected)" "$(verdicts <"$WORK/json")"
			same "who arrives and who leaves: $form, $link" "17 13 4 0 0 0" \
				"$(heads <"$WORK/json")"
		done
	done
	same "when they were captured" "2023-11-14T22:13:20Z 2023-11-14T22:16:40Z" \
		"$(jq -r '"\(.since) \(.until)"' "$WORK/json")"
	same "by server" "fe01 5 6
dir01 1 0" "$(jq -r '.servers[] | "\(.name) \(.passed_packets) \(.dropped_packets)"' "$WORK/json")"
	same "by port" "tcp/443 1
tcp/5061 2" "$(jq -r '.ports[] | select(.packets > 0) | "\(.protocol)/\(.first) \(.packets)"' \
		"$WORK/json" | sort)"
	same "from standard input" "$(expected)" \
		"$("$PORTCULLIS" replay - "$WORK/site.md" --json <"$WORK/rows" | verdicts)"
	same "a site from there" "$(expected)" \
		"$("$PORTCULLIS" replay "$WORK/rows" - --json <"$WORK/site.md" | verdicts)"
}

test_people() {
	capture rows pcap ethernet
	"$PORTCULLIS" replay "$WORK/rows" "$WORK/site.md" >"$WORK/text"
	same "what people read" "       13  arrive and are judged
        4  leave, and teach which answers pass
  would-drop  not-published        1    128
  fe01         5   1328        6    544
  udp/9               2" "$(grep -E 'arrive|leave|would-drop|^  fe01|^  udp/9' "$WORK/text")"
	same "the services" 1 "$(grep -c '^  Front End Servers: .*Front-End service  *2 ' "$WORK/text")"
}

# What the capture cut off is zero, unless it was a header.
test_cut() {
	capture cut pcap ethernet 64
	replay cut >"$WORK/json"
	same "cut behind the headers of IPv4" "17 10 2 5 8 0" "$(heads <"$WORK/json")"
	capture cut pcap ethernet 70
	replay cut >"$WORK/json"
	same "cut behind all headers" "17 13 4 0 13 0" "$(heads <"$WORK/json")"
	same "they are judged as if they were whole" "$(expected)" "$(verdicts <"$WORK/json")"
	capture cut pcap cooked2 30
	same "cut within them" "17 0 0 17 0 0" "$(replay cut | heads)"
}

test_direction() {
	capture rows pcap ethernet
	same "all arrive: servers' addresses are forged" "4" \
		"$(replay rows --inbound-only | verdicts | sed -n 's/drop forged-source //p')"
	same "but where servers are reached through the card" "" \
		"$(sed 's/^| Interface.*/&\n| Inside | card |/' "$WORK/site.md" >"$WORK/inside.md" &&
			"$PORTCULLIS" replay "$WORK/rows" "$WORK/inside.md" --inbound-only \
				--interface card --json | verdicts | grep forged)"
	capture cooked pcap cooked
	same "a cooked header tells all the same" "17 13 4 0 0 0" \
		"$(replay cooked --inbound-only | heads)"
	same "a profile: nothing tells" \
		"portcullis: warning: nothing tells which packets leave, so all are judged as they would \
arrive: name the guarded addresses with --host, or say --inbound-only" \
		"$("$PORTCULLIS" replay "$WORK/rows" front-end 2>&1 >/dev/null)"
	same "hosts that are named tell" "17 13 4 0 0 0 pass reply 2" \
		"$("$PORTCULLIS" replay "$WORK/rows" front-end --host $FRONT --host 2001:db8:2::/64 \
			--json 2>&1 >"$WORK/json")$(heads <"$WORK/json") $(verdicts <"$WORK/json" |
			grep reply)"
	same "or the capture" "17 13 4 0 0 0" \
		"$("$PORTCULLIS" replay "$WORK/cooked" front-end --json 2>&1 | heads)"
}

test_limits() {
	{
		cat "$WORK/site.md"
		printf '\n| Guard | Ports | Limit |\n|---|---|---|\n| g | tcp/5061 | 1/min |\n'
	} >"$WORK/limited.md"
	capture rows pcap ethernet 65535 50
	same "limits are not applied, and that is told" "850 650 200 0 0 100" \
		"$("$PORTCULLIS" replay "$WORK/rows" "$WORK/limited.md" --json | heads)"
}

# dropped FILE: what tshark reads of it
dropped() {
	tshark -r "$1" -T fields -E separator=' ' -e frame.time_epoch -e frame.interface_name \
		-e frame.len -e frame.cap_len -e _ws.col.Protocol -e frame.comment 2>"$WORK/errors"
}

test_drops() {
	local closed="no row of the profile opens the port; server"

	capture rows pcapng cooked 70
	replay rows --drops "$WORK/drops.pcapng" --interface card >"$WORK/json"
	same "tshark reads what was dropped, or would be, and why" \
		"1700000001.000000000 card 54 54 not-published: $closed fe01, profile front-end
1700000002.000000000 card 162 68 not-published: $closed fe01, profile front-end
1700000002.000000000 card 142 68 would-drop, not-published: $closed dir01, profile director
1700000003.250000000 card 142 68 no-such-flow: from a well-known port like an answer, but the \
server asked nothing there, or too long ago; server fe01, profile front-end
1700000005.000000000 card 54 54 port-zero: TCP port 0 at either end, or UDP destination port 0; \
server fe01, profile front-end
1700000070.000000000 card 74 68 no-such-flow: from a well-known port like an answer, but the \
server asked nothing there, or too long ago; server fe01, profile front-end
1700000200.000000000 card 142 68 no-such-flow: from a well-known port like an answer, but the \
server asked nothing there, or too long ago; server fe01, profile front-end" \
		"$(dropped "$WORK/drops.pcapng" | sed -E 's/^(([^ ]+ ){4})[^ ]+ /\1/')"
	same "and has nothing to complain of" "" "$(grep -v 'as user' "$WORK/errors")"
	same "figures are the same with it" "$(expected)" "$(verdicts <"$WORK/json")"
	same "what was dropped is dropped again" "7 6 1" \
		"$(replay drops.pcapng | jq -r '"\(.judged) " +
			([.reasons[] | select(.verdict == "drop") | .packets] | add | tostring) + " " +
			([.reasons[] | select(.verdict == "would-drop") | .packets] | add | tostring)')"
	capture rows pcap ethernet 65535 2000
	replay rows --drops "$WORK/drops.pcapng" >"$WORK/json"
	same "each of many" \
		"$(jq '[.reasons[] | select(.verdict != "pass") | .packets] | add' "$WORK/json")" \
		"$(tshark -r "$WORK/drops.pcapng" 2>/dev/null | wc -l)"
	echo "0 in $PEER $FRONT tcp 40000 5061 syn 0" | "$CAPTURES" pcap ethernet >"$WORK/passes"
	replay passes --drops "$WORK/none" >/dev/null
	same "or of none" "0 0 0 0 0 0" "$(replay none | heads)"
	says "the capture itself" 2 "portcullis replay: --drops '$WORK/passes' is the capture itself
usage: portcullis replay [OPTION…] CAPTURE (PROFILE | SITE)" \
		"$PORTCULLIS" replay "$WORK/passes" "$WORK/site.md" --drops "$WORK/passes"
	says "a file that cannot be" 1 \
		"/nowhere/x: error: cannot open the file: No such file or directory" \
		"$PORTCULLIS" replay "$WORK/rows" "$WORK/site.md" --drops /nowhere/x
	says "a full disk" 1 "/dev/full: error: cannot write the file: No space left on device" \
		"$PORTCULLIS" replay "$WORK/rows" "$WORK/site.md" --drops /dev/full
}

test_broken() {
	capture rows pcap ethernet
	head -c -5 "$WORK/rows" >"$WORK/short"
	replay short >"$WORK/json" 2>"$WORK/errors"
	same "a file cut short: what is whole is told" "1 16 12 4 0 0 0" "$? $(heads <"$WORK/json")"
	same "and that it is cut" "$WORK/short: error: cannot read on behind packet 16: truncated dump \
file; tried to read 142 captured bytes, only got 137" "$(cat "$WORK/errors")"
	says "no capture" 1 \
		"$WORK/site.md: error: cannot read the capture: unknown file format, expected pcap or pcapng" \
		"$PORTCULLIS" replay "$WORK/site.md" "$WORK/site.md"
	says "no such capture" 1 "/nowhere/x: error: cannot open the file: No such file or directory" \
		"$PORTCULLIS" replay /nowhere/x "$WORK/site.md"
	says "a site with an error" 1 \
		"-:3: error: no profile 'none', expected one of a Profiles table" \
		"$PORTCULLIS" replay "$WORK/rows" - <<<"| Server | Address | Profile |
|---|---|---|
| a | 192.0.2.1 | none |"
	says "a host that is none" 1 \
		"portcullis: error: --host 'fe01', expected an address or a prefix" \
		"$PORTCULLIS" replay "$WORK/rows" front-end --host fe01
	says "too little" 2 "portcullis replay: a capture, and a profile or a site are needed
usage: portcullis replay [OPTION…] CAPTURE (PROFILE | SITE)" "$PORTCULLIS" replay "$WORK/rows"
	says "two that want standard input" 2 \
		"portcullis replay: the capture and the site both want standard input
usage: portcullis replay [OPTION…] CAPTURE (PROFILE | SITE)" "$PORTCULLIS" replay - -
	capture none pcap ethernet 65535 0
	same "a capture without packets" "0 0 0 0 0 0 null null" \
		"$(replay none >"$WORK/json" && heads <"$WORK/json") $(jq -r '"\(.since) \(.until)"' "$WORK/json")"
}

# --- beside a gate ---

# counted VERDICT...: what the gate has, of reasons that nothing but our own traffic has
counted_by_gate() {
	portcullis stats --json | verdicts | grep -vE 'non-ip|unlisted|icmp'
}

# in_force: what is pinned, and the program that judges
in_force() {
	find /sys/fs/bpf | sort
	ip -n edge -j -d link show card | jq -c '.[0].xdp'
}

traffic() {
	local port

	for port in 5061 443 23 8057; do
		answer $FRONT $port
		answer $FRONT6 $port
		answer $DIRECTOR $port
	done
	client bash -c "echo >/dev/udp/$FRONT/9"
	# the server asks; that there is no answer but a refusal does not matter
	server socat -T 1 - "TCP:$CLIENT4:9999,bind=$FRONT:30000" </dev/null
} >/dev/null 2>&1

has_packets() {
	[ "$(capinfos -Mc "$1" 2>/dev/null | sed -n 's/Number of packets: *//p')" -gt 0 ]
}

captures() {
	client ping -c 1 -W 1 192.0.2.1 >/dev/null
	has_packets "$WORK/$1.pcapng"
}

# The gate judges and counts, and what it saw is captured at once.
test_gate() {
	local before

	make_edge || bail_out "cannot make network namespaces"
	for address in $FRONT/24 $DIRECTOR/24 $FRONT6/64; do
		ip -n server addr add "$address" dev eth0
	done
	until_true answers $FRONT && until_true answers $DIRECTOR && until_true answers $FRONT6
	sed 's/enforce/monitor/' "$WORK/site.md" >"$WORK/monitor.md"
	portcullis up "$WORK/monitor.md" >/dev/null || bail_out "up failed"
	start ethernet edge dumpcap -q -i card -w "$WORK/ethernet.pcapng"
	start cooked edge dumpcap -q -i any -y LINUX_SLL2 -w "$WORK/cooked.pcapng"
	until_true captures ethernet && until_true captures cooked
	traffic
	sleep 1
	stop ethernet
	stop cooked
	counted_by_gate >"$WORK/counted"
	before=$(in_force)
	same "the gate has seen all kinds" "pass published
pass reply
would-drop not-published" "$(cut -d ' ' -f 1,2 "$WORK/counted")"
	"$PORTCULLIS" replay "$WORK/ethernet.pcapng" "$WORK/monitor.md" --json \
		--drops "$WORK/drops.pcapng" >"$WORK/json"
	same "replay says what the gate said" "$(cat "$WORK/counted")" \
		"$(verdicts <"$WORK/json" | grep -vE 'non-ip|unlisted|icmp')"
	same "of what any interface captured, too" "$(cat "$WORK/counted")" \
		"$("$PORTCULLIS" replay "$WORK/cooked.pcapng" "$WORK/monitor.md" --json | verdicts |
			grep -vE 'non-ip|unlisted|icmp')"
	same "and the gate has not noticed" "$(cat "$WORK/counted")" "$(counted_by_gate)"
	same "nor has it changed" "$before" "$(in_force)"
}

# Figures for a quiet machine; on one that is not, a quarter must do.
test_speed() {
	local best=0 speed

	capture many pcap ethernet 65535 12000
	for _ in 1 2 3; do
		speed=$(replay many | jq '.packets / .seconds | floor')
		[ "$speed" -gt "$best" ] && best=$speed
	done
	[ "$best" -ge $((SPEED / 4)) ]
	same "$best packets/s, at best" 0 $?
	speed=$(replay many --drops "$WORK/drops.pcapng" | jq '.packets / .seconds | floor')
	[ "$speed" -ge $((SPEED / 4)) ]
	same "$speed packets/s with a file of drops" 0 $?
}

site >"$WORK/site.md"
test_rows
test_people
test_cut
test_direction
test_limits
test_drops
test_broken
test_gate
test_speed
plan
