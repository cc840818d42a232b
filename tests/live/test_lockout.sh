#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Nobody is to lock himself out: what a policy cuts off is listed, an SSH connection stops it.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq socat nft sudo tmux setsid
alone "$@" || bail_out "cannot mount a BPF file system"

EDGE4=192.0.2.1
ERROR="card: error: an SSH connection to this host would be cut off: let it in with --management \
'10.0.9.0/24, tcp/22' (your networks), try --monitor or --confirm SECONDS first, or insist with \
--allow-lockout"

# SSH servers are told by their name.
name_processes() {
	cp "$(command -v socat)" "$WORK/sshd" && cp "$(command -v socat)" "$WORK/web"
}

established() {
	edge ss -tnH state established sport = :2222 | grep -q "$CLIENT4"
}

# masked COMMAND...: all it prints, without process ids and ephemeral ports, and its exit code
masked() {
	local text code

	text=$("$@" 2>&1)
	code=$?
	sed -E 's/, pid [0-9]+\)/)/; s/:(3[2-9]|[45][0-9]|60)[0-9]{3}\b/:PORT/g' <<<"$text"
	echo "exit code $code"
}

# refuses NAME COMMAND...: because of the connection, and nothing is enforced then
refuses() {
	same "$1" "card: warning: cuts off tcp $EDGE4:2222 from $CLIENT4:PORT (sshd)
card: warning: cuts off tcp 0.0.0.0:2222 (sshd)
card: warning: cuts off tcp 0.0.0.0:8443 (web)
$ERROR
exit code 1" "$(masked "${@:2}")"
	says "$1: nothing is enforced" 0 "nothing is enforced" portcullis status
}

# alive: whether the connection still carries what is typed
alive() {
	echo "$1" >&"$typed"
	until_true grep -qx "$1" "$WORK/connection" && echo alive || echo dead
}

test_refused() {
	refuses "up" portcullis up card director
	refuses "without SSH_CONNECTION" edge env -u SSH_CONNECTION "$PORTCULLIS" up card director
	refuses "without any environment" edge env -i "$PORTCULLIS" up card director
	same "the connection" alive "$(alive one)"
}

# A unit has neither a terminal nor a session, and no environment.
as_unit() {
	edge env -i setsid --fork --wait "$PORTCULLIS" "$@" </dev/null
}

as_sudo() {
	edge env SUDO_USER= sudo -n "$PORTCULLIS" "$@"
}

# A server of its own has the environment of whoever started it, not of who types.
in_tmux() {
	local code

	cat >"$WORK/typed" <<-END
		nsenter --net=/run/netns/edge $PORTCULLIS $* >$WORK/said 2>&1
		echo \$? >$WORK/code
		tmux -S $WORK/tmux wait-for -S typed
	END
	env -u SSH_CONNECTION tmux -S "$WORK/tmux" -f /dev/null new-session -d "bash $WORK/typed" &&
		tmux -S "$WORK/tmux" wait-for typed
	code=$(cat "$WORK/code")
	cat "$WORK/said"
	return "$code"
}

# Whoever it is that asks: the connection counts, not whose it is.
test_ways() {
	local way site="$WORK/host.md" before

	cat >"$site" <<-END
		| Setting | Value |
		|---|---|
		| Interface | card |
		| Unlisted | drop |

		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $SERVER4 | front-end |
	END
	for way in as_sudo in_tmux as_unit; do
		refuses "up, $way" $way up card director
	done
	portcullis up card director --monitor >/dev/null 2>&1
	before=$(portcullis status --json | jq .generation)
	for way in as_sudo in_tmux as_unit; do
		same "swap, $way" "1 1" "$($way swap --enforce >"$WORK/refusal" 2>&1
			echo "$? $(grep -c "^$ERROR$" "$WORK/refusal")")"
	done
	same "nothing has changed" "$before" "$(portcullis status --json | jq .generation)"
	portcullis down --all >/dev/null
	sed 's/| drop |/| pass |/' "$site" >"$WORK/passes.md"
	portcullis up "$WORK/passes.md" >/dev/null
	before=$(portcullis status --json | jq .generation)
	for way in as_sudo in_tmux as_unit; do
		same "reload, $way" "1 1" "$($way reload "$site" >"$WORK/refusal" 2>&1
			echo "$? $(grep -c "^$ERROR$" "$WORK/refusal")")"
	done
	same "nothing has changed" "$before" "$(portcullis status --json | jq .generation)"
	same "the connection" alive "$(alive ways)"
	portcullis down --all >/dev/null
}

test_monitor() {
	exits "monitor" 0 portcullis up card director --monitor
	same "the connection" alive "$(alive two)"
	same "enforcing it is refused" "1" "$(portcullis swap --enforce 2>/dev/null || echo $?)"
	same "monitor stays" monitor "$(portcullis status --json | jq -r .mode)"
	exits "down" 0 portcullis down
}

test_management() {
	same "for others only" "1" "$(portcullis up card director \
		--management "10.0.0.0/8, tcp/2222" 2>/dev/null || echo $?)"
	exits "for the client" 0 portcullis up card director --management "$CLIENT4/32, tcp/2222"
	same "the connection" alive "$(alive three)"
	exits "a swap keeps it" 0 portcullis swap front-end
	same "the connection" alive "$(alive four)"
	same "taking it away is refused" "1" "$(portcullis up card director \
		--management "10.0.0.0/8, tcp/2222" 2>/dev/null || echo $?)"
	same "the connection" alive "$(alive five)"
	exits "down" 0 portcullis down
}

test_insisted() {
	same "allow-lockout" "card: warning: cuts off tcp $EDGE4:2222 from $CLIENT4:PORT (sshd)
card: warning: cuts off tcp 0.0.0.0:2222 (sshd)
card: warning: cuts off tcp 0.0.0.0:8443 (web)
generation 1 in force
  card: director, 5 tcp and 1 udp ports open
exit code 0" "$(masked portcullis up card director --allow-lockout)"
	echo six >&"$typed"
	sleep 0.3
	same "the connection is cut off" "" "$(grep -x six "$WORK/connection")"
	exits "down" 0 portcullis down
	same "and there again" alive "$(alive seven)"
}

test_to_be_confirmed() {
	exits "to be confirmed" 0 portcullis up card director --confirm 1
	echo eight >&"$typed"
	until_true grep -qx eight "$WORK/connection"
	same "what is cut off comes back by itself" alive "$(alive nine)"
	exits "down" 0 portcullis down --all
}

tracked() {
	edge grep -q "ESTABLISHED.*dport=22 " /proc/net/nf_conntrack
}

# A connection to the server behind the edge, which is known to who tracks connections.
test_through() {
	local site="$WORK/site.md"

	edge nft -f - <<-END
		table ip track { chain forward { type filter hook forward priority 0; ct state new counter; }; }
		table ip6 track { chain forward { type filter hook forward priority 0; ct state new counter; }; }
	END
	start far server socat TCP6-LISTEN:22,fork,ipv6only=0 PIPE
	until_true client "$BUILD/live/traffic" connect "$SERVER4" 22
	start near client socat "TCP4:$SERVER4:22" PIPE
	start near6 client socat "TCP6:[$SERVER6]:22" PIPE
	until_true tracked || bail_out "the kernel tracks no connection"
	cat >"$site" <<-END
		| Setting | Value |
		|---|---|
		| Interface | card |

		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $SERVER4, $SERVER6 | front-end |
	END
	same "a site that cuts off what goes through" "card: error: an SSH connection through this \
host would be cut off: open tcp/22 to those who need it, try --monitor or --confirm SECONDS first, \
or insist with --allow-lockout
card: warning: cuts off tcp $SERVER4:22 from $CLIENT4:PORT, through this host
card: warning: cuts off tcp [$SERVER6]:22 from [$CLIENT6]:PORT, through this host
exit code 1" "$(masked portcullis up "$site" | LC_ALL=C sort)"
	exits "monitoring it" 0 portcullis up "$site" --monitor
	exits "enforcing it is refused" 1 portcullis swap --enforce
	exits "insisted" 0 portcullis swap --enforce --allow-lockout
	exits "what is cut off already is no reason" 0 portcullis swap fe01 director
}

# edge_site ADDRESSES [SETTING VALUE]...: a site with one server
edge_site() {
	echo '| Setting | Value |'
	echo '|---|---|'
	printf '| %s | %s |\n' Interface card "${@:2}"
	printf '\n| Server | Address | Profile |\n|---|---|---|\n'
	printf '| fe01 | %s | director |\n' "$1"
}

WAYS="try --monitor or --confirm SECONDS first, or insist with --allow-lockout"

# What is for a server, or from one where none is, is not for this host: Management does not hold.
test_own_address() {
	local site="$WORK/own.md" cut

	cut="card: warning: cuts off tcp $EDGE4:2222 from $CLIENT4:PORT (sshd)
$ERROR
exit code 1"
	edge_site "$EDGE4" >"$site"
	same "this host's address as a server's" "$cut" "$(masked portcullis up "$site")"
	edge_site "$EDGE4" Management "$CLIENT4/32, tcp/2222" >"$site"
	same "although Management lets it in" "$cut" "$(masked portcullis up "$site")"
	edge_site "$CLIENT4" Management "$CLIENT4/32, tcp/2222" >"$site"
	same "the client's address as a server's: forged" "$cut" "$(masked portcullis up "$site" |
		grep -v "this host's routes lead to server")"
	edge_site "$CLIENT4" Management "$CLIENT4/32, tcp/2222" Inside card >"$site"
	exits "unless servers are there" 0 portcullis up "$site"
	same "the connection" alive "$(alive inside)"
	portcullis down --all >/dev/null
	edge_site "$EDGE4" Mode monitor >"$site"
	same "only counted" "card: warning: would cut off tcp $EDGE4:2222 from $CLIENT4:PORT (sshd)" \
		"$(masked portcullis up "$site" | grep cut)"
	sed -i 's/| director |$/| director | enforce |/; s/| Profile |$/| Profile | Mode |/
		s/^|---|---|---|$/|---|---|---|---|/' "$site"
	same "a server that is not" "$cut" "$(masked portcullis reload "$site")"
	portcullis down --all >/dev/null
}

# Nobody is there yet of whom Management names.
test_named() {
	local site="$WORK/named.md"

	edge_site "$EDGE4" Management "203.0.113.0/24, tcp/5061, tcp/22, tcp/443" >"$site"
	says "who is named could not come in any more" 1 "card: error: Management names tcp/22, which \
would be dropped: $EDGE4, by which this host is reached there, belongs to the server 'fe01', whose \
profile 'director' does not open it; leave the address out, $WAYS" portcullis up "$site"
	ip -n edge addr add 192.0.2.9/24 dev card
	exits "by another address he could" 0 portcullis up "$site"
	ip -n edge addr del 192.0.2.9/24 dev card
	exits "reload, once it is gone" 1 portcullis reload "$site"
	exits "a way back" 0 portcullis reload "$site" --confirm 60
	portcullis down --all >/dev/null
}

# Whoever is blocked live is not of those that a site wants to let in.
test_listed() {
	local site="$WORK/listed.md" before

	edge_site 198.51.100.9 >"$site"
	portcullis up "$site" >/dev/null
	portcullis block 203.0.113.7 >/dev/null
	portcullis block 203.0.113.99 --for 1s >/dev/null
	before=$(portcullis status --json | jq .generation)
	edge_site 203.0.113.7 >"$site"
	says "a server that is blocked" 1 "portcullis: error: '203.0.113.7', which is blocked, holds \
203.0.113.7 of the server 'fe01': 'portcullis unblock 203.0.113.7' first, or $WAYS" portcullis reload "$site"
	edge_site 198.51.100.9 Management "203.0.113.0/24, tcp/22" >"$site"
	sleep 1.2
	for way in reload up "reload --dry-run"; do
		# shellcheck disable=SC2086
		says "who is named is blocked: $way" 1 "portcullis: error: '203.0.113.7', which is \
blocked, is a part of 203.0.113.0/24 which Management lets in: 'portcullis unblock 203.0.113.7' first, \
or $WAYS" portcullis $way "$site"
	done
	same "nothing has changed" "$before" "$(portcullis status --json | jq .generation)"
	exits "insisted" 0 portcullis reload "$site" --allow-lockout
	exits "once is enough" 0 portcullis swap fe01 front-end
	edge_site 198.51.100.8 Management "203.0.113.0/24, tcp/22" >"$site"
	exits "of what stays" 0 portcullis reload "$site"
	portcullis down --all >/dev/null
}

make_edge || bail_out "cannot make network namespaces"
name_processes
start ssh_output edge "$WORK/sshd" TCP4-LISTEN:2222,fork,reuseaddr PIPE
start web_output edge "$WORK/web" TCP4-LISTEN:8443,fork PIPE
test_named
test_listed
mkfifo "$WORK/keyboard"
until_true client "$BUILD/live/traffic" connect $EDGE4 2222
client socat - "TCP4:$EDGE4:2222" <>"$WORK/keyboard" >"$WORK/connection" &
exec {typed}>"$WORK/keyboard"
until_true established || bail_out "no connection"
test_refused
test_ways
test_monitor
test_management
test_insisted
test_own_address
test_to_be_confirmed
test_through
plan
