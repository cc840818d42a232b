/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/machine.c: files as the kernel shows them, in a folder of the test's own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "machine.h"

#define WEAKNESSES "/sys/devices/system/cpu/vulnerabilities"

static char *root;

static int make_root(void **state)
{
	root = g_dir_make_tmp("portcullis-test-XXXXXX", NULL);
	return root ? 0 : -1;
}

static int remove_root(void **state)
{
	g_autofree char *command = g_strdup_printf("rm -r '%s'", root);
	bool removed = g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);

	g_free(root);
	return removed ? 0 : -1;
}

static void put(const char *path, const char *text)
{
	g_autofree char *whole = g_strconcat(root, path, NULL);
	g_autofree char *folder = g_path_get_dirname(whole);

	assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
	assert_true(g_file_set_contents(whole, text, -1, NULL));
}

static char *mitigations_of(const struct machine *machine)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < machine->mitigations->len; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "",
				       (char *)machine->mitigations->pdata[i]);
	return g_string_free(text, FALSE);
}

static void check_mitigations(const char *expected)
{
	struct machine machine;
	g_autofree char *found = NULL;

	machine_read(root, &machine);
	found = mitigations_of(&machine);
	assert_string_equal(found, expected);
	machine_clear(&machine);
}

static void knows_nothing_of_an_empty_host(void **state)
{
	struct machine machine;

	machine_read(root, &machine);
	assert_string_equal(machine.processor, "");
	assert_true(*machine.kernel);
	assert_true(machine.cpus > 0);
	assert_false(machine.hardened);
	assert_false(machine.counts_time);
	assert_int_equal(machine.mitigations->len, 0);
	machine_clear(&machine);
}

static void reads_the_processor(void **state)
{
	struct machine machine;

	put("/proc/cpuinfo", "processor\t: 0\nmodel\t\t: 1\nmodel name\t: Fast  One\nflags : a\n\n"
			     "processor\t: 1\nmodel name\t: Other\n");
	machine_read(root, &machine);
	assert_string_equal(machine.processor, "Fast  One");
	machine_clear(&machine);
	put("/proc/cpuinfo", "processor\t: 0\nBogoMIPS\t: 50.00\n");
	machine_read(root, &machine);
	assert_string_equal(machine.processor, "");
	machine_clear(&machine);
}

static void reads_settings(void **state)
{
	static const struct {
		const char *harden, *stats;
		bool hardened, counts_time;
	} rows[] = {
		{"0\n", "0\n", false, false},
		{"1\n", "1\n", false, true},
		{"2\n", "0\n", true, false},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct machine machine;

		put("/proc/sys/net/core/bpf_jit_harden", rows[i].harden);
		put("/proc/sys/kernel/bpf_stats_enabled", rows[i].stats);
		machine_read(root, &machine);
		assert_int_equal(machine.hardened, rows[i].hardened);
		assert_int_equal(machine.counts_time, rows[i].counts_time);
		machine_clear(&machine);
	}
}

static void tells_what_makes_calls_dearer(void **state)
{
	put(WEAKNESSES "/meltdown", "Mitigation: PTI\n");
	put(WEAKNESSES "/spectre_v2", "Mitigation: Enhanced / Automatic IBRS; IBPB: conditional\n");
	put(WEAKNESSES "/retbleed", "Mitigation: Enhanced IBRS\n");
	put(WEAKNESSES "/spec_rstack_overflow", "Not affected\n");
	check_mitigations("");
	put(WEAKNESSES "/spectre_v2", "Mitigation: Retpolines; STIBP: disabled; RSB filling\n");
	put(WEAKNESSES "/spec_rstack_overflow", "Vulnerable: Safe RET, no microcode\n");
	check_mitigations("retpolines, Safe RET");
	put(WEAKNESSES "/retbleed", "Mitigation: untrained return thunk; SMT enabled\n");
	put(WEAKNESSES "/indirect_target_selection", "Mitigation: Aligned branch/return thunks\n");
	check_mitigations("retpolines, untrained return thunk, Safe RET, aligned thunks");
	put(WEAKNESSES "/retbleed", "Mitigation: IBRS\n");
	check_mitigations("retpolines, IBRS, Safe RET, aligned thunks");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(knows_nothing_of_an_empty_host, make_root,
						remove_root),
		cmocka_unit_test_setup_teardown(reads_the_processor, make_root, remove_root),
		cmocka_unit_test_setup_teardown(reads_settings, make_root, remove_root),
		cmocka_unit_test_setup_teardown(tells_what_makes_calls_dearer, make_root,
						remove_root),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
