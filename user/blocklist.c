/* SPDX-License-Identifier: GPL-2.0-only */
/* The block list in the kernel: pinned tries, read and written in batches, and a table with them.
 */
#include "blocklist.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "block_change.h"
#include "block_tries.h"
#include "shared.h"

/* So long what has expired may stay where a change is about one prefix alone. */
#define SWEEP_SECONDS 3600

#define NS_PER_SECOND 1000000000

/* The two tries. */
static const struct {
	enum shared_map map;
	__u32 listing;
	uint8_t family;
} tries[2] = {
	{SHARED_BLOCKED4, BLOCKS_IPV4, AF_INET},
	{SHARED_BLOCKED6, BLOCKS_IPV6, AF_INET6},
};

static bool fail(struct messages *messages, const char *step, int error)
{
	message_add(messages, SEVERITY_ERROR, "block list", 0, "cannot %s: %s", step,
		    strerror(error));
	return false;
}

struct moment moment_now(void)
{
	struct timespec boot, since_1970;

	clock_gettime(CLOCK_MONOTONIC, &boot);
	clock_gettime(CLOCK_REALTIME, &since_1970);
	return (struct moment){
		.boot = (uint64_t)boot.tv_sec * 1000000000 + (uint64_t)boot.tv_nsec,
		.unix_time = (uint64_t)since_1970.tv_sec,
	};
}

bool blocklist_open(struct blocklist *list, const char *directory, struct messages *messages)
{
	int control = shared_open_sole(directory, SHARED_CONTROL, messages);
	bool mapped = false;

	*list = (struct blocklist){.tries = {-1, -1}, .table = -1};
	if (control < 0)
		return false;
	list->control =
		mmap(NULL, sizeof(*list->control), PROT_READ | PROT_WRITE, MAP_SHARED, control, 0);
	if (list->control == MAP_FAILED) {
		list->control = NULL;
		fail(messages, "map what is switched", errno);
	} else {
		mapped = true;
	}
	close(control);
	for (int i = 0; mapped && i < 2; i++) {
		list->tries[i] = shared_open_sole(directory, tries[i].map, messages);
		mapped = list->tries[i] >= 0;
	}
	if (mapped) {
		list->table = shared_open_sole(directory, SHARED_BLOCK_TABLE, messages);
		mapped = list->table >= 0;
	}
	if (!mapped)
		blocklist_close(list);
	return mapped;
}

void blocklist_close(struct blocklist *list)
{
	blocklist_finish(list);
	for (int i = 0; i < 2; i++)
		if (list->tries[i] >= 0)
			close(list->tries[i]);
	if (list->table >= 0)
		close(list->table);
	if (list->control)
		munmap(list->control, sizeof(*list->control));
	*list = (struct blocklist){.tries = {-1, -1}, .table = -1};
}

GArray *blocklist_read(const struct blocklist *list, struct messages *messages)
{
	GArray *blocks = blocks_new();
	int error = 0;

	for (int i = 0; !error && i < 2; i++)
		error = block_trie_read(blocks, list->tries[i], tries[i].family);
	if (!error) {
		blocks_sort(blocks);
		return blocks;
	}
	fail(messages, "read its entries", -error);
	g_array_unref(blocks);
	return NULL;
}

bool blocklist_is_settled(const struct blocklist *list, const struct moment *now)
{
	return !list->control->blocks_changing &&
	       now->boot / NS_PER_SECOND < list->control->blocks_swept + SWEEP_SECONDS;
}

void blocklist_note_swept(const struct blocklist *list, const struct moment *now)
{
	__atomic_store_n(&list->control->blocks_swept, (__u32)(now->boot / NS_PER_SECOND),
			 __ATOMIC_RELEASE);
}

static int trie_of(const struct blocklist *list, const struct prefix *prefix)
{
	return list->tries[prefix->family == AF_INET ? 0 : 1];
}

/* What holds the part and is over may be about more than the part: that stays for now. */
static int read_part(const struct blocklist *list, GArray *blocks, const struct prefix *part,
		     const struct moment *now)
{
	int error = block_trie_read_holding(blocks, trie_of(list, part), part);

	blocks_sweep(blocks, now);
	return error ? error : block_trie_read_within(blocks, trie_of(list, part), part);
}

GArray *blocklist_read_around(const struct blocklist *list, const struct prefix *prefix,
			      const struct moment *now, struct messages *messages)
{
	unsigned int length =
		prefix->family == AF_INET ? MIN(prefix->length, BLOCK_ROOT_BITS) : prefix->length;
	const struct prefix part = block_shortened(prefix, length);
	GArray *blocks = blocks_new();
	int error = read_part(list, blocks, &part, now);

	if (!error) {
		blocks_sort(blocks);
		return blocks;
	}
	g_array_unref(blocks);
	if (error == -ENOSPC) /* the list is full */
		return blocklist_read(list, messages);
	fail(messages, "read its entries", -error);
	return NULL;
}

static bool write_step(const struct blocklist *list, const GArray *blocks, bool put,
		       struct messages *messages)
{
	for (int i = 0; blocks->len && i < 2; i++) {
		int error = block_trie_write(list->tries[i], tries[i].family, blocks, put);

		if (error == -ENOSPC) {
			message_add(messages, SEVERITY_ERROR, "block list", 0,
				    "is full: expected no more than %u prefixes of a family",
				    BLOCKED_MAX);
			return false;
		}
		if (error)
			return fail(messages, put ? "write an entry" : "remove an entry", -error);
	}
	return true;
}

static __u32 families_of(const GArray *blocks)
{
	__u32 families = 0;

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);

		families |= block->prefix.family == AF_INET ? BLOCKS_IPV4 : BLOCKS_IPV6;
	}
	return families;
}

/* Of what is listed, whatever part of it is known. */
static __u32 families_listed(const struct blocklist *list)
{
	__u32 families = 0;

	for (int i = 0; i < 2; i++)
		families |= block_trie_is_empty(list->tries[i]) ? 0 : tries[i].listing;
	return families;
}

/* The program's switch: it must not be off while anything is listed. */
static void set_listing(const struct blocklist *list, __u32 families)
{
	__atomic_store_n(&list->control->blocks, families, __ATOMIC_RELEASE);
}

static bool write_steps(const struct blocklist *list, const struct block_steps *steps,
			struct messages *messages)
{
	return write_step(list, steps->raised, true, messages) &&
	       write_step(list, steps->added, true, messages) &&
	       write_step(list, steps->removed, false, messages) &&
	       write_step(list, steps->lowered, true, messages);
}

bool blocklist_write(struct blocklist *list, const GArray *from, const GArray *to,
		     struct messages *messages)
{
	struct block_change *change = g_new0(struct block_change, 1);
	struct block_steps steps;
	bool done, grows;

	blocklist_finish(list);
	block_steps_find(&steps, from, to);
	grows = steps.raised->len || steps.added->len;
	done = block_change_begin(change, list->control, list->table, &steps, to, messages);
	if (done) {
		list->change = change;
		set_listing(list, list->control->blocks | families_of(to));
		if (grows)
			block_change_publish(change);
		done = write_steps(list, &steps, messages);
		if (done && !grows)
			block_change_publish(change);
		if (done)
			set_listing(list, families_listed(list));
		change->made = done;
	} else {
		g_free(change);
	}
	block_steps_clear(&steps);
	return done;
}

void blocklist_finish(struct blocklist *list)
{
	if (list->change)
		block_change_end(list->change);
	g_clear_pointer(&list->change, g_free);
}

bool blocklist_find(const char *directory, const struct prefix *address, struct block *found,
		    struct messages *messages)
{
	const struct moment now = moment_now();
	const struct block *block = NULL;
	g_autoptr(GArray) blocks = blocks_new();
	struct blocklist list;
	int error;

	if (!blocklist_open(&list, directory, messages))
		return false;
	error = block_trie_read_holding(blocks, trie_of(&list, address), address);
	blocklist_close(&list);
	if (error)
		return fail(messages, "read its entries", -error);
	blocks_sort(blocks);
	blocks_sweep(blocks, &now);
	block = blocks_holding(blocks, address);
	if (block)
		*found = *block;
	return block;
}
