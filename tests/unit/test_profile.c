/* SPDX-License-Identifier: GPL-2.0-only */
/* What a compiled expression holds at a port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "layout.h"
#include "policy_text.h"
#include "profile.h"

#define TEXT                                                                        \
	"| Role | Port | Protocol |\n|---|---|---|\n| A | 443, 500-600 | TCP |\n"   \
	"| A | 443, 10-20 | UDP |\n\n| Profile | Roles | Except |\n|---|---|---|\n" \
	"| a | A | tcp/550-560, udp/443 |\n"

static void finds_ports(void **state)
{
	static const struct {
		unsigned int transport;
		uint16_t port;
		bool open, excepted;
	} cases[] = {
		{TRANSPORT_TCP, 0, false, false},   {TRANSPORT_TCP, 443, true, false},
		{TRANSPORT_TCP, 442, false, false}, {TRANSPORT_TCP, 444, false, false},
		{TRANSPORT_TCP, 500, true, false},  {TRANSPORT_TCP, 549, true, false},
		{TRANSPORT_TCP, 550, false, true},  {TRANSPORT_TCP, 560, false, true},
		{TRANSPORT_TCP, 561, true, false},  {TRANSPORT_TCP, 600, true, false},
		{TRANSPORT_TCP, 601, false, false}, {TRANSPORT_TCP, 15, false, false},
		{TRANSPORT_UDP, 15, true, false},   {TRANSPORT_UDP, 443, false, true},
		{TRANSPORT_UDP, 500, false, false}, {TRANSPORT_UDP, 65535, false, false},
	};
	struct reading_result result = read_right(TEXT, NULL);
	struct compiled *compiled = profile_compile(result.policy, "a");

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct opening *opening =
			compiled_find(compiled, cases[i].transport, cases[i].port);
		const struct excepted *excepted =
			compiled_find_excepted(compiled, cases[i].transport, cases[i].port);

		assert_int_equal(opening != NULL, cases[i].open);
		assert_int_equal(excepted != NULL, cases[i].excepted);
	}
	compiled_free(compiled);
	free_result(&result);
}

static void finds_nothing_in_nothing(void **state)
{
	struct reading_result result = read_right(TEXT, NULL);
	struct compiled *compiled = profile_compile(result.policy, "closed");

	assert_null(compiled_find(compiled, TRANSPORT_TCP, 443));
	assert_null(compiled_find_excepted(compiled, TRANSPORT_TCP, 443));
	compiled_free(compiled);
	compiled_free(NULL);
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_ports),
		cmocka_unit_test(finds_nothing_in_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
