#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A site's own tests of its policy: `check --expect`, as a pipeline would run it. No privileges are
# needed.
cd "$(dirname "$0")/../.." || exit
# shellcheck source=/dev/null
. tests/live/lib.sh
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

cat >"$WORK/edge.md" <<'END'
| Server | Address | Profile |
|---|---|---|
| fe01 | 10.0.1.11 | front-end |
| dir01 | 10.0.1.20 | director |
END
cat >"$WORK/edge.expect" <<'END'
# what we promised to the phone people
pass to fe01 tcp/5061
drop to dir01 tcp/5062  # conferencing is the front end's

drop from 192.0.2.7 to 10.0.1.20 udp/50000
END
head -n 2 "$WORK/edge.expect" >"$WORK/wrong.expect"
echo "pass to dir01 tcp/5062" >>"$WORK/wrong.expect"

# here COMMAND...: in the folder of the files, so that messages name them shortly
here() (
	cd "$WORK" && "$PORTCULLIS" "$@"
)

# last COMMAND...: its exit code and its last line, all that it prints taken together
last() {
	local text code

	text=$("$@" 2>&1)
	code=$?
	echo "$code: ${text##*$'\n'}"
}

UNMET="wrong.expect:3: error: expected pass, the verdict is drop: not-published (no row of the \
profile opens the port), server dir01, profile director"

same "all hold" "0: 3 of 3 expectations hold" "$(last here check edge.md --expect edge.expect)"
same "one does not, and the last line counts" "1: 1 of 2 expectations hold" \
	"$(last here check edge.md --expect wrong.expect)"
same "it is named" "$UNMET" "$(here check edge.md --expect wrong.expect 2>&1 >/dev/null)"
same "from standard input" "1: 1 of 2 expectations hold" \
	"$(last here check edge.md --expect - <"$WORK/wrong.expect")"
same "a site from there" "0: 3 of 3 expectations hold" \
	"$(last here check - --expect edge.expect <"$WORK/edge.md")"
same "as JSON" "2 1 dir01 not-published error" "$(here check edge.md --expect wrong.expect --json |
	jq -r '"\(.expected) \(.held) \(.unmet[].server) \(.unmet[].reason) \(
		.messages[] | select(.file == "wrong.expect") | .severity)"')"
same "and nothing beside it" "" "$(here check edge.md --expect wrong.expect --json 2>&1 >/dev/null)"
same "documents, by profile" "0: 2 of 2 expectations hold" \
	"$(printf 'pass front-end tcp/5061\ndrop director + cms tcp/5062\n' |
		last here check "$OLDPWD/policies" --expect -)"
says "a file that is not there" 1 "none: error: does not exist, expected a file of expectations" \
	bash -c "cd '$WORK' && '$PORTCULLIS' check edge.md --expect none 2>&1 >/dev/null"
sed 's/director/directer/' "$WORK/edge.md" >"$WORK/bad.md"
same "a site with an error is not judged" \
	"bad.md:4: error: no profile 'directer', did you mean 'director'?" \
	"$(here check bad.md --expect edge.expect 2>&1 | grep -v warning)"
says "explain asks a site from standard input too" 0 "" \
	bash -c "'$PORTCULLIS' explain - to fe01 tcp/5061 --expect pass <'$WORK/edge.md' >/dev/null"
plan
