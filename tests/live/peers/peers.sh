# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# What the tests with other people's programs share.
# shellcheck source=/dev/null
. "$(dirname "${BASH_SOURCE[0]}")/../lib.sh"

# need TOOL...: skips the test where one of these programs is not installed
need() {
	local tool

	for tool in "$@"; do
		command -v "$tool" >/dev/null && continue
		echo "ok 1 - $(basename "$0") # SKIP $tool is not installed"
		echo 1..1
		exit 0
	done
}

# Counters are of packets as they are on a wire, not of those that cards would still cut up.
split_segments() {
	client ethtool -K eth0 tso off gso off
}

# listens NAMESPACE PORT: whether a TCP socket does
listens() {
	nsenter --net="/run/netns/$1" ss -tlnH "sport = :$2" | grep -q .
}

# swap_often WORD... -- WORD...: from one profile to another and back, until stop_swaps
swap_often() {
	local here=()

	while [ "$1" != -- ]; do
		here+=("$1")
		shift
	done
	shift
	rm -f "$WORK/enough"
	while [ ! -e "$WORK/enough" ]; do
		portcullis swap "${here[@]}"
		portcullis swap "$@"
		sleep 0.1
	done >"$WORK/swaps" 2>&1 &
	swaps_pid=$!
}

stop_swaps() {
	local swaps

	touch "$WORK/enough"
	wait "$swaps_pid"
	swaps=$(grep -c "^generation .* in force" "$WORK/swaps")
	if [ "$swaps" -ge 5 ]; then
		pass "profiles were swapped meanwhile"
	else
		fail "profiles were swapped meanwhile" "$(cat "$WORK/swaps")"
	fi
}
