/* SPDX-License-Identifier: GPL-2.0-only */
/* One change of the table that blocked IPv4 sources are looked up in, in the kernel's memory. */
#include "block_change.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

static bool fail(struct messages *messages, const char *step)
{
	message_add(messages, SEVERITY_ERROR, "block list", 0, "cannot %s: %s", step,
		    strerror(errno));
	return false;
}

/* Whoever finds it set with the lock held knows that a writer did not come to its end. */
static void set_changing(struct block_change *change, bool changing)
{
	__atomic_store_n(&change->control->blocks_changing, changing, __ATOMIC_RELEASE);
}

static bool add_some(struct block_roots *roots, const GArray *blocks)
{
	bool any = false;

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);

		if (block->prefix.family != AF_INET)
			continue;
		block_roots_add(roots, &block->prefix);
		any = true;
	}
	return any;
}

/* Which entries of the root the steps are about; whether any. */
static bool add_roots(struct block_roots *roots, const struct block_steps *steps)
{
	bool any = add_some(roots, steps->raised);

	any |= add_some(roots, steps->added);
	any |= add_some(roots, steps->removed);
	return add_some(roots, steps->lowered) || any;
}

/* A writer that was killed has left lines taken, and packets may be in those that it gave back. */
static bool heal(struct block_memory *memory)
{
	return !memory->lines.count ||
	       (block_memory_wait(memory) && block_lines_recount(&memory->lines));
}

bool block_change_begin(struct block_change *change, struct control *control, int table,
			const struct block_steps *steps, const GArray *to,
			struct messages *messages)
{
	g_autofree struct block_roots *roots = g_new0(struct block_roots, 1);
	bool killed = control->blocks_changing, prepared;

	*change = (struct block_change){.control = control};
	change->concerned = add_roots(roots, steps) || killed;
	if (!change->concerned)
		return true;
	if (!block_memory_open(&change->memory, table, messages))
		return false;
	set_changing(change, true);
	if (killed)
		block_roots_add_all(roots);
	prepared = (!killed || heal(&change->memory)) &&
		   block_fill_prepare(&change->fill, &change->memory.lines, to, roots);
	if (!prepared) {
		fail(messages, "make room in its table");
		set_changing(change, killed);
		block_memory_close(&change->memory);
	}
	return prepared;
}

void block_change_publish(struct block_change *change)
{
	if (change->concerned)
		block_fill_publish(&change->fill);
}

void block_change_end(struct block_change *change)
{
	if (!change->concerned)
		return;
	if (change->made && block_memory_wait(&change->memory)) {
		block_fill_end(&change->fill);
		if (!(change->control->blocks & BLOCKS_IPV4))
			block_memory_drop(&change->memory);
		set_changing(change, false);
	}
	g_clear_pointer(&change->fill.entries, g_array_unref);
	block_memory_close(&change->memory);
}
