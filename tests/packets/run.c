/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs frames through the program, in one buffer or scattered over several. */
#include "harness.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <unistd.h>

static uint32_t first_buffer = FIRST_BUFFER_FULL;

void harness_first_buffer(uint32_t bytes)
{
	first_buffer = bytes;
}

static int run(int program, const void *frame, size_t size, uint32_t *verdict)
{
	static uint8_t out[FRAME_MAX];
	struct xdp_md buffers = {.data_end = first_buffer};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame, .data_size_in = size, .data_out = out,
		    .data_size_out = sizeof(out));

	if (first_buffer < size) {
		run.ctx_in = &buffers;
		run.ctx_size_in = sizeof(buffers);
	}
	if (bpf_prog_test_run_opts(program, &run))
		return -errno;
	assert_int_equal(run.data_size_out, size);
	assert_memory_equal(out, frame, size);
	*verdict = run.retval;
	return 0;
}

uint32_t harness_verdict(struct portcullis *program, const void *frame, size_t size)
{
	uint32_t verdict;

	assert_int_equal(run(bpf_program__fd(program->progs.portcullis), frame, size, &verdict), 0);
	return verdict;
}

bool harness_can_scatter(void)
{
	static const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	static const uint8_t frame[64];
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, 2, &options);
	uint32_t verdict;
	int err;

	assert_true(program >= 0);
	first_buffer = 0;
	err = run(program, frame, sizeof(frame), &verdict);
	first_buffer = FIRST_BUFFER_FULL;
	close(program);
	assert_true(!err || err == -EINVAL);
	return !err;
}
