/* SPDX-License-Identifier: GPL-2.0-only */
#include "direct.h"

#include <bpf/bpf.h>
#include <glib.h>
#include <linux/bpf.h>
#include <stdbool.h>

static const char *const names[] = {"ports", "servers4", "servers6"};

/* libbpf tells a handler the program alone. */
static struct bpf_object *expected;

void direct_expect(struct bpf_object *object)
{
	expected = object;
}

static bool is_direct(const struct bpf_insn *instruction, const int fds[])
{
	if (instruction->code != (BPF_LD | BPF_IMM | BPF_DW) ||
	    instruction->src_reg != BPF_PSEUDO_MAP_FD)
		return false;
	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		if (instruction->imm == fds[i])
			return true;
	return false;
}

/* Called by libbpf when maps are there and the program is about to be loaded. */
static int prepare(struct bpf_program *program, struct bpf_prog_load_opts *options, long flags)
{
	size_t count = bpf_program__insn_cnt(program);
	g_autofree struct bpf_insn *instructions =
		g_memdup2(bpf_program__insns(program), count * sizeof(struct bpf_insn));
	int fds[G_N_ELEMENTS(names)];

	for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
		fds[i] = bpf_object__find_map_fd_by_name(expected, names[i]);
	for (size_t i = 0; i < count; i++)
		if (is_direct(&instructions[i], fds))
			instructions[i].src_reg = BPF_PSEUDO_MAP_VALUE;
	options->prog_flags |= (__u32)flags;
	return bpf_program__set_insns(program, instructions, count);
}

int direct_register(void)
{
	static bool registered;
	LIBBPF_OPTS(libbpf_prog_handler_opts, xdp, .cookie = BPF_F_XDP_HAS_FRAGS,
		    .prog_prepare_load_fn = prepare);
	LIBBPF_OPTS(libbpf_prog_handler_opts, tc, .prog_prepare_load_fn = prepare);
	int id;

	if (registered)
		return 0;
	id = libbpf_register_prog_handler("xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP, &xdp);
	if (id >= 0)
		id = libbpf_register_prog_handler("tc", BPF_PROG_TYPE_SCHED_CLS, 0, &tc);
	registered = id >= 0;
	return id < 0 ? id : 0;
}
