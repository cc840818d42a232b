/* SPDX-License-Identifier: GPL-2.0-only */
/* What people ask for, as the program compares it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "drop_filter.h"
#include "generation_text.h"

#define SITE                                              \
	"| Server | Address | Profile |\n|---|---|---|\n" \
	"| fe01 | 10.0.1.11 | web |\n| fe02 | 10.0.1.12 | voice |\n"

static struct generation *site;

static int make_site(void **state)
{
	site = compile(choose_site(SITE));
	return 0;
}

static int free_site(void **state)
{
	generation_free(site);
	return 0;
}

static struct watch ask(const struct drop_words *words)
{
	struct watch wanted;
	char *error = NULL;

	if (!drop_filter_read(words, site, &wanted, &error))
		fail_msg("%s", error);
	assert_null(error);
	return wanted;
}

static void asks_for_all(void **state)
{
	const struct watch wanted = ask(&(struct drop_words){0});

	assert_int_equal(wanted.server, 0);
	assert_true(wanted.reasons == ~0ULL);
	assert_int_equal(wanted.transports, 7);
	assert_int_equal(wanted.first_port, 0);
	assert_int_equal(wanted.last_port, 65535);
	assert_int_equal(wanted.source_version, 0);
	assert_true(wanted.every);
}

static void asks_for_a_server(void **state)
{
	assert_int_equal(ask(&(struct drop_words){.server = "fe01"}).server, SERVER_FIRST);
	assert_int_equal(ask(&(struct drop_words){.server = "fe02"}).server, SERVER_FIRST + 1);
	assert_false(ask(&(struct drop_words){.server = "fe01"}).every);
}

static void asks_for_reasons(void **state)
{
	char *one[] = {"not-published", NULL}, *two[] = {"port-zero", "bad-address", NULL};

	assert_true(ask(&(struct drop_words){.reasons = one}).reasons ==
		    1ULL << REASON_NOT_PUBLISHED);
	assert_true(ask(&(struct drop_words){.reasons = two}).reasons ==
		    (1ULL << REASON_PORT_ZERO | 1ULL << REASON_BAD_ADDRESS));
	assert_false(ask(&(struct drop_words){.reasons = one}).every);
}

static void asks_for_ports(void **state)
{
	static const struct {
		const char *text;
		unsigned int transports;
		uint16_t first, last;
	} cases[] = {
		{"5061", 3, 5061, 5061},
		{"1-65535", 3, 1, 65535},
		{"tcp/5061", 1, 5061, 5061},
		{"udp/50000-59999", 2, 50000, 59999},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct watch wanted = ask(&(struct drop_words){.port = cases[i].text});

		assert_int_equal(wanted.transports, cases[i].transports);
		assert_int_equal(wanted.first_port, cases[i].first);
		assert_int_equal(wanted.last_port, cases[i].last);
		assert_false(wanted.every);
	}
}

static void check_source(const char *text, unsigned int version, const char *address,
			 const char *mask)
{
	const struct watch wanted = ask(&(struct drop_words){.source = text});

	assert_int_equal(wanted.source_version, version);
	assert_memory_equal(wanted.source, address, 16);
	assert_memory_equal(wanted.source_mask, mask, 16);
	assert_false(wanted.every);
}

static void asks_for_sources(void **state)
{
	check_source("192.0.2.7", 4, "\xc0\0\x02\x07\0\0\0\0\0\0\0\0\0\0\0",
		     "\xff\xff\xff\xff\0\0\0\0\0\0\0\0\0\0\0");
	check_source("192.0.2.4/30", 4, "\xc0\0\x02\x04\0\0\0\0\0\0\0\0\0\0\0",
		     "\xff\xff\xff\xfc\0\0\0\0\0\0\0\0\0\0\0");
	check_source("0.0.0.0/0", 4, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
		     "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0");
	check_source("2001:db8::/33", 6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0",
		     "\xff\xff\xff\xff\x80\0\0\0\0\0\0\0\0\0\0");
	check_source("2001:db8::9", 6, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x09",
		     "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
}

static void check_wrong(const struct drop_words *words, const struct generation *generation,
			const char *expected)
{
	struct watch wanted;
	g_autofree char *error = NULL;

	assert_false(drop_filter_read(words, generation, &wanted, &error));
	assert_string_equal(error, expected);
}

static void refuses_what_there_is_not(void **state)
{
	struct generation *profile = compile(choose_profile("web"));
	char *misspelt[] = {"not-publised", NULL}, *passes[] = {"published", NULL};
	char *strange[] = {"not-published", "xyzzy", NULL};

	check_wrong(&(struct drop_words){.server = "fe03"}, site,
		    "no server 'fe03', did you mean 'fe01' or 'fe02'?");
	check_wrong(&(struct drop_words){.server = "xyzzy"}, site,
		    "no server 'xyzzy', expected one that 'portcullis status' lists");
	check_wrong(&(struct drop_words){.server = "fe01"}, profile,
		    "no server 'fe01', expected none: no site is enforced here");
	check_wrong(&(struct drop_words){.reasons = misspelt}, site,
		    "no reason 'not-publised', did you mean 'not-published' or 'not-listed'?");
	check_wrong(&(struct drop_words){.reasons = strange}, site,
		    "no reason 'xyzzy', expected one that portcullis(8) lists");
	check_wrong(&(struct drop_words){.reasons = passes}, site,
		    "what is 'published' passes, expected why it is dropped");
	check_wrong(&(struct drop_words){.port = "tcp/1, udp/2"}, site,
		    "'tcp/1, udp/2' is more than one range of ports, expected one like 5061, "
		    "tcp/5061 or udp/50000-59999");
	check_wrong(&(struct drop_words){.port = "70000"}, site,
		    "port '70000' is out of range, expected 1-65535");
	check_wrong(&(struct drop_words){.source = "10.0.0.1/8"}, site,
		    "'10.0.0.1/8' has bits set past its length, expected '10.0.0.0/8'");
	check_wrong(&(struct drop_words){.source = "host"}, site,
		    "'host' is not an address, expected an IPv4 or IPv6 address or prefix");
	generation_free(profile);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_all),     cmocka_unit_test(asks_for_a_server),
		cmocka_unit_test(asks_for_reasons), cmocka_unit_test(asks_for_ports),
		cmocka_unit_test(asks_for_sources), cmocka_unit_test(refuses_what_there_is_not),
	};

	return cmocka_run_group_tests(tests, make_site, free_site);
}
