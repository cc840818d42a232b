#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# The manual's pages say what the program does: commands, options, the words of cells, settings,
# reasons, JSON keys, pins, examples. Each is compared both ways, with what the program prints or,
# where it does not print it, with the table in its source; and what a page refers to is there. Root
# is needed for the last rows only.
cd "$(dirname "$0")/../.." || exit
# shellcheck source=/dev/null
. tests/live/lib.sh
export LC_ALL=C.UTF-8

MANUAL=user/man/portcullis.8
PAGES=(user/man/*.[1-8])
COMMANDS="profiles show check diff explain replay up swap reload confirm rollback boot down block unblock blocks log status stats top drops bench"

# --- what the manual says ---

# plain: roff to text
plain() {
	sed -e 's/\\f[BIRP]//g' -e 's/\\-/-/g' -e 's/\\\[u2026\]/…/g' -e "s/\\\\(aq/'/g" -e 's/\\e/\\/g'
}

# table NAME: its rows below the header, cells parted by tabs; on whichever page it stands
table() {
	echo "$1" >>"$WORK/compared"
	awk -v name="$1" '
		/^\.\\" table: / && $3 == name { found = 1; next }
		!found { next }
		/^\.TE/ { exit }
		!body { body = /\.$/; next }
		!open { row = "" }
		open && !/^T}/ { row = row (row ~ /\t$/ || row == "" ? "" : " ") $0; next }
		{ sub(/^T}/, ""); open = sub(/T\{$/, ""); row = row $0 }
		!open && rows++ { print row }
	' "${PAGES[@]}" | plain
}

# filled: rows with an empty first cell take that of the row above
filled() {
	awk -F '\t' -v OFS='\t' '$1 == "" { $1 = last } { last = $1; print }'
}

# spread: a row for each of the words in its last cell
spread() {
	awk -F '\t' '{
		count = split($NF, words, ", ")
		for (i = 1; i <= count; i++) {
			for (j = 1; j < NF; j++)
				printf "%s\t", $j
			print words[i]
		}
	}'
}

# section MACRO NAME [PAGE]: the lines of a section
section() {
	awk -v start=".$1 $2" '/^\.S[HS]/ { on = 0 } $0 == start { on = 1 } on' "${3:-$MANUAL}"
}

# options_of: the options that a section describes
options_of() {
	grep --no-group-separator -A 1 '^\.TP' | plain | grep '^-' | sort
}

# example NAME: its text, as one would type it
example() {
	awk -v name="$1" '
		/^\.\\" example: / && $3 == name { found = 1 }
		found && /^\.EE/ { exit }
		found && !/^\./
	' "${PAGES[@]}" | plain
}

# flowing FILE...: the text in one line, what is bold between asterisks
flowing() {
	sed -E -e '/^\.\\"/d' -e 's/\\fB(([^\]|\\-)*)\\f[RI]/*\1*/g' -e 's/^\.BR? "([^"]+)"/*\1*/' \
		-e 's/^\.BR? ([^ ]+)/*\1*/' -e 's/^\.[A-Z]+.*//' "$@" | plain | tr '\n' ' ' | tr -s ' '
}

# references PAGE: the pages, and with their page the sections, commands and options, that it sends
# its readers to: what stands behind "see" or "under", and capitals alone
references() {
	flowing "$1" | grep -oE '((see|under) )?\*[^*]+\*( in \*portcullis[a-z-]*\*)?( ?\([1-8]\))?' |
		sed -nE -e 's/^((see|under) )?\*(portcullis[a-z-]*)\* ?\((.)\)$/user\/man\/\3.\4/p; t' \
			-e 's/^((see|under) )?\*(.*)\* in \*(.*)\* ?\((.)\)$/user\/man\/\4.\5\t\3/p; t' \
			-e "s#^((see|under) \\*(.*)|\\*([A-Z ]{4,}))\\*\$#$1\t\3\4#p" | sort -u
}

# stands PAGE [NAME]: whether there is such a page, and such a heading or item on it
stands() {
	[ -f "$1" ] && { [ ! "${2:-}" ] ||
		grep -A 1 -E '^\.(S[HS]|TP)' "$1" | plain | tr -d '"' |
		grep -qE -e "^\.S[HS] $2\$|^\.B $2\$|^$2(=|\$)"; }
}

# --- what the program says ---

# help COMMAND: its options, as --help prints them
help() {
	"$PORTCULLIS" "$1" --help | sed -nE 's/^  (-[^ ]+(, [^ ]+)?)  .*/\1/p' | sort
}

grammar() {
	"$PORTCULLIS" --help | sed -nE 's/^  ([a-z]+.*)/portcullis \1/p' | sed 's/ *$//'
}

lower() {
	tr '[:upper:]' '[:lower:]'
}

# --- the tests ---

# test_form PAGE
test_form() {
	local file=${1##*/}
	local name=${file%.*}

	same "man has nothing to say about $file" "" "$(man --warnings -l "$1" 2>&1 >/dev/null)"
	if command -v mandoc >/dev/null; then
		same "nor has mandoc" "" "$(mandoc -Tlint "$1" 2>&1)"
	else
		pass "nor has mandoc # SKIP mandoc is missing"
	fi
	same "its title, section and version" \
		"${name^^} ${file##*.} $("$PORTCULLIS" --version)" \
		"$(sed -nE 's/^\.TH ([^ ]+) ([0-9]) [0-9-]+ "([^"]+)" .*/\1 \2 \3/p' "$1" | plain)"
	same "its name" "$name" "$(sed -n '/^\.SH NAME/{n;s/ .*//p}' "$1" | plain)"
	same "every table of it has a name" "$(grep -c '^\.TS' "$1")" "$(grep -c '^\.\\" table: ' "$1")"
}

# The pages refer to one another, and to what is there.
test_references() {
	local page reference

	for page in "${PAGES[@]}"; do
		same "${page##*/} names the others" \
			"$(printf '%s\n' "${PAGES[@]}" | grep -vxF "$page")" \
			"$(section SH '"SEE ALSO"' "$page" | plain |
				sed -nE 's/^\.BR (portcullis[^ ]*) \((.)\).*/user\/man\/\1.\2/p' | sort)"
		references "$page" >"$WORK/references"
		same "what ${page##*/} refers to is there" "some, all there" \
			"$([ -s "$WORK/references" ] && echo some, all there
			while IFS=$'\t' read -ra reference; do
				stands "${reference[@]}" || echo "not ${reference[*]}"
			done <"$WORK/references")"
	done
	same "and what the sources do" "" \
		"$(grep -rhoE 'portcullis[a-z-]*\([1-8]\)' user --exclude-dir=man | sort -u |
			while IFS='()' read -r page reference; do
				stands "user/man/$page.$reference" || echo "$page($reference)"
			done)"
	same "the settings that are named are there" "" \
		"$(flowing "${PAGES[@]}" | grep -oE "setting [A-Z][A-Za-z-]+" | cut -d ' ' -f 2 | sort -u |
			grep -vxF "$(settings)")"
	same "no table stands twice" "" "$(grep -h '^\.\\" table: ' "${PAGES[@]}" | sort | uniq -d)"
}

test_commands() {
	local command

	same "the synopsis is the grammar" "$(grammar)" \
		"$(section SH SYNOPSIS | plain | grep '^portcullis [a-z]')"
	same "a section for each command" "$(grammar | cut -d ' ' -f 2)" \
		"$(awk '/^\.SH/ { on = $2 == "COMMANDS" } on && /^\.SS/ { print $2 }' $MANUAL)"
	same "the options of all commands" "--bpffs=DIR
--help, help
--version
-h, --help" "$(section SH OPTIONS | options_of)"
	for command in $COMMANDS; do
		same "options of $command" "$(help "$command")" \
			"$({ section SS "$command" | options_of && echo "-h, --help" &&
				echo "--bpffs=DIR"; } | sort)"
	done
}

test_exits() {
	same "exit codes" "$(sed -nE 's/^\tEXIT_([A-Z]+) = ([0-9]),/\2 \1/p' user/command.h | lower)" \
		"$(table exits | sed -E 's/^([0-9])\t([a-z]+).*/\1 \2/')"
	exits "0" 0 "$PORTCULLIS" help
	exits "1" 1 "$PORTCULLIS" show no-such-profile
	exits "2" 2 "$PORTCULLIS" show
}

# headings KIND...: "kind, column, heading" of kind.c
headings() {
	local kind

	for kind in "$@"; do
		sed -nE "s/^\t\{TABLE_($kind), COLUMN_([A-Z_]+), \"([^\"]+)\", ([A-Z_]+), [0-9]+\},$/\1\t\2\t\3\t\4/p" \
			user/kind.c
	done | awk -F '\t' '{
		gsub(/_/, " ", $2)
		print tolower($1) "\t" tolower($2) "\t" $3 ($4 == "WHOLE" ? "" : "…")
	}' | sort
}

test_headings() {
	same "headings of documents" "$(headings SERVICES IPSEC)" \
		"$(table headings | filled | spread | sort)"
	same "headings of sites" "$(headings SERVERS NETWORKS GUARDS BLOCKED SETTINGS | cut -f 1,3)" \
		"$(table site | filled | cut -f 1,2 | sed 's/^[A-Z]/\L&/' | sort)"
	same "headings of profiles" "$(headings PROFILES | cut -f 3 | sort)" \
		"$(table profiles | cut -f 1 | sort)"
}

# words FILE PATTERN: those that a table of the source has
words() {
	grep -oE "$2" "$1" | tr -d '{}"'
}

test_words() {
	same "directions" "$(words user/services.c '\{"[a-z]+", (true|false), (true|false)\}' |
		awk -F ', ' '$2 == "true" || $3 == "true" {
			print ($2 == $3 ? "both" : $2 == "true" ? "in" : "out") "\t" $1 }' | sort)" \
		"$(table directions | spread | sort)"
	same "words of protocol cells" \
		"$(words user/transport.c '\{"[a-z0-9]+", RANK_[A-Z]+, [A-Z0-9 |]+\}' |
			sed -e 's/RANK_TRANSPORT/1/' -e 's/RANK_APPLICATION/2/' -e 's/RANK_BOTH/3/' \
				-e 's/RANK_NEITHER/4/' -e 's/, 0$/, neither/' -e 's/ | / and /' |
			awk -F ', ' '{ print $2 "\t" tolower($3) "\t" $1 }' | sort)" \
		"$(table transports | spread | lower | sort)"
	same "names of IP protocols" "$(words user/protocols.c '\{"[a-z0-9-]+", [0-9]+\}' |
		cut -d , -f 1 | sort)" "$(table protocols | spread | sort)"
}

# settings: the names in the table of settings.c
settings() {
	local name

	sed -nE '/^} settings\[\] = \{/,/^\};/s/^\t\{([^,]+),.*/\1/p' user/settings.c |
		while read -r name; do
			case $name in
			\"*) echo "${name//\"/}" ;;
			*) sed -n "s/^#define $name \"\(.*\)\"/\1/p" user/settings.c ;;
			esac
		done
}

# allowed SETTING: the values that a wrong one is told to choose from
allowed() {
	printf '| Setting | Value |\n|---|---|\n| %s | wrong |\n' "$1" | "$PORTCULLIS" check - 2>&1 |
		sed -n 's/.* is .wrong., expected //p' | sed 's/ or /, /'
}

test_settings() {
	local name values

	same "settings" "$(settings)" "$(table settings | cut -f 1)"
	for name in Mode Unlisted Non-IP Attach Replies "Port counters" Boot; do
		values=$(allowed "$name")
		same "values of $name, the default first" "$values	${values%%,*}" \
			"$(table settings | awk -F '\t' -v name="$name" '$1 == name { print $2 "\t" $3 }')"
	done
}

test_reasons() {
	same "reasons" "$(sed -nE 's/^\tREASON\([A-Z0-9_]+, "([^"]+)", ([A-Z]+), "([^"]+)"\).*/\1\t\2\t\3/p' \
		include/reasons.h | awk -F '\t' -v OFS='\t' '{ $2 = tolower($2); print }')" \
		"$(table reasons)"
}

# metrics: name, labels and help of what `stats --prometheus` prints
metrics() {
	portcullis stats --prometheus | awk '
		$1 == "#" && $2 == "HELP" { name = $3; sub(/^# HELP [^ ]+ /, ""); help = $0; next }
		$1 == "#" || name == "" { next }
		{
			labels = ""
			if (match($0, /\{.*\}/)) {
				labels = substr($0, RSTART + 1, RLENGTH - 2)
				gsub(/="([^"\\]|\\.)*"/, "", labels)
				gsub(/,/, ", ", labels)
			}
			print name "\t" labels "\t" help
			name = ""
		}'
}

test_keys() {
	same "keys of top" "$(sed -nE '/^const struct top_help/,/^\};/s/^\t\{"([^"]+)", .*, "([^"]+)"\},$/\1\t\2/p' \
		user/top_keys.c)" "$(table keys)"
}

test_examples() {
	example document >"$WORK/shop.md"
	exits "the document is right" 0 "$PORTCULLIS" check --strict "$WORK/shop.md"
	exits "and opens what it says" 0 \
		"$PORTCULLIS" explain office udp/20500 -d "$WORK/shop.md" --expect pass
	exits "and closes what it excepts" 0 \
		"$PORTCULLIS" explain shop tcp/9100 -d "$WORK/shop.md" --expect drop
	example site >"$WORK/edge.md"
	exits "the site is right" 0 "$PORTCULLIS" check "$WORK/edge.md"
	exits "and answers as is said" 0 \
		"$PORTCULLIS" explain "$WORK/edge.md" to fe01 tcp/135 --expect drop
	printf 'name,address,profile\nfe01,10.0.1.11,front-end\nfe02,2001:db8::2,front-end + cms\n' \
		>"$WORK/inventory.csv"
	example inventory >"$WORK/inventory.sh"
	(cd "$WORK" && sh inventory.sh)
	same "the inventory becomes servers" "2 servers" \
		"$("$PORTCULLIS" check "$WORK/servers.md" 2>/dev/null | grep -o '[0-9]* servers')"
}

# --- JSON ---

# keys: each key of JSON objects, behind the name of what it stands in
keys() {
	jq -r '[paths | select(.[-1] | type == "string")
		| (if length == 1 then "" elif .[-2] | type == "number" then .[-3] + "[]" else .[-2] end)
		  + "\t" + .[-1]] | .[]' | sort -u
}

# common: whether a key is one of every command's
common='^(services\[\]	|	version$|	time$)'

# keys_stated COMMAND
keys_stated() {
	table json | filled | spread | awk -F '\t' -v name="$1" '$1 == name' | cut -f 2- | sort
}

# same_keys COMMAND: that its output on standard input has the keys that the manual states
same_keys() {
	local found

	found=$(keys)
	grep -E "$common" <<<"$found" >>"$WORK/common"
	same "keys of $1" "$(keys_stated "$1")" "$(grep -vE "$common" <<<"$found")"
}

write_document() {
	cat >"$WORK/ports.md" <<'END'
# Ports

| Role | Service | Port | Protocol |
|---|---|---|---|
| One | A | 443 | TCP |
| One | B | Any | UDP |

| Profile | Roles | Except |
|---|---|---|
| two | One | udp/53 |

| Rule name | Source | Authentication requirement |
|---|---|---|
| C | Any | None |
END
}

write_guarded() {
	cat >"$WORK/guarded.md" <<'END'
| Server | Address | Profile |
|---|---|---|
| a | 192.0.2.1 | two |

| Guard | Ports | Limit |
|---|---|---|
| calm | A | 5/s |
END
}

# differences: of pages without profiles, of profiles, of sites
differences() {
	local site=$WORK/guarded.md page=$WORK/page.md

	sed '/^| Profile/,$d' "$WORK/ports.md" >"$page"
	"$PORTCULLIS" diff "$page" <(sed 's/443/80/' "$page") --json
	"$PORTCULLIS" diff "$WORK/ports.md" <(sed 's/443/80/' "$WORK/ports.md") --json
	"$PORTCULLIS" diff closed two -d "$WORK/ports.md" --json
	"$PORTCULLIS" diff "$site" <(sed -e 's/| a |/| b |/' -e 's,5/s,6/s,' "$site" &&
		printf '\n| Setting | Value |\n|---|---|\n| Mode | monitor |\n') \
		-d "$WORK/ports.md" --json
}

test_json() {
	local document=("-d" "$WORK/ports.md" "--json")

	same_keys profiles < <("$PORTCULLIS" profiles "${document[@]}")
	same_keys show < <("$PORTCULLIS" show two "${document[@]}")
	same_keys "show --ipsec" < <("$PORTCULLIS" show --ipsec "${document[@]}")
	same_keys check < <("$PORTCULLIS" check "$WORK/ports.md" --json &&
		printf 'drop two tcp/443\npass two udp/53\n' |
		"$PORTCULLIS" check "$WORK/ports.md" --expect - --json
		echo drop to a tcp/443 | "$PORTCULLIS" check "$WORK/guarded.md" "${document[@]}" --expect -)
	same_keys diff < <(differences)
}

# --- what only a gate has ---

make_gate() {
	new_host client && new_host edge && segment card 192.0.2 client || return
	cat >"$WORK/site.md" <<'END'
| Setting | Value |
|---|---|
| Interface | card |
| Documents | ports.md |

| Server | Address | Profile |
|---|---|---|
| a | 192.0.2.1 | two |
END
	portcullis up "$WORK/site.md" && portcullis swap a closed --confirm 600 &&
		client bash -c 'echo >/dev/udp/192.0.2.1/9'
} >/dev/null

# What is dropped, and what was lost of it: one packet, and then too many.
dropped() {
	start drops edge "$PORTCULLIS" drops --json --port udp/9
	until_true is_watched
	client "$BUILD/live/flood" eth0 "$CLIENT4" 192.0.2.1 9 10000
	until_true grep -q lost "$WORK/drops"
	stop drops
	cat "$WORK/drops"
} 2>/dev/null

is_watched() {
	bpftool map lookup pinned /sys/fs/bpf/portcullis/control-1 key 0 0 0 0 | grep -q 'value: 01'
}

# The rates come with the second object.
watched() {
	portcullis stats --watch 1 --json | jq -c --unbuffered . | head -n 2
}

# A log of which an entry is cut: of many servers, each with a port of its own.
logged() {
	local i

	{
		printf '| Setting | Value |\n|---|---|\n| Interface | card |\n\n| Role | Port | Protocol |\n|---|---|---|\n'
		for i in {1..20}; do echo "| R$i | $i | TCP |"; done
		printf '\n| Profile | Roles |\n|---|---|\n'
		for i in {1..20}; do echo "| p$i | R$i |"; done
		printf '\n| Server | Address | Profile |\n|---|---|---|\n'
		for i in {1..20}; do echo "| s$i | 192.0.2.1$i | p$i |"; done
	} >"$WORK/many.md"
	{ portcullis rollback && portcullis up "$WORK/many.md"; } >/dev/null 2>&1
	portcullis log --json
}

test_gate() {
	local document=("-d" "$WORK/ports.md" "--json")

	same_keys explain < <("$PORTCULLIS" explain two tcp/443 "${document[@]}" &&
		"$PORTCULLIS" explain two udp/53 "${document[@]}" &&
		"$PORTCULLIS" explain "$WORK/guarded.md" to a tcp/443 "${document[@]}" &&
		portcullis explain from 192.0.2.9:443 to a tcp/50000 --json &&
		portcullis block 192.0.2.8 >/dev/null &&
		portcullis explain from 192.0.2.8 to a tcp/50000 --json)
	same_keys blocks < <(portcullis blocks --json)
	same_keys status < <(portcullis status --json)
	same_keys stats < <(watched)
	same_keys replay < <(echo '0 in 192.0.2.7 192.0.2.1 udp 9 53 - 0' |
		tests/live/captures.py pcap ip | portcullis replay - "$WORK/site.md" --json)
	same_keys drops < <(dropped | grep '^{')
	same_keys bench < <(portcullis bench --json)
	same "keys of every command" "$(keys_stated every)" "$(sort -u "$WORK/common")"
	same "metrics" "$(table metrics)" "$(metrics)"
	same "pins" "$(find /sys/fs/bpf/portcullis -type f -printf '%f\n' | sed 's/-[0-9]*$//' | sort -u)" \
		"$(table pins | cut -f 1 | sed 's/-[A-Z]*$//' | sort)"
	same_keys log < <(logged)
	same "fields of the journal" "$({ echo MESSAGE && sed -nE 's/.*"(PORTCULLIS_[A-Z_]+)".*/\1/p' \
		user/journal.c; } | sort -u)" "$(table journal | cut -f 1 | sort)"
	same "every table is compared" "$(cat "${PAGES[@]}" | sed -n 's/^\.\\" table: //p' | sort)" \
		"$(sort -u "$WORK/compared")"
}

if [ "$(id -u)" = 0 ]; then
	skip_unless_root jq bpftool "$BUILD/live/flood"
	alone "$@" || bail_out "cannot have a mount namespace with a BPF file system"
else
	WORK=$(mktemp -d)
	trap 'rm -rf "$WORK"' EXIT
fi
[ -x "$PORTCULLIS" ] || bail_out "$PORTCULLIS is missing"
write_document
write_guarded
for page in "${PAGES[@]}"; do test_form "$page"; done
test_references
test_commands
test_exits
test_headings
test_words
test_settings
test_reasons
test_keys
test_examples
test_json
if [ "$(id -u)" != 0 ]; then
	pass "what only a gate has # SKIP needs root"
elif make_gate; then
	test_gate
else
	fail "what only a gate has" "cannot make a gate in a network namespace"
fi
plan
