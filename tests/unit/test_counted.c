/* SPDX-License-Identifier: GPL-2.0-only */
/* What a slot counts, in force or no longer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "counted.h"
#include "generation_text.h"

static void check_slot(struct counting *counting, uint32_t slot, const char *expected)
{
	struct counted counted;
	g_autofree char *text = NULL;

	assert_true(counting_slot(counting, slot, &counted));
	text = g_strdup_printf(
		"%s %s %u-%u %s %s", counted.profile, transport_name(counted.transport),
		counted.first, counted.last,
		counted.opening ? ((struct row *)counted.opening->rows->pdata[0])->service : "-",
		counted.in_force ? "in force" : "retired");
	assert_string_equal(text, expected);
}

static void finds_rows(void **state)
{
	struct generation *first = compile(choose_profile("voice"));
	struct generation *second;
	struct counting *counting;

	slots_segment(first->slots, "gone", TRANSPORT_UDP, 1, 2);
	slots_segment(first->slots, "voice", TRANSPORT_TCP, 5061, 5062); /* as it once was */
	second = compile_after(choose_profile("web + extra"), first);
	counting = counting_new(second);
	check_slot(counting, 1, "voice tcp 5061-5061 signalling retired");
	check_slot(counting, 2, "voice udp 5000-5999 audio retired");
	check_slot(counting, 3, "gone udp 1-2 - retired");
	check_slot(counting, 4, "voice tcp 5061-5062 - retired");
	check_slot(counting, 5, "web + extra tcp 443-443 pages in force");
	counting_free(counting);
	counting_free(NULL);
	generation_free(first);
	generation_free(second);
}

static void refuses_odd_names(void **state)
{
	static const char *const odd[] = {"", "x", "tcp/0 web", "web tcp/1", "tcp/1"};
	struct generation *generation = compile(choose_profile("closed"));
	struct counting *counting = counting_new(generation);

	for (unsigned int i = 0; i < G_N_ELEMENTS(odd); i++) {
		struct counted counted;

		g_ptr_array_add(generation->slots->segments, g_strdup(odd[i]));
		assert_false(counting_slot(counting, i + 1, &counted));
	}
	counting_free(counting);
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_rows),
		cmocka_unit_test(refuses_odd_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
