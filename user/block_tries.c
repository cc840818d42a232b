/* SPDX-License-Identifier: GPL-2.0-only */
/* The tries of blocked prefixes in the kernel. */
#include "block_tries.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "block.h"

/* Entries to a system call: at most, and where a few are to be found. */
#define BATCH      4096
#define FEW        64
#define BATCH_MORE 4

/* How often a reader begins again because a writer took away where it was. */
#define TRIES_MAX 100

/* A key as both families have it: the length first, and the address follows. */
struct key {
	__u32 length;
	__u8 address[16];
};
_Static_assert(sizeof(struct key) == sizeof(struct prefix6), "the longer of both");

static __u32 address_size(uint8_t family)
{
	return family == AF_INET ? 4 : 16;
}

static __u32 key_size(uint8_t family)
{
	return sizeof(__u32) + address_size(family);
}

static struct key key_of(const struct prefix *prefix)
{
	struct key key = {.length = prefix->length};

	memcpy(key.address, prefix->bytes, address_size(prefix->family));
	return key;
}

static struct block entry_of(uint8_t family, const char *key, const struct blocked *value)
{
	struct block block = {.prefix.family = family, .value = *value};
	__u32 length;

	memcpy(&length, key, sizeof(length));
	block.prefix.length = (uint8_t)length;
	memcpy(block.prefix.bytes, key + sizeof(length), address_size(family));
	block.value.length = 0; /* the prefix says it */
	return block;
}

/* Entries as they come, from a place on. */
struct reading {
	int trie;
	uint8_t family;
	struct key place; /* the last one that was read */
	bool begun;
	__u32 count;
	char keys[BATCH * sizeof(struct key)];
	struct blocked values[BATCH];
};

/* Reads so many more; `count` of them. At the end -ENOENT, with the last ones. */
static int read_on(struct reading *reading, __u32 count)
{
	int error = 0;

	reading->count = count;
	if (bpf_map_lookup_batch(reading->trie, reading->begun ? &reading->place : NULL,
				 &reading->place, reading->keys, reading->values, &reading->count,
				 NULL))
		error = -errno;
	reading->begun = true;
	return error;
}

static struct block entry_read(const struct reading *reading, __u32 i)
{
	return entry_of(reading->family, reading->keys + i * key_size(reading->family),
			&reading->values[i]);
}

static int read_all(GArray *blocks, int trie, uint8_t family)
{
	struct reading *reading = g_new(struct reading, 1);
	int error = 0;

	reading->trie = trie;
	reading->family = family;
	reading->begun = false;
	while (!error) {
		error = read_on(reading, BATCH);
		if (error && error != -ENOENT)
			break;
		for (__u32 i = 0; i < reading->count; i++) {
			const struct block block = entry_read(reading, i);

			g_array_append_val(blocks, block);
		}
	}
	g_free(reading);
	return error == -ENOENT ? 0 : error;
}

int block_trie_read(GArray *blocks, int trie, uint8_t family)
{
	guint before = blocks->len;
	int error = read_all(blocks, trie, family);

	for (int try = 0; error == -EINTR && try < TRIES_MAX; try++) {
		g_array_set_size(blocks, before);
		error = read_all(blocks, trie, family);
	}
	return error;
}

/* The longest that holds a prefix, itself included. -ENOENT: none. */
static int find_holding(int trie, const struct prefix *prefix, struct block *found)
{
	const struct key key = key_of(prefix);

	if (bpf_map_lookup_elem(trie, &key, &found->value))
		return -errno;
	found->prefix = block_shortened(prefix, found->value.length);
	found->value.length = 0;
	return 0;
}

int block_trie_read_holding(GArray *blocks, int trie, const struct prefix *prefix)
{
	struct prefix rest = *prefix;
	struct block block;
	int error;

	while (!(error = find_holding(trie, &rest, &block))) {
		g_array_append_val(blocks, block);
		if (!block.prefix.length)
			return 0;
		rest = block_shortened(prefix, block.prefix.length - 1U);
	}
	return error == -ENOENT ? 0 : error;
}

/* Appends what was read, but for a prefix itself, as far as it lies in there; whether all does. */
static bool add_within(GArray *blocks, const struct reading *reading, const struct prefix *prefix)
{
	for (__u32 i = 0; i < reading->count; i++) {
		const struct block block = entry_read(reading, i);

		if (!prefix_contains(prefix, &block.prefix))
			return false;
		if (block_compare_prefixes(prefix, &block.prefix))
			g_array_append_val(blocks, block);
	}
	return true;
}

/*
 * The kernel tells the entry that comes after one that there is, nested ones first: all that lie in
 * a prefix come in a row, behind its first address.
 */
static int read_behind(GArray *blocks, int trie, const struct prefix *first,
		       const struct prefix *prefix)
{
	struct reading *reading = g_new(struct reading, 1);
	__u32 count = FEW;
	int error = 0;

	reading->trie = trie;
	reading->family = prefix->family;
	reading->place = key_of(first);
	reading->begun = true;
	while (!error) {
		error = read_on(reading, count);
		if ((error && error != -ENOENT) || !add_within(blocks, reading, prefix))
			break;
		count = MIN(count * BATCH_MORE, BATCH);
	}
	g_free(reading);
	return error == -ENOENT ? 0 : error;
}

int block_trie_read_within(GArray *blocks, int trie, const struct prefix *prefix)
{
	struct prefix first = *prefix;
	struct blocked none = {.length = address_size(prefix->family) * 8};
	struct block found;
	struct key key;
	bool there;
	int error;

	first.length = (uint8_t)none.length;
	key = key_of(&first);
	error = find_holding(trie, &first, &found);
	there = !error && found.prefix.length == first.length;
	if (error && error != -ENOENT)
		return error;
	if (there && first.length > prefix->length)
		g_array_append_val(blocks, found);
	if (!error) /* what the program finds in between is as true as before */
		none.until = found.value.until;
	if (!there && bpf_map_update_elem(trie, &key, &none, BPF_ANY))
		return -errno;
	error = read_behind(blocks, trie, &first, prefix);
	if (!there && bpf_map_delete_elem(trie, &key))
		return -errno;
	return error;
}

/* One batch of a family's entries, put or taken away. */
static int send_batch(int trie, const char *keys, const struct blocked *values, __u32 count,
		      bool put)
{
	if (put ? bpf_map_update_batch(trie, keys, values, &count, NULL)
		: bpf_map_delete_batch(trie, keys, &count, NULL))
		return -errno;
	return 0;
}

int block_trie_write(int trie, uint8_t family, const GArray *blocks, bool put)
{
	g_autofree char *keys = g_malloc(BATCH * sizeof(struct key));
	g_autofree struct blocked *values = g_new(struct blocked, BATCH);
	__u32 count = 0;
	int error = 0;

	for (guint i = 0; !error && i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);
		const struct key key = key_of(&block->prefix);

		if (block->prefix.family != family)
			continue;
		memcpy(keys + count * key_size(family), &key, key_size(family));
		values[count] = block->value;
		values[count++].length = block->prefix.length;
		if (count == BATCH) {
			error = send_batch(trie, keys, values, count, put);
			count = 0;
		}
	}
	return !error && count ? send_batch(trie, keys, values, count, put) : error;
}

bool block_trie_is_empty(int trie)
{
	struct key first;

	return bpf_map_get_next_key(trie, NULL, &first) && errno == ENOENT;
}
