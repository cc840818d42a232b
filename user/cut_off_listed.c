/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom the block list cuts off that a policy lets in. */
#include "blocklist.h"
#include "cut_off.h"
#include "spared.h"

/* The block list; NULL if it cannot be read, of which whoever changes it next will hear. */
static GArray *read_blocks(const struct gate *gate)
{
	struct messages *unheard = messages_new();
	struct blocklist list = {.tries = {-1, -1}};
	GArray *blocks = NULL;

	if (blocklist_open(&list, gate->directory, unheard))
		blocks = blocklist_read(&list, unheard);
	blocklist_close(&list);
	messages_free(unheard);
	return blocks;
}

/* Tells of each entry that hits somebody who is new; whether one does. */
static bool hits(const struct gate *gate, const struct spared *spared, const struct spared *before,
		 enum severity severity, struct messages *messages)
{
	const struct moment now = moment_now();
	g_autoptr(GArray) blocks = read_blocks(gate);
	bool hit = false;

	for (guint i = 0; blocks && i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);
		g_autofree char *whom = NULL, *known = NULL;
		char text[PREFIX_TEXT_SIZE];

		if (block->value.expires <= now.boot)
			continue;
		whom = spared_hit(spared, &block->prefix);
		known = whom ? spared_hit(before, &block->prefix) : NULL;
		if (!whom || known) /* what was insisted on once need not be again */
			continue;
		prefix_format(&block->prefix, text);
		message_add(messages, severity, "portcullis", 0,
			    "'%s', which is blocked, %s: 'portcullis unblock %s' first%s", text,
			    whom, text, severity == SEVERITY_ERROR ? ", or " CUT_OFF_WAYS : "");
		hit = true;
	}
	return hit;
}

bool cut_off_check_listed(const struct gate *gate, const struct generation *next,
			  bool allow_lockout, struct messages *messages)
{
	bool allowed = allow_lockout || next->choice->monitor || next->policy->settings.monitor;
	struct spared *spared, *before;
	bool hit;

	if (!gate->generation)
		return true; /* the block list begins with the gate */
	spared = spared_new(next->policy);
	before = spared_new(gate->generation->policy);
	hit = !spared_same(spared, before) &&
	      hits(gate, spared, before, allowed ? SEVERITY_WARNING : SEVERITY_ERROR, messages);
	spared_free(spared);
	spared_free(before);
	return !hit || allowed;
}
