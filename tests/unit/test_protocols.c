/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of the setting Protocols. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "policy.h"

static void reads_names_and_numbers(void **state)
{
	uint64_t protocols[4] = {7, 7, 7, 7};
	char *error = NULL;

	assert_int_equal(protocols_parse("ESP, ospf\n255,41", protocols, &error), 0);
	assert_int_equal(protocols[0], UINT64_C(1) << 50 | UINT64_C(1) << 41);
	assert_int_equal(protocols[1], UINT64_C(1) << (89 - 64));
	assert_int_equal(protocols[2], 0);
	assert_int_equal(protocols[3], UINT64_C(1) << 63);
}

/* The numbers that IANA assigned to the names of the manual. */
static void knows_names(void **state)
{
	static const struct {
		const char *name;
		unsigned int number;
	} cases[] = {
		{"igmp", 2},  {"ipip", 4},   {"dccp", 33},  {"ipv6", 41},  {"rsvp", 46},
		{"gre", 47},  {"esp", 50},   {"ah", 51},    {"eigrp", 88}, {"ospf", 89},
		{"pim", 103}, {"vrrp", 112}, {"l2tp", 115}, {"sctp", 132},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint64_t protocols[4];
		char *error = NULL;

		assert_int_equal(protocols_parse(cases[i].name, protocols, &error), 0);
		for (unsigned int number = 0; number < 256; number++)
			assert_int_equal(protocols[number / 64] >> number % 64 & 1,
					 number == cases[i].number);
	}
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", "no IP protocol is named, expected some such as 'esp, ospf'"},
		{"esp, ospg", "no IP protocol 'ospg', did you mean 'ospf'?"},
		{"256", "no IP protocol '256', expected a name such as esp or a number 0-255"},
		{"-1", "no IP protocol '-1', expected a name such as esp or a number 0-255"},
		{"TCP", "'TCP' is judged by its ports, expected another protocol"},
		{"17", "'17' is judged by its ports, expected another protocol"},
		{"icmp", "'icmp' is judged by its types, expected another protocol"},
		{"58", "'58' is judged by its types, expected another protocol"},
		{"0", "'0' is a header that others follow, expected another protocol"},
		{"43", "'43' is a header that others follow, expected another protocol"},
		{"44", "'44' is a header that others follow, expected another protocol"},
		{"60", "'60' is a header that others follow, expected another protocol"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint64_t protocols[4] = {1, 2, 3, 4};
		g_autofree char *error = NULL;

		assert_int_equal(protocols_parse(cases[i].text, protocols, &error), -EINVAL);
		assert_string_equal(error, cases[i].error);
		assert_int_equal(protocols[1], 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_names_and_numbers),
		cmocka_unit_test(knows_names),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
