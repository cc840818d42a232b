/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean": which names are near, and in which order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "nearest.h"

static void finds_names(void **state)
{
	static const struct {
		const char *name;
		const char *names[6]; /* ends with NULL */
		const char *expected; /* NULL: none */
	} rows[] = {
		{"frontend", {"director", "front-end"}, "'front-end'"},
		{"FRONT-END", {"front-end"}, "'front-end'"},
		{"DIREKTOR", {"director", "mediation"}, "'director'"},
		{"Prot", {"Port", "Plot", "Prod", "Profile"}, "'Port', 'Plot' or 'Prod'"},
		{"relay", {"relay", "relays", "relay1", "delay"}, "'relay', 'relays' or 'relay1'"},
		{"relai", {"relay", "relay", "Relais"}, "'relay' or 'Relais'"},
		{"caf\xc3\xa9", {"cafe"}, "'cafe'"},
		{"ab", {"cd", "abc"}, "'abc'"},
		{"a", {"b"}, "'b'"},
		{"a", {"bc"}, NULL},
		{"abcdef", {"abcxyz"}, NULL},
		{"", {"a"}, "'a'"},
		{"mediation", {"director", "front-end"}, NULL},
		{"mediation", {NULL}, NULL},
		{"\xff", {"a"}, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GPtrArray) names = g_ptr_array_new();
		g_autofree char *found = NULL;

		for (unsigned int j = 0; rows[i].names[j]; j++)
			g_ptr_array_add(names, (char *)rows[i].names[j]);
		print_message("'%s'\n", rows[i].name);
		found = nearest(rows[i].name, names);
		if (rows[i].expected)
			assert_string_equal(found, rows[i].expected);
		else
			assert_null(found);
	}
}

/* Two texts of a megabyte each must not be compared letter by letter. */
static void passes_over_what_is_no_name(void **state)
{
	g_autofree char *text = g_strnfill(1 << 20, 'a');
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	g_ptr_array_add(names, text);
	assert_null(nearest(text, names));
	assert_null(nearest("a", names));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_names),
		cmocka_unit_test(passes_over_what_is_no_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
