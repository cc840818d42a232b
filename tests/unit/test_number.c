/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers, addresses and prefixes from text, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "number.h"

#define COUNT(rows) (sizeof(rows) / sizeof(*(rows)))

static void parses_numbers(void **state)
{
	static const struct {
		const char *text;
		uint64_t max;
		int err;
		uint64_t number;
	} rows[] = {
		{"0", 65535, 0, 0},
		{"65535", 65535, 0, 65535},
		{"007", 65535, 0, 7},
		{"65536", 65535, -ERANGE, 0},
		{"5", 4, -ERANGE, 0},
		{"10", 9, -ERANGE, 0},
		{"1", 0, -ERANGE, 0},
		{"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, -ERANGE, 0},
		{"99999999999999999999999", UINT64_MAX, -ERANGE, 0},
		{"", 65535, -EINVAL, 0},
		{"80x", 65535, -EINVAL, 0},
		{"99999999999999999999999x", 65535, -EINVAL, 0},
		{"x80", 65535, -EINVAL, 0},
		{"8:", 65535, -EINVAL, 0},
		{"+80", 65535, -EINVAL, 0},
		{"-1", 65535, -EINVAL, 0},
		{" 80", 65535, -EINVAL, 0},
		{"80 ", 65535, -EINVAL, 0},
		{"0x50", 65535, -EINVAL, 0},
		{"\xd9\xa1", 65535, -EINVAL, 0}, /* an Arabic-Indic digit */
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t number = 4242;

		print_message("'%s'\n", rows[i].text);
		assert_int_equal(number_parse(rows[i].text, rows[i].max, &number), rows[i].err);
		assert_true(number == (rows[i].err ? 4242 : rows[i].number));
	}
}

static void parses_prefixes(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *expected; /* as formatted; of -EDOM too */
	} rows[] = {
		{"10.0.0.1", 0, "10.0.0.1"},
		{"10.0.0.1/32", 0, "10.0.0.1"},
		{"10.0.0.0/8", 0, "10.0.0.0/8"},
		{"10.0.0.128/25", 0, "10.0.0.128/25"},
		{"0.0.0.0/0", 0, "0.0.0.0/0"},
		{"255.255.255.255", 0, "255.255.255.255"},
		{"2001:db8::1", 0, "2001:db8::1"},
		{"2001:DB8:0::/32", 0, "2001:db8::/32"},
		{"2001:db8::1/128", 0, "2001:db8::1"},
		{"::/0", 0, "::/0"},
		{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", 0,
		 "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
		{"10.0.0.1/8", -EDOM, "10.0.0.0/8"},
		{"10.0.0.129/25", -EDOM, "10.0.0.128/25"},
		{"2001:db8::1/33", -EDOM, "2001:db8::/33"},
		{"1.2.3.4/0", -EDOM, "0.0.0.0/0"},
		{"10.0.0.0/33", -ERANGE, NULL},
		{"2001:db8::/129", -ERANGE, NULL},
		{"10.0.0.0/", -EINVAL, NULL},
		{"10.0.0.0/x", -EINVAL, NULL},
		{"10.0.0.0/-1", -EINVAL, NULL},
		{"10.0.0.0/8/8", -EINVAL, NULL},
		{"/8", -EINVAL, NULL},
		{"", -EINVAL, NULL},
		{"10.0.0", -EINVAL, NULL},
		{"10.0.0.256", -EINVAL, NULL},
		{"10.0.0.010", -EINVAL, NULL},
		{" 10.0.0.1", -EINVAL, NULL},
		{"10.0.0.1 ", -EINVAL, NULL},
		{"localhost", -EINVAL, NULL},
		{"fe01.example.com", -EINVAL, NULL},
		{"fe80::1%eth0", -EINVAL, NULL},
		{"[2001:db8::1]", -EINVAL, NULL},
		{"ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.2555", -EINVAL, NULL},
		{"::ffff:10.0.0.1", -EINVAL, NULL},
		{"::ffff:0:0/96", -EINVAL, NULL},
		{"::fffe:10.0.0.1", 0, "::fffe:a00:1"},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct prefix prefix = {.family = 42};
		char text[PREFIX_TEXT_SIZE];

		print_message("'%s'\n", rows[i].text);
		assert_int_equal(prefix_parse(rows[i].text, &prefix), rows[i].err);
		if (rows[i].expected)
			assert_string_equal(prefix_format(&prefix, text), rows[i].expected);
		else
			assert_int_equal(prefix.family, 42);
	}
}

static void parses_durations(void **state)
{
	static const struct {
		const char *text;
		int err;
		uint64_t seconds;
	} rows[] = {
		{"1s", 0, 1},
		{"30s", 0, 30},
		{"10min", 0, 600},
		{"2h", 0, 7200},
		{"7d", 0, 604800},
		{"3650d", 0, DURATION_MAX},
		{"315360000s", 0, DURATION_MAX},
		{"315360001s", -ERANGE, 0},
		{"3651d", -ERANGE, 0},
		{"99999999999999999999999999d", -ERANGE, 0},
		{"0s", -ERANGE, 0},
		{"", -EINVAL, 0},
		{"s", -EINVAL, 0},
		{"10", -EINVAL, 0},
		{"10m", -EINVAL, 0},
		{"10 min", -EINVAL, 0},
		{"10mins", -EINVAL, 0},
		{"-1s", -EINVAL, 0},
		{"1.5h", -EINVAL, 0},
		{" 1s", -EINVAL, 0},
		{"1s ", -EINVAL, 0},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		uint64_t seconds = 0;

		print_message("'%s'\n", rows[i].text);
		assert_int_equal(duration_parse(rows[i].text, &seconds), rows[i].err);
		assert_int_equal(seconds, rows[i].seconds);
	}
}

static void knows_addresses(void **state)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse("10.0.0.1/32", &prefix), 0);
	assert_true(prefix_is_address(&prefix));
	assert_int_equal(prefix_parse("10.0.0.0/31", &prefix), 0);
	assert_false(prefix_is_address(&prefix));
	assert_int_equal(prefix_parse("2001:db8::", &prefix), 0);
	assert_true(prefix_is_address(&prefix));
	assert_int_equal(prefix_parse("2001:db8::/32", &prefix), 0);
	assert_false(prefix_is_address(&prefix));
}

static void knows_what_a_prefix_contains(void **state)
{
	static const struct {
		const char *outer, *inner;
		bool contains;
	} rows[] = {
		{"10.0.0.0/8", "10.1.2.3", true},
		{"10.0.0.0/8", "10.0.0.0/8", true},
		{"10.0.0.0/8", "11.0.0.0", false},
		{"0.0.0.0/8", "0.0.0.0/0", false},
		{"10.0.0.128/25", "10.0.0.129", true},
		{"10.0.0.128/25", "10.0.0.127", false},
		{"0.0.0.0/0", "10.0.0.1", true},
		{"0.0.0.0/0", "2001:db8::1", false},
		{"::/0", "10.0.0.1", false},
		{"::/0", "2001:db8::/32", true},
		{"2001:db8::/33", "2001:db8:7fff::", true},
		{"2001:db8::/33", "2001:db8:8000::", false},
		{"10.0.0.1", "10.0.0.1", true},
		{"10.0.0.1", "10.0.0.2", false},
	};

	for (size_t i = 0; i < COUNT(rows); i++) {
		struct prefix outer, inner;

		print_message("%s %s\n", rows[i].outer, rows[i].inner);
		assert_int_equal(prefix_parse(rows[i].outer, &outer), 0);
		assert_int_equal(prefix_parse(rows[i].inner, &inner), 0);
		assert_int_equal(prefix_contains(&outer, &inner), rows[i].contains);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_numbers),
		cmocka_unit_test(parses_prefixes),
		cmocka_unit_test(parses_durations),
		cmocka_unit_test(knows_addresses),
		cmocka_unit_test(knows_what_a_prefix_contains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
