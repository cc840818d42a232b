#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Plants each fault of faults.txt into a copy of the source, in turn, and runs the campaign that is
# to notice, shortened: it must fail. Without a fault each must pass. As root, alone on a machine;
# FAULT=TEXT picks some. KILLS, SWAPS, RATE and OPERATIONS say how hard they try. ALONE=COMMAND is
# put before each campaign, to have the machine to itself ('flock -x FILE').
set -u
cd "$(dirname "$0")/../.." || exit 1
root=$PWD
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
export KILLS=${KILLS:-40} SWAPS=${SWAPS:-60} RATE=${RATE:-100000} OPERATIONS=${OPERATIONS:-4000}

cp -R Makefile bpf include user tests policies vmlinux "$copy" && cd "$copy" || exit 1
export PORTCULLIS=$copy/build/portcullis BUILD=$copy/build

# build CAMPAIGN
build() {
	local targets=(build/portcullis) probe

	for probe in tests/live/*.c; do
		targets+=("build/live/$(basename "$probe" .c)")
	done
	[ "$1" != day ] || targets+=(build/survive/day)
	make -s -j"$(nproc)" BUILD=build "${targets[@]}" >build.log 2>&1
}

# campaign NAME: whether it finds nothing wrong
campaign() {
	local run=tests/survive/$1.sh

	[ -e "$run" ] || run=tests/live/test_$1.sh
	[ "$1" != day ] || run=build/survive/day
	# shellcheck disable=SC2086
	${ALONE:-} timeout 300 "$run" >campaign.log 2>&1 && ! grep -q '^not ok\|^Bail out' campaign.log
}

# plant FILE EXPRESSION...: fails if there is nothing to break any more
plant() {
	while [ $# -gt 0 ]; do
		sed -i "$2" "$1" && ! cmp -s "$root/$1" "$1" || return
		shift 2
	done
}

# mend FILE EXPRESSION...
mend() {
	while [ $# -gt 0 ]; do
		cp "$root/$1" "$1"
		shift 2
	done
}

# report NAME WHY: WHY is empty if all is as it should be
report() {
	number=$((number + 1))
	echo "${2:+not }ok $number - $1"
	[ -z "$2" ] || failed=1
	[ -z "$2" ] || echo "#   $2"
}

# try NAME CAMPAIGN FILE EXPRESSION...
try() {
	local why=

	if ! plant "${@:3}"; then
		why='the expression changes nothing'
	elif ! build "$2"; then
		why='it does not build'
	elif campaign "$2"; then
		why='nobody noticed'
	fi
	report "$2: $1" "$why"
	[ -n "$why" ] || grep -m 1 '^not ok\|ERROR' campaign.log | sed 's/^/#   /'
	mend "${@:3}"
}

# chosen: the faults that FAULT picks, what is added to one behind it
chosen() {
	grep -v '^#' "$root/tests/survive/faults.txt" | awk '
		/^[+][|]/ { fault = fault "\001" substr($0, 3); next }
		{ if (fault) print fault; fault = $0 }
		END { print fault }' | grep -F -- "${FAULT:-}"
}

failed=0 number=0
for name in $(chosen | cut -d '|' -f 2 | sort -u); do
	why=
	build "$name" && campaign "$name" || why=$(tail -n 20 build.log campaign.log | tr '\n' ' ')
	report "$name: without a fault, all is well" "$why"
done
while IFS=$'\001' read -ra parts; do
	IFS='|' read -r name of file expression <<<"${parts[0]}"
	edits=("$file" "$expression")
	for part in "${parts[@]:1}"; do
		IFS='|' read -r file expression <<<"$part"
		edits+=("$file" "$expression")
	done
	try "$name" "$of" "${edits[@]}"
done < <(chosen)
echo "1..$number"
exit "$failed"
