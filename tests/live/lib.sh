# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the live tests and the demo share: an edge in network namespaces, a client before it, a
# server behind it, processes in them, and TAP.
#
#     client 192.0.2.2 ── 192.0.2.1 card [edge] inner 198.51.100.1 ── 198.51.100.2 server
#            2001:db8:1::2                                            2001:db8:2::2

set -u
PORTCULLIS=$(realpath "${PORTCULLIS:-build/portcullis}")
BUILD=$(realpath "${BUILD:-$(dirname "$PORTCULLIS")}")
CLIENT4=192.0.2.2 CLIENT6=2001:db8:1::2
SERVER4=198.51.100.2 SERVER6=2001:db8:2::2
export CLIENT4 CLIENT6 SERVER4 SERVER6

# alone ARGUMENT...: runs the script again as the first process of a process namespace, in a mount
# namespace of its own. However it ends, all processes that it started end with it, and the network
# namespaces, the BPF file system and the pins in it, which nobody else can see, go with them.
alone() {
	if [ $$ != 1 ]; then
		exec unshare --mount --pid --fork --kill-child --mount-proc "$0" "$@"
	fi
	mkdir -p /run/netns /run/systemd/journal /var/lib/portcullis /etc/portcullis
	mount -t tmpfs tmpfs /run/netns && mount -t bpf bpf /sys/fs/bpf || return
	# the host's journal, its site and its last policy are none of ours
	mount -t tmpfs tmpfs /run/systemd/journal && mount -t tmpfs tmpfs /var/lib/portcullis &&
		mount -t tmpfs tmpfs /etc/portcullis || return
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
	trap 'exit 130' INT TERM HUP
}

client() {
	nsenter --net=/run/netns/client "$@"
}

edge() {
	nsenter --net=/run/netns/edge "$@"
}

server() {
	nsenter --net=/run/netns/server "$@"
}

portcullis() {
	edge "$PORTCULLIS" "$@"
}

# segment CARD NUMBER FAR: a wire from the edge's CARD to eth0 of the namespace FAR
segment() {
	ip -n edge link add "$1" type veth peer name eth0 netns "$3" &&
		ip -n edge link set "$1" up && ip -n "$3" link set eth0 up &&
		ip -n edge addr add "$2.1/24" dev "$1" && ip -n "$3" addr add "$2.2/24" dev eth0 &&
		ip -n "$3" route add default via "$2.1"
}

# segment6 CARD PREFIX FAR: the same wire's IPv6 addresses
segment6() {
	ip -n edge addr add "$2::1/64" dev "$1" nodad &&
		ip -n "$3" addr add "$2::2/64" dev eth0 nodad &&
		ip -n "$3" route add default via "$2::1"
}

# new_host NAME: addresses can be used at once, without looking for duplicates first
new_host() {
	ip netns add "$1" && ip -n "$1" link set lo up &&
		nsenter --net="/run/netns/$1" sh -c 'cd /proc/sys/net/ipv6/conf &&
			echo 0 >all/accept_dad && echo 0 >default/accept_dad'
}

make_edge() {
	new_host client && new_host edge && new_host server &&
		segment card 192.0.2 client && segment6 card 2001:db8:1 client &&
		segment inner 198.51.100 server && segment6 inner 2001:db8:2 server &&
		edge sh -c 'echo 1 >/proc/sys/net/ipv4/ip_forward &&
			echo 1 >/proc/sys/net/ipv6/conf/all/forwarding' &&
		until_true answers "$SERVER4" && until_true answers "$SERVER6"
}

# answers ADDRESS: whether a connection from the client gets there at all
answers() {
	[ "$(answer "$1" 9)" = refused ]
}

# site PROFILE [LINE]...: a site with one server, fe01, and further lines; on the interfaces
# SITE_INTERFACES, of the addresses SITE_ADDRESSES. Tests that need another shape have their own.
SITE_INTERFACES="card" SITE_ADDRESSES="$SERVER4, $SERVER6"
site() {
	cat <<-END
		| Setting | Value |
		|---|---|
		| Interface | $SITE_INTERFACES |

		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $SITE_ADDRESSES | $1 |
	END
	shift
	[ $# = 0 ] || printf '%s\n' "$@"
}

# start NAME NAMESPACE COMMAND...: a process that prints to WORK/NAME and runs until stop or the end
start() {
	: >"$WORK/$1" # what one of that name said before is not what this one says
	nsenter --net="/run/netns/$2" "${@:3}" </dev/null >"$WORK/$1" 2>"$WORK/$1.errors" &
	eval "pid_$1=\$!"
}

# start_tool NAME NAMESPACE TOOL WORD...: one of our tools that counts; returns when it does
start_tool() {
	start "$1" "$2" "$BUILD/live/$3" "${@:4}"
	until_true grep -q ready "$WORK/$1"
}

# stop NAME: ends it and waits for its last words
stop() {
	local pid

	eval "pid=\$pid_$1"
	kill "$pid" && wait "$pid"
}

# counted NAME PROTOCOL FIRST [LAST]: what a stopped tool counted on these ports
counted() {
	awk -v protocol="$2" -v first="$3" -v last="${4:-$3}" \
		'$1 == protocol && $2 >= first && $2 <= last { sum += $3 } END { print sum + 0 }' \
		"$WORK/$1"
}

# until_true COMMAND...: waits for it, up to five seconds
until_true() {
	local i

	for ((i = 0; i < 100; i++)); do
		"$@" >/dev/null 2>&1 && return
		sleep 0.05
	done
	return 1
}

# answer ADDRESS PORT: what becomes of a connection from the client
answer() {
	client "$BUILD/live/traffic" connect "$1" "$2"
	case $? in
	0) echo connected ;;
	1) echo silence ;;
	2) echo refused ;;
	*) echo "no attempt" ;;
	esac
}

# packets SEGMENT [PROFILE]: what `stats` counts on a segment such as tcp/5061
packets() {
	portcullis stats --json | jq -r --arg segment "$1" --arg profile "${2:-}" '
		[.ports[] | select($profile == "" or .profile == $profile)
		 | select("\(.protocol)/\(.first)" == $segment or
			  "\(.protocol)/\(.first)-\(.last)" == $segment) | .packets] | add // 0'
}

# reason NAME [VERDICT]: packets that `stats` counts with a reason
reason() {
	portcullis stats --json | jq -r --arg reason "$1" --arg verdict "${2:-}" '
		[.reasons[] | select(.reason == $reason and ($verdict == "" or .verdict == $verdict))
		 | .packets] | add // 0'
}

# --- TAP ---

COUNT=0

pass() {
	COUNT=$((COUNT + 1))
	echo "ok $COUNT - $1"
}

fail() {
	COUNT=$((COUNT + 1))
	echo "not ok $COUNT - $1"
	printf '%s\n' "${@:2}" | sed 's/^/# /'
}

# same NAME EXPECTED ACTUAL
same() {
	if [ "$2" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "expected: $2" "got:      $3"
	fi
}

# says NAME CODE TEXT COMMAND...: its exit code and all it prints
says() {
	local text code

	text=$("${@:4}" 2>&1)
	code=$?
	if [ "$code" = "$2" ] && [ "$text" = "$3" ]; then
		pass "$1"
	else
		fail "$1" "expected, with exit code $2:" "$3" "got, with exit code $code:" "$text"
	fi
}

# exits NAME CODE COMMAND...: its exit code
exits() {
	local text code

	text=$("${@:3}" 2>&1)
	code=$?
	if [ "$code" = "$2" ]; then
		pass "$1"
	else
		fail "$1" "expected exit code $2, got $code:" "$text"
	fi
}

# skip_unless_root: ends the test where it cannot run
skip_unless_root() {
	local tool

	if [ "$(id -u)" != 0 ]; then
		echo "ok 1 - $(basename "$0") # SKIP needs root"
		echo 1..1
		exit 0
	fi
	for tool in "$PORTCULLIS" "$BUILD/live/traffic" "$BUILD/live/observe" "$@"; do
		command -v "$tool" >/dev/null && continue
		echo "Bail out! $tool is missing: 'make test-live' builds, 'make deps' installs"
		exit 1
	done
}

bail_out() {
	echo "Bail out! $1"
	exit 1
}

plan() {
	echo "1..$COUNT"
}

# timed FUNCTION: how long it takes is a comment
timed() {
	local start=${EPOCHREALTIME/./}

	"$1"
	echo "# $1: $(((${EPOCHREALTIME/./} - start) / 1000)) ms"
}

# anew: front-end alone enforced, by the site in $SITE
anew() {
	portcullis down --all >/dev/null 2>&1
	site front-end >"$SITE"
	portcullis up "$SITE" >/dev/null || fail "up"
}
