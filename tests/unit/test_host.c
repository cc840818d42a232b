/* SPDX-License-Identifier: GPL-2.0-only */
/* What programs are told of this host: which interfaces are whose, and the gate's secret. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "host.h"
#include "own_gate.h"

#define SITE                                                             \
	"| Server | Address | Profile |\n|---|---|---|\n"                \
	"| fe01 | 10.0.1.11 | web |\n\n| Setting | Value |\n|---|---|\n" \
	"| Interface | card0, card1 |\n| Inside | card1 |\n"

static struct choice *choose_both(void)
{
	struct choice *choice = choose_site(SITE);

	choice_set_interface(choice, "card0", NULL, ATTACH_AUTO);
	choice_set_interface(choice, "card1", NULL, ATTACH_AUTO);
	return choice;
}

static bool is_gated(const struct load_host *host, const char *name)
{
	for (guint i = 0; i < host->gated->len; i++)
		if (g_array_index(host->gated, __u32, i) == if_nametoindex(name))
			return true;
	return false;
}

/* By those that lead to servers no outsider comes; by what is stacked on the others he does. */
static void names_where_outsiders_are(void **state)
{
	const struct shared_needs needs = {.slots = 10, .numbers = 10};
	g_autofree char *folder = gate_folder();
	struct messages *messages = messages_new();
	struct generation *generation = compile(choose_both());
	__u64 secret[2] = {};
	struct shared shared;
	struct load_host host;

	run("ip link add link card0 name above type macvlan && ip link set above up");
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_true(shared_open(&shared, folder, &needs, messages));
	assert_true(shared_secret(&shared, secret, messages));
	generation->pickup_until = 4711;
	generation->number = 12;
	assert_true(host_describe(generation, &shared, &host, messages));
	assert_int_equal(messages->list->len, 0);

	assert_int_equal(host.indexes->len, 2);
	assert_int_equal(g_array_index(host.indexes, int, 0), if_nametoindex("card0"));
	assert_int_equal(g_array_index(host.indexes, int, 1), if_nametoindex("card1"));
	assert_true(is_gated(&host, "card0"));
	assert_true(is_gated(&host, "above"));
	assert_false(is_gated(&host, "card1"));
	assert_false(is_gated(&host, "lo"));
	assert_memory_equal(host.secret, secret, sizeof(secret));
	assert_true(secret[0] && secret[1] && secret[0] != secret[1]);
	assert_int_equal(host.pickup_until, 4711);
	assert_int_equal(host.generation, 12);

	host_clear(&host);
	shared_close(&shared);
	generation_free(generation);
	messages_free(messages);
	run("ip link del above");
	rmdir(folder);
}

/* The clock of the programs, to the second. */
static void tells_the_time(void **state)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	assert_in_range(host_seconds(), now.tv_sec, now.tv_sec + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_where_outsiders_are),
		cmocka_unit_test(tells_the_time),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
