/* SPDX-License-Identifier: GPL-2.0-only */
#include "object.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <glib.h>
#include <linux/bpf.h>
#include <stdbool.h>

/* What is being loaded: libbpf tells a handler the program alone. */
static const struct portcullis *loading;

static bool is_direct(const struct bpf_insn *instruction)
{
	return instruction->code == (BPF_LD | BPF_IMM | BPF_DW) &&
	       instruction->src_reg == BPF_PSEUDO_MAP_FD &&
	       (instruction->imm == bpf_map__fd(loading->maps.ports) ||
		instruction->imm == bpf_map__fd(loading->maps.servers4) ||
		instruction->imm == bpf_map__fd(loading->maps.servers6) ||
		instruction->imm == bpf_map__fd(loading->maps.displacements4) ||
		instruction->imm == bpf_map__fd(loading->maps.displacements6) ||
		instruction->imm == bpf_map__fd(loading->maps.flow_peers) ||
		instruction->imm == bpf_map__fd(loading->maps.watch));
}

/* Called by libbpf when the maps are there and a program is about to be loaded. */
static int prepare(struct bpf_program *program, struct bpf_prog_load_opts *options, long flags)
{
	size_t count = bpf_program__insn_cnt(program);
	g_autofree struct bpf_insn *instructions =
		g_memdup2(bpf_program__insns(program), count * sizeof(struct bpf_insn));

	for (size_t i = 0; i < count; i++)
		if (is_direct(&instructions[i]))
			instructions[i].src_reg = BPF_PSEUDO_MAP_VALUE;
	options->prog_flags |= (__u32)flags;
	return bpf_program__set_insns(program, instructions, count);
}

/* Handlers are the process's, not the object's; they have to be known before it is opened. */
static bool register_handlers(void)
{
	static bool registered;
	LIBBPF_OPTS(libbpf_prog_handler_opts, xdp, .cookie = BPF_F_XDP_HAS_FRAGS,
		    .prog_prepare_load_fn = prepare);
	LIBBPF_OPTS(libbpf_prog_handler_opts, tc, .prog_prepare_load_fn = prepare);

	if (!registered)
		registered =
			libbpf_register_prog_handler("xdp.frags", BPF_PROG_TYPE_XDP, BPF_XDP,
						     &xdp) >= 0 &&
			libbpf_register_prog_handler("tc", BPF_PROG_TYPE_SCHED_CLS, 0, &tc) >= 0;
	return registered;
}

struct portcullis *object_open(void)
{
	return register_handlers() ? portcullis__open() : NULL;
}

static __u32 bit_if(bool on, __u32 bit)
{
	return on ? bit : 0;
}

/* Of forged sources the fast path asks where it knows servers: those named by address. */
static __u32 special_of(const struct portcullis__rodata *constants)
{
	bool forged = constants->replies && !constants->inside;

	return bit_if(constants->have_blocked4, SPECIAL_BLOCKED4) |
	       bit_if(constants->have_blocked6, SPECIAL_BLOCKED6) |
	       bit_if(forged && constants->seed4, SPECIAL_FORGED4) |
	       bit_if(forged && constants->seed6, SPECIAL_FORGED6) |
	       bit_if(constants->replies, SPECIAL_REPLIES) |
	       bit_if(constants->unlisted_drop, SPECIAL_UNLISTED);
}

int object_load(struct portcullis *object)
{
	object->rodata->special = special_of(object->rodata);
	loading = object;
	return portcullis__load(object);
}
