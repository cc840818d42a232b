#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Who changed what, from where: in the journal, and in the log that is kept with the gate.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq python3 socat
alone "$@" || bail_out "cannot mount a BPF file system"

HERE=$(realpath "$(dirname "$0")")
JOURNAL=/run/systemd/journal/socket

start_journal() {
	rm -f $JOURNAL
	start journal edge python3 "$HERE/audit/journal.py" $JOURNAL
	until_true test -S $JOURNAL
}

# journal NUMBER FIELD...: fields of the entry of that number, from 1; '-' where there is none
journal() {
	sed -n "$1p" "$WORK/journal" | jq -r '[.[$ARGS.positional[]]] | map(if . == null then "-"
		elif type == "array" then join("; ") else . end) | join("|")' --args "${@:2}"
}

entries() {
	wc -l <"$WORK/journal"
}

# entered COUNT: whether the journal has so many by now
entered() {
	until_true eval "[ \$(entries) = $1 ]" || echo "# $(entries) entries, expected $1"
}

# logged EXPRESSION: what jq says of the log's entries
logged() {
	portcullis log --json | jq -r ".entries | $1"
}

site() {
	cat <<-END
		| Setting | Value |
		|---|---|
		| Interface | card |
		| Documents | ports.md |

		| Server | Address | Profile |
		|---|---|---|
	END
	printf '| %s | %s | %s |\n' "$@"
}

write_documents() {
	cat >"$WORK/ports.md" <<'END'
| Role | Service | Port | Protocol |
|---|---|---|---|
| Web | pages | 443, 8000-8009 | TCP |
| Voice | audio | 5000-5999 | UDP |
| Voice | signalling | 443 | TCP |

| Profile | Roles |
|---|---|
| web | Web |
| voice | Voice |
END
}

test_changes() {
	exits "up" 0 portcullis up card web -d "$WORK/ports.md"
	exits "swap" 0 env SUDO_USER=tom SSH_CONNECTION='192.0.2.77 50000 192.0.2.1 22' \
		nsenter --net=/run/netns/edge "$PORTCULLIS" swap voice
	entered 2
	same "the first: all that is open was opened" \
		"enforced|up card web -d $WORK/ports.md|-|1|-|tcp/443, tcp/8000-8009 on card|-" \
		"$(journal 1 PORTCULLIS_{EVENT,COMMAND,OLD_GENERATION,GENERATION,FROM,OPENED,CLOSED})"
	same "a swap: who, from where, what it opened and closed" \
		"enforced|swap voice|1|2|tom|tom|192.0.2.77|udp/5000-5999 on card|tcp/8000-8009 on card" \
		"$(journal 2 PORTCULLIS_{EVENT,COMMAND,OLD_GENERATION,GENERATION,BY,SUDO_USER,FROM,OPENED,CLOSED})"
	same "for people" \
		"generation 2 in force instead of generation 1 (portcullis swap voice, by tom from 192.0.2.77)|5|portcullis" \
		"$(journal 2 MESSAGE PRIORITY SYSLOG_IDENTIFIER)"
	same "the log says the same" "1:null:1 2:1:2" \
		"$(logged '[.[] | "\(.number):\(.old):\(.generation)"] | join(" ")')"
	same "to people, too" "1" "$(portcullis log |
		grep -c 'generation 1 → 2 in force, by tom from 192.0.2.77: swap voice$')"
	same "with the ports" "    opened udp/5000-5999 on card
    closed tcp/8000-8009 on card" "$(portcullis log | tail -n 2)"
	exits "nothing new" 0 portcullis swap voice
	exits "nothing done" 1 portcullis swap no-such-profile
	same "is no entry" "2 2" "$(logged length) $(entries)"
}

# What sudo has cleared is still in the shell that it was called from.
test_parents() {
	SSH_CONNECTION='2001:db8::77 50000 192.0.2.1 22' bash -c '
		env -u SSH_CONNECTION nsenter --net=/run/netns/edge "$0" swap web >/dev/null; :' "$PORTCULLIS"
	entered 3
	same "from where, behind sudo" "2001:db8::77" "$(journal 3 PORTCULLIS_FROM)"
	SSH_CONNECTION='over there' portcullis swap voice >/dev/null
	entered 4
	same "what is no address is none" "-" "$(journal 4 PORTCULLIS_FROM)"
}

test_confirmation() {
	local until

	portcullis swap web --confirm 60 >/dev/null
	portcullis swap web --confirm 61 >/dev/null
	portcullis confirm >/dev/null
	portcullis swap voice --confirm 60 >/dev/null
	portcullis rollback >/dev/null
	entered 9
	same "a change that waits, is given time, is confirmed; one that is undone" \
		"enforced 60,prolonged 61,confirmed -,enforced 60,rolled-back -" \
		"$(for i in 5 6 7 8 9; do journal $i PORTCULLIS_EVENT PORTCULLIS_CONFIRM_SECONDS; done |
			tr '|\n' ' ,' | sed 's/,$//')"
	same "undone at once: by whom, and what that opened" "rollback|6|5|tcp/8000-8009 on card" \
		"$(journal 9 PORTCULLIS_{COMMAND,OLD_GENERATION,GENERATION,OPENED})"
	SUDO_USER=tom portcullis swap voice --confirm 1 >/dev/null
	until=$(date -u +%s)
	sleep 3
	portcullis status >/dev/null
	same "a reader logs nothing" 10 "$(entries)"
	SUDO_USER=eve portcullis swap web >/dev/null 2>&1
	entered 11
	same "the next writer tells what was undone, whose it was" \
		"undone|swap voice --confirm 1|tom|7|5|tcp/8000-8009 on card|4" \
		"$(journal 11 PORTCULLIS_{EVENT,COMMAND,BY,OLD_GENERATION,GENERATION,OPENED} PRIORITY)"
	same "and when" true "$(logged "last.time | fromdate | . - $until | . >= 0 and . <= 2")"
	same "it is said once" 11 "$(portcullis swap web >/dev/null && entries)"
}

test_refused() {
	start sshd edge socat TCP-LISTEN:22,fork,reuseaddr SYSTEM:cat
	until_true eval "[ \$(answer 192.0.2.1 22) != refused ]"
	portcullis up card web -d "$WORK/ports.md" --management '192.0.2.0/24, tcp/22' >/dev/null
	start session client socat TCP:192.0.2.1:22 PIPE
	until_true eval "edge ss -Htn state established sport = :22 | grep -q ."
	entered 12
	exits "a lock-out is refused" 1 portcullis up card voice -d "$WORK/ports.md" --management \
		'10.0.0.0/8, tcp/22'
	entered 13
	same "which is an entry, though nothing has changed" "refused|8|8|4|-" \
		"$(journal 13 PORTCULLIS_{EVENT,OLD_GENERATION,GENERATION} PRIORITY PORTCULLIS_OPENED)"
	same "with the reason" 1 "$(journal 13 PORTCULLIS_REASON |
		grep -c '^an SSH connection to this host would be cut off')"
	stop session
	stop sshd
}

test_site() {
	local many=() i

	site a 198.51.100.2 web b 198.51.100.3 web c 198.51.100.4 voice >"$WORK/site.md"
	portcullis down --all >/dev/null
	portcullis up "$WORK/site.md" >/dev/null
	entered 15
	same "the end is told, and the log goes with the gate" "stopped|8|- 1" \
		"$(journal 14 PORTCULLIS_{EVENT,OLD_GENERATION,GENERATION}) $(logged length)"
	site a 198.51.100.2 voice b 198.51.100.3 voice c 198.51.100.4 web >"$WORK/site.md"
	portcullis reload "$WORK/site.md" >/dev/null
	entered 16
	same "servers for which it is the same are one group" \
		"udp/5000-5999 on a, b; tcp/8000-8009 on c|tcp/8000-8009 on a, b; udp/5000-5999 on c" \
		"$(journal 16 PORTCULLIS_OPENED PORTCULLIS_CLOSED)"
	for i in {1..200}; do
		many+=("s$i" "198.51.100.$i" web)
	done
	site "${many[@]}" >"$WORK/site.md"
	portcullis reload "$WORK/site.md" >/dev/null
	entered 17
	same "of many five are named" "tcp/443, tcp/8000-8009 on s1, s2, s3, s4, s5 and 195 more" \
		"$(journal 17 PORTCULLIS_OPENED)"
	exits "--dry-run" 0 portcullis reload --dry-run "$WORK/site.md"
	same "is no entry" "17 3" "$(entries) $(logged length)"
}

# The block list changes without a generation.
test_blocks() {
	SUDO_USER=tom SSH_CONNECTION='192.0.2.77 50000 192.0.2.1 22' \
		portcullis block 203.0.113.7 --for 1h --reason scans >/dev/null
	entered 18
	same "a block: who, from where, what" \
		"blocked|block 203.0.113.7 --for 1h --reason scans|tom|192.0.2.77|3|3|203.0.113.7|1|0|0|5" \
		"$(journal 18 PORTCULLIS_{EVENT,COMMAND,BY,FROM,OLD_GENERATION,GENERATION,PREFIX} \
			PORTCULLIS_BLOCKS_{ADDED,PROLONGED,REMOVED} PRIORITY)"
	same "the log says the same" "18 4 blocked 3 3 203.0.113.7 1 0 0" "$(entries) $(logged length) \
$(logged 'last | "\(.event) \(.old) \(.generation) \(.prefix) \(.added) \(.prolonged) \(.removed)"')"
	same "to people, too" 1 "$(portcullis log |
		grep -c '  203.0.113.7 blocked, by tom from 192.0.2.77: block 203.0.113.7 --for 1h')"
	exits "what is blocked so long already" 0 portcullis block 203.0.113.7 --for 30min
	exits "what may not be blocked" 1 portcullis block 198.51.100.2
	exits "what was not blocked" 0 portcullis unblock 203.0.113.9
	same "is no entry" "18 4" "$(entries) $(logged length)"
	printf '%s\n' '203.0.113.7 for 2h' 203.0.113.{8,9} 203.0.113.9 | portcullis block - >/dev/null
	portcullis unblock 203.0.113.8 >/dev/null
	portcullis unblock --all >/dev/null
	entered 21
	same "many are counted, one is named" \
		"blocked|-|2|1|0,unblocked|203.0.113.8|0|0|1,unblocked|-|0|0|2" \
		"$(for i in 19 20 21; do
			journal $i PORTCULLIS_{EVENT,PREFIX} PORTCULLIS_BLOCKS_{ADDED,PROLONGED,REMOVED}
		done | paste -sd,)"
	same "for people" "3 prefixes blocked, 1 of them for longer (portcullis block -, by root)" \
		"$(journal 19 MESSAGE)"
}

# Whoever was killed as soon as the change was made could not tell.
test_killed() {
	local i said=

	start_journal
	for ((i = 1; i < 60; i++)); do
		portcullis swap s1 web >/dev/null
		SUDO_USER=tom edge "$BUILD/live/die_at" $i "$PORTCULLIS" swap s1 voice >/dev/null
		[ $? = 137 ] || break
		[ "$(portcullis status --json 2>/dev/null | jq .generation)" = "$(logged 'last.generation')" ] ||
			said="$said $i"
		SUDO_USER=eve portcullis swap s1 voice >/dev/null
		[ "$(portcullis status --json | jq .generation)" = "$(logged 'last.generation')" ] ||
			fail "the log, after call $i"
		[ "$(logged 'last.by')" = "$(portcullis status --json | jq -r .by)" ] ||
			fail "by whom, after call $i" "$(logged 'last')"
		[ "$(logged 'map(select(.event == "enforced") | .generation) | . == unique')" = true ] ||
			fail "each once, after call $i" "$(logged 'map(.generation) | tostring')"
	done
	pass "swap killed at each of $((i - 1)) calls; the next command told the log behind:${said:- none}"
	same "some were behind" 1 "$([ "$said" ] && echo 1)"
}

test_without() {
	local i

	stop journal
	rm -f $JOURNAL
	portcullis down --all >/dev/null
	portcullis up "$WORK/site.md" >/dev/null
	exits "no journal, no error" 0 portcullis swap s1 voice
	same "the log has it" "swap s1 voice" "$(logged 'last.command')"
	for ((i = 0; i < 60; i++)); do
		portcullis swap s1 web >/dev/null
		portcullis swap s1 voice >/dev/null
	done
	same "the last hundred are kept, in order" "100 23 122 true" \
		"$(logged '"\(length) \(.[0].number) \(last.number) \(map(.number) == [range(23; 123)])"')"
	exits "down" 0 portcullis down --all
	same "nothing is left" "" "$(ls /sys/fs/bpf/portcullis 2>/dev/null)"
	says "then there is no log" 0 \
		"no change is logged here; the journal has older ones: journalctl -t portcullis" portcullis log
	says "an operand" 2 "portcullis log: 'x' is one operand too many
usage: portcullis log [OPTION…] " portcullis log x
}

# A log that is none of ours stops no change.
test_broken() {
	portcullis up card web -d "$WORK/ports.md" >/dev/null
	rm /sys/fs/bpf/portcullis/log
	bpftool map create /sys/fs/bpf/portcullis/log type array key 4 value 8 entries 1 name log
	says "a map of another shape: the change is made, with a warning" 0 "/sys/fs/bpf/portcullis/log: warning: the log is of another version of portcullis: \
'portcullis down --all' removes it
generation 2 in force
  card: voice, 1 tcp and 1000 udp ports open" portcullis swap voice
	says "log says so" 1 "/sys/fs/bpf/portcullis/log: error: the log is of another version of \
portcullis: 'portcullis down --all' removes it" portcullis log
	exits "down removes it" 0 portcullis down --all
	same "nothing is left" "" "$(ls /sys/fs/bpf/portcullis 2>/dev/null)"
}

make_edge || bail_out "cannot make network namespaces"
write_documents
start_journal || bail_out "cannot make a journal"
test_changes
test_parents
test_confirmation
test_refused
test_site
test_blocks
test_killed
test_without
test_broken
plan
