/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_many.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <glib.h>
#include <strings.h>

#include "mix.h"
#include "must.h"

#define SHORTEST 16

static struct prefix4 listed_prefix(__u32 i)
{
	/* the lowest bit set is the first in half of all numbers, the second in a quarter */
	int shorter = ffs((int)mix(~i)) - 1;
	__u32 length = 32 - (__u32)CLAMP(shorter, 0, 32 - SHORTEST);

	return (struct prefix4){length, htonl(listed_address(i) & ~0U << (32 - length))};
}

void block_many(const struct load *load, __u32 prefixes)
{
	const struct blocked for_good = {.until = BLOCKED_FOR_GOOD, .expires = BLOCKED_FOR_GOOD};
	const struct control control = {.blocks = BLOCKS_IPV4};
	int trie = load_shared_fd(load, SHARED_BLOCKED4);
	__u32 key = 0;

	for (__u32 i = 0; i < prefixes; i++) {
		struct prefix4 prefix = listed_prefix(i);

		must(!bpf_map_update_elem(trie, &prefix, &for_good, BPF_ANY), "block a prefix");
	}
	must(!bpf_map_update_elem(load_shared_fd(load, SHARED_CONTROL), &key, &control, BPF_ANY),
	     "say that something is blocked");
}

void block_in_trie(int trie, __u32 prefixes)
{
	const __u32 value = 1;

	for (__u32 i = 0; i < prefixes; i++) {
		struct prefix4 prefix = listed_prefix(i);

		must(!bpf_map_update_elem(trie, &prefix, &value, BPF_ANY), "fill a trie");
	}
}
