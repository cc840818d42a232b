# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Portcullis as it is measured beside the others, each gate in a folder of its own of the BPF file system. To be
# sourced after peers.sh.
# shellcheck disable=SC2317 # called by name

SERVERS=10000
GATES=/sys/fs/bpf/gates

# gate NAME COMMAND...: portcullis, in the namespace and on the gate of NAME
gate() {
	at "$1" "$PORTCULLIS" --bpffs "$GATES/$1" "${@:2}"
}

# new_gate NAME [EDIT]: a site of many servers, with the settings that sed is told to make
new_gate() {
	mkdir -p "$GATES/$1" &&
		"$BUILD/bench/bench" --site "$SERVERS" card | sed "${2:-}" >"$WORK/site-$1.md" &&
		gate "$1" up "$WORK/site-$1.md" >"$WORK/$1.said" 2>&1
}

set_up_portcullis() {
	new_gate portcullis
}
dropped_portcullis() {
	xdp_dropped portcullis
}

set_up_replies() {
	new_gate replies 's/| Replies | off |/| Replies | on |/'
}
dropped_replies() {
	xdp_dropped replies
}

set_up_uncounted() {
	new_gate uncounted 's/| Port counters | on |/| Port counters | off |/'
}
dropped_uncounted() {
	xdp_dropped uncounted
}

set_up_unconfirmed() {
	new_gate unconfirmed && gate unconfirmed swap s1 director --confirm 3600 >"$WORK/unconfirmed.said" 2>&1
}
dropped_unconfirmed() {
	xdp_dropped unconfirmed
}

# start_watch NAME: somebody looks on, on the first CPU; the generator has the last
start_watch() {
	start "watch_$1" "$1" taskset -c 0 "$PORTCULLIS" --bpffs "$GATES/$1" drops
}

set_up_watched() {
	new_gate watched && start_watch watched
}
dropped_watched() {
	xdp_dropped watched
}

set_up_watched_replies() {
	new_gate watched_replies 's/| Replies | off |/| Replies | on |/' && start_watch watched_replies
}
dropped_watched_replies() {
	xdp_dropped watched_replies
}

set_up_monitor() {
	new_gate monitor 's/| Mode | enforce |/| Mode | monitor |/'
}
dropped_monitor() {
	xdp_dropped monitor
}

# judged_by NAME: packets that the gate itself has counted, and whether as passed or dropped
judged_by() {
	gate "$1" stats --json | jq '[.reasons[].packets] | add // 0'
}
