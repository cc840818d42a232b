#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What commands take, in ms, as tests/bench/report.h has it: loads, swaps idle and under a flood, a
# change of one port; and whether two CPUs at once are counted exactly. CASES picks 'command: loads',
# 'command: swaps', 'command: counters'.
# shellcheck source=/dev/null
here=$(dirname "$0")
. "$here/../live/lib.sh"
. "$here/wire.sh"
. "$here/peers.sh"
. "$here/gates.sh"
alone "$@" || {
	echo "bench: cannot mount a BPF file system" >&2
	exit 1
}

ROUNDS=${ROUNDS:-9}
CPU=$(($(nproc) - 1))
CHUNK=1280000   # packets that a flood sends before it looks whether to go on
COUNTED=3200000 # packets that each CPU sends to be counted

# timed ROW COMMAND...: runs it and reports how long that took
timed() {
	local start=${EPOCHREALTIME/./}

	"${@:2}" >"$WORK/said" 2>&1 || {
		echo "bench: ${*:2}" >&2
		cat "$WORK/said" >&2
		return 1
	}
	awk -v row="$1" -v us=$((${EPOCHREALTIME/./} - start)) \
		'BEGIN { printf "load\tcommand\t%s\tms\t%.3f\n", row, us / 1000 }'
}

# wanted ROW: whether CASES picks it
wanted() {
	# shellcheck disable=SC2053 # a glob
	[[ "command: $1" == ${CASES:-*} ]]
}

# write_sites: 10,000 servers with every shipped profile, and the same with one port less
write_sites() {
	"$BUILD/bench/bench" --site "$SERVERS" card every >"$WORK/site.md" &&
		sed 's/^| s0 | \(.*\) | front-end |$/| s0 | \1 | pool |/' "$WORK/site.md" >"$WORK/less.md" &&
		cat >>"$WORK/less.md" <<-'END'

			| Profile | Roles | Except |
			|---|---|---|
			| pool | Front End Servers, All Servers, All internal servers | tcp/5066 |
		END
}

measure_up() {
	timed "up, one profile" gate loads up card "$PROFILE" --replies off &&
		timed "down" gate loads down &&
		timed "up, 10,000 servers and 15 profiles" gate loads up "$WORK/site.md" &&
		timed "reload, one port changed" gate loads reload "$WORK/less.md" &&
		gate loads down >/dev/null 2>&1
}

# measure_swaps WHEN: one profile for the interface, and a server of 10,000
measure_swaps() {
	timed "swap, one profile, $1" gate swaps swap director &&
		timed "swap, one profile, $1" gate swaps swap "$PROFILE" &&
		timed "swap of one server of 10,000, $1" gate many swap s3 director &&
		timed "swap of one server of 10,000, $1" gate many swap s3 hlb-front-end
}

# flood_on NAME: without a break until WORK/enough is there
flood_on() {
	while [ ! -e "$WORK/enough" ]; do
		flood "$1" $CPU $CHUNK 5069 >/dev/null || return
	done
}

measure_swaps_in_flood() {
	local flooder

	rm -f "$WORK/enough"
	flood_on swaps &
	flooder=$!
	measure_swaps "under a flood"
	touch "$WORK/enough"
	wait $flooder
}

# count_two: both CPUs send at once, each by a queue of its own; what is counted less what was sent
count_two() {
	local before after senders=() cpu lost

	before=$(judged_by counting) lost=$(wire_lost counting)
	for cpu in 0 $CPU; do
		flood counting "$cpu" $COUNTED 5069 >"$WORK/sent-$cpu" &
		senders+=($!)
	done
	wait "${senders[@]}" || return
	after=$(judged_by counting)
	awk -v counted=$((after - before)) -v lost=$(($(wire_lost counting) - lost)) '
		{ sent += $1 }
		END { printf "load\tcounters\tpackets sent by 2 CPUs\tpackets\t%d\n", sent
		      printf "load\tcounters\tlost on the wire\tpackets\t%d\n", lost
		      printf "load\tcounters\tcounted less sent\tpackets\t%d\n", counted + lost - sent }' \
		"$WORK/sent-0" "$WORK/sent-$CPU"
}

set_up() {
	mkdir -p "$GATES"/{loads,swaps,many} && write_sites && new_wire loads && new_wire swaps && new_wire many &&
		gate swaps up card "$PROFILE" --replies off >"$WORK/swaps.said" 2>&1 &&
		gate many up "$WORK/site.md" >"$WORK/many.said" 2>&1 &&
		new_wire counting && new_gate counting
}

wanted loads || wanted swaps || wanted counters || exit 0
set_up || {
	cat "$WORK"/*said >&2
	echo "bench: cannot set up what is loaded" >&2
	exit 1
}
for ((round = 1; round <= ROUNDS; round++)); do
	if wanted loads; then measure_up || exit 1; fi
	if wanted swaps; then measure_swaps idle && measure_swaps_in_flood || exit 1; fi
	if wanted counters; then count_two || exit 1; fi
	echo "bench: commands, round $round of $ROUNDS" >&2
done
