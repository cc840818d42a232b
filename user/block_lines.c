/* SPDX-License-Identifier: GPL-2.0-only */
/* The lines of the table that blocked sources are looked up in. */
#include "block_lines.h"

#include <string.h>

#define WORDS (BLOCK_CHUNK_LINES / 64)

static struct block_chunk *chunk_at(struct block_lines *lines, __u32 n)
{
	if (n >= BLOCK_CHUNKS)
		return NULL;
	if (!lines->chunks[n])
		lines->chunks[n] = lines->source(lines->owner, n);
	if (lines->chunks[n] && n == lines->count)
		lines->count++;
	return lines->chunks[n];
}

struct block_line *block_lines_at(struct block_lines *lines, __u32 entry)
{
	struct block_chunk *chunk = chunk_at(lines, (entry & BLOCK_PLACE) / BLOCK_CHUNK_LINES);

	return chunk ? &chunk->line[entry % BLOCK_CHUNK_LINES] : NULL;
}

__u32 *block_lines_root(struct block_lines *lines)
{
	struct block_chunk *chunk = chunk_at(lines, 0);

	return chunk ? &chunk->entry[BLOCK_ROOT_ENTRY] : NULL;
}

void block_chunk_begin(struct block_chunk *chunk, __u32 n)
{
	__u32 own = BLOCK_TAKEN_LINES + (n ? 0 : BLOCK_ROOT_LINES);

	memset(chunk->taken, 0, sizeof(chunk->taken));
	memset(chunk->taken, 0xff, own / 8);
}

/* A run of so many lines, a power of two, as bits of their word of `taken`. */
static __u64 run_of(__u32 line, __u32 count)
{
	return ((1ULL << count) - 1) << line % 64;
}

/* The first free run in a chunk, from a word on; false if there is none. */
static bool find_free(const struct block_chunk *chunk, __u32 *word, __u32 count, __u32 *line)
{
	for (; *word < WORDS; ++*word) {
		if (!~chunk->taken[*word])
			continue;
		for (__u32 at = 0; at < 64; at += count) {
			*line = *word * 64 + at;
			if (!(chunk->taken[*word] & run_of(at, count)))
				return true;
		}
	}
	return false;
}

static void go_on(const struct block_lines *lines, struct block_search *search)
{
	if (!search->begun)
		search->down = search->up = lines->count;
	search->begun = true;
	search->chunk = search->down ? --search->down : search->up++;
	search->word = 0;
}

bool block_lines_take(struct block_lines *lines, __u32 count, __u32 *place)
{
	struct block_search *search = count == 1 ? &lines->for_one : &lines->for_ends;
	struct block_chunk *chunk;

	if (!search->begun)
		go_on(lines, search);
	while ((chunk = chunk_at(lines, search->chunk))) {
		if (find_free(chunk, &search->word, count, place)) {
			chunk->taken[*place / 64] |= run_of(*place, count);
			*place += search->chunk * BLOCK_CHUNK_LINES;
			return true;
		}
		go_on(lines, search);
	}
	return false;
}

static bool mark_run(struct block_lines *lines, __u32 entry, __u32 count, bool taken)
{
	__u32 place = entry & BLOCK_PLACE;
	struct block_chunk *chunk = chunk_at(lines, place / BLOCK_CHUNK_LINES);
	__u64 *word;

	if (!chunk)
		return false;
	word = &chunk->taken[place % BLOCK_CHUNK_LINES / 64];
	if (taken)
		*word |= run_of(place, count);
	else
		*word &= ~run_of(place, count);
	return true;
}

/* Says of all that an entry leads to whether it is taken. */
static bool mark(struct block_lines *lines, __u32 entry, bool taken)
{
	const struct block_line *line;
	bool done = true;

	if (!(entry & BLOCK_LEADS))
		return true;
	line = block_lines_at(lines, entry);
	if (!line)
		return false;
	if (!(entry & BLOCK_NODE) && line->end & BLOCK_LEADS)
		done = mark_run(lines, line->end, BLOCK_ENDS_LINES, taken);
	for (__u32 i = 0; entry & BLOCK_NODE && i < BLOCK_LINE_ENTRIES; i++)
		done &= mark(lines, line->entry[i], taken);
	return mark_run(lines, entry, 1, taken) && done;
}

void block_lines_give_back(struct block_lines *lines, __u32 entry)
{
	mark(lines, entry, false);
}

bool block_lines_recount(struct block_lines *lines)
{
	const __u32 *root = block_lines_root(lines);
	bool done = root;

	for (__u32 n = 0; done && n < lines->count; n++) {
		done = chunk_at(lines, n);
		if (done)
			block_chunk_begin(lines->chunks[n], n);
	}
	for (__u32 i = 0; done && i < BLOCK_ROOTS; i++)
		done = mark(lines, root[i], true);
	return done;
}
