#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A few seconds of fuzzing from the golden documents; `make fuzz` goes on for longer.
set -u

corpus=$(mktemp -d)
trap 'rm -rf "$corpus"' EXIT

if "$BUILD/fuzz_document" -max_total_time="${FUZZ_SECONDS:-8}" -max_len=8192 -timeout=10 \
	-rss_limit_mb=4096 -dict=tests/fuzz/document.dict -artifact_prefix="$BUILD/" \
	"$corpus" tests/documents policies >"$corpus/log" 2>&1; then
	echo "ok 1 - no crash, no leak, nothing undefined: $(grep -o 'Done.*' "$corpus/log")"
else
	echo 'not ok 1 - the fuzzer found something'
	sed 's/^/# /' "$corpus/log"
fi
