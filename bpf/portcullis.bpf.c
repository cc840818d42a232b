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

SEC("xdp.frags")
int portcullis(struct xdp_md *ctx)
{
	struct cursor cursor = cursor_make(ctx);
	struct packet packet = {};
	bool enforced;

	if (parse_link(&cursor, &packet) && parse_network(&cursor, &packet) &&
	    target_find(&packet) && addresses_judge(&packet) && parse_payload(&cursor, &packet))
		judge(&packet);
	if (unlikely(packet.unspecified) && !may_be_unspecified(&packet))
		packet.reason = REASON_BAD_ADDRESS;

	asm volatile("" : : "r"(&packet) : "memory");
	enforced = !monitor && !target_monitor(packet.target);
	account(&packet, enforced);
	return reason_verdict(packet.reason) == VERDICT_DROP && enforced ? XDP_DROP : XDP_PASS;
}

const char LICENSE[] SEC("license") = "GPL";
