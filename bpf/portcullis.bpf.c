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

static __always_inline bool judge_frame(struct cursor *cursor, struct packet *packet)
{
	if (likely(packet->ethertype == bpf_htons(ETHERTYPE_IPV4)))
		return parse_ipv4(cursor, packet) && target_find4(packet) &&
		       judge_source4(packet) && judge_payload(cursor, packet);
	if (likely(packet->ethertype == bpf_htons(ETHERTYPE_IPV6)))
		return parse_ipv6(cursor, packet) && target_find6(packet) &&
		       judge_source6(packet) && judge_payload(cursor, packet);
	return decide_unparsed(cursor, packet, judge_non_ip(packet));
}

static __always_inline int pass(const struct outcome *outcome)
{
	account_enforced(outcome);
	if (outcome->reason == REASON_PUBLISHED)
		account_segment(outcome);
	account_server_passed(outcome);
	return XDP_PASS;
}

static __always_inline int drop(const struct outcome *outcome)
{
	account_enforced(outcome);
	account_dropped_port(outcome);
	account_server_dropped(outcome);
	return XDP_DROP;
}

/* Monitor mode: what would be dropped passes, and is counted as that. */
static __always_inline int would_drop(const struct outcome *outcome)
{
	account_monitored(outcome);
	account_dropped_port(outcome);
	account_server_passed(outcome);
	return XDP_PASS;
}

/* A server's mode is its own; what leads to no server has the gate's. */
static __always_inline bool is_monitored(const struct outcome *outcome)
{
	return outcome->target == TARGET_NONE ? monitor : target_monitor(outcome->target);
}

SEC("xdp.frags")
int portcullis(struct xdp_md *ctx)
{
	struct outcome outcome = {};
	struct packet packet = {.outcome = &outcome};
	struct cursor cursor = cursor_make(ctx);

	outcome.port_index = PORT_INDEX_NONE;
	if (parse_link(&cursor, &packet))
		judge_frame(&cursor, &packet);
	if (unlikely(outcome.nobody))
		outcome.reason = REASON_BAD_ADDRESS;
	outcome_settle(&outcome);
	if (reason_verdict(outcome.reason) == VERDICT_PASS)
		return pass(&outcome);
	if (unlikely(is_monitored(&outcome)))
		return would_drop(&outcome);
	return drop(&outcome);
}

const char LICENSE[] SEC("license") = "GPL";
