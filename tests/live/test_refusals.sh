#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What cannot be is refused with a message that tells why, and what was enforced stays enforced.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq bpftool clang setpriv
alone "$@" || bail_out "cannot mount a BPF file system"

MARKDOWN="expected a Markdown file, a folder of *.md files or '-'"

generation() {
	portcullis status --json 2>/dev/null | jq .generation
}

# refused NAME MESSAGE WORD...: portcullis says it, exits with 1 and changes nothing
refused() {
	local before

	before=$(generation)
	says "$1" 1 "$2" portcullis "${@:3}"
	[ "$(generation)" = "$before" ] || fail "$1: it has changed what is enforced"
}

# misused NAME FIRST-LINE WORD...: the command line is wrong: exit code 2
misused() {
	exits "$1" 2 portcullis "${@:3}"
	same "$1: why" "$2" "$(portcullis "${@:3}" 2>&1 | head -n 1)"
}

test_interfaces() {
	local others="one of 'card', 'inner', 'br0'"

	refused "an interface misspelt" "crad: error: no interface 'crad', did you mean 'card'?" \
		up crad front-end
	refused "an interface that is nothing like any" \
		"uplink-7: error: no interface 'uplink-7', expected $others" up uplink-7 front-end
	refused "loopback" "lo: error: 'lo' is the loopback device, which no packet from outside \
enters by: attach to $others" up lo front-end
	refused "a bridge port" "spare: error: 'spare' is a port of bridge 'br0': attach to 'br0', \
which sees what this host receives or routes, not what it bridges" up spare front-end
	refused "the profile forgotten" "portcullis: error: 'card' is an interface: say which \
profile it is to enforce, 'portcullis up card PROFILE'" up card
	refused "an interface that is not enforced" \
		"portcullis: error: nothing is enforced on 'inner'" down inner
	refused "a swap there" "portcullis: error: nothing is enforced on 'inner'" \
		swap director --interface inner
}

# if_made NAME COMMAND TEST...: where this kernel has the device that the command makes
if_made() {
	if edge sh -c "$2" 2>/dev/null; then
		"${@:3}"
	else
		COUNT=$((COUNT + 1))
		echo "ok $COUNT - $1 # SKIP not in this kernel"
	fi
}

test_modules() {
	if_made "a VLAN device" "ip link add link inner name inner.7 type vlan id 7" \
		refused "a VLAN device" "inner.7: error: 'inner.7' is a VLAN device on 'inner': \
attach to 'inner', the policy looks inside tags" up inner.7 front-end
	if_made "a bond port" "ip link set spare nomaster && ip link set spare down &&
		ip link add bond0 type bond && ip link set spare master bond0" \
		refused "a bond port" "spare: error: 'spare' is a port of bond 'bond0': attach to \
'bond0', which sees what all its ports receive" up spare front-end
}

test_other_program() {
	local id

	echo '__attribute__((section("xdp"), used)) int other(void *c) { return 2; }' |
		clang -target bpf -O2 -x c -c - -o "$WORK/other.o" &&
		ip -n edge link set dev inner xdpgeneric obj "$WORK/other.o" sec xdp
	id=$(ip -n edge -json link show inner | jq '.[].xdp.prog.id')
	refused "another XDP program" "inner: error: 'inner' has another XDP program, id $id \
(generic mode): detach it first" up inner front-end
	same "which stays" "$id" "$(ip -n edge -json link show inner | jq '.[].xdp.prog.id')"
	ip -n edge link set dev inner xdpgeneric off
}

test_profiles() {
	refused "a profile misspelt" "card: error: no profile 'front-edn', did you mean 'front-end'?" \
		up card front-edn
	refused "a profile that is nothing like any" \
		"card: error: no profile 'web', expected one of a Profiles table" up card web
	refused "an add-on alone" "card: error: 'cms' is an add-on: write 'front-end + cms'" up card cms
	refused "a swap to an add-on alone" \
		"portcullis: error: 'cms' is an add-on: write 'front-end + cms'" swap cms
	refused "half an expression" "card: error: a profile's name is missing, expected PROFILE or \
'PROFILE + PROFILE'" up card front-end +
	refused "closed and more" "card: error: 'closed' opens nothing, expected it alone" \
		up card closed + director
}

test_files() {
	local what=("up" "up card front-end -d") command

	cd "$WORK" || return
	mkdir empty
	: >nothing.md
	printf 'text\n\377\376\n' >binary.md
	truncate -s 100M big.md
	printf '| a | b |\n' >row.md
	for command in "${what[@]}"; do
		# shellcheck disable=SC2086
		set -- $command
		refused "$command FILE: a missing file" "missing.md: error: does not exist, $MARKDOWN" \
			"$@" missing.md
		refused "$command FILE: a folder without documents" \
			"empty: error: holds no *.md file, expected at least one" "$@" empty
		refused "$command FILE: an empty file" "nothing.md: error: is empty, expected Markdown with tables" \
			"$@" nothing.md
		refused "$command FILE: binary bytes" \
			"binary.md:2: error: holds a byte 0xff that is no text, expected UTF-8" \
			"$@" binary.md
		refused "$command FILE: 100 MB" "big.md: error: is larger than 16 MiB, expected at most that" \
			"$@" big.md
		refused "$command FILE: a device" \
			"/dev/null: error: is neither a file nor a pipe, $MARKDOWN" "$@" /dev/null
	done
	refused "a line of no table in a site" "row.md:1: error: the line is part of no table, \
expected a delimiter row with as many cells as the header" up row.md
	cd - >/dev/null || return
}

test_options() {
	misused "nothing to bring up" \
		"portcullis up: an INTERFACE and a PROFILE, or a SITE, are missing" up
	misused "an unknown mode" \
		"portcullis up: --mode 'fast', expected native, generic or auto" up card front-end --mode fast
	misused "a word that --replies does not take" \
		"portcullis up: --replies 'yes', expected on or off" up card front-end --replies yes
	misused "--replies beside a site" "portcullis up: a site has settings for --management, \
--protocols and --replies" up site.md --replies off
	misused "an unknown option" "portcullis up: Unknown option --fast" up card front-end --fast
	misused "an unknown command" "portcullis: no command 'start'" start
	misused "a surplus word" "portcullis status: 'now' is one operand too many" status now
	misused "both modes" "portcullis swap: --monitor and --enforce exclude each other" \
		swap --monitor --enforce
	refused "a network misspelt" "--management: error: no network 'mgmt', expected a prefix, a \
name of the Networks table or a port such as tcp/22" up card front-end --management "mgmt, tcp/22"
	refused "management of no port" "--management: error: '10.0.0.0/8' names no port, expected \
one such as tcp/22" up card front-end --management 10.0.0.0/8
	refused "a protocol misspelt" "--protocols: error: no IP protocol 'exp', did you mean 'egp' \
or 'esp'?" up card front-end --protocols exp
}

# The binary's own folder may be closed to others.
as_nobody() {
	edge setpriv --reuid=65534 --regid=65534 --clear-groups "$WORK/portcullis" "$@"
}

test_privileges() {
	local command message="/sys/fs/bpf: error: this needs root (to load programs and see the \
gate): try sudo"

	install -m 755 "$PORTCULLIS" "$WORK/portcullis"
	install -m 644 -t "$WORK" "$(dirname "$0")"/../../policies/*.md
	chmod 755 "$WORK"
	for command in "up card director" "swap director" "down" "status" "stats"; do
		# shellcheck disable=SC2086
		says "without privileges: $command" 1 "$message" as_nobody $command
	done
	exits "without privileges: check" 0 as_nobody check \
		"$WORK/skype-for-business-2015.md" "$WORK/skype-for-business-profiles.md"
	exits "without privileges: explain of a profile" 0 as_nobody explain front-end tcp/5061
	exits "root without CAP_SYS_RESOURCE" 0 edge setpriv --bounding-set=-sys_resource \
		--inh-caps=-sys_resource "$PORTCULLIS" up card front-end --protocols esp
}

test_bpffs() {
	mkdir "$WORK/folder"
	refused "no BPF file system" "$WORK/folder: error: no BPF file system is mounted here: \
'mount -t bpf bpf $WORK/folder', or name one with --bpffs ('ip netns exec' hides the usual one: \
use nsenter --net=)" --bpffs "$WORK/folder" up card director
	refused "no folder" "$WORK/none: error: cannot look at the BPF file system: No such file or \
directory" --bpffs "$WORK/none" up card director
}

# foreign: another map in the place of our counters
# From another network namespace the card has no name, but it is there.
test_elsewhere() {
	local index said

	index=$(ip -n edge -json link show card | jq '.[0].ifindex')
	said="$PINS/link-$index: error: enforces on an interface of another network namespace, \
expected to be run there (nsenter --net=FILE)"

	says "up in another network namespace" 1 "$said" client "$PORTCULLIS" up eth0 director
	says "stats there" 1 "$said
portcullis: error: nothing is enforced here: 'portcullis up' starts" client "$PORTCULLIS" stats
	exits "status where it belongs" 0 portcullis status
}

foreign() {
	rm -f "$COUNTERS"
	bpftool map create "$COUNTERS" type array key 4 value 8 entries 3 name other
}

test_other_version() {
	local message

	COUNTERS=$(echo $PINS/counters-*)
	message="$COUNTERS: error: the pinned map is of another version of portcullis: \
'portcullis down --all' removes it, its counters with it"
	foreign
	refused "a map of another version: swap" "$message" swap director
	refused "a map of another version: stats" "$message" stats
	same "what was enforced is" "silence refused" \
		"$(answer "$SERVER4" 22) $(answer "$SERVER6" 8057)"
	says "down takes it away" 0 "$PINS: warning: the final counters cannot be read" \
		portcullis down --all
	same "nothing is left" gone "$([ -e "$PINS" ] && echo there || echo gone)"
	mkdir "$PINS"
	foreign
	says "status of what was left behind" 1 "nothing is enforced
portcullis: error: $PINS holds pins but no link that can be read: what was enforced is not; \
'portcullis up' starts anew" portcullis status
	exits "up starts anew" 0 portcullis up card front-end
	exits "stats" 0 portcullis stats
}

PINS=/sys/fs/bpf/portcullis
if ! make_edge || ! edge ip link add br0 type bridge ||
	! edge ip link add spare master br0 type veth peer name eth1 netns server; then
	bail_out "cannot make network namespaces"
fi
portcullis up card front-end >/dev/null || bail_out "up failed"
test_interfaces
test_modules
test_other_program
test_profiles
test_files
test_options
test_privileges
test_bpffs
test_elsewhere
same "after all that" "silence refused" "$(answer "$SERVER4" 22) $(answer "$SERVER6" 8057)"
test_other_version
plan
