/* SPDX-License-Identifier: GPL-2.0-only */
/* The words of the table that blocked sources are looked up in. */
#include "block_words.h"

#include <string.h>

static struct block_chunk *chunk_at(struct block_words *words, __u32 n)
{
	if (n >= BLOCK_CHUNKS)
		return NULL;
	if (!words->chunks[n])
		words->chunks[n] = words->source(words->owner, n);
	if (words->chunks[n] && n == words->count)
		words->count++;
	return words->chunks[n];
}

__u64 *block_words_at(struct block_words *words, __u32 entry)
{
	struct block_chunk *chunk = chunk_at(words, (entry & BLOCK_PLACE) / BLOCK_CHUNK_WORDS);

	return chunk ? &chunk->word[entry % BLOCK_CHUNK_WORDS] : NULL;
}

__u32 *block_words_root(struct block_words *words)
{
	struct block_chunk *chunk = chunk_at(words, 0);

	return chunk ? &chunk->entry[BLOCK_ROOT_ENTRY] : NULL;
}

void block_chunk_begin(struct block_chunk *chunk, __u32 n)
{
	__u32 own = BLOCK_TAKEN_WORDS + (n ? 0 : BLOCK_ROOT_WORDS);

	memset(chunk->taken, 0, sizeof(chunk->taken));
	memset(chunk->taken, 0xff, own / 8);
}

/* The first free run in a chunk, from some bits on, and in no two of them; false: there is none. */
static bool find_free(const struct block_chunk *chunk, __u32 *at, __u32 count, __u32 *place)
{
	for (; *at < BLOCK_TAKEN_WORDS; ++*at) {
		__u64 begins = ~chunk->taken[*at];

		for (__u32 i = 1; i < count; i++)
			begins &= begins >> 1;
		if (!begins)
			continue;
		*place = *at * 64 + (__u32)__builtin_ctzll(begins);
		return true;
	}
	return false;
}

static void go_on(const struct block_words *words, struct block_search *search)
{
	if (!search->begun)
		search->down = search->up = words->count;
	search->begun = true;
	search->chunk = search->down ? --search->down : search->up++;
	search->at = 0;
}

/* Says of a run, which lies in one word of `taken`, whether it is. */
static bool mark_run(struct block_words *words, __u32 entry, __u32 count, bool taken)
{
	__u32 place = entry & BLOCK_PLACE;
	struct block_chunk *chunk = chunk_at(words, place / BLOCK_CHUNK_WORDS);
	__u64 run = ((1ULL << count) - 1) << place % 64, *bits;

	if (!chunk)
		return false;
	bits = &chunk->taken[place % BLOCK_CHUNK_WORDS / 64];
	*bits = taken ? *bits | run : *bits & ~run;
	return true;
}

bool block_words_take(struct block_words *words, __u32 count, __u32 *place)
{
	struct block_search *search = &words->searches[count];
	const struct block_chunk *chunk;

	if (!search->begun)
		go_on(words, search);
	while ((chunk = chunk_at(words, search->chunk))) {
		if (find_free(chunk, &search->at, count, place)) {
			*place += search->chunk * BLOCK_CHUNK_WORDS;
			return mark_run(words, *place, count, true);
		}
		go_on(words, search);
	}
	return false;
}

/* Says of all that an entry leads to whether it is taken. */
static bool mark(struct block_words *words, __u32 entry, bool taken)
{
	__u32 pieces = block_leaf_pieces(entry), end;
	const __u64 *at;
	bool done = true;

	if (!(entry & BLOCK_LEADS))
		return true;
	at = block_words_at(words, entry);
	if (!at)
		return false;
	if (entry & BLOCK_NODE) {
		for (__u32 i = 0; i < BLOCK_NODE_ENTRIES; i++)
			done &= mark(words, ((const __u32 *)at)[i], taken);
		return mark_run(words, entry, BLOCK_NODE_WORDS, taken) && done;
	}
	end = *(const __u32 *)(at + pieces);
	if (end & BLOCK_LEADS)
		done = mark_run(words, end, BLOCK_ENDS_WORDS(pieces), taken);
	return mark_run(words, entry, BLOCK_LEAF_WORDS(pieces), taken) && done;
}

void block_words_give_back(struct block_words *words, __u32 entry)
{
	mark(words, entry, false);
}

bool block_words_recount(struct block_words *words)
{
	const __u32 *root = block_words_root(words);
	bool done = root;

	for (__u32 n = 0; done && n < words->count; n++) {
		done = chunk_at(words, n);
		if (done)
			block_chunk_begin(words->chunks[n], n);
	}
	for (__u32 i = 0; done && i < BLOCK_ROOTS; i++)
		done = mark(words, root[i], true);
	return done;
}
