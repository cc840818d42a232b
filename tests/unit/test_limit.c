/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <glib.h>
#include <inttypes.h>

#include "limit.h"

static void reads_limits(void **state)
{
	static const struct {
		const char *text;
		uint64_t interval, burst;
	} cases[] = {
		{"50/s", 20000000, 50},
		{"1/s", 1000000000, 1},
		{"10/min", 6000000000, 10},
		{"100/h", 36000000000, 100},
		{"50/s burst 100", 20000000, 100},
		{"50/s burst 1", 20000000, 1},
		{" 50 / S  BURST  7 ", 20000000, 7},
		{"3/s", 333333333, 3},
		{"1000000/s", 1000, 1000000},
		{"1/h burst 1000000", 3600000000000, 1000000},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct rate rate = {};
		char *error = NULL;

		if (limit_parse(cases[i].text, &rate, &error))
			fail_msg("'%s': %s", cases[i].text, error);
		if (rate.interval != cases[i].interval || rate.burst != cases[i].burst)
			fail_msg("'%s': a token each %" PRIu64 " ns, burst %" PRIu64, cases[i].text,
				 rate.interval, rate.burst);
	}
}

#define NO_LIMIT(text)                                                                         \
	"'" text "' is no limit, expected one such as 50/s, 10/min or 100/h, or with a burst " \
	"50/s burst 100"

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"", NO_LIMIT("")},
		{"50", NO_LIMIT("50")},
		{"s", NO_LIMIT("s")},
		{"/s", NO_LIMIT("/s")},
		{"fifty/s", NO_LIMIT("fifty/s")},
		{"-5/s", NO_LIMIT("-5/s")},
		{"1.5/s", NO_LIMIT("1.5/s")},
		{"burst 5", NO_LIMIT("burst 5")},
		{"50/s burst", NO_LIMIT("50/s burst")},
		{"50/s burst five", NO_LIMIT("50/s burst five")},
		{"50/s burst 5 burst 6", NO_LIMIT("50/s burst 5 burst 6")},
		{"0/s", "'0' in '0/s' is out of range, expected 1-1000000"},
		{"1000001/s", "'1000001' in '1000001/s' is out of range, expected 1-1000000"},
		{"5/s burst 0", "'0' in '5/s burst 0' is out of range, expected 1-1000000"},
		{"5/", "no unit of time '' in '5/', expected s, min or h"},
		{"5/day", "no unit of time 'day' in '5/day', expected s, min or h"},
		{"5/s/s", "no unit of time 's/s' in '5/s/s', expected s, min or h"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct rate rate = {7, 8};
		g_autofree char *error = NULL;

		assert_int_equal(limit_parse(cases[i].text, &rate, &error), -EINVAL);
		assert_string_equal(error, cases[i].error);
		assert_int_equal(rate.interval, 7);
		assert_int_equal(rate.burst, 8);
	}
}

/* What the kernel adds up must fit into 64 bits: now, all tokens of the longest limit, and one. */
static void fits_into_64_bits(void **state)
{
	const double century = 100 * 366 * 86400e9;
	struct rate rate;
	char *error = NULL;

	assert_int_equal(limit_parse("1/h burst 1000000", &rate, &error), 0);
	assert_true((double)rate.interval * (double)rate.burst + century < (double)G_MAXUINT64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_limits),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(fits_into_64_bits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
