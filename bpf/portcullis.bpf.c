/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The gate's programs: one packet in, one verdict out, with its reason counted; and what leaves, so
 * that answers are known.
 */
#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "account.h"
#include "addresses.h"
#include "blocked.h"
#include "egress.h"
#include "fast.h"
#include "judge.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "target.h"
#include "watch.h"

static __always_inline bool judge_frame(struct cursor *cursor, struct packet *packet)
{
	if (likely(packet->ethertype == bpf_htons(ETHERTYPE_IPV4)))
		return parse_ipv4(cursor, packet) && judge_blocked4(cursor, packet) &&
		       target_find4(packet) && judge_source4(packet) &&
		       judge_payload(cursor, packet);
	if (likely(packet->ethertype == bpf_htons(ETHERTYPE_IPV6)))
		return parse_ipv6(cursor, packet) && judge_blocked6(cursor, packet) &&
		       target_find6(packet) && judge_source6(packet) &&
		       judge_payload(cursor, packet);
	measure(cursor, packet);
	return judge_non_ip(packet);
}

static __always_inline void judge(struct cursor *cursor, struct outcome *outcome)
{
	struct packet packet = {.outcome = outcome};

	*outcome = (struct outcome){};
	outcome_settle(outcome);
	/* A stage that ended without a reason must not pass the packet. */
	outcome->reason = REASON_MALFORMED;
	outcome->port_index = PORT_INDEX_NONE;
	if (likely(parse_link(cursor, &packet)))
		judge_frame(cursor, &packet);
}

/*
 * Judges anew what a first look could not: packets that are neither plain TCP nor UDP, and frames
 * whose headers are not all in their first buffer. A global function, so that the verifier checks
 * it by itself, and the first look has no instruction for what is rare.
 */
__noinline int judge_thoroughly(struct xdp_md *ctx, struct outcome *outcome)
{
	struct copies copies;
	struct cursor cursor = cursor_thorough(ctx, false, &copies);

	if (outcome)
		judge(&cursor, outcome);
	return 0;
}

static __always_inline bool is_scattered(struct xdp_md *ctx)
{
	return bpf_xdp_get_buff_len(ctx) > (__u64)ctx->data_end - ctx->data;
}

/* Has a second look at what is rare. */
static __always_inline void reconsider(struct xdp_md *ctx, struct outcome *outcome)
{
	if (outcome->again || (outcome->cut && is_scattered(ctx)))
		judge_thoroughly(ctx, outcome);
	if (outcome->nobody)
		outcome->reason = REASON_BAD_ADDRESS;
}

/* Stage by stage. A global function, so that the fast path has all registers to itself. */
__noinline int judge_by_stages(struct xdp_md *ctx)
{
	struct outcome outcome;
	struct cursor cursor = cursor_make(ctx);

	judge(&cursor, &outcome);
	if (unlikely(outcome.remarks))
		reconsider(ctx, &outcome);
	outcome_settle(&outcome);
	if (reason_verdict(outcome.reason) == VERDICT_PASS) {
		account_pass(&outcome);
		return XDP_PASS;
	}
	/* a server's mode is its own; what leads to no server has the gate's */
	if (unlikely(target_monitor(outcome.target)) ||
	    (unlikely(outcome.target == TARGET_NONE) && monitor)) {
		account_would_drop(&outcome);
		watch_drop(ctx, &outcome, true);
		return XDP_PASS;
	}
	account_drop(&outcome);
	watch_drop(ctx, &outcome, false);
	return XDP_DROP;
}

static __always_inline int verdict(struct xdp_md *ctx)
{
	int verdict = fast(ctx);

	return likely(verdict != LEFT) ? verdict : judge_by_stages(ctx);
}

SEC("xdp.frags")
int portcullis(struct xdp_md *ctx)
{
	return verdict(ctx);
}

SEC("tc")
int portcullis_egress(struct __sk_buff *ctx)
{
	catalog_refer();
	egress_learn(ctx);
	return TC_ACT_UNSPEC;
}

/*
 * The same two for a generation that has to be confirmed. They are programs of their own, as one
 * that may hand over pays for it at every packet.
 */
static __always_inline bool is_undone(void)
{
	__u32 key = 0;
	const struct pending *state = bpf_map_lookup_elem(&pending, &key);

	return state && state->deadline && bpf_ktime_get_coarse_ns() >= state->deadline;
}

SEC("?xdp.frags")
int portcullis_unconfirmed(struct xdp_md *ctx)
{
	catalog_refer(); /* first, so that who looks for it need not open standby on the way */
	if (unlikely(is_undone()))
		bpf_tail_call(ctx, &standby, standby_entry);
	/* still here: nobody stands by any more, and a verdict there must be */
	return verdict(ctx);
}

/* Its name, which the kernel cuts off, is as far as that goes the other's: both are our filter. */
SEC("?tc")
int portcullis_egress_unconfirmed(struct __sk_buff *ctx)
{
	catalog_refer();
	gated_refer(); /* both first, as above */
	if (unlikely(is_undone()))
		bpf_tail_call(ctx, &standby_egress, standby_entry);
	if (replies)
		egress_learn(ctx);
	return TC_ACT_UNSPEC;
}

/* What stands by where nothing was enforced, or nothing learnt. */
SEC("?xdp.frags")
int portcullis_open(struct xdp_md *ctx)
{
	return XDP_PASS;
}

SEC("?tc")
int portcullis_egress_idle(struct __sk_buff *ctx)
{
	return TC_ACT_UNSPEC;
}

const char LICENSE[] SEC("license") = "GPL";
