# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests of replies share.
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"
WORDS="$(realpath "$(dirname "${BASH_SOURCE[0]}")")/words.py"
exec {frames}>/dev/null

# in_host NAMESPACE COMMAND...
in_host() {
	nsenter --net="/run/netns/$1" "${@:2}"
}

# words NAMESPACE WORD...: see words.py
words() {
	in_host "$1" python3 "$WORDS" "${@:2}"
}

# site CARDS [SETTING VALUE]...: a front-end behind them
site() {
	cat <<-END
		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $SERVER4, $SERVER6 | front-end |

		| Setting | Value |
		|---|---|
		| Interface | $1 |
	END
	shift
	while [ $# -gt 0 ]; do
		echo "| $1 | $2 |"
		shift 2
	done
}

# answer_at NAMESPACE PORT...: UDP sockets that answer, named after the namespace
answer_at() {
	start "answers_$1" "$1" python3 "$WORDS" answer "${@:2}"
	until_true grep -q ready "$WORK/answers_$1"
}

# low_ports NAMESPACE...: their ephemeral ports are 40000-44999, which no shipped profile opens
low_ports() {
	local name

	for name in "$@"; do
		in_host "$name" sh -c 'echo 40000 44999 >/proc/sys/net/ipv4/ip_local_port_range' || return
	done
}

# mac_of CARD: of the edge
mac_of() {
	ip -n edge -json link show "$1" | jq -r '.[0].address'
}

# crafter [CARD [NAMESPACE]]: from now on `crafted` sends to this card, of the edge if none is named
crafter() {
	exec {frames}>&-
	rm -f "$WORK/frames"
	mkfifo "$WORK/frames"
	: >"$WORK/crafter"
	words "${2:-client}" craft "$(mac_of "${1:-card}")" <"$WORK/frames" >"$WORK/crafter" &
	exec {frames}>"$WORK/frames"
	until_true grep -q ready "$WORK/crafter"
}

# listens_udp NAMESPACE PORT
listens_udp() {
	in_host "$1" ss -ulnH "sport = :$2" | grep -q .
}

# reasons_now: every reason but those that hosts cause by being there
reasons_now() {
	portcullis stats --json | jq -r '.reasons[] | select(.packets > 0)
		| select(.reason as $reason | ["icmp", "non-ip", "protocol-allowed", "unlisted"]
			| index($reason) | not)
		| "\(.reason) \(.verdict) \(.packets)"'
}

# judged COMMAND...: the reasons that count more packets after a command: "reply 1, not-published 2";
# would-be drops are told apart
judged() {
	local before after

	before=$(reasons_now)
	"$@" >/dev/null
	after=$(reasons_now)
	awk '{ name = $1 ($2 == "would-drop" ? " would-drop" : "") }
		NR == FNR { old[name] = $3; next }
		$3 != old[name] { printf "%s%s %d", comma, name, $3 - old[name]; comma = ", " }' \
		<(echo "$before") <(echo "$after")
}

# crafted SOURCE PORT DESTINATION PORT udp|FLAGS [TAG]...: one frame
crafted() {
	echo "$*" >&"$frames"
	sleep 0.05
}

# verdict_of NAME EXPECTED SOURCE PORT DESTINATION PORT udp|FLAGS [TAG]...: of one such frame
verdict_of() {
	same "$1: ${*:3}" "$2 1" "$(judged crafted "${@:3}")"
}

# filters CARD: what tc says of it on the edge: the clsact qdisc, and how many filters leave by it
filters() {
	tc -n edge qdisc show dev "$1" | grep -o '^qdisc clsact'
	tc -n edge filter show dev "$1" egress | grep -o 'name portcullis_egre'
}
