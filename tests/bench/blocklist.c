/* SPDX-License-Identifier: GPL-2.0-only */
/* By the product's own code, on the maps of a policy that is attached to nothing. */
#include "blocklist.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>

#include "../../user/blocklist.h"
#include "mix.h"
#include "must.h"

#define SHORTEST 16

static struct block random_block(__u32 i)
{
	struct prefix address = {.family = AF_INET, .length = 32};
	const __be32 bytes = htonl(listed_address(i));
	int shorter = ffs((int)mix(~i)) - 1;

	memcpy(address.bytes, &bytes, sizeof(bytes));
	return (struct block){
		.prefix = block_shortened(&address,
					  (unsigned int)(32 - CLAMP(shorter, 0, 32 - SHORTEST))),
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

static struct blocklist open_list(const struct load *load)
{
	struct blocklist list = {
		.tries = {load_shared_fd(load, SHARED_BLOCKED4),
			  load_shared_fd(load, SHARED_BLOCKED6)},
		.table = load_shared_fd(load, SHARED_BLOCK_TABLE),
		.control = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED,
				load_shared_fd(load, SHARED_CONTROL), 0),
	};

	must(list.control != MAP_FAILED, "map what is switched");
	return list;
}

static void close_list(struct blocklist *list)
{
	blocklist_finish(list);
	munmap(list->control, sizeof(*list->control));
}

void blocklist_fill(const struct load *load, const GArray *blocks)
{
	struct blocklist list = open_list(load);
	const struct moment now = moment_now();
	struct messages *messages = messages_new();
	g_autoptr(GArray) before = blocklist_read(&list, messages);

	must(before && blocklist_write(&list, before, blocks, messages), "fill the block list");
	blocklist_note_swept(&list, &now);
	close_list(&list);
	messages_free(messages);
}

void blocklist_fill_trie(int trie, const GArray *blocks)
{
	const __u32 value = 1;

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);
		struct prefix4 key = {.length = block->prefix.length};

		memcpy(&key.address, block->prefix.bytes, sizeof(key.address));
		must(!bpf_map_update_elem(trie, &key, &value, BPF_ANY), "fill a trie");
	}
}

static double now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* ms until a prefix is blocked, or is no more: what follows is not waited for. */
static double change(struct blocklist *list, const struct block *block, bool wanted,
		     struct messages *messages)
{
	const double start = now_ms();
	const struct moment now = moment_now();
	g_autoptr(GArray) before = blocklist_read_around(list, &block->prefix, &now, messages);
	g_autoptr(GArray) after = before ? g_array_copy(before) : NULL;
	double taken;

	must(after && (wanted || blocks_find(after, &block->prefix)), "read a part of the list");
	if (wanted)
		g_array_append_val(after, *block);
	else
		g_array_remove_index(after, (guint)(blocks_find(after, &block->prefix) -
						    (struct block *)after->data));
	blocks_sort(after);
	blocks_settle(after);
	must(blocklist_write(list, before, after, messages), "change the block list");
	taken = now_ms() - start;
	blocklist_finish(list);
	return taken;
}

double blocklist_change(const struct load *load, const char *prefix)
{
	struct blocklist list = open_list(load);
	const struct moment now = moment_now();
	struct messages *messages = messages_new();
	struct block block = {.value.expires = BLOCKED_FOR_GOOD};
	double added, removed;

	must(!prefix_parse(prefix, &block.prefix), prefix);
	must(blocklist_is_settled(&list, &now), "change a part of the list");
	added = change(&list, &block, true, messages);
	removed = change(&list, &block, false, messages);
	close_list(&list);
	messages_free(messages);
	return MAX(added, removed);
}
