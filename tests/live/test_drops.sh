#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Drops as they happen: what is told of them, to whom, and that a flood hides nothing that was asked
# for.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq bpftool tshark "$BUILD/live/flood"
alone "$@" || bail_out "cannot mount a BPF file system"

FRONT=198.51.100.11 FRONT6=2001:db8:2::11
DIRECTOR=198.51.100.12
FLOOD=1000000

site() {
	cat <<-END
		| Server | Address | Profile | Mode |
		|---|---|---|---|
		| fe01 | $FRONT, $FRONT6 | front-end | enforce |
		| dir01 | $DIRECTOR | director | monitor |

		| Setting | Value |
		|---|---|
		| Interface | card |
	END
}

addresses() {
	local address

	for address in $FRONT/24 $DIRECTOR/24 $FRONT6/64; do
		ip -n server addr add "$address" dev eth0
	done
	until_true answers $FRONT && until_true answers $DIRECTOR && until_true answers $FRONT6
}

# watching: the word by which the program knows that somebody looks on
watching() {
	bpftool map lookup pinned /sys/fs/bpf/portcullis/control-1 key 0 0 0 0 |
		sed -n 's/.*value: 0\([01]\) 00 00 00.*/\1/p'
}

is_watched() {
	[ "$(watching)" = 1 ]
}

# watch NAME OPTION...: prints to WORK/NAME until stop; returns when it watches
watch() {
	start "$1" edge "$PORTCULLIS" drops "${@:2}"
	until_true is_watched
}

# pid NAME: of what was started
pid() {
	eval "echo \$pid_$1"
}

# kill_hard NAME: it can clear nothing away
kill_hard() {
	kill -9 "$(pid "$1")" && wait "$(pid "$1")" 2>/dev/null
}

# seen NAME: how many lines it has printed
seen() {
	wc -l <"$WORK/$1"
}

# sees NAME COUNT: whether it has printed as many
sees() {
	[ "$(seen "$1")" -ge "$2" ]
}

# shows NAME: whether it does, of a packet sent now
shows() {
	answer $FRONT 22 >/dev/null
	sees "$1" 1
}

# told NAME: what its JSON says, a line for each packet
told() {
	jq -r 'select(.lost == null) | "\(.interface) \(.verdict) \(.reason) \(.protocol) " +
		"\(.source) \(.destination) \(.port) \(.server) \(.profile) \(.generation) \(.bytes)"' \
		"$WORK/$1"
}

# flood ADDRESS PORT COUNT
flood() {
	client "$BUILD/live/flood" eth0 "$CLIENT4" "$1" "$2" "$3" >/dev/null
}

test_tells() {
	watch json --json
	answer $FRONT 5061 >/dev/null
	answer $FRONT 22 >/dev/null
	answer $FRONT6 23 >/dev/null
	answer $DIRECTOR 8057 >/dev/null
	client ping -c 1 -W 1 -s 200 $FRONT >/dev/null
	client bash -c "echo >/dev/udp/$FRONT/9"
	until_true sees json 4
	stop json
	same "what is dropped, or would be, and nothing else" \
		"card drop not-published tcp $CLIENT4 $FRONT 22 fe01 front-end 1 74
card drop not-published tcp $CLIENT6 $FRONT6 23 fe01 front-end 1 94
card would-drop not-published tcp $CLIENT4 $DIRECTOR 8057 dir01 director 1 74
card drop not-published udp $CLIENT4 $FRONT 9 fe01 front-end 1 43" "$(told json)"
	same "the time is that of the drop" 4 \
		"$(jq -r 'select((.time | sub("\\.[0-9]+"; "") | fromdate) - now | fabs < 5) | 1' \
			"$WORK/json" | wc -l)"
	same "nobody watches any more" 0 "$(watching)"
}

test_lines() {
	watch lines
	answer $FRONT 22 >/dev/null
	until_true sees lines 1
	stop lines
	same "a line for people" 1 "$(grep -cE "^20[0-9-]+ [0-9:]+\.[0-9]{6} [+-][0-9]{4}  card  \
drop        not-published       tcp $CLIENT4:[0-9]+ > $FRONT:22  server fe01, profile front-end$" \
		"$WORK/lines")"
}

test_filters() {
	watch some --json --server fe01 --reason not-published --reason bad-address \
		--port 20-23 --source 2001:db8:1::/64
	answer $FRONT 22 >/dev/null
	answer $FRONT6 24 >/dev/null
	answer $FRONT6 22 >/dev/null
	until_true sees some 1
	stop some
	same "only what is asked for" "card drop not-published tcp $CLIENT6 $FRONT6 22 fe01 front-end 1 94" \
		"$(told some)"
	says "a server that there is not" 1 "portcullis: error: no server 'fe02', did you mean 'fe01'?" \
		portcullis drops --server fe02
	says "two that want standard output" 2 \
		"portcullis drops: --pcap - and --json both want standard output
usage: portcullis drops [OPTION…] " portcullis drops --pcap - --json
}

test_count() {
	start counted edge "$PORTCULLIS" drops --count 2 --json
	until_true is_watched
	for port in 22 23 24 25; do
		answer $FRONT $port >/dev/null
	done
	wait "$(pid counted)"
	same "ends after so many" "0 2" "$? $(seen counted)"
	same "and has the watch end" 0 "$(watching)"
}

test_one_watcher() {
	watch first
	says "a second is told who watches" 1 "portcullis: error: process $(pid first) \
($PORTCULLIS drops) watches already: there is one watch" portcullis drops
	kill_hard first
	start second edge "$PORTCULLIS" drops
	until_true shows second
	same "after kill -9 the next one watches" 0 $?
	stop second
}

# Nobody comes after one that was killed.
test_forsaken() {
	watch forsaken
	kill_hard forsaken
	same "its watch outlives it" 1 "$(watching)"
	sleep 2.1
	flood $FRONT 9 10000
	same "but not its lease" 0 "$(watching)"
}

# Whoever reads our lines no longer does.
test_reader_gone() {
	portcullis drops 2>"$WORK/gone" | head -n 1 >/dev/null &
	until_true is_watched
	answer $FRONT 22 >/dev/null
	answer $FRONT 22 >/dev/null
	until_true not_watched
	same "ends where nobody reads" "0 " "$(watching) $(cat "$WORK/gone")"
	wait
}

not_watched() {
	[ "$(watching)" = 0 ]
}

# captured FILE: what tshark reads of each packet
captured() {
	tshark -r "$1" -T fields -E separator=' ' -e frame.interface_name -e ip.src -e ip.dst \
		-e udp.dstport -e frame.len -e frame.cap_len -e frame.comment 2>/dev/null
}

test_pcap() {
	local comment="not-published: no row of the profile opens the port; server fe01, profile front-end"

	watch both --pcap "$WORK/drops.pcapng"
	client bash -c "echo >/dev/udp/$FRONT/9 && printf '%200s' '' >/dev/udp/$FRONT/19"
	until_true sees both 2
	stop both
	same "tshark reads packets and why" "card $CLIENT4 $FRONT 9 43 43 $comment
card $CLIENT4 $FRONT 19 242 128 $comment" "$(captured "$WORK/drops.pcapng")"
	start alone edge "$PORTCULLIS" drops --pcap - --count 1
	until_true is_watched
	client bash -c "echo >/dev/udp/$FRONT/9"
	wait "$(pid alone)"
	same "and from standard output" "card $CLIENT4 $FRONT 9 43 43 $comment" \
		"$(captured "$WORK/alone")"
	says "a file that cannot be" 1 "/nowhere/x: error: cannot open the file: No such file or directory" \
		portcullis drops --pcap /nowhere/x
}

# Samples and what was lost are together all that was dropped.
test_flood() {
	local before

	before=$(reason not-published drop)
	watch flooded --json
	flood $FRONT 9 $FLOOD
	sleep 0.3
	stop flooded
	same "all are told of, or told to be lost" "$(($(reason not-published drop) - before))" \
		"$(jq -s 'map(if .lost then .lost else 1 end) | add' "$WORK/flooded")"
	[ "$(told flooded | wc -l)" -ge 50 ] && [ "$(told flooded | wc -l)" -lt $((FLOOD / 50)) ]
	same "few of a flood are told of, but some" 0 $?
	same "people are told, too" 1 "$(grep -cE '^[0-9]+ more, for which there was no room$' <(
		watch people >/dev/null
		flood $FRONT 9 $((FLOOD / 10))
		sleep 0.3
		stop people
		tail -n 1 "$WORK/people"
	))"
}

# What was asked for is seen, however much else is dropped.
test_rare() {
	local i

	start stream client "$BUILD/live/flood" eth0 "$CLIENT4" $FRONT 9 $((100 * FLOOD))
	watch rare --json --port udp/23
	for ((i = 0; i < 50; i++)); do
		client bash -c "echo >/dev/udp/$FRONT/23"
		sleep 0.02
	done
	until_true sees rare 50
	kill_hard stream
	stop rare
	same "each of 50 rare ones in a flood" "50 0" \
		"$(told rare | wc -l) $(jq -s 'map(.lost // 0) | add' "$WORK/rare")"
}

test_swap() {
	watch swapped --json --server fe01
	answer $FRONT 22 >/dev/null
	portcullis swap fe01 director >/dev/null
	answer $FRONT 8057 >/dev/null
	until_true sees swapped 2
	stop swapped
	same "the watch goes on with what is swapped to" \
		"card drop not-published tcp $CLIENT4 $FRONT 22 fe01 front-end 1 74
card drop not-published tcp $CLIENT4 $FRONT 8057 fe01 director 2 74" "$(told swapped)"
}

test_down() {
	watch last
	portcullis down >/dev/null
	wait "$(pid last)"
	same "ends with the gate" \
		"1 portcullis: error: the gate was taken down: nothing is enforced any more" \
		"$? $(cat "$WORK/last.errors")"
	says "without a gate" 1 "portcullis: error: nothing is enforced here: 'portcullis up' starts" \
		portcullis drops
	portcullis up card front-end >/dev/null
	watch whole --json
	answer $FRONT 22 >/dev/null
	until_true sees whole 1
	stop whole
	same "one profile for a whole interface" \
		"card drop not-published tcp $CLIENT4 $FRONT 22 null front-end 1 74" "$(told whole)"
}

make_edge || bail_out "cannot make network namespaces"
addresses || bail_out "cannot give the server more addresses"
site >"$WORK/site.md"
portcullis up "$WORK/site.md" >/dev/null || bail_out "up failed"
test_tells
test_lines
test_filters
test_count
test_one_watcher
test_forsaken
test_reader_gone
test_pcap
test_flood
test_rare
test_swap
test_down
plan
