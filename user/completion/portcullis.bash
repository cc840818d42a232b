# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Completes portcullis' commands, options, profiles and interfaces. tests/live/test_manual.sh
# compares the commands and options with what --help prints.

# What each command takes: its own options, then what its operands are.
declare -gA _portcullis_options=(
	[profiles]="-d --document= --json"
	[show]="--ipsec -d --document= --json"
	[check]="--strict --expect= -d --document= --json"
	[diff]="-d --document= --json"
	[explain]="--expect= --interface= -d --document= --json"
	[replay]="--drops= --host= --inbound-only --interface= -d --document= --json"
	[up]="--mode= --monitor --management= --protocols= --replies= --confirm= --allow-lockout -d --document="
	[swap]="--interface= --monitor --enforce --confirm= --allow-lockout"
	[reload]="--dry-run --confirm= --allow-lockout --json -d --document="
	[confirm]=""
	[rollback]="--confirm= --allow-lockout"
	[boot]="--interface= -d --document="
	[down]="--all"
	[block]="--for= --reason= --force"
	[unblock]="--all"
	[blocks]="--json"
	[log]="--json"
	[status]="--json"
	[stats]="--by= --watch= --prometheus --json"
	[top]="--interval= --server= --service="
	[drops]="--server= --reason= --port= --source= --pcap= --count= --json"
	[bench]="--json"
)
declare -gA _portcullis_operands=(
	[show]="profiles"
	[check]="files"
	[diff]="profiles files"
	[explain]="profiles files words"
	[replay]="files profiles"
	[up]="interfaces files"
	[swap]="profiles"
	[reload]="files"
	[boot]="files"
	[down]="interfaces"
	[bench]="interfaces"
)
_portcullis_common="-h --help --bpffs="

_portcullis_interfaces() {
	ip -br link 2>/dev/null | while read -r name _; do
		echo "${name%@*}"
	done
}

# The names in the first column of the first table, of the documents that the line names.
_portcullis_profiles() {
	local arguments=() i

	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ ${COMP_WORDS[i]} == -d || ${COMP_WORDS[i]} == --document ]] || continue
		[ "${COMP_WORDS[i + 1]}" = "=" ] && ((i++))
		arguments+=(-d "${COMP_WORDS[i + 1]}")
	done
	"${COMP_WORDS[0]}" profiles "${arguments[@]}" 2>/dev/null </dev/null |
		awk 'NR > 1 && !NF { exit } NR > 1 { print $1 }'
}

# _portcullis_add WORD...: those that begin as the word at hand does
_portcullis_add() {
	local word

	for word in "$@"; do
		[[ $word == "$current"* ]] && COMPREPLY+=("$word")
	done
}

# _portcullis_add_lines: likewise, of standard input
_portcullis_add_lines() {
	local lines

	mapfile -t lines
	_portcullis_add "${lines[@]}"
}

# _portcullis_add_files -f|-d: files, or folders only
_portcullis_add_files() {
	compopt -o filenames 2>/dev/null
	mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen "$1" -- "$current")
}

_portcullis_takes_value() {
	[[ $1 == -d || " ${_portcullis_options[*]} $_portcullis_common " == *" $1= "* ]]
}

# _portcullis_value OPTION: what the option takes
_portcullis_value() {
	case $1 in
	--bpffs) _portcullis_add_files -d ;;
	-d | --document) _portcullis_add_files -f ;;
	--mode) _portcullis_add native generic auto ;;
	--expect)
		if [ "$command" = check ]; then
			_portcullis_add_files -f
		else
			_portcullis_add pass drop
		fi
		;;
	--replies) _portcullis_add on off ;;
	--by) _portcullis_add port service server ;;
	--pcap | --drops) _portcullis_add_files -f ;;
	--interface) _portcullis_add_lines < <(_portcullis_interfaces) ;;
	esac
}

# _portcullis_operand KIND...: what an operand may be
_portcullis_operand() {
	local kind

	for kind in "$@"; do
		case $kind in
		profiles) _portcullis_add_lines < <(_portcullis_profiles) ;;
		interfaces) _portcullis_add_lines < <(_portcullis_interfaces) ;;
		words) _portcullis_add from to tcp/ udp/ icmp/ icmp6/ ip/ ;;
		files) _portcullis_add_files -f ;;
		esac
	done
}

# The command on the line, and how many operands stand between it and the word at hand.
_portcullis_scan() {
	local i word

	command='' operands=0
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [ "$word" = "=" ]; then
			((i++)) # the value of --option=VALUE
		elif [[ $word == -* ]]; then
			[ "${COMP_WORDS[i + 1]}" != "=" ] && _portcullis_takes_value "$word" && ((i++))
		elif [ "$command" ]; then
			((operands++))
		else
			command=$word
		fi
	done
}

_portcullis() {
	local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
	local command operands words

	COMPREPLY=()
	# "--by=po" comes as the three words --by, = and po.
	[ "$previous" = "=" ] && previous=${COMP_WORDS[COMP_CWORD - 2]}
	[ "$current" = "=" ] && current=''
	_portcullis_scan
	if _portcullis_takes_value "$previous"; then
		_portcullis_value "$previous"
	elif [ ! "$command" ]; then
		_portcullis_add "${!_portcullis_options[@]}" help --help --version --bpffs=
	elif [[ $current == -* ]]; then
		read -ra words <<<"${_portcullis_options[$command]-} $_portcullis_common"
		_portcullis_add "${words[@]}"
	else
		read -ra words <<<"${_portcullis_operands[$command]-}"
		[[ $command == up && $operands -gt 0 ]] && words=(profiles)
		[[ $command == replay && $operands == 0 ]] && words=(files)
		[[ ($command == down || $command == bench) && $operands -gt 0 || $previous == from || $previous == to ]] && words=()
		_portcullis_operand "${words[@]}"
	fi
	[[ ${#COMPREPLY[@]} == 1 && ${COMPREPLY[0]} == *[=/] ]] && compopt -o nospace 2>/dev/null
	return 0
}

complete -F _portcullis portcullis
