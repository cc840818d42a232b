/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of the setting Management. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/types.h>

#include "layout.h"
#include "policy_text.h"

#define PORTS                                                                                     \
	"| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n| Mail | 25 | TCP |\n\n" \
	"| Profile | Roles | Add-on |\n|---|---|---|\n| web | Web | |\n| mail | Mail | |\n"       \
	"| more | Mail | yes |\n"
#define SERVER "| Server | Address | Profile |\n|---|---|---|\n| a | 10.0.0.1 | web |\n\n"

#define NETWORKS                                                                               \
	SERVER "| Network | Prefixes |\n|---|---|\n| admins | 192.0.2.0/24, 2001:db8::/32 |\n" \
	       "| 8to5 | 198.51.100.0/24 |\n"

static void check_prefix(const struct management *management, unsigned int i, const char *expected)
{
	char text[PREFIX_TEXT_SIZE];

	assert_true(i < management->prefixes->len);
	assert_string_equal(
		prefix_format(&g_array_index(management->prefixes, struct prefix, i), text),
		expected);
}

static void check_port(const struct management *management, unsigned int i, unsigned int transport,
		       uint16_t first, uint16_t last)
{
	const struct port_range *range = &g_array_index(management->ports, struct port_range, i);

	assert_true(i < management->ports->len);
	assert_int_equal(range->transports, TRANSPORT_BIT(transport));
	assert_int_equal(range->first, first);
	assert_int_equal(range->last, last);
}

static void reads_networks_and_ports(void **state)
{
	struct reading_result result = read_right(PORTS, NETWORKS);
	struct management management = {0};
	char *error = NULL;

	assert_int_equal(management_parse(result.policy,
					  "10.0.9.0/24, Admins\n8to5, tcp/22, UDP/161-162",
					  &management, &error),
			 0);
	assert_int_equal(management.prefixes->len, 4);
	check_prefix(&management, 0, "10.0.9.0/24");
	check_prefix(&management, 1, "192.0.2.0/24");
	check_prefix(&management, 2, "2001:db8::/32");
	check_prefix(&management, 3, "198.51.100.0/24");
	assert_int_equal(management.ports->len, 2);
	check_port(&management, 0, TRANSPORT_TCP, 22, 22);
	check_port(&management, 1, TRANSPORT_UDP, 161, 162);
	/* A second text takes the place of the first. */
	assert_int_equal(management_parse(result.policy, "tcp/23", &management, &error), 0);
	assert_int_equal(management.prefixes->len, 2);
	check_prefix(&management, 0, "0.0.0.0/0");
	check_prefix(&management, 1, "::/0");
	check_port(&management, 0, TRANSPORT_TCP, 23, 23);
	g_array_unref(management.prefixes);
	g_array_unref(management.ports);
	free_result(&result);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *error;
	} cases[] = {
		{"admin, tcp/22", "no network 'admin', did you mean 'admins'?"},
		{"zzzzzz, tcp/22", "no network 'zzzzzz', expected a prefix, a name of the Networks "
				   "table or a port such as tcp/22"},
		{"10.0.9.1/24, tcp/22",
		 "'10.0.9.1/24' has bits set past its length, expected '10.0.9.0/24'"},
		{"10.0.9.0/24", "'10.0.9.0/24' names no port, expected one such as tcp/22"},
		{"", "'' names no port, expected one such as tcp/22"},
		{"tcp/0", "port '0' is out of range, expected 1-65535"},
	};
	struct reading_result result = read_right(PORTS, NETWORKS);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct management management = {0};
		g_autofree char *error = NULL;

		assert_int_equal(
			management_parse(result.policy, cases[i].text, &management, &error),
			-EINVAL);
		assert_string_equal(error, cases[i].error);
		assert_null(management.prefixes);
		assert_null(management.ports);
	}
	free_result(&result);
}

/* What is written is read as the same again. */
static void is_written(void **state)
{
	static const char *const cases[][2] = {
		{"tcp/22", "0.0.0.0/0, ::/0, tcp/22"},
		{"8to5, udp/161-162, 2001:db8::1, tcp/22", "198.51.100.0/24, 2001:db8::1, "
							   "udp/161-162, tcp/22"},
	};
	struct reading_result result = read_right(PORTS, NETWORKS);
	struct management management = result.policy->settings.management;
	char *error = NULL;

	assert_null(management_format(&management));
	management = (struct management){0};
	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (unsigned int again = 0; again < 2; again++) {
			g_autofree char *text = NULL;

			assert_int_equal(management_parse(result.policy, cases[i][again],
							  &management, &error),
					 0);
			text = management_format(&management);
			assert_string_equal(text, cases[i][1]);
		}
	}
	g_array_unref(management.prefixes);
	g_array_unref(management.ports);
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_networks_and_ports),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
