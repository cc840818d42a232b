#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# `make install` puts the manual and the completions where man and the shells look for them, and
# `make uninstall` leaves nothing. (The units are tested where they are used.)
cd "$(dirname "$0")/../.." || exit
# shellcheck source=/dev/null
. tests/live/lib.sh

WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT
ROOT=$WORK/usr

# below FOLDER: the files in it
below() {
	(cd "$ROOT/$1" && find . -type f -printf '%P\n' | sort)
}

# found PAGE: whether man finds it there
found() {
	MANPATH=$ROOT/share/man man -w "$1" 2>&1
}

test_pages() {
	local page

	same "the pages" "man5/portcullis-document.5
man5/portcullis-site.5
man8/portcullis.8" "$(below share/man)"
	for page in $(below share/man); do
		same "man finds ${page#*/}" "$ROOT/share/man/$page" "$(found "$(basename "${page%.*}")")"
	done
}

[ -x "$PORTCULLIS" ] || bail_out "$PORTCULLIS is missing"
make -s install DESTDIR="$WORK" PREFIX=/usr FAIL2BAN=/usr/fail2ban BUILD="$BUILD" >/dev/null
same "the program" "portcullis" "$(below sbin)"
test_pages
same "the completion of bash" "portcullis" "$(below share/bash-completion/completions)"
same "and of zsh" "_portcullis" "$(below share/zsh/site-functions)"
make -s uninstall DESTDIR="$WORK" PREFIX=/usr FAIL2BAN=/usr/fail2ban
same "nothing is left" "" "$(below .)"
plan
