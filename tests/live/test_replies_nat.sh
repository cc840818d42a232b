#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
# A server behind nftables' DNAT and SNAT on the edge: its Address is the public one, and both ways
# work.
# shellcheck source=/dev/null
. "$(dirname "$0")/peers/peers.sh"
# shellcheck source=/dev/null
. "$(dirname "$0")/replies/replies.sh"
skip_unless_root jq python3 socat
need nft
alone "$@" || bail_out "cannot mount a BPF file system"

PUBLIC4=192.0.2.80 PUBLIC6=2001:db8:1::80

# site UNLISTED: the edge itself, behind whose address others hide, is not listed
site() {
	cat <<-END
		| Server | Address | Profile |
		|---|---|---|
		| fe01 | $PUBLIC4, $PUBLIC6 | front-end |

		| Setting | Value |
		|---|---|
		| Interface | card |
		| Unlisted | $1 |
	END
}

# translate: the server is the public address, others in its network are the edge's
translate() {
	cat >"$WORK/nat" <<-END
		table ip nat {
			chain in {
				type nat hook prerouting priority -100;
				iifname card ip daddr $PUBLIC4 dnat to $SERVER4
			}
			chain out {
				type nat hook postrouting priority 100;
				oifname card ip saddr $SERVER4 snat to $PUBLIC4
				oifname card ip saddr 198.51.100.0/24 masquerade
			}
		}
		table ip6 nat {
			chain in {
				type nat hook prerouting priority -100;
				iifname card ip6 daddr $PUBLIC6 dnat to $SERVER6
			}
			chain out {
				type nat hook postrouting priority 100;
				oifname card ip6 saddr $SERVER6 snat to $PUBLIC6
				oifname card ip6 saddr 2001:db8:2::/64 masquerade
			}
		}
	END
	edge nft -f "$WORK/nat"
}

# public: the addresses are the edge's own, so that it is asked for them; a host hides beside it
public() {
	ip -n edge addr add $PUBLIC4/24 dev card && ip -n edge addr add $PUBLIC6/64 dev card nodad &&
		ip -n server addr add 198.51.100.3/24 dev eth0 &&
		ip -n server addr add 2001:db8:2::3/64 dev eth0 nodad preferred_lft 0
}

# connected HOST ADDRESS PORT [OPTION]: what a line becomes that is sent there
connected() {
	echo word | in_host "$1" timeout 2 socat -t 0.5 - "TCP:$2:$3,connect-timeout=0.5${4:+,$4}" \
		2>/dev/null || echo silence
}

# both NAME CLIENT PUBLIC OTHER: in, out, and what is neither
both() {
	same "$1: in to an open port" word "$(connected client "$3" 443)"
	same "$1: in to a closed port" silence "$(connected client "$3" 9999)"
	same "$1: out by TCP" word "$(connected server "$2" 445)"
	same "$1: out by UDP" question "$(words server ask "${2//[\[\]]/}" 7777 41000)"
	same "$1: the time" time "$(words server time "${2//[\[\]]/}")"
	verdict_of "$1: the answer again" reply "${2//[\[\]]/}" 7777 "${3//[\[\]]/}" 41000 udp
	verdict_of "$1: to another port" not-published \
		"${2//[\[\]]/}" 7777 "${3//[\[\]]/}" 41009 udp
	verdict_of "$1: forged" forged-source "${3//[\[\]]/}" 41010 "${2//[\[\]]/}" 53 udp
	same "$1: out from behind the edge's own address" word \
		"$(connected server "$2" 445 "bind=$4")"
}

if ! make_edge || ! low_ports server edge || ! public; then
	bail_out "cannot make network namespaces"
fi
if ! translate 2>"$WORK/refusal"; then
	sed 's/^/# /' "$WORK/refusal"
	pass "a server behind NAT # SKIP this kernel does not take the rules"
	plan
	exit
fi
answer_at client 123 7777
start echo client socat TCP6-LISTEN:445,fork,reuseaddr,ipv6only=0 PIPE
start open server socat TCP6-LISTEN:443,fork,reuseaddr,ipv6only=0 PIPE
start closed server socat TCP6-LISTEN:9999,fork,reuseaddr,ipv6only=0 PIPE
until_true listens client 445 && until_true listens server 443 && until_true listens server 9999
crafter
same "without a gate, a closed port" word "$(connected client $PUBLIC4 9999)"
same "over IPv6" word "$(connected client [$PUBLIC6] 9999)"
for unlisted in drop pass; do
	site $unlisted >"$WORK/site.md"
	exits "up, Unlisted $unlisted" 0 portcullis up "$WORK/site.md"
	both "IPv4, $unlisted" "$CLIENT4" $PUBLIC4 198.51.100.3
	both "IPv6, $unlisted" "[$CLIENT6]" "[$PUBLIC6]" "[2001:db8:2::3]"
done
exits "down" 0 portcullis down
plan
