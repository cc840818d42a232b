/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked sources in the program's maps, from the same table that the model judges by. */
#include "blocking.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <string.h>

#include "block.h"
#include "listed.h"
#include "policies.h"

void blocking_open(struct portcullis *program, const struct model_policy *policy)
{
	for (size_t i = 0; i < policy->block_count; i++) {
		const struct model_block *block = &policy->blocks[i];

		if (block->sites && block->family == AF_INET)
			program->rodata->have_blocked4 = true;
		else if (block->sites)
			program->rodata->have_blocked6 = true;
	}
	bpf_map__set_max_entries(program->maps.site_blocked4, 16);
	bpf_map__set_max_entries(program->maps.site_blocked6, 16);
}

/* Whether one prefix of a family holds another. */
static bool holds(const struct model_block *outer, const struct model_block *inner)
{
	uint8_t address[16], wanted[16];

	if (outer->family != inner->family || outer->prefix.bits > inner->prefix.bits)
		return false;
	inet_pton(outer->family, outer->prefix.text, wanted);
	inet_pton(inner->family, inner->prefix.text, address);
	for (unsigned int bit = 0; bit < outer->prefix.bits; bit++)
		if ((address[bit / 8] ^ wanted[bit / 8]) & 0x80 >> bit % 8)
			return false;
	return true;
}

/* An entry of the list lasts as long as any that holds it. */
static struct blocked value_of(const struct model_policy *policy, const struct model_block *block)
{
	struct blocked value = {.until = 1};

	for (size_t i = 0; i < policy->block_count; i++) {
		const struct model_block *other = &policy->blocks[i];

		if (!other->sites && !other->over && holds(other, block))
			value.until = BLOCKED_FOR_GOOD;
	}
	return value;
}

static void put(struct bpf_map *map4, struct bpf_map *map6, const struct model_block *block,
		const void *value)
{
	struct prefix4 key4 = {.length = block->prefix.bits};
	struct prefix6 key6 = {.length = block->prefix.bits};
	bool is4 = block->family == AF_INET;

	inet_pton(block->family, block->prefix.text,
		  is4 ? (void *)&key4.address : (void *)key6.address);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(is4 ? map4 : map6),
					     is4 ? (void *)&key4 : (void *)&key6, value, BPF_ANY),
			 0);
}

static struct block entry_of(const struct model_policy *policy, const struct model_block *block)
{
	struct block entry = {
		.prefix = {.family = (uint8_t)block->family, .length = (uint8_t)block->prefix.bits},
		.value = value_of(policy, block)};

	inet_pton(block->family, block->prefix.text, entry.prefix.bytes);
	return entry;
}

static void add_crowd(GArray *live, const struct model_crowd *crowd)
{
	for (unsigned int i = 0; i < crowd->count; i++) {
		struct block entry = {.prefix = {.family = AF_INET, .length = 32},
				      .value.until = BLOCKED_FOR_GOOD};

		memcpy(entry.prefix.bytes, crowd->first, sizeof(crowd->first));
		entry.prefix.bytes[3] += i * crowd->distance;
		if (crowd->differ && i % 2)
			entry.value.until = 1ULL << 57; /* in ns: four years since boot */
		g_array_append_val(live, entry);
	}
}

void blocking_load(struct portcullis *program, const struct model_policy *policy)
{
	const uint8_t yes = 1;
	g_autoptr(GArray) live = blocks_new();

	for (size_t i = 0; i < policy->block_count; i++) {
		const struct model_block *block = &policy->blocks[i];
		const struct block entry = entry_of(policy, block);

		if (block->sites)
			put(program->maps.site_blocked4, program->maps.site_blocked6, block, &yes);
		else
			g_array_append_val(live, entry);
	}
	if (!policy->block_count)
		return;
	for (size_t i = 0; i < policy->crowd_count; i++)
		add_crowd(live, &policy->crowds[i]);
	listed_replace(program, live);
}
