#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a shell completes is what the program takes: its commands and options as --help prints them,
# values, profiles, interfaces and files.
cd "$(dirname "$0")/../.." || exit
# shellcheck source=/dev/null
. tests/live/lib.sh
export LC_ALL=C.UTF-8

COMPLETION=user/completion/portcullis.bash

commands() {
	"$PORTCULLIS" --help | sed -nE 's/^  ([a-z]+).*/\1/p'
}

# options COMMAND: as they are typed: each name, '=' where a value follows
options() {
	"$PORTCULLIS" "$1" --help | sed -nE 's/^  (-[^ ]+(, [^ ]+)?)  .*/\1/p' |
		sed 's/, /\n/' | sed 's/=.*/=/' | sort
}

# completed WORD...: what may stand in place of the last
completed() {
	# shellcheck source=/dev/null
	. "$COMPLETION"
	COMP_WORDS=("$PORTCULLIS" "$@") COMP_CWORD=$#
	_portcullis
	printf '%s\n' "${COMPREPLY[@]}" | sort
}

test_bash() {
	local command

	same "completes commands" \
		"$({ commands && printf '%s\n' help --help --version --bpffs=; } | sort)" \
		"$(completed '')"
	for command in $(commands); do
		same "completes options of $command" "$(options "$command")" "$(completed "$command" -)"
	done
	same "completes profiles" "$("$PORTCULLIS" profiles --json | jq -r '.profiles[].name' | sort)" \
		"$(completed up eth0 '')"
	same "of the document that is named" "closed
two" "$(completed show -d "$WORK/ports.md" '')"
	same "completes values" "server
service" "$(completed stats --by = s)"
	same "of the command" "drop
pass" "$(completed explain --expect = '')"
	same "which for another are files" "$WORK/ports.md" \
		"$(completed check --expect = "$WORK/por")"
	same "shellcheck has nothing to say" "" "$(shellcheck $COMPLETION)"
}

write_document() {
	cat >"$WORK/ports.md" <<'DOCUMENT'
| Role | Port | Protocol |
|---|---|---|
| One | 443 | TCP |

| Profile | Roles |
|---|---|
| two | One |
DOCUMENT
}

# The interfaces are those of a network namespace that has no others.
test_interfaces() {
	new_host client && new_host edge && segment card 192.0.2 client || return
	same "completes interfaces" "card
lo" "$(edge bash -c "$(declare -f completed)
		PORTCULLIS=$PORTCULLIS COMPLETION=$COMPLETION; completed down ''")"
}

if [ "$(id -u)" = 0 ]; then
	alone "$@" || bail_out "cannot have a mount namespace"
else
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
fi
[ -x "$PORTCULLIS" ] || bail_out "$PORTCULLIS is missing"
write_document
test_bash
if [ "$(id -u)" != 0 ]; then
	pass "completes interfaces # SKIP needs root"
else
	test_interfaces || fail "completes interfaces" "cannot make a network namespace"
fi
plan
