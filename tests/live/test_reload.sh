#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A site read again: what would change, what does, what stays.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq
alone "$@" || bail_out "cannot mount a BPF file system"

SITE=$WORK/site.md
ETC=/etc/portcullis

generation() {
	portcullis status --json | jq .generation
}

test_refused() {
	says "nothing is enforced" 1 "portcullis: error: nothing is enforced here: 'portcullis up SITE' starts" \
		portcullis reload "$SITE"
	portcullis up card front-end >/dev/null
	says "no site is" 1 "portcullis: error: a profile is enforced, no site: 'portcullis up SITE' puts a \
site in its place" portcullis reload "$SITE"
	portcullis down --all >/dev/null
	portcullis up "$SITE" >/dev/null
	says "the usual site is missing" 1 "portcullis: error: there is no /etc/portcullis/site.md; what is \
in force was read from $SITE: 'portcullis reload $SITE'" portcullis reload
	says "JSON of a change" 2 "portcullis reload: --json goes with --dry-run
usage: portcullis reload [OPTION…] [SITE]" portcullis reload --json
	site front-endd >"$WORK/bad.md"
	says "a site that is wrong" 1 "$WORK/bad.md:7: error: no profile 'front-endd', did you mean 'front-end'?" \
		portcullis reload "$WORK/bad.md"
	same "what was enforced is" "1 refused silence" \
		"$(generation) $(answer "$SERVER4" 8057) $(answer "$SERVER4" 22)"
}

test_change() {
	says "nothing new" 0 "unchanged: generation 1 stays in force" portcullis reload "$SITE"
	says "nothing would change" 0 "no difference" portcullis reload --dry-run "$SITE"
	site director "| fe02 | 198.51.100.7 | front-end |" >"$SITE"
	exits "what would change" 0 portcullis reload --dry-run "$SITE"
	same "in JSON" "fe01 fe02" \
		"$(portcullis reload --dry-run --json "$SITE" | jq -r '[.servers[].name] | sort | join(" ")')"
	same "to people" "2" "$(portcullis reload --dry-run "$SITE" | grep -cE '\<(fe01|fe02)\>')"
	same "nothing has changed" "1 refused" "$(generation) $(answer "$SERVER4" 8057)"
	says "reload" 0 "generation 2 in force
  card: 2 servers" portcullis reload "$SITE"
	same "it is in force" "silence silence" "$(answer "$SERVER4" 8057) $(answer "$SERVER6" 8057)"
	portcullis swap fe01 front-end >/dev/null
	same "a drift is told" "true" "$(portcullis reload --dry-run --json "$SITE" | jq '.same | not')"
	portcullis reload "$SITE" >/dev/null
	same "and undone" "silence" "$(answer "$SERVER4" 8057)"
	says "to be confirmed" 0 "unchanged: generation 4 stays in force" \
		portcullis reload "$SITE" --confirm 5
	site front-end | edge "$PORTCULLIS" reload - >/dev/null
	same "from standard input" "5 refused" "$(generation) $(answer "$SERVER4" 8057)"
	says "which no file can be read again" 1 "portcullis: error: there is no /etc/portcullis/site.md, \
expected 'portcullis reload SITE'" portcullis reload
}

# What was begun by --monitor is not ended by a reload.
test_monitor() {
	portcullis swap --monitor >/dev/null
	site director >"$SITE"
	portcullis reload "$SITE" >/dev/null
	same "monitoring goes on" "refused monitor" \
		"$(answer "$SERVER4" 8057) $(portcullis status --json | jq -r .mode)"
	portcullis swap --enforce >/dev/null
	same "until it is ended" "silence" "$(answer "$SERVER4" 8057)"
}

test_default() {
	site front-end >$ETC/site.md
	exits "reload of the usual site" 0 portcullis reload
	same "it is in force" "refused" "$(answer "$SERVER4" 8057)"
	rm $ETC/site.md
	mkdir "$WORK/folder"
	site director >"$WORK/folder/a.md"
	printf '| Server | Address | Profile |\n|---|---|---|\n| fe09 | 198.51.100.9 | front-end |\n' \
		>"$WORK/folder/b.md"
	says "of a folder" 0 "generation $(($(generation) + 1)) in force
  card: 2 servers" portcullis reload "$WORK/folder"
}

# many PROFILE: a site of 1,000 servers and 15 profiles, of which one server has PROFILE
many() {
	local profiles=(front-end director mediation "front-end + collocated-mediation" persistent-chat "front-end + cms"
		client phone office-web-apps dnslb-front-end dnslb-director hlb-front-end hlb-director
		hlb-mediation "hlb-front-end + hlb-collocated-mediation") i

	site "$1"
	for ((i = 0; i < 999; i++)); do
		echo "| s$i | 10.$((i / 250)).0.$((i % 250 + 1)) | ${profiles[i % 15]} |"
	done
}

# reload_many: how many ms of a processor's time a reload takes, as others work on this machine, too
reload_many() {
	local TIMEFORMAT='%3U %3S'

	{ time portcullis reload "$SITE" >/dev/null 2>"$WORK/said"; } 2>&1 |
		awk '{ printf "%d\n", ($1 + $2) * 1000 }'
	grep -q error "$WORK/said" && fail "reload of 1,000 servers" "$(cat "$WORK/said")"
}

test_many() {
	local began times=() walls=() i fastest

	many front-end >"$SITE"
	portcullis reload "$SITE" >/dev/null 2>&1
	for i in 1 2 3 4 5; do
		many "$([ $((i % 2)) = 0 ] && echo front-end || echo director)" >"$SITE"
		began=${EPOCHREALTIME/./}
		times+=("$(reload_many)")
		walls+=($(((${EPOCHREALTIME/./} - began) / 1000)))
	done
	fastest=$(printf '%s\n' "${times[@]}" | sort -n | head -n 1)
	echo "# 1,000 servers with 15 profiles: reloads took ${walls[*]} ms, ${times[*]} of a processor"
	same "15 profiles" 15 "$(portcullis status --json | jq '[.servers[].profile] | unique | length')"
	if [ "$fastest" -lt 500 ]; then
		pass "reload of 1,000 servers takes less than 500 ms"
	else
		fail "reload of 1,000 servers takes less than 500 ms" "the fastest: $fastest ms"
	fi
}

make_edge || bail_out "cannot make network namespaces"
site front-end >"$SITE"
test_refused
test_change
test_monitor
test_default
test_many
plan
