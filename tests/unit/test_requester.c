/* SPDX-License-Identifier: GPL-2.0-only */
/* Who asks, and from where. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>

#include "requester.h"

#include <glib.h>

static void reads_clients(void **state)
{
	static const struct {
		const char *connection, *client;
	} cases[] = {
		{"192.0.2.7 50000 192.0.2.1 22", "192.0.2.7"},
		{"2001:db8::7 50000 2001:db8::1 22", "2001:db8::7"},
		{"192.0.2.7", "192.0.2.7"},
		{"here 50000 there 22", NULL},
		{"192.0.2.7\nPORTCULLIS_BY=eve 1 2 3", NULL},
		{" ", NULL},
		{"", NULL},
		{NULL, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *client = requester_client(cases[i].connection);

		if (cases[i].client)
			assert_string_equal(client, cases[i].client);
		else
			assert_null(client);
	}
}

static void believes_sudo(void **state)
{
	struct requester requester;

	setenv("SUDO_USER", "tom", 1);
	setenv("SSH_CONNECTION", "192.0.2.7 50000 192.0.2.1 22", 1);
	requester = requester_read();
	assert_string_equal(requester.name, "tom");
	assert_string_equal(requester.sudo_user, "tom");
	assert_string_equal(requester.from, "192.0.2.7");
	requester_clear(&requester);
}

static void knows_whose_process_it_is(void **state)
{
	struct requester requester;

	setenv("SUDO_USER", "", 1);
	requester = requester_read();
	assert_true(*requester.name);
	assert_string_not_equal(requester.name, "tom");
	assert_null(requester.sudo_user);
	requester_clear(&requester);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_clients),
		cmocka_unit_test(believes_sudo),
		cmocka_unit_test(knows_whose_process_it_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
