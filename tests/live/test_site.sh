#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A site: servers with profiles of their own, by address and by prefix.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq
alone "$@" || bail_out "cannot mount a BPF file system"

FRONT=198.51.100.11 FRONT6=2001:db8:2::11
DIRECTOR=198.51.100.12 DIRECTOR6=2001:db8:2::12
CHAT=198.51.100.77 CHAT6=2001:db8:2::7:77 # in the prefixes of 'chat'

# site UNLISTED: a site's document
site() {
	cat <<-END
		# An edge

		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $FRONT, $FRONT6 | front-end |
		| dir01 | $DIRECTOR<br/>$DIRECTOR6 | director |
		| chat | 198.51.100.64/26, 2001:db8:2:0:0:0:7::/112 | persistent-chat |

		| Setting | Value |
		|---|---|
		| Interface | card |
		| Unlisted | $1 |
	END
}

# ports ADDRESS PORT...: which of them answer
ports() {
	local port

	for port in "${@:2}"; do
		[ "$(answer "$1" "$port")" = refused ] && echo "$port" &
	done | sort -n | paste -sd ' '
}

# verdicts WHICH EXPECTED ADDRESS...: tcp/8057 is front-end's alone, tcp/5061 director's too,
# tcp/5041 persistent-chat's; nobody opens tcp/22
verdicts() {
	local address

	for address in "${@:3}"; do
		same "$1 at $address" "$2" "$(ports "$address" 22 5041 5061 8057)"
	done
}

# server NAME FIELD: of status or stats
status_of() {
	portcullis status --json | jq -r ".servers[] | select(.name == \"$1\") | $2"
}

stats_of() {
	portcullis stats --json | jq -r ".servers[] | select(.name == \"$1\") | $2"
}

addresses() {
	local address

	for address in $FRONT $DIRECTOR $CHAT; do
		ip -n server addr add "$address/24" dev eth0 || return
	done
	for address in $FRONT6 $DIRECTOR6 $CHAT6; do
		ip -n server addr add "$address/64" dev eth0 || return
	done
}

test_up() {
	says "up" 0 "generation 1 in force
  card: 3 servers" portcullis up "$WORK/site.md"
	says "up again" 0 "unchanged: generation 1 stays in force" portcullis up "$WORK/site.md"
	verdicts "front-end" "5061 8057" $FRONT $FRONT6
	verdicts "director" "5061" $DIRECTOR $DIRECTOR6
	verdicts "a prefix" "5041" $CHAT $CHAT6
	verdicts "no server" "22 5041 5061 8057" "$SERVER4" "$SERVER6" 192.0.2.1 2001:db8:1::1
}

test_stats() {
	local counts='"\(.passed_packets) \(.dropped_packets)"'

	same "a server's own counters" "2 6" "$(stats_of dir01 "$counts")"
	answer $DIRECTOR 22 >/dev/null
	same "one more dropped" "2 7" "$(stats_of dir01 "$counts")"
	answer $DIRECTOR6 5061 >/dev/null
	same "one more passed" "3 7" "$(stats_of dir01 "$counts")"
	same "of the others as before" "4 4" "$(stats_of fe01 "$counts")"
}

test_swap() {
	says "swap of one server" 0 "generation 2 in force
  card: 3 servers" portcullis swap dir01 front-end
	verdicts "swapped" "5061 8057" $DIRECTOR $DIRECTOR6
	verdicts "the others" "5061 8057" $FRONT
	same "status tells what is and what the site says" "front-end director" \
		"$(status_of dir01 '"\(.profile) \(.site_profile)"')"
	same "and of the others nothing" "front-end null" \
		"$(status_of fe01 '"\(.profile) \(.site_profile)"')"
	exits "status" 0 portcullis status
	exits "swap of a prefix" 0 portcullis swap chat closed
	verdicts "closed" "" $CHAT $CHAT6
	verdicts "the first swap stays" "5061 8057" $DIRECTOR6
	says "a server misspelt" 1 "portcullis: error: no server 'fe10' in the site, did you mean \
'fe01'?" portcullis swap fe10 director
	says "a server forgotten" 1 "portcullis: error: no server 'director' in the site, expected \
'portcullis swap SERVER PROFILE'" portcullis swap director
	says "a profile forgotten" 1 "portcullis: error: which profile? 'portcullis swap fe01 \
PROFILE'" portcullis swap fe01
	exits "up takes the site again" 0 portcullis up "$WORK/site.md"
	same "all as the site says" "director null" \
		"$(status_of dir01 '"\(.profile) \(.site_profile)"')"
	verdicts "as the site says" "5061" $DIRECTOR
	verdicts "as the site says" "5041" $CHAT6
}

test_unlisted() {
	site drop >"$WORK/site.md"
	same "status notices the changed file" true \
		"$(portcullis status --json | jq '.documents[0].changed')"
	exits "up with Unlisted drop" 0 portcullis up "$WORK/site.md"
	verdicts "no server" "" "$SERVER4" "$SERVER6"
	same "counted as not-listed" 8 "$(reason not-listed drop)"
	verdicts "a server" "5061 8057" $FRONT $FRONT6
}

# Drops by port stand still while they are not counted, and are all there again; reasons go on.
test_port_counters() {
	local ports before refused
	ports='[.dropped_ports[] | select(.protocol == "tcp" and .port == 22).packets] | add'

	exits "up with Port counters off" 0 sh -c \
		"nsenter --net=/run/netns/edge $PORTCULLIS up - <$WORK/uncounted"
	before=$(portcullis stats --json | jq "$ports") refused=$(reason not-published drop)
	verdicts "a server" "5061 8057" $FRONT $FRONT6
	same "counted by reason" 4 $(($(reason not-published drop) - refused))
	same "not by port" "$before" "$(portcullis stats --json | jq "$ports")"
	same "which stats says" 1 "$(portcullis stats | grep -c "not counted by their ports")"
	exits "up with Port counters on" 0 portcullis up "$WORK/site.md"
	verdicts "a server" "5061 8057" $FRONT $FRONT6
	same "by port again" 2 $(($(portcullis stats --json | jq "$ports") - before))
}

test_inputs() {
	mkdir "$WORK/folder"
	site pass >"$WORK/folder/edge.md"
	exits "a folder" 0 portcullis up "$WORK/folder"
	verdicts "a folder" "5061" $DIRECTOR
	site drop >"$WORK/input"
	exits "standard input" 0 sh -c "nsenter --net=/run/netns/edge $PORTCULLIS up - <$WORK/input"
	verdicts "standard input" "" "$SERVER4"
	same "which is never changed since" "- false" \
		"$(portcullis status --json | jq -r '.documents[0] | "\(.file) \(.changed)"')"
	same "explain by a server's name" "pass dir01" \
		"$(portcullis explain to dir01 tcp/5061 --json | jq -r '"\(.verdict) \(.server)"')"
	exits "explain to an address of a prefix" 0 \
		portcullis explain --expect drop to $CHAT6 tcp/5061
	exits "down" 0 portcullis down
}

if ! make_edge || ! addresses; then
	bail_out "cannot make network namespaces"
fi
site pass >"$WORK/site.md"
test_up
test_stats
test_swap
test_unlisted
sed '$a| Port counters | off |' "$WORK/site.md" >"$WORK/uncounted"
test_port_counters
test_inputs
plan
