#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# What the README asks people to paste works: the site compiles, the script makes a Servers table.
set -u
cd "$(dirname "$0")/../.." || exit
PORTCULLIS=$(realpath "${PORTCULLIS:-build/portcullis}")

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
count=0

# check NAME COMMAND…: whether the command succeeds
check() {
	local name=$1 output
	shift
	count=$((count + 1))
	if output=$("$@" 2>&1); then
		echo "ok $count - $name"
	else
		echo "not ok $count - $name"
		printf '%s\n' "$output" | sed 's/^/# /'
	fi
}

# block LANGUAGE: the README's first block of that language
block() {
	awk -v fence="^\`\`\`$1\$" '$0 ~ fence {inside = 1; next} /^```/ && inside {exit} inside' README.md
}

block markdown >"$WORK/edge.md"
block sh >"$WORK/inventory.sh"
cat >"$WORK/inventory.csv" <<'CSV'
name,address,profile
web01,10.0.7.1,front-end
web02,2001:db8::7,director
CSV

check 'the site compiles without a warning' "$PORTCULLIS" check --strict "$WORK/edge.md"
check 'an exception closes a port' \
	"$PORTCULLIS" explain "$WORK/edge.md" to fe01 tcp/5066 --expect drop
check 'a guard lets the other pool in' \
	"$PORTCULLIS" explain "$WORK/edge.md" from 10.0.2.12 to fe01 tcp/135 --expect pass
check 'and nobody else' \
	"$PORTCULLIS" explain "$WORK/edge.md" from 192.0.2.7 to fe01 tcp/135 --expect drop
check 'whichever their profile' \
	"$PORTCULLIS" explain "$WORK/edge.md" from 192.0.2.7 to dir01 udp/1434 --expect drop
check 'an add-on opens one' "$PORTCULLIS" explain "$WORK/edge.md" to fe02 tcp/445 --expect pass
check 'a narrowed range is narrow' \
	"$PORTCULLIS" explain "$WORK/edge.md" to 10.0.40.9 udp/50040 --expect drop
check 'the script runs' sh -c "cd '$WORK' && sh inventory.sh"
mkdir "$WORK/site"
sed '/^## Servers/,$d' "$WORK/edge.md" >"$WORK/site/edge.md"
cp "$WORK/servers.md" "$WORK/site/"
check 'what it makes is a site, beside the rest' "$PORTCULLIS" check --strict "$WORK/site"
check 'with its servers' \
	"$PORTCULLIS" explain "$WORK/site" from 2001:db8:2::7 to web02 udp/1434 --expect pass
check 'the script has ten lines' test "$(block sh | wc -l)" -le 11
echo "1..$count"
