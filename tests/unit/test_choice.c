/* SPDX-License-Identifier: GPL-2.0-only */
/* A choice: interfaces, swaps and copies. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "choice.h"
#include "policy_text.h"

static void keeps_interfaces(void **state)
{
	struct choice *choice = choice_new();

	choice_set_interface(choice, "eth0", "web", ATTACH_AUTO);
	choice_set_interface(choice, "eth1", NULL, ATTACH_GENERIC);
	assert_int_equal(choice->interfaces->len, 2);
	assert_string_equal(choice_interface(choice, "eth0")->profile, "web");
	assert_null(choice_interface(choice, "eth1")->profile);
	assert_int_equal(choice_interface(choice, "eth1")->attach, ATTACH_GENERIC);
	assert_null(choice_interface(choice, "eth"));
	assert_null(choice_interface(choice, "ETH0")); /* the kernel's names have case */

	choice_set_interface(choice, "eth0", NULL, ATTACH_NATIVE);
	assert_int_equal(choice->interfaces->len, 2);
	assert_ptr_equal(choice->interfaces->pdata[0], choice_interface(choice, "eth0"));
	assert_null(choice_interface(choice, "eth0")->profile);
	assert_int_equal(choice_interface(choice, "eth0")->attach, ATTACH_NATIVE);

	choice_remove_interface(choice, "eth2");
	choice_remove_interface(choice, "eth0");
	assert_int_equal(choice->interfaces->len, 1);
	assert_string_equal(choice_interface(choice, "eth1")->name, "eth1");
	choice_free(choice);
}

static void keeps_order_when_one_goes(void **state)
{
	struct choice *choice = choice_new();

	for (char name[] = "eth0"; name[3] < '4'; name[3]++)
		choice_set_interface(choice, name, "web", ATTACH_AUTO);
	choice_remove_interface(choice, "eth1");
	assert_int_equal(choice->interfaces->len, 3);
	assert_string_equal(((struct choice_interface *)choice->interfaces->pdata[1])->name,
			    "eth2");
	assert_string_equal(((struct choice_interface *)choice->interfaces->pdata[2])->name,
			    "eth3");
	choice_free(choice);
}

static void awaits_interfaces(void **state)
{
	struct choice *choice = choice_new();

	choice_set_interface(choice, "eth0", "web", ATTACH_NATIVE);
	choice_set_interface(choice, "eth1", "voice", ATTACH_AUTO);
	choice_await(choice, "eth0");
	choice_await(choice, "eth9");
	assert_true(choice_awaits(choice, "eth0"));
	assert_false(choice_awaits(choice, "eth1"));
	assert_false(choice_awaits(choice, "eth9"));
	assert_null(choice_interface(choice, "eth0"));
	choice_welcome(choice);
	assert_false(choice_awaits(choice, "eth0"));
	assert_string_equal(choice_interface(choice, "eth0")->profile, "web");
	assert_int_equal(choice_interface(choice, "eth0")->attach, ATTACH_NATIVE);
	assert_int_equal(choice->interfaces->len, 2);
	choice_await(choice, "eth1");
	choice_remove_interface(choice, "eth1");
	assert_false(choice_awaits(choice, "eth1"));
	choice_welcome(choice);
	assert_null(choice_interface(choice, "eth1"));
	choice_free(choice);
}

static void keeps_swaps(void **state)
{
	struct choice *choice = choice_new();

	assert_null(choice_swapped(choice, "fe01"));
	choice_set_swap(choice, "fe01", "web");
	choice_set_swap(choice, "fe02", "voice");
	assert_string_equal(choice_swapped(choice, "fe01"), "web");
	assert_string_equal(choice_swapped(choice, "FE01"), "web"); /* as a site names servers */
	choice_set_swap(choice, "Fe01", "voice");
	assert_string_equal(choice_swapped(choice, "fe01"), "voice");
	assert_int_equal(choice->swaps->len, 2);
	choice_set_swap(choice, "fe01", NULL);
	choice_set_swap(choice, "fe03", NULL);
	assert_null(choice_swapped(choice, "fe01"));
	assert_string_equal(choice_swapped(choice, "fe02"), "voice");
	assert_int_equal(choice->swaps->len, 1);
	choice_free(choice);
}

static void copies_all(void **state)
{
	struct choice *choice = choice_new();
	struct choice *copy;
	struct json_object *one, *other;

	add_text(choice->sources, "d.md", SOURCE_DOCUMENT, "text");
	add_text(choice->sources, "s.md", SOURCE_SITE, "site");
	choice_set_interface(choice, "eth0", "web", ATTACH_NATIVE);
	choice_set_interface(choice, "eth1", NULL, ATTACH_AUTO);
	choice_set_interface(choice, "eth2", NULL, ATTACH_GENERIC);
	choice_await(choice, "eth2");
	choice_set_swap(choice, "fe01", "voice");
	choice->monitor = true;
	choice->management = g_strdup("10.0.9.0/24, tcp/22");
	choice->protocols = g_strdup("esp");
	copy = choice_copy(choice);
	one = choice_to_json(choice);
	other = choice_to_json(copy);
	assert_true(json_object_equal(one, other));
	assert_true(choice_awaits(copy, "eth2"));
	assert_string_equal(((struct source *)copy->sources->pdata[0])->digest,
			    ((struct source *)choice->sources->pdata[0])->digest);
	/* What becomes of the one does not touch the other. */
	choice_free(choice);
	json_object_put(other);
	other = choice_to_json(copy);
	assert_true(json_object_equal(one, other));
	json_object_put(one);
	json_object_put(other);
	choice_free(copy);
}

static void knows_a_site(void **state)
{
	struct choice *choice = choice_new();

	assert_false(choice_is_site(choice));
	add_text(choice->sources, "d.md", SOURCE_DOCUMENT, "text");
	assert_false(choice_is_site(choice));
	add_text(choice->sources, "s.md", SOURCE_SITE, "text");
	add_text(choice->sources, "e.md", SOURCE_DOCUMENT, "text");
	assert_true(choice_is_site(choice));
	choice_free(choice);
	choice_free(NULL);
}

static void names_attach_modes(void **state)
{
	static const struct {
		const char *name;
		enum attach_mode mode;
	} cases[] = {{"auto", ATTACH_AUTO}, {"native", ATTACH_NATIVE}, {"generic", ATTACH_GENERIC}};
	static const char *const wrong[] = {"", "Native", "auto ", "hw", "nativ", "generics"};
	enum attach_mode mode = ATTACH_GENERIC;

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		assert_string_equal(attach_mode_name(cases[i].mode), cases[i].name);
		assert_int_equal(attach_mode_parse(cases[i].name, &mode), 0);
		assert_int_equal(mode, cases[i].mode);
	}
	for (unsigned int i = 0; i < G_N_ELEMENTS(wrong); i++)
		assert_int_equal(attach_mode_parse(wrong[i], &mode), -EINVAL);
	assert_int_equal(mode, ATTACH_GENERIC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_interfaces),   cmocka_unit_test(keeps_order_when_one_goes),
		cmocka_unit_test(awaits_interfaces),  cmocka_unit_test(keeps_swaps),
		cmocka_unit_test(copies_all),         cmocka_unit_test(knows_a_site),
		cmocka_unit_test(names_attach_modes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
