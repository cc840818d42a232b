/* SPDX-License-Identifier: GPL-2.0-only */
/* First. */
#include "harness.h"

static void test_one(void **state)
{
	static const struct row rows[] = {
		{"ip4 tcp to=5061", REASON_PUBLISHED},
		{"ip4 tcp to=5062", REASON_NOT_PUBLISHED},
		{"ip6 tcp to=5061", REASON_PUBLISHED},
		{"ip6 tcp to=5062", REASON_NOT_PUBLISHED},
		{"ip4 udp to=50000 data=10 pad=10", REASON_PUBLISHED},
	};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	harness_rows(program, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_one, harness_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
