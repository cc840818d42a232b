/* SPDX-License-Identifier: GPL-2.0-only */
/* Block lists of random IPv4 prefixes, as the product holds them and as a bare trie does. */
#include "blocklist.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bench.h"
#include "../../user/blocklist.h"

#define SEED      2015
#define SHORTEST  16
#define IP_SOURCE (14 + 12) /* behind Ethernet, in the IPv4 header */

static struct prefix random_prefix(GRand *random)
{
	unsigned int length = 32;
	struct prefix prefix = {.family = AF_INET, .length = 32};
	__be32 address = htonl(g_rand_int(random));

	while (length > SHORTEST && g_rand_boolean(random))
		length--;
	memcpy(prefix.bytes, &address, sizeof(address));
	return block_shortened(&prefix, length);
}

GArray *blocklist_random(guint count)
{
	GRand *random = g_rand_new_with_seed(SEED);
	GArray *blocks = blocks_new();

	while (blocks->len < count) {
		for (guint i = blocks->len; i < count; i++) {
			struct block block = {.prefix = random_prefix(random),
					      .value.expires = BLOCKED_FOR_GOOD};

			g_array_append_val(blocks, block);
		}
		blocks_sort(blocks); /* of equal ones one is kept */
	}
	blocks_settle(blocks);
	g_rand_free(random);
	return blocks;
}

void blocklist_fill(const struct load *load, const GArray *blocks)
{
	struct blocklist list = {
		.tries = {load_shared_fd(load, SHARED_BLOCKED4),
			  load_shared_fd(load, SHARED_BLOCKED6)},
		.table = load_shared_fd(load, SHARED_BLOCK_TABLE),
		.control = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED,
				load_shared_fd(load, SHARED_CONTROL), 0),
	};
	struct messages *messages = messages_new();
	g_autoptr(GArray) before = NULL;

	must(list.control != MAP_FAILED, "map what is switched");
	before = blocklist_read(&list, messages);
	must(before && blocklist_write(&list, before, blocks, messages), "fill the block list");
	munmap(list.control, sizeof(*list.control));
	messages_free(messages);
}

void blocklist_sources(const GArray *blocks, __be32 *sources, guint count)
{
	GRand *random = g_rand_new_with_seed(SEED + 1);

	for (guint i = 0; i < count; i++) {
		const struct block *block;
		__be32 any = htonl(g_rand_int(random)), mask;

		sources[i] = any;
		if (blocks && g_rand_boolean(random)) {
			block = &g_array_index(
				blocks, struct block,
				g_rand_int_range(random, 0, (gint32)blocks->len));
			mask = htonl((__u32)(~0ULL << (32 - block->prefix.length)));
			memcpy(&sources[i], block->prefix.bytes, sizeof(sources[i]));
			sources[i] |= any & ~mask;
		}
	}
	g_rand_free(random);
}

static int make_trie(const GArray *blocks)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	int trie = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "bench", sizeof(struct prefix4),
				  sizeof(struct blocked), blocks->len, &options);

	must(trie >= 0, "create a trie");
	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);
		struct prefix4 key = {.length = block->prefix.length};

		memcpy(&key.address, block->prefix.bytes, sizeof(key.address));
		must(!bpf_map_update_elem(trie, &key, &block->value, BPF_ANY), "fill a trie");
	}
	return trie;
}

#define INSTRUCTION(opcode, to, from, offset, number)                              \
	((struct bpf_insn){.code = (opcode), .dst_reg = (to), .src_reg = (from),   \
			   .off = (offset), .imm = (number)})

int blocklist_load_trie(const GArray *blocks)
{
	enum { R0, R1, R2, R3, R10 = 10 };
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS,
		    .expected_attach_type = BPF_XDP); /* as whoever calls it */
	int trie = blocks ? make_trie(blocks) : -1, program;
	const struct bpf_insn instructions[] = {
		/* the packet's source, if it is long enough */
		INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, R2, R1, offsetof(struct xdp_md, data), 0),
		INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, R3, R1, offsetof(struct xdp_md, data_end), 0),
		INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, R0, R2, 0, 0),
		INSTRUCTION(BPF_ALU64 | BPF_ADD | BPF_K, R0, 0, 0, IP_SOURCE + 4),
		INSTRUCTION(BPF_JMP | BPF_JGT | BPF_X, R0, R3, blocks ? 8 : 3, 0),
		INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, R3, R2, IP_SOURCE, 0),
		INSTRUCTION(BPF_STX | BPF_MEM | BPF_W, R10, R3, -4, 0),
		INSTRUCTION(BPF_ST | BPF_MEM | BPF_W, R10, 0, -8, 32),
		/* with a trie: look-up */
		INSTRUCTION(BPF_LD | BPF_IMM | BPF_DW, R1, BPF_PSEUDO_MAP_FD, 0, trie),
		INSTRUCTION(0, 0, 0, 0, 0),
		INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_X, R2, R10, 0, 0),
		INSTRUCTION(BPF_ALU64 | BPF_ADD | BPF_K, R2, 0, 0, -8),
		INSTRUCTION(BPF_JMP | BPF_CALL, 0, 0, 0, BPF_FUNC_map_lookup_elem),
		INSTRUCTION(BPF_ALU64 | BPF_MOV | BPF_K, R0, 0, 0, XDP_DROP),
		INSTRUCTION(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
	};
	struct bpf_insn bare[10];

	/* without: the same, but the five of the look-up */
	memcpy(bare, instructions, 8 * sizeof(*bare));
	memcpy(bare + 8, instructions + 13, 2 * sizeof(*bare));
	program = blocks ? bpf_prog_load(BPF_PROG_TYPE_XDP, "trie", "GPL", instructions,
					 G_N_ELEMENTS(instructions), &options)
			 : bpf_prog_load(BPF_PROG_TYPE_XDP, "no_trie", "GPL", bare,
					 G_N_ELEMENTS(bare), &options);
	must(program >= 0, "load a program with a trie");
	if (trie >= 0)
		close(trie); /* the program holds it */
	return program;
}
