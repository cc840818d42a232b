#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A host that has run out of something: a BPF file system that is read-only, a pin's place that is
# taken, no memory, no descriptors, no disk, no counters. What is said names it, nothing is half
# done, what was enforced goes on, and once the host is well all works again.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq bpftool prlimit script tc
alone "$@" || bail_out "cannot mount a BPF file system"

BPFFS=/sys/fs/bpf
PINS=$BPFFS/portcullis
SITE=/etc/portcullis/site.md
LAST=/var/lib/portcullis/last.json
READ_ONLY="$BPFFS: error: is mounted read-only: 'mount -o remount,rw $BPFFS' lets pins be made and \
opened again; what is enforced stays so meanwhile"

# 8057 is open under front-end and closed under director.
open_port() {
	answer "$SERVER4" 8057
}

# state: all that a command could leave half done, in the kernel and in its pins
state() {
	ip -n edge -json link show card | jq -c '.[0].xdp'
	tc -n edge filter show dev card egress
	find $PINS -printf '%P %i\n' 2>/dev/null | sort
}

# fails NAME TEXT COMMAND...: with this text alone, and nothing is changed
fails() {
	local before

	before=$(state)
	says "$1" 1 "$2" "${@:3}"
	[ "$(state)" = "$before" ] || fail "$1: something is left" "$before" "became" "$(state)"
}

# --- a BPF file system that is read-only ---

# in_terminal WORD...: portcullis on a terminal, what it prints without carriage returns
in_terminal() {
	local code

	script -qec "nsenter --net=/run/netns/edge $PORTCULLIS $*" /dev/null </dev/null >"$WORK/said"
	code=$?
	tr -d '\r' <"$WORK/said"
	return $code
}

test_read_only() {
	local command

	anew
	portcullis block 203.0.113.9 >/dev/null
	portcullis swap fe01 director >/dev/null
	portcullis swap fe01 closed --confirm 600 >/dev/null
	mount -o remount,ro $BPFFS
	for command in "up $SITE" "swap fe01 front-end" "reload" "reload --dry-run" "confirm" \
		"rollback" "boot" "boot --interface card" "down card" "down --all" \
		"block 203.0.113.7" "unblock 203.0.113.9" "status" "status --json" "stats" \
		"stats --prometheus" "explain to fe01 tcp/8057" "drops" "log" "blocks"; do
		# shellcheck disable=SC2086
		fails "read-only: $command" "$READ_ONLY" portcullis $command
	done
	fails "read-only: top" "$READ_ONLY" in_terminal top
	same "what was enforced is" "silence silence" "$(open_port) $(answer "$SERVER4" 5061)"
	exits "what needs no gate does not care" 0 portcullis check $SITE
	mount -o remount,rw $BPFFS
	exits "writable again: status" 0 portcullis status
	same "what waited waits on" closed \
		"$(portcullis status --json | jq -r '.servers[0].profile')"
	exits "confirm" 0 portcullis confirm
	exits "unblock" 0 portcullis unblock 203.0.113.9
	exits "rollback" 0 portcullis rollback
	exits "reload" 0 portcullis reload
	same "the site is in force" refused "$(open_port)"
}

undone() {
	[ "$(open_port)" = refused ]
}

# The kernel minds no mount.
test_read_only_undone() {
	portcullis swap fe01 director --confirm 2 >/dev/null
	mount -o remount,ro $BPFFS
	same "to be confirmed, read-only" silence "$(open_port)"
	exits "undone all the same" 0 until_true undone
	mount -o remount,rw $BPFFS
	exits "writable again: status" 0 portcullis status
	same "and knows" true "$(portcullis status --json | jq '.undone > .generation')"
	exits "the next change" 0 portcullis swap fe01 director
}

test_read_only_first() {
	portcullis down --all >/dev/null
	mount -o remount,ro $BPFFS
	fails "read-only, the first up" "$READ_ONLY" portcullis up $SITE
	says "status" 0 "nothing is enforced" portcullis status
	mount -o remount,rw $BPFFS
	exits "writable again: up" 0 portcullis up $SITE
}

# --- a pin's place is taken ---

# taken NAME PIN TEXT COMMAND...: a folder is where the pin would be
taken() {
	mkdir "$PINS/$2"
	fails "taken: $1" "$3" "${@:4}"
	same "taken: $1: the policy" refused "$(open_port)"
	rmdir "$PINS/$2"
	exits "taken: $1: status, once it is free" 0 portcullis status
}

test_taken() {
	local index next

	anew
	index=$(ip -n edge -json link show inner | jq '.[0].ifindex')
	next=$(($(portcullis status --json | jq .generation) + 1))
	taken "a larger counter" counters-9 \
		"$PINS/counters-9: error: is no pin, expected one or nothing: 'rm -r $PINS/counters-9' first" \
		portcullis swap fe01 director
	taken "who stands by" "standby-$next" \
		"$PINS/standby-$next: error: cannot pin the map: something else is there: 'rm -r \
$PINS/standby-$next' first" portcullis swap fe01 director --confirm 60
	taken "a catalog" "catalog-$next" \
		"$PINS/catalog-$next: error: is no pin, expected one or nothing: 'rm -r $PINS/catalog-$next' first" \
		portcullis swap fe01 director
	taken "a link" "link-$index" \
		"$PINS/link-$index: error: is no pin, expected one or nothing: 'rm -r $PINS/link-$index' \
first" portcullis status
	exits "all are free again: swap" 0 portcullis swap fe01 director
	mkdir $PINS/counters-9
	says "down takes it away" 0 "$PINS: warning: the final counters cannot be read" \
		portcullis down --all
	mkdir -p $PINS/control-1
	exits "what is no gate's" 0 portcullis up $SITE
}

# --- limits of the process ---

# limited WHAT TEXT LIMIT...: swaps under limits that get wider, until one goes through; the first
# must fail. Those that fail leave all as it was, and say TEXT if they can say anything.
limited() {
	local what=$1 text=$2 limit code failed=0 wrong=$COUNT before

	for limit in "${@:3}"; do
		before=$(state)
		"under_$what" "$limit" swap fe01 director >"$WORK/said" 2>&1
		code=$?
		[ $code = 0 ] && break
		failed=$((failed + 1))
		[ "$(state)" = "$before" ] ||
			fail "$what $limit: something is left" "$before" "became" "$(state)"
		[ $code != 1 ] || grep -q "error: .*$text" "$WORK/said" ||
			fail "$what $limit: what is said" "$(cat "$WORK/said")"
		portcullis status >"$WORK/status" 2>&1 || fail "$what $limit: status" "$(cat "$WORK/status")"
		[ "$(open_port)" = refused ] || fail "$what $limit: the policy"
	done
	if [ $code != 0 ] || [ "$(open_port)" != silence ]; then
		fail "$what $limit: is enough" "$(cat "$WORK/said")"
	fi
	[ $failed -gt 2 ] || fail "$what: how many failed" $failed
	[ "$COUNT" = "$wrong" ] && pass "$what: $failed swaps failed, then $limit is enough"
	exits "$what: and the next" 0 portcullis swap fe01 front-end
}

under_descriptors() {
	edge prlimit --nofile="$1" "$PORTCULLIS" "${@:2}"
}

test_descriptors() {
	anew
	limited descriptors "Too many open files" 5 6 7 8 9 10 12 14 16 20 24 32 48 64
}

# make_group: a memory control group of either version, its limit in LIMIT
make_group() {
	local root file

	for root in /sys/fs/cgroup /sys/fs/cgroup/memory; do
		GROUP=$root/portcullis-test-${TEST_ID:-$RANDOM}
		mkdir "$GROUP" 2>/dev/null || continue
		for file in memory.max memory.limit_in_bytes; do
			LIMIT=$GROUP/$file
			[ -e "$LIMIT" ] && return
		done
		rmdir "$GROUP"
	done
	return 1
}

# until_named LIMIT...: whether a first up under one of them names what there was no memory for
until_named() {
	local limit

	for limit in "$@"; do
		under_memory "$limit" up $SITE >"$WORK/said" 2>&1 && return 1
		grep -q "error: cannot create the map: Cannot allocate memory$" "$WORK/said" && return
	done
	return 1
}

# The kernel may rather end it than tell it that there is no memory.
under_memory() {
	echo "$1" >"$LIMIT" || return
	# shellcheck disable=SC2016
	edge sh -c 'echo 0 >"$0/cgroup.procs" && exec "$@"' "$GROUP" "$PORTCULLIS" "${@:2}"
}

test_memory() {
	if ! make_group; then
		COUNT=$((COUNT + 1))
		echo "ok $COUNT - memory # SKIP no control group can be made here"
		return
	fi
	anew
	limited memory "Cannot allocate memory" 1M 2M 3M 4M 6M 8M 12M 16M 24M 32M 64M 128M 512M
	portcullis down --all >/dev/null
	exits "no memory for the maps of a first up" 0 until_named 2M 3M 4M 5M 6M
	same "nothing is left of it" "" "$(ls $PINS 2>/dev/null)$(tc -n edge filter show dev card egress)"
	echo 512M >"$LIMIT"
	exits "there is memory: up" 0 portcullis up $SITE
	rmdir "$GROUP"
}

# Where there is no memory for a list or a text the process ends, as GLib has it.
under_addresses() {
	edge prlimit --as="$1"000000 "$PORTCULLIS" "${@:2}"
}

test_addresses() {
	anew
	limited addresses "" 6 8 10 12 13 14 15 16 18 20 30 40 80 160
}

# --- no disk ---

test_disk() {
	local full="$LAST: warning: cannot keep this policy for the next boot: "

	anew
	umount /var/lib/portcullis
	mount -t tmpfs -o size=64k tmpfs /var/lib/portcullis
	portcullis swap fe01 director >/dev/null
	same "what is kept" "swap fe01 director" "$(jq -r .command $LAST)"
	head -c 1M /dev/zero >/var/lib/portcullis/filler 2>/dev/null
	exits "the disk is full: swap" 0 portcullis swap fe01 front-end
	same "it is in force" refused "$(open_port)"
	same "and says so" "$full" "$(portcullis swap fe01 closed 2>&1 >/dev/null | grep -o "^$full")"
	same "what was kept is, whole" "swap fe01 director" "$(jq -r .command $LAST)"
	same "nothing lies beside it" "filler last.json" \
		"$(find /var/lib/portcullis -type f -printf '%f\n' | sort | paste -sd ' ')"
	portcullis down --all >/dev/null
	mv $SITE "$WORK/away.md"
	exits "boot without a site falls back to it" 1 portcullis boot
	same "it is in force" silence "$(open_port)"
	mv "$WORK/away.md" $SITE
	rm /var/lib/portcullis/filler
	exits "there is room again: reload" 0 portcullis reload
	same "it is kept" reload "$(jq -r .command $LAST)"
	mount -o remount,ro /var/lib/portcullis
	same "a read-only disk" "$full" "$(portcullis swap fe01 director 2>&1 >/dev/null | grep -o "^$full")"
	same "it is in force" silence "$(open_port)"
	mount -o remount,rw /var/lib/portcullis
}

# --- counters, servers and profiles at their limits ---

# numbered FIRST LAST FORMAT: a line for each number, which the format takes twice
numbered() {
	awk -v first="$1" -v last="$2" -v format="$3\n" \
		'BEGIN { for (i = first; i <= last; i++) printf format, i, i }'
}

# many_site PREFIX ROLES: each with 32,000 ports that stand alone; a server for each
many_site() {
	awk -v prefix="$1" -v roles="$2" 'BEGIN {
		print "| Setting | Value |\n|---|---|\n| Interface | card |\n| Documents | ports.md |\n"
		print "| Server | Address | Profile |\n|---|---|---|"
		for (i = 1; i <= roles; i++)
			printf "| s%d | 10.0.0.%d | %s%d |\n", i, i, prefix, i
		print "| fe01 | '"$SERVER4"' | web |"
	}'
}

many_ports() {
	awk -v prefix="$1" -v roles="$2" 'BEGIN {
		print "| Role | Service | Port | Protocol |\n|---|---|---|---|"
		print "| web | pages | 8057 | TCP |"
		for (i = 1; i <= roles; i++)
			for (port = 1; port < 64000; port += 2)
				printf "| %s%d | any | %d | TCP |\n", prefix, i, port
		print "\n| Profile | Roles |\n|---|---|\n| web | web |"
		for (i = 1; i <= roles; i++)
			printf "| %s%d | %s%d |\n", prefix, i, prefix, i
	}'
}

# many PREFIX ROLES: the site, and its document beside it
many() {
	many_site "$@" >$SITE
	many_ports "$@" >/etc/portcullis/ports.md
}

test_counters() {
	portcullis down --all >/dev/null
	many a 2
	exits "64,001 segments" 0 portcullis up $SITE
	many b 1
	fails "and then 32,000 others" "the policy: error: 32003 segments that port tables cannot name \
directly are too many, expected at most 4096: 'portcullis down --all' forgets those of earlier \
policies, their counters with them" portcullis reload
	same "what was enforced is" "refused silence" "$(open_port) $(answer "$SERVER4" 8058)"
	exits "status" 0 portcullis status
	exits "down" 0 portcullis down --all
	exits "they are forgotten" 0 portcullis up $SITE
}

test_profiles() {
	anew
	{
		printf '| Role | Service | Port | Protocol |\n|---|---|---|---|\n'
		numbered 1 2049 '| r%d | any | %d | TCP |'
		printf '\n| Profile | Roles |\n|---|---|\n'
		numbered 1 2049 '| p%d | r%d |'
	} >/etc/portcullis/ports.md
	{
		printf '| Setting | Value |\n|---|---|\n| Interface | card |\n| Documents | ports.md |\n\n'
		printf '| Server | Address | Profile |\n|---|---|---|\n'
		awk 'BEGIN { for (i = 1; i <= 2049; i++)
			printf "| s%d | 10.0.%d.%d | p%d |\n", i, i / 250, i % 250 + 1, i }'
	} >$SITE
	fails "2,049 profiles" "the policy: error: 2049 profiles are too many, expected at most 2048" \
		portcullis reload
	same "what was enforced is" refused "$(open_port)"
	sed -i '/^| s2049 /d' $SITE
	exits "2,048" 0 portcullis reload
}

make_edge || bail_out "cannot make network namespaces"
timed test_read_only
timed test_read_only_undone
timed test_read_only_first
timed test_taken
timed test_descriptors
timed test_memory
timed test_addresses
timed test_disk
timed test_counters
timed test_profiles
plan
