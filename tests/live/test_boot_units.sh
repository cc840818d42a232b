#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The units that enforce at boot and the rule for cards that come later: what systemd and udev make of
# them, and that what they forbid is not needed.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq setpriv
alone "$@" || bail_out "cannot mount a BPF file system"
cd "$(dirname "$0")/../.." || exit

UNITS=$WORK/usr/lib/systemd/system
RULES=$WORK/usr/lib/udev/rules.d
BOTH="portcullis.service portcullis-interface@.service"

# unless_missing TOOL NAME TEST...
unless_missing() {
	if command -v "$1" >/dev/null; then
		"${@:3}"
	else
		pass "$2 # SKIP $1 is missing: 'make deps' installs it"
	fi
}

# setting UNIT NAME: its values, a line each
setting() {
	sed -n "s/^$2=//p" "$UNITS/$1"
}

understood() {
	local unit

	# it asks that what is to be started be there
	sed -i "s,/usr/sbin/portcullis,$PORTCULLIS," "$UNITS"/portcullis*.service
	for unit in $BOTH; do
		says "systemd understands $unit" 0 "" systemd-analyze verify --man=no "$UNITS/$unit"
	done
}

# exposed UNIT: as systemd rates it, from 0 to 10; "OK" is below 5
exposed() {
	systemd-analyze security --offline=yes --no-pager "$UNITS/$1" |
		sed -n 's/.*Overall exposure level for [^:]*: \([0-9.]*\).*/\1/p'
}

little_exposed() {
	local unit

	for unit in $BOTH; do
		same "$unit is exposed to little: $(exposed "$unit")" 1 \
			"$(exposed "$unit" | awk '{ print $1 != "" && $1 <= 3 }')"
	done
}

test_order() {
	local sandbox='/^(StateDirectory|UMask|Capa|NoNew|Protect|Private|Lock|Memory|Restrict|System|Keyring|IPAddr)/'

	same "before the network, when the disks are there" \
		"network-pre.target shutdown.target|network-pre.target|sysinit.target|no" \
		"$(for name in Before Wants WantedBy DefaultDependencies; do
			setting portcullis.service $name
		done | paste -sd '|')"
	same "stopping it opens nothing" "|yes" \
		"$(setting portcullis.service ExecStop)|$(setting portcullis.service RemainAfterExit)"
	same "an interface's unit runs behind it, and only where it has run" \
		"portcullis.service|/run/portcullis|portcullis|yes" \
		"$(setting portcullis-interface@.service After)|$(setting portcullis-interface@.service \
			ConditionPathIsDirectory)|$(setting portcullis.service RuntimeDirectory)|$(setting \
			portcullis.service RuntimeDirectoryPreserve)"
	same "both may do the same" "$(awk "$sandbox" "$UNITS/portcullis.service")" \
		"$(awk "$sandbox" "$UNITS/portcullis-interface@.service")"
}

# confined UNIT COMMAND...: with no other capabilities than the unit has
confined() {
	local bounding

	bounding=$(setting "$1" CapabilityBoundingSet | tr '[:upper:]' '[:lower:]' |
		sed -e 's/cap_/+/g' -e 's/ /,/g')
	edge setpriv --bounding-set "-all,$bounding" --no-new-privs "${@:2}"
}

# command_of UNIT SETTING: as the unit runs it, with our binary
command_of() {
	setting "$1" "$2" | sed -e "s,^[^ ]*,$PORTCULLIS," -e "s,%i,late,"
}

write_site() {
	cat >/etc/portcullis/site.md <<END
| Setting | Value |
|---|---|
| Interface | card, late |
| Replies | $1 |

| Server | Address | Profile |
|---|---|---|
| fe01 | $SERVER4 | front-end |
END
}

test_capabilities() {
	local words

	read -ra words <<<"$(command_of portcullis.service ExecStart)"
	exits "what the unit starts runs with its capabilities alone" 0 \
		confined portcullis.service "${words[@]}"
	same "and the site is in force" 1 "$(portcullis status --json 2>/dev/null | jq .generation)"
	ip -n edge link add late type veth peer name far && ip -n edge link set late up
	read -ra words <<<"$(command_of portcullis-interface@.service ExecStart)"
	exits "what an interface's unit starts does, too" 0 \
		confined portcullis-interface@.service "${words[@]}"
	exits "all is enforced" 0 portcullis status
	sed -i 's/front-end/director/' /etc/portcullis/site.md
	read -ra words <<<"$(command_of portcullis.service ExecReload)"
	exits "and a reload" 0 confined portcullis.service "${words[@]}"
	same "loads" 3 "$(portcullis status --json | jq .generation)"
	same "it was kept for the next boot" 3 "$(jq .generation /var/lib/portcullis/last.json)"
	portcullis down --all >/dev/null
}

# calls SET: the system calls of a set of systemd's, those of sets within it too
calls() {
	local word

	systemd-analyze syscall-filter --no-pager "$1" | sed '1d;s/^ *//' | while read -r word; do
		case $word in
		'#'* | '') ;;
		@*) calls "$word" ;;
		*) echo "$word" ;;
		esac
	done
}

# allowed: what the unit's filters let through, applied in order
allowed() {
	local filter word

	: >"$WORK/allowed"
	while read -r filter; do
		for word in ${filter#\~}; do
			case $word in
			@*) calls "$word" ;;
			*) echo "$word" ;;
			esac
		done | sort -u >"$WORK/filter"
		case $filter in
		\~*) comm -23 "$WORK/allowed" "$WORK/filter" ;;
		*) sort -u "$WORK/allowed" "$WORK/filter" ;;
		esac >"$WORK/allowed.new"
		mv "$WORK/allowed.new" "$WORK/allowed"
	done < <(setting portcullis.service SystemCallFilter)
	cat "$WORK/allowed"
}

test_calls() {
	edge strace -f -qq -o "$WORK/trace" "$PORTCULLIS" boot >/dev/null 2>&1
	sed -nE 's/^[0-9]+ +([a-z0-9_]+)\(.*/\1/p' "$WORK/trace" | sort -u >"$WORK/calls"
	same "it was traced" bpf "$(grep -x bpf "$WORK/calls")"
	allowed >/dev/null
	same "the filter lets through what it needs" "" "$(comm -23 "$WORK/calls" "$WORK/allowed")"
	same "and not everything" "" "$(grep -xE 'init_module|ptrace|mount|chown' "$WORK/allowed")"
}

# udev ACTION CARD: the units that a device asks for
udev() {
	# shellcheck disable=SC2016
	ip netns exec edge bash -c 'mount -t tmpfs tmpfs /run/udev && mkdir /run/udev/rules.d &&
		cp "$1"/* /run/udev/rules.d && udevadm test --action="$2" "/sys/class/net/$3" 2>&1 |
		sed -n "s/^SYSTEMD_WANTS=//p"' - "$RULES" "$1" "$2"
}

test_rule() {
	mkdir -p /run/udev
	ip -n edge link add name eth0.7-x type veth peer name x
	same "a card that appears" "portcullis-interface@eth0.7-x.service" "$(udev add eth0.7-x)"
	same "one that is renamed" "portcullis-interface@card.service" "$(udev move card)"
	same "one that goes" "" "$(udev remove card)"
	same "loopback" "" "$(udev add lo)"
}

make_edge || bail_out "cannot make network namespaces"
write_site off
make -s install DESTDIR="$WORK" PREFIX=/usr BUILD="$BUILD" >/dev/null
same "both are installed" "portcullis-interface@.service portcullis.service" \
	"$(cd "$UNITS" && echo portcullis-interface* portcullis.*)"
same "and the rule" "85-portcullis.rules" "$(ls "$RULES")"
unless_missing systemd-analyze "systemd understands them" understood
unless_missing systemd-analyze "they are exposed to little" little_exposed
test_order
test_capabilities
write_site on
if command -v systemd-analyze >/dev/null; then
	unless_missing strace "the filter lets through what it needs" test_calls
fi
unless_missing udevadm "udev asks for the unit" test_rule
make -s uninstall DESTDIR="$WORK" PREFIX=/usr
same "they are uninstalled" " " "$(ls "$UNITS") $(ls "$RULES")"
plan
