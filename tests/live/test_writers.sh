#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Many writers at once: each waits for the one before it, and readers never notice.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq
alone "$@" || bail_out "cannot mount a BPF file system"

WRITERS=20
SWAPS=60

# write_at_once COMMAND...: each a writer, all started together; prints how many failed
write_at_once() {
	local command failed=0 writers=() writer

	for command in "$@"; do
		# shellcheck disable=SC2086
		portcullis $command >>"$WORK/said" 2>&1 &
		writers+=($!)
	done
	for writer in "${writers[@]}"; do
		wait "$writer" || failed=$((failed + 1))
	done
	echo $failed
}

# read_on NAME: a reader, until the file WORK/enough; writes to NAME.complaints and NAME.reads
read_on() {
	local command

	until [ -e "$WORK/enough" ]; do
		for command in "status" "stats" "explain tcp/5061" "status --json"; do
			# shellcheck disable=SC2086
			portcullis $command >"$WORK/$1.read" 2>&1 || cat "$WORK/$1.read"
			echo "$command" >>"$WORK/$1.reads"
		done
	done >"$WORK/$1.complaints"
}

# start_readers, stop_readers: two of them; the second says whether they could read all the time
start_readers() {
	rm -f "$WORK/enough"
	read_on one &
	readers=($!)
	read_on two &
	readers+=($!)
}

stop_readers() {
	touch "$WORK/enough"
	wait "${readers[@]}"
	same "what readers had to complain of" "" "$(cat "$WORK"/*.complaints)"
	[ "$(cat "$WORK"/*.reads | wc -l)" -ge 10 ] || fail "readers read" "$(cat "$WORK"/*.reads)"
}

# Both kinds of writers, half to each profile.
test_swaps() {
	local i commands=() number

	for ((i = 0; i < WRITERS; i += 4)); do
		commands+=("swap director" "up card front-end" "swap front-end" "up card director")
	done
	start_readers
	same "$WRITERS writers at once: how many failed" 0 "$(write_at_once "${commands[@]}")"
	stop_readers
	number=$(portcullis status --json | jq .generation)
	same "every change has a number of its own" "$number" \
		"$(grep -o '^generation [0-9]*' "$WORK/said" | sort -u | wc -l)"
	same "all others changed nothing" $((WRITERS + 1)) \
		$((number + $(grep -c '^unchanged' "$WORK/said")))
	exits "status" 0 portcullis status
}

# What a reader has begun to read, the next writer takes away.
test_readers() {
	local i failed=0

	start_readers
	for ((i = 0; i < SWAPS; i++)); do
		portcullis swap "$([ $((i % 2)) = 0 ] && echo director || echo front-end)" >/dev/null ||
			failed=$((failed + 1))
	done
	same "$SWAPS swaps: how many failed" 0 $failed
	stop_readers
}

# Whoever comes when the folder has just been removed starts anew.
test_ups_and_downs() {
	local i commands=()

	for ((i = 0; i < WRITERS; i += 2)); do
		commands+=("up card front-end" "down --all")
	done
	: >"$WORK/said"
	same "ups and downs: how many failed" 0 "$(write_at_once "${commands[@]}")"
	same "all messages" "" "$(grep -E 'error|warning' "$WORK/said")"
	exits "up at last" 0 portcullis up card front-end
	exits "status" 0 portcullis status
	same "it enforces" "silence refused" "$(answer "$SERVER4" 22) $(answer "$SERVER6" 5061)"
	exits "down" 0 portcullis down
	same "nothing is left" gone "$([ -e /sys/fs/bpf/portcullis ] && echo there || echo gone)"
}

make_edge || bail_out "cannot make network namespaces"
portcullis up card front-end >"$WORK/said" || bail_out "up failed"
test_swaps
test_readers
test_ups_and_downs
plan
