/* SPDX-License-Identifier: GPL-2.0-only */
/* The tc filter that learns replies: ours comes and goes, others' stay. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>

#include "egress.h"

static int card(void)
{
	return (int)if_nametoindex("card0");
}

static int load_program(const char *name)
{
	const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = -1},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_SCHED_CLS, name, "GPL", instructions,
				    G_N_ELEMENTS(instructions), NULL);

	assert_true(program >= 0);
	return program;
}

static int load_ours(void)
{
	return load_program("portcullis_egre"); /* as the kernel cuts the name off */
}

static __u32 id_of(int program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &size), 0);
	return info.id;
}

/* The id of what of ours is attached; 0: nothing. */
static __u32 attached(void)
{
	struct egress found;
	__u32 id;

	assert_int_equal(egress_find(card(), &found), 0);
	if (found.program < 0)
		return 0;
	id = id_of(found.program);
	close(found.program);
	return id;
}

static bool has_qdisc(void)
{
	return !system("tc qdisc show dev card0 | grep -q clsact");
}

static void comes_and_goes(void **state)
{
	int one = load_ours(), other = load_ours();

	assert_int_equal(attached(), 0);
	assert_int_equal(egress_detach(card()), 0);
	assert_int_equal(egress_attach(card(), one), 0);
	assert_int_equal(attached(), id_of(one));
	assert_int_equal(egress_attach(card(), other), 0);
	assert_int_equal(attached(), id_of(other));
	assert_int_equal(system("test $(tc filter show dev card0 egress | grep -c handle) = 1"), 0);
	assert_int_equal(egress_detach(card()), 0);
	assert_int_equal(attached(), 0);
	assert_false(has_qdisc());
	close(one);
	close(other);
}

static void leaves_a_qdisc_that_was_there(void **state)
{
	int one = load_ours(), other = load_ours();

	run("tc qdisc add dev card0 clsact");
	assert_int_equal(egress_attach(card(), one), 0);
	assert_int_equal(egress_attach(card(), other), 0);
	assert_int_equal(egress_detach(card()), 0);
	assert_true(has_qdisc());
	run("tc qdisc del dev card0 clsact");
	close(one);
	close(other);
}

static void leaves_filters_of_others(void **state)
{
	static const char *const sides[] = {"ingress", "egress"};
	int one = load_ours();

	for (unsigned int i = 0; i < G_N_ELEMENTS(sides); i++) {
		g_autofree char *add = g_strdup_printf(
			"tc filter add dev card0 %s bpf bytecode '1,6 0 0 0,'", sides[i]);

		assert_int_equal(egress_attach(card(), one), 0);
		run(add);
		assert_int_equal(egress_detach(card()), 0);
		assert_int_equal(attached(), 0);
		assert_true(has_qdisc());
		run("tc qdisc del dev card0 clsact");
	}
	close(one);
}

static void tells_others_from_ours(void **state)
{
	int ours = load_ours(), theirs = load_program("theirs");
	struct egress found;

	assert_int_equal(egress_attach(card(), theirs), 0);
	assert_int_equal(egress_find(card(), &found), -EEXIST);
	assert_int_equal(found.program, -1);
	assert_int_equal(egress_attach(card(), ours), -EEXIST);
	assert_int_equal(egress_detach(card()), 0);
	assert_true(has_qdisc());
	run("tc qdisc del dev card0 clsact");
	close(ours);
	close(theirs);
}

static void needs_an_interface(void **state)
{
	struct egress found;
	int one = load_ours();

	assert_int_equal(egress_find(9999, &found), 0);
	assert_int_equal(found.program, -1);
	assert_int_equal(egress_attach(9999, one), -ENODEV);
	assert_int_equal(egress_detach(9999), 0);
	close(one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_and_goes),
		cmocka_unit_test(leaves_a_qdisc_that_was_there),
		cmocka_unit_test(leaves_filters_of_others),
		cmocka_unit_test(tells_others_from_ours),
		cmocka_unit_test(needs_an_interface),
	};

	if (skip_without_root())
		return 0;
	libbpf_set_print(NULL);
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
