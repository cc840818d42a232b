#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What a shell completes is what the program takes: its commands and options as --help prints them,
# values, profiles, interfaces and files. zsh offers what bash does.
cd "$(dirname "$0")/../.." || exit
# shellcheck source=/dev/null
. tests/live/lib.sh
export LC_ALL=C.UTF-8

COMPLETION=$PWD/user/completion/portcullis.bash
ZSH=$PWD/tests/live/complete.zsh
export COMPLETIONS=$PWD/user/completion

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
two" "$(completed show -d ports.md '')"
	same "completes values" "server
service" "$(completed stats --by = s)"
	same "of the command" "drop
pass" "$(completed explain --expect = '')"
	same "which for another are files" ports.md \
		"$(completed check --expect = por)"
	same "shellcheck has nothing to say" "" "$(shellcheck "$COMPLETION")"
}

# --- zsh ---

# lines: what is typed so far, behind the name of the program; at the end of each something follows
lines() {
	local command option

	echo ""
	for command in $(commands); do
		printf '%s\n' "$command " "$command -"
		for option in $(options "$command" | grep '^--.*='); do
			printf '%s\n' "$command $option" "$command ${option%=} "
		done
	done
	printf '%s\n' "up x " "swap x " "diff x " "replay x " "check x " "explain x " \
		"up --bpffs=/x " "explain from " "explain x to " "explain udp/ to x " "down x " "bench x " "--bpffs=/x down " \
		"show -d " "show -d ports.md " "show -d ports.md -d " "show --document=ports.md " "show --document ports.md " \
		"up --mode=native x " "up --mode native x " "stats --by=s"
}

# offered_by_bash LINE: all but options, which bash has with their '=' and zsh without
offered_by_bash() {
	local words

	read -ra words <<<"${1//=/ = }"
	[[ $1 == *[!\ =] ]] || words+=('')
	completed "${words[@]}" | grep '^[^-]'
}

# column NUMBER LINE: of what zsh said of the line
column() {
	awk -F '\t' -v line="portcullis $2" -v number="$1" '$1 == line { print $number }' "$WORK/zsh"
}

offered_by_zsh() {
	column 3 "$1" | tr ' ' '\n' | grep . | sort
}

# becomes LINE LINE: what the first is when zsh has completed it
becomes() {
	same "'$1' becomes '$2'" "portcullis $2" "$(column 2 "$1")"
}

test_zsh() {
	local line

	{
		lines
		printf '%s\n' st stato 'drops --pc' 'explain ud' 'stats --by=p' 'up x tw' 'up x tw -d ports.md' \
			'up -d ports.md x tw' "show -d \"\$(touch $WORK/ran)\" "
	} | sed "s,^,portcullis ," | PATH=$(dirname "$PORTCULLIS"):$PATH "$ZSH" \
		>"$WORK/zsh" 2>"$WORK/zsh.errors"
	same "zsh has nothing to say" "" "$(cat "$WORK/zsh.errors")"
	while IFS= read -r line; do
		if [[ $line == *" -" ]]; then
			same "zsh offers options of ${line% -}" "$(options "${line% -}" | tr -d =)" \
				"$(offered_by_zsh "$line")"
		else
			same "zsh offers after '$line' what bash does" "$(offered_by_bash "$line")" \
				"$(offered_by_zsh "$line" | grep '^[^-]')"
		fi
	done < <(lines)
	becomes st stat
	becomes stato stato
	becomes 'drops --pc' 'drops --pcap='
	becomes 'explain ud' 'explain udp/'
	becomes 'stats --by=p' 'stats --by=port '
	becomes 'up x tw' 'up x tw'
	becomes 'up -d ports.md x tw' 'up -d ports.md x two '
	same "a program that is named by its path is asked" "$PORTCULLIS stat" \
		"$(echo "$PORTCULLIS st" | "$ZSH" | cut -f 2)"
	same "what is quoted on the line does not run" "" "$(ls "$WORK/ran" 2>&-)"
}

write_document() {
	cat >ports.md <<'DOCUMENT'
| Role | Port | Protocol |
|---|---|---|
| One | 443 | TCP |

| Profile | Roles |
|---|---|
| two | One |
DOCUMENT
}

# The interfaces are those of a network namespace that has no others.
make_interfaces() {
	new_host client && new_host edge && segment card 192.0.2 client || return
	mkdir "$WORK/bin" &&
		echo "exec nsenter --net=/run/netns/edge $(command -v ip) \"\$@\"" >"$WORK/bin/ip" &&
		chmod +x "$WORK/bin/ip"
	PATH=$WORK/bin:$PATH
}

if [ "$(id -u)" = 0 ]; then
	alone "$@" || bail_out "cannot have a mount namespace"
else
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
fi
[ -x "$PORTCULLIS" ] || bail_out "$PORTCULLIS is missing"
mkdir -p "$WORK/here/folder"
cd "$WORK/here" || exit
write_document
if [ "$(id -u)" != 0 ]; then
	pass "completes interfaces # SKIP needs root"
else
	make_interfaces || bail_out "cannot make a network namespace"
	same "completes interfaces" "card
lo" "$(completed down '')"
fi
test_bash
if command -v zsh >/dev/null; then
	test_zsh
else
	pass "zsh offers what bash does # SKIP zsh is missing: 'make deps' installs it"
fi
plan
