/* SPDX-License-Identifier: GPL-2.0-only */
/* The gate's program: one packet in, one verdict out, with its reason counted. */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "account.h"
#include "addresses.h"
#include "judge.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "target.h"

static __always_inline bool judge_network(struct cursor *cursor, struct packet *packet)
{
	if (likely(packet->ethertype == bpf_htons(ETHERTYPE_IPV4)))
		return parse_ipv4(cursor, packet) && target_find4(packet) &&
		       addresses_judge4(packet);
	if (likely(packet->ethertype == bpf_htons(ETHERTYPE_IPV6)))
		return parse_ipv6(cursor, packet) && target_find6(packet) &&
		       addresses_judge6(packet);
	return decide_unparsed(cursor, packet, judge_non_ip(packet));
}

static __always_inline int pass(const struct packet *packet)
{
	account_pass(packet);
	return XDP_PASS;
}

static __always_inline int drop(const struct packet *packet)
{
	bool enforced = !monitor && !target_monitor(packet->target);

	account_drop(packet, enforced);
	return enforced ? XDP_DROP : XDP_PASS;
}

SEC("xdp.frags")
int portcullis(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_make(ctx);
	struct packet packet = {};

	if (parse_link(&cursor, &packet) && judge_network(&cursor, &packet) &&
	    parse_payload(&cursor, &packet))
		judge(&packet);
	if (unlikely(packet.unspecified) && !may_be_unspecified(&packet))
		packet.reason = REASON_BAD_ADDRESS;
	packet_settle(&packet);
	return reason_verdict(packet.reason) == VERDICT_PASS ? pass(&packet) : drop(&packet);
}

const char LICENSE[] SEC("license") = "GPL";
