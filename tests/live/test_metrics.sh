#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Metrics of a gate that traffic goes through: what promtool says of them, that they are what `stats`
# counts, and the units that write them to a file, run as systemd would.
# shellcheck source=/dev/null
. "$(dirname "$0")/lib.sh"
skip_unless_root jq
alone "$@" || bail_out "cannot mount a BPF file system"
cd "$(dirname "$0")/../.." || exit

metrics() {
	portcullis stats --prometheus
}

# metric TEXT: the value of the one sample that begins so
metric() {
	metrics | awk -v start="$1" 'index($0, start) == 1 { print $NF; found++ } END { exit found != 1 }'
}

# linted NAME: what promtool says of the metrics
linted() {
	if command -v promtool >/dev/null; then
		says "$1" 0 "" bash -c "nsenter --net=/run/netns/edge '$PORTCULLIS' stats --prometheus |
			promtool check metrics"
	else
		pass "$1 # SKIP promtool is missing: 'make deps' installs it"
	fi
}

# sum METRIC: of all its samples
sum() {
	metrics | awk -v start="$1{" 'index($0, start) == 1 { sum += $NF } END { print sum + 0 }'
}

# Its services share a port, and their names need every escape.
write_site() {
	cat >"$WORK/ports.md" <<'END'
| Role | Service | Port | Protocol |
|---|---|---|---|
| Web | the "pages" | 443 | TCP |
| Web | C:\\mail | 443 | TCP |
| Web | status | 8000-8009 | TCP/UDP |

| Profile | Roles | Except |
|---|---|---|
| web | Web | |
| quiet | Web | tcp/8000-8009 |
END
	cat >"$WORK/edge.md" <<'END'
| Setting | Value |
|---|---|
| Interface | card |
| Documents | ports.md |

| Server | Address | Profile | Mode |
|---|---|---|---|
| one | 198.51.100.2 | web | |
| two | 198.51.100.3 | web | monitor |
END
}

send_some() {
	client bash -c 'for i in 1 2 3; do echo >/dev/udp/198.51.100.2/8001; done
		for i in 1 2; do echo >/dev/udp/198.51.100.2/9; done
		echo >/dev/udp/198.51.100.3/9'
}

test_nothing() {
	same "where nothing is enforced, it says so" "portcullis_enforcing 0
portcullis_monitor_mode 0
portcullis_generation 0
portcullis_pending_seconds 0" "$(metrics | grep -v '^#')"
	linted "and promtool understands"
}

test_counts() {
	local segment='{profile="web",service="Web: status",protocol="udp",ports="8000-8009"}'

	portcullis up "$WORK/edge.md" >/dev/null
	send_some
	linted "promtool understands"
	same "enforcing" 1 "$(metric "portcullis_enforcing ")"
	same "its generation" 1 "$(metric "portcullis_generation ")"
	same "a segment" 3 "$(metric "portcullis_segment_packets_total$segment")"
	same "its bytes: 20 of IPv4, 8 of UDP, a newline" 87 \
		"$(metric "portcullis_segment_bytes_total$segment")"
	same "what was dropped" 2 \
		"$(metric 'portcullis_verdict_packets_total{reason="not-published",verdict="drop"}')"
	same "what would have been" 1 \
		"$(metric 'portcullis_verdict_packets_total{reason="not-published",verdict="would-drop"}')"
	same "by server" "3 2 1 0" "$(for labels in one,pass one,drop two,pass two,drop; do
		metric "portcullis_server_packets_total{server=\"${labels%,*}\",verdict=\"${labels#*,}\"}"
	done | xargs)"
	same "services that share a port are one sample" 1 "$(metrics | grep -c \
		'^portcullis_segment_packets_total{.*service="Web: the \\"pages\\", Web: C:\\\\mail",.*} 0$')"
	same "as many segments as stats has" \
		"$(portcullis stats --json | jq '.ports | length')" \
		"$(metrics | grep -c '^portcullis_segment_packets_total{')"
	same "segments add up to what is published" \
		"$(portcullis stats --json | jq '[.reasons[] | select(.reason == "published").packets] | add')" \
		"$(sum portcullis_segment_packets_total)"
}

test_changes() {
	portcullis swap one quiet >/dev/null
	same "counters outlive a swap" 3 "$(metric 'portcullis_segment_packets_total{profile="web",service="Web: status",protocol="udp",ports="8000-8009"}')"
	same "which is another generation" 2 "$(metric "portcullis_generation ")"
	linted "and promtool still understands"
	portcullis swap one web --confirm 600 >/dev/null
	same "the time left to confirm" true \
		"$(n=$(metric "portcullis_pending_seconds ") && [ "$n" -gt 590 ] && [ "$n" -le 600 ] && echo true)"
	portcullis rollback >/dev/null
	portcullis swap --monitor >/dev/null
	same "the whole gate monitors" "1 1" \
		"$(metric "portcullis_enforcing ") $(metric "portcullis_monitor_mode ")"
	portcullis swap --enforce >/dev/null
	same "a usage error" 2 "$(portcullis stats --prometheus --json >/dev/null 2>&1; echo $?)"
}

# --- the units ---

UNITS=$WORK/usr/lib/systemd/system

# setting NAME: its value in the service
setting() {
	sed -e ':a' -e '/\\$/{N;s/\\\n[ \t]*/ /;ba' -e '}' "$UNITS/portcullis-metrics.service" |
		sed -n "s/^$1=//p"
}

# run_service: what systemd would do, with FOLDER for node_exporter's and our binary for the installed
run_service() {
	local folder=/var/lib/prometheus/node-exporter output result=success

	output=$(setting StandardOutput)
	output=${output#truncate:}
	edge sh -c "$(setting ExecStart | sed "s,[^ ]*/portcullis,$PORTCULLIS ${BPFFS:-},")" \
		>"${output/$folder/$FOLDER}" 2>/dev/null || result=exit-code
	[ $result = success ] && eval "$(setting ExecStartPost | sed "s,$folder,$FOLDER,g")"
	SERVICE_RESULT=$result bash -c "$(setting ExecStopPost | sed -e "s,$folder,$FOLDER,g" -e 's/\$\$/$/g')"
}

test_units() {
	FOLDER=$WORK/node-exporter
	mkdir "$FOLDER"
	make -s install DESTDIR="$WORK" PREFIX=/usr BUILD="$BUILD" >/dev/null
	same "both are installed" "portcullis-metrics.service portcullis-metrics.timer" \
		"$(cd "$UNITS" && echo portcullis-metrics*)"
	if command -v systemd-analyze >/dev/null; then
		# it asks that what is to be started be there
		sed -i "s,/usr/sbin/portcullis,$PORTCULLIS," "$UNITS/portcullis-metrics.service"
		says "systemd understands them" 0 "" systemd-analyze verify --man=no \
			"$UNITS/portcullis-metrics.service" "$UNITS/portcullis-metrics.timer"
	else
		pass "systemd understands them # SKIP systemd-analyze is missing"
	fi
	run_service
	same "the file is there, alone" "portcullis.prom" "$(ls "$FOLDER")"
	same "and whole" "$(metrics | grep -v bytes)" "$(grep -v bytes "$FOLDER/portcullis.prom")"
	BPFFS="--bpffs /nowhere" run_service
	same "none is left after a reading that failed" "" "$(ls "$FOLDER")"
	make -s uninstall DESTDIR="$WORK" PREFIX=/usr
	same "they are uninstalled" "" "$(ls "$UNITS")"
}

# The last of all: the card does not come back.
test_loss() {
	ip -n edge link del card
	same "a card that is gone is not enforced" 0 "$(metric "portcullis_enforcing ")"
	same "and what was counted stays" 3 "$(metric 'portcullis_segment_packets_total{profile="web",service="Web: status",protocol="udp",ports="8000-8009"}')"
}

make_edge || bail_out "cannot make an edge in network namespaces"
write_site
test_nothing
test_counts
test_changes
test_units
test_loss
plan
