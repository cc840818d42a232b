#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Two profiles, documents or sites compared: what differs, and the exit code that a script asks for.
# No privileges are needed.
cd "$(dirname "$0")/../.." || exit
# shellcheck source=/dev/null
. tests/live/lib.sh
export LC_ALL=C.UTF-8
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

cat >"$WORK/old.md" <<'END'
| Role | Service | Port | Protocol |
|---|---|---|---|
| Web | pages | 443 | TCP |
| Web | status | 8000-8009 | TCP |

| Profile | Roles | Except | Add-on |
|---|---|---|---|
| web | Web | | |
| quiet | Web | tcp/8000-8009 | |
| more | Web | | yes |
END
sed 's/8000-8009 | TCP/8000-8019 | TCP/' "$WORK/old.md" >"$WORK/new.md"

cat >"$WORK/edge.md" <<'END'
| Setting | Value |
|---|---|
| Documents | old.md |
| Unlisted | pass |

| Guard | Ports | Limit |
|---|---|---|
| calm | tcp/443 | 50/s |

| Server | Address | Profile |
|---|---|---|
| one | 192.0.2.1 | web |
| two | 192.0.2.2, 2001:db8::2 | web |
END
sed -e 's/Unlisted | pass/Unlisted | drop/' -e 's,50/s,20/s,' -e 's/^| one .*/| one | 192.0.2.1 | quiet |/' \
	-e 's/^| two .*/| three | 192.0.2.3 | quiet |/' "$WORK/edge.md" >"$WORK/edge-new.md"

# here COMMAND...: in the folder of the files, so that messages name them shortly
here() (
	cd "$WORK" && "$PORTCULLIS" "$@"
)

test_profiles() {
	says "two profiles" 1 "profile quiet → web: opens 10 tcp and 0 udp ports

  PROFILE             PROTOCOL  PORTS      SERVICES     STATED AT
  quiet → web  opens  tcp       8000-8009  Web: status  old.md:4" here diff quiet web -d old.md
	says "the same one" 0 "no difference" here diff web WEB -d old.md
	says "two that open the same" 0 "no difference" here diff web 'web + more' -d old.md
	exits "shipped ones" 1 here diff front-end director
	exits "and the same shipped one" 0 here diff front-end Front-End
}

test_documents() {
	says "two documents" 1 "profile web: opens 10 tcp and 0 udp ports
profile quiet: opens 10 tcp and 0 udp ports
profile more: opens 10 tcp and 0 udp ports

  PROFILE         PROTOCOL  PORTS      SERVICES     STATED AT
  web      opens  tcp       8010-8019  Web: status  new.md:4
  quiet    opens  tcp       8010-8019  Web: status  new.md:4
  more     opens  tcp       8010-8019  Web: status  new.md:4" here diff old.md new.md
	says "the same one" 0 "no difference" here diff old.md "$WORK/old.md"
	sed -n '1,/^$/p' "$WORK/old.md" >"$WORK/page.md"
	sed -n '1,/^$/p' "$WORK/new.md" >"$WORK/page-new.md"
	same "two pages without profiles, by their roles" "Web changed 8010 8019" \
		"$(here diff page.md page-new.md --json |
			jq -r '.roles[] | "\(.name) \(.change) \(.opened[].first) \(.opened[].last)"')"
	mkdir "$WORK/folder" && cp "$WORK/old.md" "$WORK/folder"
	exits "a folder" 0 here diff old.md folder
	says "a page and the profiles that go with it" 0 "no difference" \
		here diff page.md page.md -d old.md
}

test_sites() {
	says "two sites" 1 "setting Unlisted: pass → drop
guard calm: limit 50/s → 20/s
server one: profile web → quiet, closes 10 tcp and 0 udp ports
server two is gone: addresses 192.0.2.2 2001:db8::2, profile web, mode enforce, opened 11 tcp and \
0 udp ports, unlisted now: drop
server three is added: addresses 192.0.2.3, profile quiet, mode enforce, opens 1 tcp and \
0 udp ports, unlisted until now: pass

  PROFILE              PROTOCOL  PORTS      SERVICES     STATED AT
  web → quiet  closes  tcp       8000-8009  Web: status  old.md:4" here diff edge.md edge-new.md
	exits "one of them from standard input" 1 here diff - edge-new.md -d old.md <"$WORK/edge.md"
	says "the same one" 0 "no difference" here diff edge.md edge.md
	sed 's/old.md/new.md/' "$WORK/edge.md" >"$WORK/edge-other.md"
	says "with other documents" 1 "setting Documents: old.md → new.md
profile web: opens 10 tcp and 0 udp ports
profile quiet: opens 10 tcp and 0 udp ports
profile more: opens 10 tcp and 0 udp ports
server one: opens 10 tcp and 0 udp ports
server two: opens 10 tcp and 0 udp ports

  PROFILE         PROTOCOL  PORTS      SERVICES     STATED AT
  web      opens  tcp       8010-8019  Web: status  new.md:4
  quiet    opens  tcp       8010-8019  Web: status  new.md:4
  more     opens  tcp       8010-8019  Web: status  new.md:4" \
		here diff edge.md edge-other.md
}

test_json() {
	same "the same in JSON" "false edge.md edge-new.md one gone two" \
		"$(here diff edge.md edge-new.md --json | jq -r '"\(.same) \(.before) \(.after) \(
			.servers[0].name) \(.servers[1].change) \(.servers[1].name)"')"
	same "and that nothing differs" "true 0" "$(here diff web web -d old.md --json |
		jq -r '"\(.same) \(.profiles + .servers + .interfaces | length)"')"
}

test_refusals() {
	says "two kinds" 1 "portcullis: error: 'edge.md' is a site and 'old.md' a document, expected \
two of a kind" here diff edge.md old.md
	says "a profile misspelt" 1 "portcullis: error: no file 'frontend', and no profile \
'frontend', did you mean 'front-end'?" here diff frontend director
	sed 's/443/44x/' "$WORK/old.md" >"$WORK/bad.md"
	says "a document with an error" 1 "bad.md:3: error: '44x' is not a port, expected a number \
such as 443 or a range such as 5000-5010" here diff old.md bad.md
	exits "one operand" 2 here diff old.md
	exits "three" 2 here diff web + more
}

test_profiles
test_documents
test_sites
test_json
test_refusals
plan
