/* SPDX-License-Identifier: GPL-2.0-only */
#include "block_many.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <glib.h>

#include "must.h"
#include "programs.h"

#define SEED         88172645463325252ULL
#define SOURCES_SEED 1181783497276652981ULL
#define SHORTEST     16

/* xorshift64: Marsaglia, 2003. */
static __u32 draw(__u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (__u32)(*state >> 32);
}

/* One that a packet on the wire may have as its source, and that is no server's. */
static __u32 draw_address(__u64 *state)
{
	__u32 address, net;

	do {
		address = draw(state);
		net = address >> 24;
	} while (net == 0 || net == 10 || net == 127 || net >= 224);
	return address;
}

static struct prefix4 draw_prefix(__u64 *state)
{
	__u32 address = draw_address(state);
	__u32 length = 32;

	while (length > SHORTEST && draw(state) & 1)
		length--;
	return (struct prefix4){length, htonl(address & ~0U << (32 - length))};
}

void block_many(const struct load *load, __u32 prefixes)
{
	const struct blocked for_good = {.until = BLOCKED_FOR_GOOD, .expires = BLOCKED_FOR_GOOD};
	const struct control control = {.blocks = BLOCKS_IPV4};
	int trie = load_shared_fd(load, SHARED_BLOCKED4);
	__u64 state = SEED;
	__u32 key = 0;

	for (__u32 i = 0; i < prefixes; i++) {
		struct prefix4 prefix = draw_prefix(&state);

		must(!bpf_map_update_elem(trie, &prefix, &for_good, BPF_ANY), "block a prefix");
	}
	must(!bpf_map_update_elem(load_shared_fd(load, SHARED_CONTROL), &key, &control, BPF_ANY),
	     "say that something is blocked");
}

void block_in_trie(int trie, __u32 prefixes)
{
	const __u32 value = 1;
	__u64 state = SEED;

	for (__u32 i = 0; i < prefixes; i++) {
		struct prefix4 prefix = draw_prefix(&state);

		must(!bpf_map_update_elem(trie, &prefix, &value, BPF_ANY), "fill a trie");
	}
}

const __u32 *block_sources(__u32 prefixes)
{
	struct prefix4 *list = g_new(struct prefix4, prefixes);
	__u32 *sources = g_new(__u32, SOURCES_MAX);
	__u64 state = SEED;

	for (__u32 i = 0; i < prefixes; i++)
		list[i] = draw_prefix(&state);
	state = SOURCES_SEED;
	for (__u32 i = 0; i < SOURCES_MAX; i++) {
		struct prefix4 *one = &list[draw(&state) % prefixes];

		if (draw(&state) & 1)
			sources[i] =
				one->address |
				htonl((__u32)((1ULL << (32 - one->length)) - 1) & draw(&state));
		else
			sources[i] = htonl(draw_address(&state));
	}
	g_free(list);
	return sources;
}
