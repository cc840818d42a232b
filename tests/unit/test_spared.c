/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom no block may hit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "layout.h"
#include "policy_text.h"
#include "sockets.h"
#include "spared.h"

#define PORTS                                                              \
	"| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n" \
	"\n| Profile | Roles |\n|---|---|\n| web | Web |\n"
#define SITE                                              \
	"| Server | Address | Profile |\n|---|---|---|\n" \
	"| fe | 10.0.1.11, 2001:db8:1::11 | web |\n| farm | 10.7.0.0/16 | web |\n"
#define MANAGEMENT "\n| Setting | Value |\n|---|---|\n| Management | %s |\n"

static struct prefix prefix(const char *text)
{
	struct prefix prefix;

	if (prefix_parse(text, &prefix))
		fail_msg("%s", text);
	return prefix;
}

struct spared_case {
	const char *prefix;
	bool force;
	const char *refusal;
};

static void check_cases(const struct spared *spared, const struct spared_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct prefix asked = prefix(cases[i].prefix);
		g_autofree char *refusal = spared_refusal(spared, &asked, cases[i].force);

		if (g_strcmp0(refusal, cases[i].refusal))
			fail_msg("%s: %s", cases[i].prefix, refusal);
	}
}

#define WITHOUT ", expected a prefix without it"
#define OUTSIDE ", expected a prefix outside it"
#define FORCE   ", or --force with 'portcullis block'"

static void spares_servers_and_management(void **state)
{
	static const struct spared_case cases[] = {
		{"10.0.1.10", false, NULL},
		{"10.0.1.12", false, NULL},
		{"10.0.1.11", false, "'10.0.1.11' holds 10.0.1.11 of the server 'fe'" WITHOUT},
		{"10.0.1.0/24", true, "'10.0.1.0/24' holds 10.0.1.11 of the server 'fe'" WITHOUT},
		{"2001:db8::/32", true,
		 "'2001:db8::/32' holds 2001:db8:1::11 of the server 'fe'" WITHOUT},
		{"10.7.7.7", true,
		 "'10.7.7.7' is a part of 10.7.0.0/16 of the server 'farm'" OUTSIDE},
		{"10.6.0.0/16", false, NULL},
		{"10.8.0.0/16", false, NULL},
		{"10.9.0.0/24", false, NULL},
		{"10.9.9.0/24", true,
		 "'10.9.9.0/24' holds 10.9.9.0/24 which Management lets in" WITHOUT},
		{"10.9.8.0/23", true,
		 "'10.9.8.0/23' holds 10.9.9.0/24 which Management lets in" WITHOUT},
		{"10.9.9.7", false,
		 "'10.9.9.7' is a part of 10.9.9.0/24 which Management lets in" OUTSIDE FORCE},
		{"10.9.9.7", true, NULL},
		{"2001:db8:9::7", false,
		 "'2001:db8:9::7' is a part of 2001:db8:9::/48 which Management lets in" OUTSIDE
			 FORCE},
		{"2001:db8:a::7", false, NULL},
	};
	g_autofree char *site =
		g_strdup_printf(SITE MANAGEMENT, "10.9.9.0/24, 2001:db8:9::/48, tcp/22");
	struct reading_result result = read_right(PORTS, site);
	struct spared *spared = spared_new(result.policy);

	check_cases(spared, cases, G_N_ELEMENTS(cases));
	spared_free(spared);
	free_result(&result);
}

static void refuses_what_is_short(void **state)
{
	static const struct spared_case cases[] = {
		{"0.0.0.0/0", true, "'0.0.0.0/0' is everybody, expected a longer prefix"},
		{"::/0", true, "'::/0' is everybody, expected a longer prefix"},
		{"128.0.0.0/1", false,
		 "'128.0.0.0/1' is shorter than /8, expected a longer prefix" FORCE},
		{"12.0.0.0/7", false,
		 "'12.0.0.0/7' is shorter than /8, expected a longer prefix" FORCE},
		{"12.0.0.0/7", true, NULL},
		{"12.0.0.0/8", false, NULL},
		{"2002::/18", false,
		 "'2002::/18' is shorter than /19, expected a longer prefix" FORCE},
		{"2002::/18", true, NULL},
		{"2002::/19", false, NULL},
		/* insisting does not spare less */
		{"0.0.0.0/1", true, "'0.0.0.0/1' holds 10.0.1.11 of the server 'fe'" WITHOUT},
	};
	struct reading_result result = read_right(PORTS, SITE);
	struct spared *spared = spared_new(result.policy);

	check_cases(spared, cases, G_N_ELEMENTS(cases));
	spared_free(spared);
	free_result(&result);
}

/* Management for everybody spares nobody: else nobody could be blocked. */
static void spares_not_everybody(void **state)
{
	static const struct spared_case cases[] = {{"192.0.2.7", false, NULL},
						   {"2001:db8:7::/48", false, NULL}};
	g_autofree char *site = g_strdup_printf(SITE MANAGEMENT, "tcp/22");
	struct reading_result result = read_right(PORTS, site);
	struct spared *spared = spared_new(result.policy);

	check_cases(spared, cases, G_N_ELEMENTS(cases));
	spared_free(spared);
	free_result(&result);
}

static void add_socket(GArray *sockets, const char *remote, uint16_t port, bool ssh, bool knocking,
		       uint32_t inode)
{
	const struct host_socket socket = {.local = prefix("10.0.0.1"),
					   .remote = prefix(remote),
					   .local_port = 22,
					   .remote_port = port,
					   .ssh = ssh,
					   .knocking = knocking,
					   .inode = inode};

	g_array_append_val(sockets, socket);
}

/* Who is logged in, but not who listens, knocks, comes about something else, or is not there yet.
 */
static void spares_sessions(void **state)
{
	static const struct spared_case cases[] = {
		{"192.0.2.7", true,
		 "'192.0.2.7' holds 192.0.2.7 of the SSH connection tcp 10.0.0.1:22 from "
		 "192.0.2.7:4000" WITHOUT},
		{"192.0.2.0/24", false,
		 "'192.0.2.0/24' holds 192.0.2.7 of the SSH connection tcp 10.0.0.1:22 from "
		 "192.0.2.7:4000" WITHOUT},
		{"192.0.2.8/29", false, NULL},
		{"198.51.100.0/24", false, NULL},
		{"10.0.1.0/24", false, "'10.0.1.0/24' holds 10.0.1.11 of the server 'fe'" WITHOUT},
	};
	struct reading_result result = read_right(PORTS, SITE);
	struct spared *spared = spared_new(result.policy);
	g_autoptr(GArray) sockets = g_array_new(FALSE, FALSE, sizeof(struct host_socket));

	add_socket(sockets, "198.51.100.1", 4000, false, false, 7);
	add_socket(sockets, "198.51.100.2", 4000, true, true, 7);
	add_socket(sockets, "198.51.100.3", 4000, true, false, 0);
	add_socket(sockets, "198.51.100.4", 0, true, false, 7);
	add_socket(sockets, "192.0.2.7", 4000, true, false, 7);
	spared_add_sessions(spared, sockets);
	check_cases(spared, cases, G_N_ELEMENTS(cases));
	spared_free(spared);
	free_result(&result);
}

/* Without a word of how long a prefix is, or of insisting. */
static void tells_whom_a_block_hits(void **state)
{
	g_autofree char *site = g_strdup_printf(SITE MANAGEMENT, "10.9.9.0/24, tcp/22");
	struct reading_result result = read_right(PORTS, site), other = read_right(PORTS, SITE);
	struct spared *spared = spared_new(result.policy), *again = spared_new(result.policy);
	struct spared *without = spared_new(other.policy);
	static const char *const cases[][2] = {
		{"10.0.0.0/7", "holds 10.0.1.11 of the server 'fe'"},
		{"10.7.7.7", "is a part of 10.7.0.0/16 of the server 'farm'"},
		{"10.9.9.7", "is a part of 10.9.9.0/24 which Management lets in"},
		{"10.9.8.7", NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct prefix asked = prefix(cases[i][0]);
		g_autofree char *hit = spared_hit(spared, &asked);

		if (g_strcmp0(hit, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], hit);
	}
	assert_true(spared_same(spared, again));
	assert_false(spared_same(spared, without));
	spared_free(spared);
	spared_free(again);
	spared_free(without);
	free_result(&result);
	free_result(&other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spares_servers_and_management),
		cmocka_unit_test(tells_whom_a_block_hits),
		cmocka_unit_test(refuses_what_is_short),
		cmocka_unit_test(spares_not_everybody),
		cmocka_unit_test(spares_sessions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
