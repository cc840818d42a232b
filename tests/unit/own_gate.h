/* SPDX-License-Identifier: GPL-2.0-only */
/* Gates on a host of a test's own. Include own_host.h and cmocka.h first. */
#ifndef PORTCULLIS_OWN_GATE_H
#define PORTCULLIS_OWN_GATE_H

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <sys/file.h>

#include "gate.h"
#include "generation_text.h"

/* The gate's folder; the caller frees it. */
static inline char *gate_folder(void)
{
	return g_strdup_printf("%s/portcullis", bpffs);
}

static inline gint compare_texts(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* What is kept of generations is told once, of whatever generation. */
static inline bool is_told_already(const GPtrArray *names, const char *name)
{
	bool told = false;

	for (guint i = 0; i < names->len; i++)
		told |= !strcmp(names->pdata[i], "catalog") && g_str_has_prefix(name, "catalog-");
	return told;
}

/*
 * The names in the gate's folder, each with a space behind it; numbers of links and generations are
 * not told.
 */
static inline char *pins(void)
{
	g_autofree char *folder = gate_folder();
	g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GString *text = g_string_new(NULL);
	const char *name;

	while (entries && (name = g_dir_read_name(entries))) {
		if (is_told_already(names, name))
			continue;
		if (g_str_has_prefix(name, "link-"))
			name = "link";
		else if (g_str_has_prefix(name, "catalog-"))
			name = "catalog";
		g_ptr_array_add(names, g_strdup(name));
	}
	g_ptr_array_sort(names, compare_texts);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(text, "%s ", (char *)names->pdata[i]);
	return g_string_free(text, FALSE);
}

static inline void check_pins(const char *expected)
{
	g_autofree char *found = pins();

	assert_string_equal(found, expected);
}

#define SHARED_PINS                                                                                \
	"block_table-1024 blocked4-4194304 blocked6-4194304 control-1 counters-3 dropped_ports-64 " \
	"events-262144 "                                                                           \
	"flow_peers-1 flows-1 "                                                                    \
	"fragments-1 inbound_flows-1 limits-1 reasons-1 server_counters-3 watch-1 "                \
	"watch_shares-1 "

/* The id of the XDP program on a card; 0: none. */
static inline __u32 program_on(const char *card)
{
	__u32 program = 0;

	bpf_xdp_query_id((int)if_nametoindex(card), 0, &program);
	return program;
}

static inline struct gate *open_gate(enum gate_use use)
{
	struct messages *messages = messages_new();
	struct gate *gate = gate_open(bpffs, use, messages);
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, "");
	assert_non_null(gate);
	messages_free(messages);
	return gate;
}

/* Enforces a choice, and tells what was said; the caller frees it. */
static inline char *apply(struct choice *choice, bool *done)
{
	struct gate *gate = open_gate(GATE_WRITE);
	struct generation *next = compile_after(choice, gate->generation);
	struct messages *messages = messages_new();
	char *said;

	*done = gate_apply(gate, next, messages);
	said = all_messages(messages);
	messages_free(messages);
	generation_free(next);
	gate_close(gate);
	return said;
}

static inline void apply_right(struct choice *choice)
{
	bool done;
	g_autofree char *said = apply(choice, &done);

	assert_string_equal(said, "");
	assert_true(done);
}

static inline void apply_wrong(struct choice *choice, const char *expected)
{
	bool done;
	g_autofree char *said = apply(choice, &done);

	assert_string_equal(said, expected);
	assert_false(done);
}

/* Leaves nothing behind; for cmocka's teardown too. */
static inline int take_down(void **state)
{
	struct messages *messages = messages_new();
	struct gate *gate;
	bool done;

	/* A test that has failed may hold the lock. */
	for (int descriptor = 3; descriptor < 256; descriptor++)
		flock(descriptor, LOCK_UN);
	gate = gate_open(bpffs, GATE_WRITE, messages);
	done = gate && gate_detach(gate, messages) && gate_remove(gate, messages);

	gate_close(gate);
	messages_free(messages);
	return !done;
}

/* An XDP program of somebody else, which passes everything; its descriptor. */
static inline int load_other_program(void)
{
	const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	/* As ours, so that it can stand in its place. */
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS,
		    .expected_attach_type = BPF_XDP);
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "other", "GPL", instructions,
				    G_N_ELEMENTS(instructions), &options);

	assert_true(program >= 0);
	return program;
}

static inline __u32 program_id(int program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &size), 0);
	return info.id;
}

#endif
