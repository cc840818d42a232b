# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
# Who is measured beside Portcullis, all with the ports of the same profile, as `portcullis show`
# prints them: `set_up_NAME` has one enforce on its card, `dropped_NAME` prints how many packets it
# has dropped. To be sourced after wire.sh.
# shellcheck disable=SC2317 # called by name

PROFILE=front-end

# ports PROTOCOL FORMAT SINGLE: what the profile opens, a line for each segment, as jq strings
ports() {
	"$PORTCULLIS" show $PROFILE --json | jq -r --arg protocol "$1" ".segments[]
		| select(.protocol == \$protocol) | if .first == .last then \"$3\" else \"$2\" end"
}

# list PROTOCOL: in nft's notation
list() {
	ports "$1" '\(.first)-\(.last)' '\(.first)' | paste -sd,
}

# attach_bare NAME PROGRAM: one of the bench's own programs, on a card
attach_bare() {
	at "$1" "$BPFTOOL" net attach xdpdrv pinned "$BARE/$2" dev card
}

# xdp_dropped NAME: as the driver counts it
xdp_dropped() {
	card_counter "$1" xdp_drops
}

set_up_bare_drop() {
	attach_bare bare_drop bare_drop
}
dropped_bare_drop() {
	xdp_dropped bare_drop
}

set_up_count_drop() {
	attach_bare count_drop count_drop
}
dropped_count_drop() {
	xdp_dropped count_drop
}

set_up_bare_pass() {
	attach_bare bare_pass bare_pass
}
dropped_bare_pass() {
	xdp_dropped bare_pass
}

# It has no ranges: of the profile, the single ports are its best case.
set_up_xdp_filter() {
	local protocol port

	# it says that several programs cannot share the card here, and goes on with one
	at xdp_filter xdp-filter load card -f all -p deny 2>/dev/null || return
	for protocol in tcp udp; do
		for port in $(ports $protocol '\(empty)' '\(.first)'); do
			at xdp_filter xdp-filter port "$port" -p $protocol || return
		done
	done
}
dropped_xdp_filter() {
	xdp_dropped xdp_filter
}

# nft_rules TABLE HOOK: what both kinds of table have in common
nft_rules() {
	cat <<-END
		table $1 bench {
			counter dropped {}
			set tcp_ports {
				type inet_service
				flags interval
				auto-merge
				elements = { $(list tcp) }
			}
			set udp_ports {
				type inet_service
				flags interval
				auto-merge
				elements = { $(list udp) }
			}
			chain judge {
				type filter hook $2 priority 0
				tcp dport @tcp_ports accept
				udp dport @udp_ports accept
				counter name dropped drop
			}
		}
	END
}

# nft_dropped NAME
nft_dropped() {
	at "$1" nft -j list counters | jq '[.nftables[].counter | select(.).packets] | add'
}

# Without an XDP program the card would not take what the generator sends: a bare XDP_PASS is there.
set_up_nft_netdev() {
	attach_bare nft_netdev bare_pass && nft_rules netdev "ingress device card" | at nft_netdev nft -f -
}
dropped_nft_netdev() {
	nft_dropped nft_netdev
}

set_up_nft_inet() {
	attach_bare nft_inet bare_pass && nft_rules inet input | at nft_inet nft -f -
}
dropped_nft_inet() {
	nft_dropped nft_inet
}

# raw_rule NAME WORD...: one rule of both iptables and ip6tables, in the table raw
raw_rule() {
	at "$1" iptables -t raw -A PREROUTING -i card "${@:2}" &&
		at "$1" ip6tables -t raw -A PREROUTING -i card "${@:2}"
}

# raw_dropped NAME
raw_dropped() {
	{ at "$1" iptables -t raw -nvxL PREROUTING && at "$1" ip6tables -t raw -nvxL PREROUTING; } |
		awk '$3 == "DROP" { sum += $1 } END { print sum + 0 }'
}

set_up_ipset() {
	local protocol

	attach_bare ipset bare_pass || return
	for protocol in tcp udp; do
		at ipset ipset create $protocol bitmap:port range 0-65535 &&
			ports $protocol "add $protocol \(.first)-\(.last)" "add $protocol \(.first)" |
			at ipset ipset restore &&
			raw_rule ipset -p $protocol -m set --match-set $protocol dst -j ACCEPT || return
	done
	raw_rule ipset -j DROP
}
dropped_ipset() {
	raw_dropped ipset
}

# A rule takes 15 ports, a range counts twice: so many rules for each protocol.
set_up_multiport() {
	local protocol ports

	attach_bare multiport bare_pass || return
	for protocol in tcp udp; do
		while read -r ports; do
			raw_rule multiport -p $protocol -m multiport --dports "$ports" -j ACCEPT || return
		done < <(ports $protocol '\(.first):\(.last)' '\(.first)' | paste -sd,,,,,,'\n')
	done
	raw_rule multiport -j DROP
}
dropped_multiport() {
	raw_dropped multiport
}
