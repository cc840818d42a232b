/* SPDX-License-Identifier: GPL-2.0-only */
/* Block lists of random IPv4 prefixes, as the product holds them and as a bare trie does. */
#include "blocklist.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../../user/blocklist.h"
#include "bench.h"

#define IP_SOURCE (14 + 12) /* behind Ethernet, in the IPv4 header */

static struct block random_block(__u32 i)
{
	struct prefix address = {.family = AF_INET, .length = 32};
	const __be32 bytes = htonl(blocklist_address(i));
	int shorter = ffs((int)blocklist_mix(~i)) - 1;

	memcpy(address.bytes, &bytes, sizeof(bytes));
	return (struct block){
		.prefix = block_shortened(&address, (unsigned int)(32 - CLAMP(shorter, 0, 16))),
		.value.expires = BLOCKED_FOR_GOOD};
}

GArray *blocklist_random(guint count)
{
	GArray *blocks = blocks_new();

	for (guint i = 0; blocks->len < count;) {
		for (guint missing = count - blocks->len; missing; missing--) {
			const struct block block = random_block(i++);

			g_array_append_val(blocks, block);
		}
		blocks_sort(blocks); /* of equal ones one is kept */
	}
	blocks_settle(blocks);
	return blocks;
}

static void open_list(struct blocklist *list, const struct load *load)
{
	*list = (struct blocklist){
		.tries = {load_shared_fd(load, SHARED_BLOCKED4),
			  load_shared_fd(load, SHARED_BLOCKED6)},
		.table = load_shared_fd(load, SHARED_BLOCK_TABLE),
		.control = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED,
				load_shared_fd(load, SHARED_CONTROL), 0),
	};
	must(list->control != MAP_FAILED, "map what is switched");
}

/* The maps stay the load's. */
static void close_list(struct blocklist *list)
{
	blocklist_finish(list);
	munmap(list->control, sizeof(*list->control));
}

void blocklist_fill(const struct load *load, const GArray *blocks)
{
	struct messages *messages = messages_new();
	g_autoptr(GArray) before = NULL;
	struct blocklist list;

	open_list(&list, load);
	before = blocklist_read(&list, messages);
	must(before && blocklist_write(&list, before, blocks, messages), "fill the block list");
	close_list(&list);
	messages_free(messages);
}

/* One prefix comes or goes; how long that takes, in ms. */
static double change(struct blocklist *list, const struct block *block, bool remove)
{
	const struct moment now = moment_now();
	struct messages *messages = messages_new();
	double begun = now_ns(CLOCK_MONOTONIC), took;
	g_autoptr(GArray) before = blocklist_read_around(list, &block->prefix, &now, messages);
	g_autoptr(GArray) after = g_array_copy(before);
	const struct block *found = blocks_find(after, &block->prefix);

	if (found)
		g_array_remove_index(after, (guint)(found - (struct block *)after->data));
	if (!remove)
		g_array_append_vals(after, block, 1);
	blocks_sort(after);
	blocks_settle(after);
	must(blocklist_write(list, before, after, messages), "change the block list");
	took = (now_ns(CLOCK_MONOTONIC) - begun) / 1e6;
	blocklist_finish(list);
	messages_free(messages);
	return took;
}

double blocklist_time_change(const struct load *load, unsigned int length, __u32 n)
{
	struct block block = random_block(~n);
	struct blocklist list;
	double sum;

	block.prefix = block_shortened(&block.prefix, MIN(length, block.prefix.length));
	block.prefix.length = (uint8_t)length;
	open_list(&list, load);
	sum = change(&list, &block, false) + change(&list, &block, true);
	close_list(&list);
	return sum / 2;
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

#define INSTRUCTION(opcode, to, from, offset, number) \
	((struct bpf_insn){.code = (opcode),          \
			   .dst_reg = (to),           \
			   .src_reg = (from),         \
			   .off = (offset),           \
			   .imm = (number)})

int blocklist_load_trie(const GArray *blocks)
{
	enum {
		R0,
		R1,
		R2,
		R3,
		R10 = 10
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS,
		    .expected_attach_type = BPF_XDP); /* as whoever calls it */
	int trie = blocks ? make_trie(blocks) : -1, program;
	const struct bpf_insn instructions[] = {
		/* the packet's source, if it is long enough */
		INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, R2, R1, offsetof(struct xdp_md, data), 0),
		INSTRUCTION(BPF_LDX | BPF_MEM | BPF_W, R3, R1, offsetof(struct xdp_md, data_end),
			    0),
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
