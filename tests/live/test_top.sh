#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `top` as one sees it: driven in tmux, under traffic, through a gate that goes and comes back.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq tmux
alone "$@" || bail_out "cannot mount a BPF file system"

PER_SECOND=2000 # to udp/1434
INTERVAL=0.5
BARS='[▁▂▃▄▅▆▇█]'

# --- the terminal ---

TERMINALS=0

# tm COMMAND...: of the newest terminal, each of which has a server of its own
tm() {
	tmux -S "$WORK/tmux-$TERMINALS" -f /dev/null "$@"
}

# run_top WIDTH HEIGHT [VARIABLE=VALUE]... -- OPTION...: in a terminal of its own, which tells its
# modes before and after, and the exit code
run_top() {
	local width=$1 height=$2 variables=()

	shift 2
	while [ "$1" != -- ]; do
		variables+=("$1")
		shift
	done
	shift
	cat >"$WORK/in-tmux" <<-END
		stty -a >"$WORK/modes-before"
		nsenter --net=/run/netns/edge env ${variables[*]} "$PORTCULLIS" top --interval $INTERVAL $* \
			2>"$WORK/errors"
		echo \$? >"$WORK/code"
		stty -a >"$WORK/modes-after"
		echo the shell again
		sleep 1000
	END
	rm -f "$WORK/code" "$WORK/modes-after"
	tm kill-server 2>/dev/null
	TERMINALS=$((TERMINALS + 1))
	tm -u new-session -d -s top -x "$width" -y "$height" "exec bash $WORK/in-tmux"
}

keys() {
	tm send-keys -t top "$@"
}

# screen: its text, without the spaces at the ends of lines
screen() {
	tm capture-pane -p -t top | sed 's/ *$//'
}

# shows PATTERN: whether a line of the screen matches
shows() {
	screen | grep -qE -- "$1"
}

lacks() {
	! shows "$1"
}

# sees NAME PATTERN: that it comes to be on the screen
sees() {
	if until_true shows "$2"; then
		pass "$1"
	else
		fail "$1" "expected a line: $2" "the screen:" "$(screen)"
	fi
}

# sees_no NAME PATTERN: that it goes
sees_no() {
	if until_true lacks "$2"; then
		pass "$1"
	else
		fail "$1" "expected no line: $2" "the screen:" "$(screen)"
	fi
}

# first_row: below the table's heading
first_row() {
	screen | grep -A 1 -E '(PACKETS/S|BITS/S|DROPS/S).*(HISTORY|DROPS/S)$' | tail -n 1
}

# widest: the longest line, in columns
widest() {
	screen | LC_ALL=C.UTF-8 wc -L
}

# looks: the escape sequences for looks on the screen
looks() {
	tm capture-pane -e -p -t top | grep -oE $'\033\\[[0-9;]*m' | sort -u
}

# rate NAME-PATTERN COLUMN: a figure of a row as a number; k is a thousand
rate() {
	screen | awk -v pattern="$1" -v column="$2" '$0 ~ pattern {
		value = $column
		if (sub(/k$/, "", value)) value *= 1000
		if (sub(/M$/, "", value)) value *= 1000000
		print value; exit }'
}

# is_near EXPECTED ROW-PATTERN COLUMN: whether a figure is, within a quarter
is_near() {
	awk -v want="$1" -v got="$(rate "$2" "$3")" \
		'BEGIN { exit !(got > want * 0.75 && got < want * 1.25) }'
}

# near NAME EXPECTED ROW-PATTERN COLUMN: that it comes to be so; a busy machine sends less at times
near() {
	if until_true is_near "${@:2}"; then
		pass "$1"
	else
		fail "$1" "expected about $2 in column $4 of $3" "the screen:" "$(screen)"
	fi
}

# history_length: how many rates of all that passed are drawn
history_length() {
	screen | sed -n 's/^passed.* //p' | wc -m
}

history_is_long() {
	[ "$(history_length)" -gt 12 ]
}

top_process() {
	pgrep -x -P "$(tm list-panes -t top -F '#{pane_pid}')" portcullis
}

has_ended() {
	[ -s "$WORK/modes-after" ]
}

# same_end NAME CODE: that it ended with this code, left nothing on the screen and the terminal as
# it was
same_end() {
	until_true has_ended
	until_true eval 'screen | grep -q "^the shell again"' # tmux draws when it gets to it
	same "$1" "$2 true the shell again" \
		"$(cat "$WORK/code") $(cmp -s "$WORK/modes-before" "$WORK/modes-after" && echo true) $(
			screen | head -n 1)"
}

# --- the tests ---

site() {
	cat <<-END
		| Server | Address | Profile | Mode |
		|---|---|---|---|
		| fe01 | $SERVER4, $SERVER6 | front-end | |
		| dir01 | 198.51.100.12 | director | monitor |

		| Setting | Value |
		|---|---|
		| Interface | card |
	END
}

start_traffic() {
	start busy client "$BUILD/live/traffic" send "$SERVER4" 1434 100000000 $PER_SECOND
	start media client "$BUILD/live/traffic" send "$SERVER4" 50000 100000000 200
	start knocking client "$BUILD/live/traffic" send "$SERVER4" 777 100000000 100
}

test_refusals() {
	says "no terminal" 1 "portcullis: error: this needs a terminal: 'portcullis stats --watch 2' \
tells the same without" portcullis top </dev/null
	says "an interval of nothing" 2 "portcullis top: --interval 0, expected 0.1 to 3600 seconds
usage: portcullis top [OPTION…] " portcullis top --interval 0
	says "an operand" 2 "portcullis top: 'card' is one operand too many
usage: portcullis top [OPTION…] " portcullis top card
	run_top 80 24 --
	same_end "no gate" 1
	same "says so" "portcullis: error: nothing is enforced here: 'portcullis up' starts" \
		"$(cat "$WORK/errors")"
	portcullis up card front-end >/dev/null || bail_out "up failed"
	run_top 80 24 TERM=nonesuch --
	same_end "an unknown terminal" 1
	same "is named" "portcullis: error: the terminal 'nonesuch' is not known, expected TERM to \
name one" "$(cat "$WORK/errors")"
}

test_figures() {
	run_top 80 24 LC_ALL=C.UTF-8 --
	sees "the interface, its profile, the generation" '^card: front-end  .* generation 1$'
	sees "rates" "^SQL Browser .* udp/1434 .*k .*$BARS{4}$"
	near "packets a second" $PER_SECOND '^SQL Browser' 6
	near "bits a second" $((PER_SECOND * 36 * 8)) '^SQL Browser' 7
	near "in all" $((PER_SECOND + 200)) '^passed' 2
	near "dropped" 100 '^dropped' 2
	sees "what is shared is told" '^2 share: .* tcp/443 '
	same "and each port stands in one row" 1 "$(screen | grep -c 'tcp/443 ')"
	sees "a steady stream has a level history" '^SQL Browser .* [▅▆▇█]{4,}$'
}

test_keys() {
	same "most packets first" SQL "$(first_row | cut -d ' ' -f 1)"
	keys r
	until_true first_row_is_not SQL
	same "reversed" "" "$(first_row | grep -o '^SQL')"
	keys n
	sees "by name, and the mark says so" '^SERVICE \(ROLE\)▲'
	same "digits come first" "2 share:" "$(first_row | cut -c 1-8)"
	keys 4
	sees "dropped ports" '^udp/777 '
	near "how often is knocked" 100 '^udp/777' 2
	keys 3
	sees "reasons" '^not-published +drop '
	keys 2
	sees "no servers" '^only a site counts by server$'
	keys 1 / c a l l
	sees "a filter being typed" '^filter: call_$'
	sees "is in force at once" '^…Call Park'
	sees_no "and hides the rest" '^SQL'
	keys Enter
	sees "it stays" 'Ports +filter: call$'
	keys Escape
	sees "until escape" '^SQL'
	keys '?'
	sees "the keys" '^Space +stand still'
	keys '?'
	sees_no "and no more" '^Space +stand still'
	keys p End
	sees_no "the end of the list" '^SQL'
	keys Home
	sees "and its beginning" '^SQL'
}

first_row_is_not() {
	[ "$(first_row | cut -c 1-${#1})" != "$1" ]
}

test_pause() {
	local before

	keys Space
	sees "paused" ' PAUSED'
	before=$(screen)
	sleep 3
	same "it stands still" "$before" "$(screen)"
	keys Space
	sees_no "and goes on" ' PAUSED'
	# The first rates are over the seconds of the pause, not over the interval.
	same "rates are over the time measured" yes "$(rate '^SQL Browser' 6 |
		awk -v most=$((PER_SECOND * 3 / 2)) '{ print ($1 > 0 && $1 < most) ? "yes" : $1 }')"
	near "as are those that follow" $PER_SECOND '^SQL Browser' 6
}

test_sizes() {
	tm resize-window -t top -x 40 -y 10
	sees "a small screen" '^SERVICE \(ROLE\)▼PACKETS/S BITS/S DROPS/S$'
	same "is not overrun" "40 10" "$(widest) $(screen | wc -l)"
	tm resize-window -t top -x 160 -y 50
	sees "a large one is used" 'DROPS/S  PACKETS +HISTORY$'
	same "to its last line" "50 q quit" "$(screen | wc -l) $(screen | tail -n 1 | cut -c 1-6)"
	tm resize-window -t top -x 80 -y 24
	sees "and back" '^SERVICE \(ROLE\) +PORTS +▼PACKETS/S BITS/S DROPS/S +HISTORY$'
}

# The gate goes, comes back with other counters, and is swapped.
test_gate() {
	until_true history_is_long || fail "a history that grows" "$(screen)"
	portcullis down >/dev/null
	sees "the gate goes" "^NOTHING IS ENFORCED: waiting for 'portcullis up'$"
	same "and top keeps nothing of it" "" \
		"$(find "/proc/$(top_process)/fd" -lname '*bpf*' -printf '%l ')"
	site >"$WORK/site.md"
	portcullis up "$WORK/site.md" >/dev/null
	sees "it comes back" '^card: 2 servers of site .* generation 1$'
	same "with a history of its own" yes "$([ "$(history_length)" -lt 8 ] && echo yes)"
	sees "what is only monitored is loud" '^MONITOR: nothing is dropped for 1 of 2 servers$'
	sleep 1.5
	near "it counts from there" $PER_SECOND '^SQL Browser' 6
	keys 2
	sees "servers" "^fe01 +front-end +enforce .*$BARS$"
	near "packets to a server" $((PER_SECOND + 200)) '^fe01' 4
	near "its drops" 100 '^fe01' 6
	portcullis swap --monitor >/dev/null
	sees "monitor mode is loud" '^MONITOR: packets are judged and counted, none is dropped$'
	sees "the generation" ' generation 2$'
	sees "would-be drops" '^would drop +[1-9]'
	same "no rate is negative" "" "$(screen | grep -E ' -[0-9]|[0-9]T')"
	portcullis swap --enforce >/dev/null
	sees_no "and ends" '^MONITOR: packets'
}

test_ends() {
	keys q
	same_end "q" 0
	run_top 80 24 --
	sees "again" '^SERVICE'
	keys C-c
	same_end "^C" 0
	run_top 80 24 --
	sees "and again" '^SERVICE'
	kill "$(top_process)"
	same_end "SIGTERM" 0
}

test_looks() {
	local colours=$'\033\\[[0-9;]*3[1-7]'

	run_top 80 24 LC_ALL=C.UTF-8 TERM=screen-256color -- --server FE0
	sees "a filter from the start" ' filter: FE0$'
	sees "the server" '^fe01 '
	sees_no "and no other" '^dir01'
	until_true shows "^fe01.* [1-9][0-9]+ +$BARS$"
	same "in colour" yes "$(looks | grep -q "$colours" && echo yes)"
	keys q
	run_top 80 24 LC_ALL=C.UTF-8 TERM=screen-256color NO_COLOR=1 -- --service sql
	sees "a service from the start" "^SQL Browser .*$BARS{3}$"
	same "NO_COLOR" "" "$(looks | grep "$colours")"
	same "but not without looks" yes "$(looks | grep -qE $'\033\\[(.*;)?7m' && echo yes)"
	keys q
	run_top 80 24 LC_ALL=C TERM=vt100 --
	sees "ASCII by locale" '^SQL Browser .*[_.=+*%#-]{3}$'
	same "and nothing else" "" "$(screen | LC_ALL=C grep '[^ -~]')"
	same "a terminal without colour" "" "$(looks | grep "$colours")"
	sees "the mark of the order" '^SERVICE \(ROLE\) +PORTS +vPACKETS/S'
	keys q
	until_true has_ended
	same "quits there as well" "0 the shell again" "$(cat "$WORK/code") $(screen | grep . | tail -n 1)"
}

make_edge || bail_out "cannot make network namespaces"
start_traffic
export LC_ALL=C.UTF-8
test_refusals
test_figures
test_keys
test_pause
test_sizes
test_gate
test_ends
test_looks
tm kill-server
plan
