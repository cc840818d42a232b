#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# Streams of other people's programs through the edge: TLS by openssl, UDP and TCP by iperf3.
# shellcheck source=/dev/null
. "$(dirname "$0")/peers/peers.sh"
skip_unless_root jq openssl ethtool nstat
need iperf3
alone "$@" || bail_out "cannot mount a BPF file system"

# iperf3 talks TCP and sends UDP to one and the same port; no shipped profile opens one for both.
document() {
	cat <<-END
		| Server | Service | Port | Protocol |
		|---|---|---|---|
		| probe | iperf3 | 5201 | TCP, UDP |
		| web | pages | 443 | TCP |

		| Profile | Roles |
		|---|---|
		| measured | probe, web |
		| probe | probe |
	END
}

# tls ADDRESS PORT: the first line that a TLS server there says, or "nothing"
tls() {
	local said

	said=$( (echo "GET / HTTP/1.0"; echo; sleep 1) | client timeout 2 openssl s_client -quiet \
		-verify_return_error -CAfile "$WORK/certificate" -verify_hostname edge.example \
		-servername edge.example -connect "$1:$2" 2>/dev/null | head -1 | tr -d '\r')
	echo "${said:-nothing}"
}

test_tls() {
	local hello="HTTP/1.0 200 ok" port

	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 \
		-subj /CN=edge.example -addext subjectAltName=DNS:edge.example \
		-keyout "$WORK/key" -out "$WORK/certificate" 2>/dev/null
	for port in 443 442; do
		start "tls$port" server openssl s_server -www -accept "$port" -cert \
			"$WORK/certificate" -key "$WORK/key"
		until_true listens server "$port"
	done
	same "without a policy, both ports" "$hello, $hello" \
		"$(tls "$SERVER4" 443), $(tls "$SERVER4" 442)"
	exits "up" 0 portcullis up card front-end
	same "TLS to an open port" "$hello" "$(tls "$SERVER4" 443)"
	same "TLS over IPv6" "$hello" "$(tls "[$SERVER6]" 443)"
	same "TLS to a closed port" nothing "$(tls "$SERVER4" 442)"
	same "TLS over IPv6 to a closed port" nothing "$(tls "[$SERVER6]" 442)"
}

# stream NAME ADDRESS WORD...: one iperf3 client, its report in WORK/report
stream() {
	exits "$1" 0 client timeout 20 iperf3 -c "$2" -t 2 --connect-timeout 2000 -J \
		--logfile "$WORK/report" "${@:3}"
}

report() {
	jq -r "$1" "$WORK/report"
}

# measured NAME ADDRESS PROTOCOL WORD...: a stream of which every packet is counted
measured() {
	local before

	before=$(packets "$3/5201")
	start_tool sent client observe out eth0
	rm -f "$WORK/report"
	stream "$1" "$2" "${@:4}"
	sleep 0.2
	stop sent
	same "$1: all is counted" "$(counted sent "$3" 5201)" $(($(packets "$3/5201") - before))
}

# overflows: datagrams for which the server's sockets had no room, in both families
overflows() {
	server nstat -asz UdpRcvbufErrors Udp6RcvbufErrors | awk '/Udp/ { sum += $2 } END { print sum }'
}

# no_loss NAME: what iperf3 misses, its slow process alone has lost
no_loss() {
	local lost

	lost=$(overflows)
	same "$1: nothing is lost on the way" "$((lost - lost_before))" "$(report .end.sum.lost_packets)"
	lost_before=$lost
}

test_iperf() {
	local address

	document >"$WORK/ports.md"
	exits "a document of our own" 0 portcullis up card measured -d "$WORK/ports.md"
	start iperf server iperf3 -s
	until_true listens server 5201
	for address in "$SERVER4" "$SERVER6"; do
		measured "UDP to $address" "$address" udp -u -b 10M -l 1200
		no_loss "UDP to $address"
		measured "TCP to $address" "$address" tcp -b 100M
		measured "TCP from $address" "$address" tcp -b 100M -R
	done
}

# While profiles are swapped, a stream goes on without loss.
test_swaps() {
	swap_often probe -- measured
	# long enough for five swaps on a busy machine, too
	measured "UDP while profiles are swapped" "$SERVER4" udp -u -b 10M -l 1200 -t 10
	stop_swaps
	no_loss "UDP while profiles are swapped"
}

test_closed() {
	portcullis swap closed >/dev/null
	exits "closed: no stream" 1 client iperf3 -c "$SERVER4" -t 1 --connect-timeout 500
	exits "down" 0 portcullis down
}

if ! make_edge || ! split_segments; then
	bail_out "cannot make network namespaces"
fi
lost_before=0
test_tls
test_iperf
test_swaps
test_closed
plan
