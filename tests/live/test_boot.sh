#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A boot: the site, what was in force last in its place, all or nothing where there is neither; cards
# that appear later; another binary.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq python3 setpriv
alone "$@" || bail_out "cannot mount a BPF file system"
cd "$(dirname "$0")/../.." || exit

ETC=/etc/portcullis
SITE=$ETC/site.md
LAST=/var/lib/portcullis/last.json

# site INTERFACES PROFILE [SETTING VALUE]...: of one server
site() {
	printf '| Setting | Value |\n|---|---|\n| Interface | %s |\n| Documents | ports.md |\n' "$1"
	[ $# = 2 ] || printf '| %s | %s |\n' "${@:3}"
	printf '\n| Server | Address | Profile |\n|---|---|---|\n| fe01 | %s, %s | %s |\n' \
		"$SERVER4" "$SERVER6" "$2"
}

# What a host forgets when it boots: all that is in its kernel.
forget() {
	portcullis down --all >/dev/null 2>&1
	[ -z "$(ls /sys/fs/bpf/portcullis 2>/dev/null)" ] || fail "nothing is left of the gate"
}

# open_ports: what becomes of connections to 8057, of profile web, and 8058, of voice
open_ports() {
	echo "$(answer "$SERVER4" 8057) $(answer "$SERVER4" 8058)"
}

last() {
	jq -r "$1" $LAST
}

write_documents() {
	cat >$ETC/ports.md <<'END'
| Role | Service | Port | Protocol |
|---|---|---|---|
| Web | pages | 8057 | TCP |
| Voice | signalling | 8058 | TCP |

| Profile | Roles |
|---|---|
| web | Web |
| voice | Voice |
END
}

test_site() {
	site card web >$SITE
	says "boot" 0 "generation 1 in force
  card: 1 server" portcullis boot
	same "the site is in force" "refused silence" "$(open_ports)"
	same "and kept" "boot 1 600" "$(last '"\(.command) \(.generation)"') $(stat -c %a $LAST)"
	says "again, as by a restart of the unit" 0 "unchanged: generation 1 stays in force" \
		portcullis boot
	site card voice >$SITE
	says "of another site" 0 "generation 2 in force
  card: 1 server" portcullis boot
	same "is a reload" "silence refused" "$(open_ports)"
	portcullis swap --monitor >/dev/null
	portcullis boot >/dev/null
	same "which goes on monitoring" "monitor" "$(portcullis status --json | jq -r .mode)"
	portcullis swap --enforce >/dev/null
	echo '| no table |' >>$SITE
	says "a site that is wrong" 1 "$SITE:9: error: the row has 1 cell, expected 3 as in its header
portcullis: error: generation 4 stays in force" portcullis boot
	same "nothing has changed" "silence refused" "$(open_ports)"
}

test_kept() {
	forget
	site card web >$SITE
	portcullis boot >/dev/null
	portcullis swap fe01 voice >/dev/null
	same "swaps are kept" "swap fe01 voice" "$(last .command)"
	portcullis swap fe01 web --confirm 60 >/dev/null
	same "what waits is not kept" "swap fe01 voice" "$(last .command)"
	portcullis confirm >/dev/null
	same "once confirmed, it is" "swap fe01 web --confirm 60" "$(last .command)"
	portcullis swap fe01 closed --confirm 60 >/dev/null
	portcullis rollback >/dev/null
	same "what was undone is not" "swap fe01 web --confirm 60" "$(last .command)"
	portcullis swap fe01 voice >/dev/null
	portcullis rollback >/dev/null
	same "what was gone back to is" "rollback" "$(last .command)"
	mkdir "$WORK/bpf" && mount -t bpf bpf "$WORK/bpf"
	forget
	portcullis --bpffs "$WORK/bpf" up card web -d $ETC/ports.md >/dev/null
	portcullis --bpffs "$WORK/bpf" down --all >/dev/null
	umount "$WORK/bpf"
	same "another gate's is not" "rollback" "$(last .command)"
	same "down forgets nothing" "rollback" "$(last .command)"
}

test_fallback() {
	local said

	portcullis boot >/dev/null
	portcullis swap fe01 voice >/dev/null
	forget
	mv $ETC/ports.md $ETC/away.md
	said=$(portcullis boot 2>&1)
	same "the site does not load: exit code" "1" "$?"
	same "and why, then what is in force" "$ETC/ports.md: error: does not exist, expected a Markdown file, a folder of *.md files or '-'
generation 1 in force
  card: 1 server
portcullis: error: the site does not load: in its place is in force again what was so since \
$(date -d "$(last .since)" '+%Y-%m-%d %H:%M:%S %z'), by $(last .by): swap fe01 voice" "$said"
	same "the log tells" "fell-back the site does not load" \
		"$(portcullis log --json | jq -r '.entries[] | "\(.event) \(.reason)"')"
	same "what was, with its swaps and documents" "silence refused" "$(open_ports)"
	same "what is kept stays" "swap fe01 voice" "$(last .command)"
	mv $ETC/away.md $ETC/ports.md
	says "the site is mended" 0 "generation 2 in force
  card: 1 server" portcullis boot
	same "and in force" "refused silence" "$(open_ports)"
	forget
	rm $SITE
	exits "no site at all" 1 portcullis boot
	same "what was in force is again" "refused silence" "$(open_ports)"
	forget
	portcullis up card voice -d $ETC/ports.md >/dev/null
	forget
	exits "a profile of an interface was in force" 1 portcullis boot
	same "it is again" "silence refused" "$(open_ports)"
	forget
}

# neither SETTING VALUE...: neither the site, which has an error, nor anything else can be enforced
neither() {
	site card wrong "$@" >$SITE
	portcullis boot 2>&1 | tail -n 1
}

test_default() {
	local no="no policy is kept that was in force before" management='tcp/22'

	rm -f $LAST
	same "Boot unsaid" "portcullis: error: nothing is enforced: $no, and Boot is open" "$(neither)"
	same "nothing is" "refused refused" "$(open_ports)"
	same "Boot open" "portcullis: error: nothing is enforced: $no, and Boot is open" \
		"$(neither Boot open)"
	same "Boot closed" "portcullis: error: all is closed but for Management: $no, and Boot is closed" \
		"$(neither Boot closed Management "$management")"
	same "all is closed" "silence silence silence" "$(open_ports) $(answer 192.0.2.1 21)"
	same "but for Management" "refused" "$(answer 192.0.2.1 22)"
	exits "exit code" 1 portcullis boot
	same "it is not what is fallen back to" "" "$(ls /var/lib/portcullis)"
	site card web >$SITE
	says "a site that is right takes its place" 0 "generation 2 in force
  card: 1 server" portcullis boot
	forget
	echo '{"choice": {"sources": [' >$LAST
	same "what is kept is broken" \
		"portcullis: error: all is closed but for Management: $no, and Boot is closed" \
		"$(neither Boot closed)"
	forget
}

test_default_missing() {
	rm -f $LAST
	site "card, late" wrong Boot closed >$SITE
	exits "all is closed, but a card is missing" 1 portcullis boot
	segment late 203.0.113 other
	exits "it appears" 0 portcullis boot --interface late
	same "it is closed too" "1 1" "$(other_answer 8057) $(other_answer 8058)"
	forget
	ip -n edge link del late
}

# Of a site that cannot be read the Boot of what was in force last counts.
test_default_of_last() {
	site card web Boot closed Management tcp/22 >$SITE
	portcullis boot >/dev/null
	forget
	sed -i 's/| Web |/| Wev |/' $LAST # as if this version understood it no more
	rm $SITE
	same "Boot closed, by what was in force last" "portcullis: error: all is closed but for \
Management: what was in force last does not load either, and Boot is closed" \
		"$(portcullis boot 2>&1 | tail -n 1)"
	same "on its interfaces, with its Management" "silence silence refused" \
		"$(open_ports) $(answer 192.0.2.1 22)"
	forget
	same "a site that says open goes before" "portcullis: error: nothing is enforced: what was in \
force last does not load either, and Boot is open" "$(neither Boot open)"
	rm $LAST
}

# --- cards that appear ---

test_missing() {
	site "card, late" web >$SITE
	says "a card is missing" 0 "generation 1 in force
  card: 1 server
late: warning: there is no such interface yet: 'portcullis boot' enforces on it once it is there" \
		portcullis boot
	exits "status is not content" 1 portcullis status
	same "and names it" "late false" "$(portcullis status --json 2>/dev/null |
		jq -r '.interfaces[] | select(.name == "late") | "\(.name) \(.attached)"')"
	says "reload awaits it still" 0 "late: warning: there is no such interface yet: 'portcullis \
boot' enforces on it once it is there
unchanged: generation 1 stays in force" portcullis reload
	portcullis swap fe01 voice >/dev/null
	site "card, late, later" web >$SITE
	says "but one that was never awaited may be misspelt" 1 "late: warning: there is no such interface \
yet: 'portcullis boot' enforces on it once it is there
later: error: no interface 'later', expected one of 'card', 'inner'" portcullis reload
	site "card, late" closed >$SITE
	segment late 203.0.113 other
	says "it appears" 0 "generation 3 in force
  card: 1 server
  late: 1 server" portcullis boot --interface late
	same "what was in force is on it too, not what the file says by now" "silence refused 1 2" \
		"$(open_ports) $(other_answer 8057) $(other_answer 8058)"
	exits "status is content" 0 portcullis status
	says "again" 0 "unchanged: generation 3 stays in force" portcullis boot --interface late
	says "a card that is none of ours" 0 "nothing is to be enforced on inner" \
		portcullis boot --interface inner
	ip -n edge link del late
	exits "it goes" 1 portcullis status
	segment late 203.0.113 other
	says "and comes back" 0 "generation 4 in force
  card: 1 server
  late: 1 server" portcullis boot --interface late
	same "as before" "1 2" "$(other_answer 8057) $(other_answer 8058)"
}

# One that is named by another name than its own; one that is not awaited any more.
test_missing_names() {
	forget
	ip -n edge link del late
	site "card, uplink" web >$SITE
	exits "a card is missing" 0 portcullis boot
	segment late 203.0.113 other
	ip -n edge link property add dev late altname uplink
	exits "it appears, under its own name" 0 portcullis boot --interface late
	same "it is enforced on" "1 2" "$(other_answer 8058) $(other_answer 8057)"
	ip -n edge link del late
	exits "it goes" 0 portcullis down late
	segment late 203.0.113 other
	says "and is not awaited any more" 0 "nothing is to be enforced on late" \
		portcullis boot --interface late
	ip -n edge link del late
	exits "awaited again" 0 portcullis boot
	exits "status is not content" 1 portcullis status
	exits "down" 0 portcullis down uplink
	exits "it is awaited no more" 0 portcullis status
	same "the other one goes on" "silence refused" \
		"$(answer "$SERVER4" 8058) $(answer "$SERVER4" 8057)"
	site "card, late" closed >$SITE
	segment late 203.0.113 other
	portcullis boot >/dev/null
}

# What waits to be confirmed waits on.
test_missing_unconfirmed() {
	portcullis swap fe01 voice >/dev/null
	ip -n edge link del late
	portcullis boot >/dev/null 2>&1
	portcullis swap fe01 web --confirm 3 >/dev/null
	segment late 203.0.113 other
	exits "a card appears while a change waits" 0 portcullis boot --interface late
	same "the change is on it" "refused 2" "$(answer "$SERVER4" 8057) $(other_answer 8057)"
	same "and waits on" true "$(portcullis status --json | jq '.pending.seconds | . >= 1 and . <= 3')"
	sleep 4
	same "and undone in time, there too" "silence silence 1 1" \
		"$(open_ports) $(other_answer 8057) $(other_answer 8058)"
	exits "nothing is left to be done" 0 portcullis status
	ip -n edge link del late
	portcullis boot >/dev/null 2>&1
	portcullis swap fe01 web --confirm 60 >/dev/null
	segment late 203.0.113 other
	portcullis boot --interface late >/dev/null
	exits "and can be confirmed" 0 portcullis confirm
	same "on both" "refused 2" "$(answer "$SERVER4" 8057) $(other_answer 8057)"
	forget
}

test_none_here() {
	ip -n edge link del late
	site late web >$SITE
	rm -f $LAST
	says "no card is here" 1 "late: warning: there is no such interface yet: 'portcullis boot' \
enforces on it once it is there
portcullis: error: nothing is enforced: none of the interfaces is here yet" portcullis boot
	says "another appears" 0 "nothing is to be enforced on inner" portcullis boot --interface inner
	segment late 203.0.113 other
	says "it appears" 0 "generation 1 in force
  late: 1 server" portcullis boot --interface late
	same "the site is in force" "2 1" "$(other_answer 8057) $(other_answer 8058)"
	forget
	portcullis up card web -d $ETC/ports.md >/dev/null
	portcullis up late voice -d $ETC/ports.md >/dev/null
	forget
	rm $SITE
	ip -n edge link del late
	exits "of two interfaces with profiles one is here" 1 portcullis boot
	same "it is enforced" "refused silence" "$(open_ports)"
	segment late 203.0.113 other
	exits "the other one appears" 0 portcullis boot --interface late
	same "with its own profile" "1 2" "$(other_answer 8057) $(other_answer 8058)"
	same "both stay kept" "up late voice -d $ETC/ports.md" "$(last .command)"
	forget
}

# --- another binary ---

# The same program with another byte in its ELF header's padding: another digest.
other_binary() {
	python3 - "$PORTCULLIS" "$WORK/other" <<'END'
import re
import sys

binary = bytearray(open(sys.argv[1], "rb").read())
# 64 bits, little-endian, version 1; relocatable, BPF
found = [m.start() for m in re.finditer(rb"\x7fELF\x02\x01\x01\x00{9}\x01\x00\xf7\x00", binary)]
assert found
for start in found:
    binary[start + 15] = 1
open(sys.argv[2], "wb").write(binary)
END
	chmod +x "$WORK/other"
}

stream() {
	[ "$(packets tcp/8057)" -gt 0 ] && [ "$(packets udp/1434)" -gt 5000 ]
}

test_upgrade() {
	local sent received before

	other_binary
	sed -i 's/^| Voice/| Web | browser | 1434 | UDP |\n| Voice/' $ETC/ports.md
	site card web >$SITE
	portcullis boot >/dev/null
	answer "$SERVER4" 8057 >/dev/null
	start_tool sent client observe out eth0
	start_tool sockets server traffic receive udp/1434
	start stream client "$BUILD/live/traffic" send "$SERVER4" 1434 100000000 5000
	until_true stream || bail_out "no stream"
	before=$(ls -i /sys/fs/bpf/portcullis/link-*)
	says "boot, of another binary" 0 "generation 2 in force
  card: 1 server" edge "$WORK/other" boot
	says "which is not another for itself" 0 "unchanged: generation 2 stays in force" \
		edge "$WORK/other" boot
	says "reload goes back" 0 "generation 3 in force
  card: 1 server" portcullis reload
	sleep 0.2
	stop stream
	sleep 0.3
	stop sockets
	stop sent
	sent=$(counted sent udp 1434) received=$(counted sockets udp 1434)
	same "datagrams lost meanwhile" 0 $((sent - received))
	same "counters go on" "$sent" "$(packets udp/1434)"
	same "the link is the same" "$before" "$(ls -i /sys/fs/bpf/portcullis/link-*)"
	forget
}

test_usage() {
	says "two sites" 2 "portcullis boot: 'b' is one operand too many
usage: portcullis boot [OPTION…] [SITE]" portcullis boot a b
	site card voice >"$WORK/own.md"
	cp $ETC/ports.md "$WORK"
	says "a site of another name" 0 "generation 1 in force
  card: 1 server" portcullis boot "$WORK/own.md"
	forget
	umount /var/lib/portcullis
	mount -t tmpfs -o ro tmpfs /var/lib/portcullis
	exits "it cannot be kept, but it is in force" 0 portcullis boot "$WORK/own.md"
	same "which is said" "$LAST: warning: cannot keep this policy for the next boot" \
		"$(portcullis boot "$WORK/own.md" 2>&1 >/dev/null | cut -d : -f 1-3)"
	forget
}

# other_answer PORT: a connection from the host behind the second card
other_answer() {
	nsenter --net=/run/netns/other "$BUILD/live/traffic" connect "$SERVER4" "$1"
	echo $?
}

if ! make_edge || ! new_host other; then
	bail_out "cannot make network namespaces"
fi
write_documents
test_site
test_kept
test_fallback
test_default
test_default_missing
test_default_of_last
test_missing
test_missing_names
test_missing_unconfirmed
test_none_here
test_upgrade
test_usage
plan
