#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What others do to the gate behind its back: links detached, filters and pins removed, maps put in
# the place of ours, a card that goes and comes back while a change waits to be confirmed.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq bpftool tc
alone "$@" || bail_out "cannot mount a BPF file system"

PINS=/sys/fs/bpf/portcullis
SITE=/etc/portcullis/site.md
NOT_ATTACHED="  card       no        (by server)  NOT ENFORCED: 'portcullis up' attaches it again"
NO_REPLIES="  card       native    (by server)  LEARNS NO REPLIES: 'portcullis up' mends its filter"

# 8057 is open under front-end and closed under director, 22 under both.
ports() {
	echo "$(answer "$SERVER4" 8057) $(answer "$SERVER4" 22)"
}

# --- other tools ---

link_detached() {
	local id

	id=$(bpftool -j link show pinned $PINS/link-* | jq .id)
	edge bpftool link detach id "$id"
}

filter_removed() {
	tc -n edge filter del dev card egress
}

qdisc_removed() {
	tc -n edge qdisc del dev card clsact
}

pin_removed() {
	rm $PINS/link-*
}

# mended NAME LINE PORTS FUNCTION COMMAND...: status says LINE of the card, each command mends it
mended() {
	local command

	for command in "${@:5}"; do
		"$4"
		exits "$1: status" 1 portcullis status
		same "$1: it says" "$2" "$(portcullis status 2>/dev/null | grep '^  card')"
		same "$1: ports" "$3" "$(ports)"
		# shellcheck disable=SC2086
		exits "$1: $command" 0 portcullis $command
		exits "$1: status is content" 0 portcullis status
		same "$1: enforced again" "refused silence" "$(ports)"
	done
}

test_other_tools() {
	anew
	mended "a link detached" "$NOT_ATTACHED" "refused refused" link_detached \
		"up $SITE" reload boot "boot --interface card" "swap fe01 front-end"
	mended "a filter removed" "$NO_REPLIES" "refused silence" filter_removed \
		"up $SITE" reload boot
	mended "its qdisc removed" "$NO_REPLIES" "refused silence" qdisc_removed \
		"swap fe01 front-end"
	same "ip cannot take it off" "Error: Can't replace active BPF XDP link." \
		"$(ip -n edge link set dev card xdp off 2>&1 | head -n 1)"
	exits "and it stays: status" 0 portcullis status
	same "one link alone is left" 1 "$(find $PINS -name 'link-*' | wc -l)"
}

# The kernel detaches what nobody holds.
test_pin_removed() {
	local command

	for command in "up $SITE" "boot"; do
		pin_removed
		says "the pin removed: status" 1 "nothing is enforced
portcullis: error: $PINS holds pins but no link that can be read: what was enforced is not; \
'portcullis up' starts anew" portcullis status
		# shellcheck disable=SC2086
		exits "the pin removed: $command" 0 portcullis $command
		same "enforced again" "refused silence" "$(ports)"
	done
	pin_removed
	exits "the pin removed: reload" 1 portcullis reload
	exits "boot on the card" 0 portcullis boot --interface card
	exits "status is content" 0 portcullis status
}

# --- while a change waits to be confirmed ---

GONE="what this change falls back to is not in force here any more: 'portcullis boot --interface \
card' first, or leave out --confirm"

# What could not come back is not promised.
test_detached_pending() {
	anew
	link_detached
	says "to be confirmed, on what is detached" 1 "card: error: $GONE" \
		portcullis swap fe01 director --confirm 60
	portcullis boot --interface card >/dev/null
	portcullis swap fe01 director --confirm 60 >/dev/null
	link_detached
	same "detached while it waits: confirm" "portcullis: error: not every interface enforces" \
		"$(portcullis confirm 2>&1 | grep -o '^.*enforces')"
	says "rollback" 1 "portcullis: error: generation 3 undone, but generation 2 is not in force \
again on 'card': 'portcullis boot --interface card' mends that" portcullis rollback
	same "which the log tells" "rolled-back 3 2 rollback" "$(portcullis log --json |
		jq -r '.entries | last | "\(.event) \(.old) \(.generation) \(.command)"')"
	exits "status is not content" 1 portcullis status
	exits "up of what was before" 0 portcullis up $SITE
	same "and that once" 1 "$(portcullis log --json |
		jq '[.entries[] | select(.event == "rolled-back")] | length')"
	exits "status is content" 0 portcullis status
	same "enforced again" "refused silence" "$(ports)"
}

# card_replaced: it goes and comes back under the same name, with another index
card_replaced() {
	ip -n edge link del card
	until_true card_is_gone
	segment card 192.0.2 client && segment6 card 2001:db8:1 client
	until_true answers "$SERVER4"
}

card_is_gone() {
	! ip -n client link show eth0
}

seconds_left() {
	portcullis status --json 2>/dev/null | jq .pending.seconds
}

is_over() {
	[ "$(portcullis status --json 2>/dev/null | jq .pending)" = null ]
}

# Before the time is over.
test_card_before() {
	anew
	portcullis swap fe01 director --confirm 60 >/dev/null
	card_replaced
	exits "replaced before: status" 1 portcullis status
	same "it says" "$NOT_ATTACHED" "$(portcullis status 2>/dev/null | grep '^  card')"
	same "it waits on" true "$([ "$(seconds_left)" -gt 30 ] && echo true)"
	exits "a plain change" 1 portcullis swap fe01 closed
	exits "confirm" 1 portcullis confirm
	says "another to be confirmed" 1 "card: error: $GONE" \
		portcullis swap fe01 closed --confirm 60
	same "udev's boot: what waited is undone" "has gone and come back while generation 2 waited \
to be confirmed: that is undone" \
		"$(portcullis boot --interface card 2>&1 >/dev/null | sed -n 's/^card: warning: //p')"
	exits "status is content" 0 portcullis status
	same "what was confirmed is in force" "refused silence" "$(ports)"
	same "nothing waits" null "$(seconds_left)"
	same "one link is left, nobody stands by" "1 0" "$(find $PINS -name 'link-*' | wc -l) \
$(find $PINS -name 'standby*' | wc -l)"
	portcullis swap fe01 director --confirm 1 >/dev/null
	sleep 1.2
	same "the next change undoes itself" "refused silence" "$(ports)"
	exits "status is content" 0 portcullis status
}

# Nobody stands by on any card, so that the change cannot be undone any more.
test_card_alone() {
	anew
	portcullis swap fe01 director --confirm 60 >/dev/null
	card_replaced
	rm $PINS/standby-2 $PINS/standby_egress-2
	says "replaced, nobody stands by" 0 "generation 3 in force
  card: 1 server
card: warning: generation 2 stays: it waited to be confirmed, but nobody stands by any more to undo it; \
'portcullis rollback 1' does" portcullis boot --interface card
	exits "status is content" 0 portcullis status
	same "what waited is in force" "silence silence" "$(ports)"
	exits "and may be gone back from" 0 portcullis rollback 1
	same "to what was before" "refused silence" "$(ports)"
}

# After it: whatever command comes first.
test_card_after() {
	local command

	for command in "boot --interface card" "up $SITE" "reload" "boot"; do
		anew
		portcullis swap fe01 director --confirm 1 >/dev/null
		card_replaced
		until_true is_over
		exits "replaced after, $command: status" 1 portcullis status
		# shellcheck disable=SC2086
		exits "replaced after: $command" 0 portcullis $command
		exits "replaced after, $command: status is content" 0 portcullis status
		same "replaced after, $command: what was confirmed is in force" "refused silence" \
			"$(ports)"
		same "replaced after, $command: one link is left" 1 "$(find $PINS -name 'link-*' | wc -l)"
	done
}

# The first change of all: before it nothing was enforced.
test_card_first() {
	portcullis down --all >/dev/null
	portcullis up $SITE --confirm 60 >/dev/null
	card_replaced
	exits "replaced, the first up: udev's boot" 0 portcullis boot --interface card
	same "it waits on" true "$([ "$(seconds_left)" -gt 30 ] && echo true)"
	same "and is in force" "refused silence" "$(ports)"
	exits "confirm" 0 portcullis confirm
}

# --- pins of another version ---

# program: what is on the card
program() {
	ip -n edge -json link show card | jq '.[0].xdp.prog.id'
}

# swapped PIN: another map in its place
swapped() {
	rm "$PINS/$1" && bpftool map create "$PINS/$1" type array key 4 value 8 entries 3 name other
}

# named PIN COMMAND...: the command, which needs the pin, names it; what is enforced goes on
named() {
	local said

	said=$(portcullis "${@:2}" 2>&1 </dev/null)
	same "of another version: $1: ${*:2}" "1 1" "$? $(grep -c "^$PINS/$1: error: .*another version\|^\
$PINS/$1: error: .*this version" <<<"$said")"
}

test_versions() {
	local pin shared before command

	anew
	portcullis swap fe01 front-end + cms >/dev/null
	shared=$(cd $PINS && ls -d [!cl]*-* control-* counters-*)
	for pin in $shared; do
		before=$(program)
		swapped "$pin"
		named "$pin" swap fe01 director
		case $pin in
		counters-* | server_counters-* | reasons-* | dropped_ports-*) named "$pin" stats ;;
		blocked*-* | control-*) named "$pin" block 203.0.113.9 ;;
		watch*-* | events-*) named "$pin" drops --count 1 ;;
		esac
		exits "of another version: $pin: status" 0 portcullis status
		same "of another version: $pin: what is enforced" "$before" "$(program)"
		exits "of another version: $pin: down takes it away" 0 portcullis down --all
		portcullis up $SITE >/dev/null
	done
	portcullis swap fe01 director >/dev/null
	swapped catalog-1
	named catalog-1 rollback
	exits "of another version: a catalog: status" 0 portcullis status
	exits "of another version: a catalog: swap" 0 portcullis swap fe01 front-end
	before=$(bpftool map create $PINS/catalog-99 type array key 4 value 8 entries 1 name other; program)
	for command in status stats blocks log "explain to fe01 tcp/5061" "block 203.0.113.9" "unblock 203.0.113.9"; do
		# shellcheck disable=SC2086
		portcullis $command >/dev/null 2>"$WORK/said"
		same "of another version: a newer catalog: $command" "0 $PINS/catalog-99: warning: is no \
catalog of this version of portcullis: 'rm $PINS/catalog-99' forgets it" "$? $(cat "$WORK/said")"
	done
	named catalog-99 rollback 99
	same "of another version: a newer catalog: the policy" "refused silence $before" "$(ports) $(program)"
	exits "of another version: a newer catalog: swap" 0 portcullis swap fe01 director
	same "whose number is another" 100 "$(portcullis status --json | jq .generation)"
	same "which forgets it" gone "$([ -e $PINS/catalog-99 ] && echo there || echo gone)"
	bpftool map create $PINS/catalog-999 type array key 4 value 8 entries 1 name other
	exits "of another version: a newer catalog: confirmed" 0 portcullis swap fe01 front-end --confirm 60
	exits "that one" 0 portcullis confirm
	bpftool map create $PINS/catalog-9999 type array key 4 value 8 entries 1 name other
	exits "of another version: a newer catalog: down" 0 portcullis down --all
	portcullis up $SITE >/dev/null
	swapped log
	named log log
	same "of another version: the log: what a swap says" "$PINS/log: warning: the log is of \
another version of portcullis: 'portcullis down --all' removes it" \
		"$(portcullis swap fe01 director 2>&1 >/dev/null | sort -u)"
	exits "down takes all away" 0 portcullis down --all
	same "nothing is left" gone "$([ -e $PINS ] && echo there || echo gone)"
}

make_edge || bail_out "cannot make network namespaces"
timed test_other_tools
timed test_pin_removed
timed test_detached_pending
timed test_card_before
timed test_card_alone
timed test_card_after
timed test_card_first
timed test_versions
plan
