/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose packets leave: servers by address and by prefix, and hosts that are named. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_text.h"
#include "senders.h"

#define DOCUMENT                                                             \
	"| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n\n" \
	"| Profile | Roles |\n|---|---|\n| web | Web |\n"
#define SITE                                              \
	"| Server | Address | Profile |\n|---|---|---|\n" \
	"| a | 10.0.1.11, 2001:db8:1::11 | web |\n| b | 10.9.0.0/16, 2001:db8:9::/48 | web |\n"

static const struct {
	const char *address;
	bool sends, sends_with_hosts;
} cases[] = {
	{"10.0.1.11", true, true},
	{"10.0.1.12", false, false},
	{"2001:db8:1::11", true, true},
	{"2001:db8:1::12", false, false},
	{"10.9.0.0", true, true},
	{"10.9.255.255", true, true},
	{"10.10.0.0", false, false},
	{"2001:db8:9:f::1", true, true},
	{"2001:db8:a::1", false, false},
	{"192.0.2.7", false, true},
	{"192.0.2.8", false, false},
	{"198.51.100.200", false, true},
	/* the bytes of 10.0.1.11, in IPv6 */
	{"a00:10b::", false, false},
};

static void add_host(GArray *hosts, const char *text)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(text, &prefix), 0);
	g_array_append_val(hosts, prefix);
}

static void check(const struct reading_result *read, const GArray *hosts)
{
	struct senders *senders = senders_new(read->policy, hosts);
	const struct prefix none = {};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct prefix address;
		bool expected = hosts->len ? cases[i].sends_with_hosts : cases[i].sends;

		assert_int_equal(prefix_parse(cases[i].address, &address), 0);
		if (senders_have(senders, &address) != expected)
			fail_msg("%s", cases[i].address);
	}
	assert_false(senders_have(senders, &none));
	senders_free(senders);
}

static void tells_senders(void **state)
{
	struct reading_result read = read_right(DOCUMENT, SITE);
	g_autoptr(GArray) hosts = g_array_new(FALSE, FALSE, sizeof(struct prefix));

	check(&read, hosts);
	add_host(hosts, "192.0.2.7");
	add_host(hosts, "198.51.100.0/24");
	check(&read, hosts);
	free_result(&read);
	senders_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_senders),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
