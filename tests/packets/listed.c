/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts prefixes on the block list of a loaded program, by the loader's own code. */
#include "listed.h"

#include <bpf/libbpf.h>

#include "harness.h"

struct blocklist listed_open(struct portcullis *program)
{
	return (struct blocklist){
		.tries = {bpf_map__fd(program->maps.blocked4), bpf_map__fd(program->maps.blocked6)},
		.table = bpf_map__fd(program->maps.block_table),
		.control = (struct control *)&program->data_control->control,
	};
}

static GArray *read_list(const struct blocklist *list, struct messages *messages)
{
	GArray *blocks = blocklist_read(list, messages);

	assert_non_null(blocks);
	return blocks;
}

void listed_replace(struct portcullis *program, GArray *blocks)
{
	struct blocklist list = listed_open(program);
	struct messages *messages = messages_new();
	g_autoptr(GArray) before = read_list(&list, messages);

	blocks_sort(blocks);
	assert_true(blocklist_write(&list, before, blocks, messages));
	blocklist_finish(&list);
	messages_free(messages);
}

void listed_add(struct portcullis *program, const GArray *blocks)
{
	struct blocklist list = listed_open(program);
	struct messages *messages = messages_new();
	g_autoptr(GArray) all = g_array_copy((GArray *)blocks), before = read_list(&list, messages);

	/* of equal ones the first is kept */
	g_array_append_vals(all, before->data, before->len);
	messages_free(messages);
	listed_replace(program, all);
}
