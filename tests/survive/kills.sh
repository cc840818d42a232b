#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# KILLS (300) times kill -9 at a random moment of a command that changes the gate, on two cards:
# each card is in the old or the new state, status says so, the next command works, nothing leaks.
# shellcheck source=/dev/null
. "$(dirname "$0")/../live/lib.sh"
skip_unless_root jq bpftool
alone "$@" || bail_out "cannot mount a BPF file system"

KILLS=${KILLS:-300}
FRONT=198.51.100.11
export SITE_INTERFACES="card, card2" SITE_ADDRESSES=$FRONT
RANDOM=${SEED:-2015}

# loaded: programs and maps of our kind that the kernel holds, by their ids; pins and filters
loaded() {
	{
		bpftool prog list | sed -n 's/^\([0-9]*\): .* name portcullis.*/program \1/p'
		bpftool map list | sed -nE 's/^([0-9]*): .* name (catalog|ports|counters|dropped_ports|flows|standby|blocked4|block_table|block_chunk) .*/map \1/p'
		find /sys/fs/bpf -type f
		tc -n edge filter show dev card egress
		tc -n edge filter show dev card2 egress
	} | sort
}

# leaked: what is there now and was not before; the kernel takes a moment to free
leaked() {
	loaded | comm -13 "$WORK/before" -
}

nothing_leaked() {
	[ -z "$(leaked)" ]
}

other_answer() {
	nsenter --net=/run/netns/other "$BUILD/live/traffic" connect $FRONT "$1"
	echo $?
}

# killed WORD...: the command, killed 0 to 200 ms after it began
killed() {
	nsenter --net=/run/netns/edge "$PORTCULLIS" "$@" >/dev/null 2>&1 </dev/null &
	sleep "0.$(printf %03d $((RANDOM % 200)))"
	kill -9 $! 2>/dev/null
	wait $! 2>/dev/null
}

random_command() {
	local profile
	took_down=0
	profile=$([ $((RANDOM % 2)) = 0 ] && echo director || echo front-end)
	site "$profile" >"$WORK/new.md"
	case $((RANDOM % 9)) in
	0) killed up "$WORK/new.md" ;;
	1) killed up "$WORK/new.md" --confirm 30 ;;
	2) killed swap fe01 "$profile" ;;
	3) killed reload "$WORK/new.md" ;;
	4) killed reload "$WORK/new.md" --confirm 1 ;;
	5) portcullis swap fe01 "$profile" --confirm 30 >/dev/null 2>&1; killed confirm ;;
	6) killed rollback ;;
	7) killed block 100.64.0.0/10 --for 1h ;;
	8) took_down=1; killed down --all ;;
	esac
}

# differ: whether the cards do, asked anew: a change may have undone itself between two questions
differ() {
	[ "$(answer $FRONT 8057) $(other_answer 8057)" != "refused 2" ] &&
		[ "$(answer $FRONT 8057) $(other_answer 8057)" != "silence 1" ]
}

# One card may be old and the other new: then status is not content. But what neither the old nor
# the new opens passes nowhere, unless it was the gate that was taken down.
check_state() {
	local here there code

	[ "$took_down" = 1 ] || [ "$(answer $FRONT 22) $(other_answer 22)" = "silence 1" ] ||
		fail "$1: tcp/22 passes, which was never open"
	here=$(answer $FRONT 8057)
	there=$(other_answer 8057)
	portcullis status >"$WORK/status" 2>&1
	code=$?
	case "$here" in
	refused) here=2 ;;
	silence) here=1 ;;
	*) fail "$1: neither passes nor drops" "$here" ;;
	esac
	if [ $code -gt 1 ]; then
		fail "$1: status" "exit code $code" "$(cat "$WORK/status")"
	elif [ "$here" != "$there" ] && [ $code = 0 ] && differ; then
		fail "$1: the cards differ, status is to tell" "$(cat "$WORK/status")"
	fi
}

# whole AGAIN: the next command puts things right
whole() {
	if portcullis status --json 2>/dev/null | jq -e '.pending' >/dev/null; then
		portcullis confirm >/dev/null 2>&1 || portcullis rollback >/dev/null 2>&1
	fi
	portcullis up "$WORK/site.md" >"$WORK/up" 2>&1 || fail "$1: the next up" "$(cat "$WORK/up")"
	portcullis status >/dev/null 2>&1 || fail "$1: status after it"
	[ "$(answer $FRONT 8057) $(answer $FRONT 22) $(other_answer 8057)" = "refused silence 2" ] ||
		fail "$1: the policy after it"
	same_pins "$1"
}

# same_pins AGAIN: a link for each card, and nobody stands by for what is over
same_pins() {
	local found
	found=$(find /sys/fs/bpf/portcullis -name 'link-*' -o -name 'standby*' | wc -l)
	[ "$found" = 2 ] || fail "$1: pins that are left" "$(ls /sys/fs/bpf/portcullis)"
}

if ! make_edge || ! new_host other || ! segment card2 203.0.113 other ||
	! ip -n server addr add $FRONT/24 dev eth0; then
	bail_out "cannot make network namespaces"
fi
site front-end >"$WORK/site.md"
loaded >"$WORK/before"
wrong=$COUNT
whole "before the first"
for ((n = 1; n <= KILLS; n++)); do
	random_command
	check_state "kill $n"
	whole "kill $n"
done
[ "$COUNT" = "$wrong" ] && pass "killed $KILLS times"
portcullis down --all >/dev/null
until_true nothing_leaked
same "nothing has leaked: programs, maps, pins, filters" "" "$(leaked)"
plan
