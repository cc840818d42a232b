/* SPDX-License-Identifier: GPL-2.0-only */
/* Generations: what follows what, what is in force, what is the same, and the catalog's text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generation_text.h"
#include "image.h"
#include "json_shapes.h"

#define SITE                                                                        \
	"| Server | Address | Profile | Mode |\n|---|---|---|---|\n"                \
	"| fe01 | 10.0.1.11, 2001:db8:1::11 | web + extra | |\n"                    \
	"| fe02 | 10.0.1.12 | voice | monitor |\n| lab | 10.0.2.0/24 | web | |\n\n" \
	"| Setting | Value |\n|---|---|\n| Management | 10.0.9.0/24, tcp/22 |\n"    \
	"| Unlisted | drop |\n"

static const char *profile_name(const struct generation *generation, guint index)
{
	return ((struct compiled *)generation->profiles->pdata[index])->name;
}

/* --- what follows what --- */

static void follows(void **state)
{
	struct generation *first = compile(choose_profile("web"));
	struct generation *second;
	uint32_t slot = slots_segment(first->slots, "web", TRANSPORT_TCP, 443, 443);

	first->counting_since = g_strdup("2026-11-22T10:00:00Z");
	first->since = g_strdup("2026-11-22T11:00:00Z");
	first->by = g_strdup("admin");
	second = compile_after(choose_profile("voice"), first);
	assert_int_equal(first->number, 1);
	assert_int_equal(second->number, 2);
	assert_string_equal(second->counting_since, first->counting_since);
	assert_null(second->since);
	assert_null(second->by);

	/* The swap gave slots to what is new, beside those of what is not in force any more. */
	assert_int_equal(first->slots->segments->len, 3);
	assert_int_equal(second->slots->segments->len, 5);
	assert_string_equal(second->slots->segments->pdata[3], "tcp/5061 voice");
	generation_free(first);
	first = compile_after(choose_profile("web"), second);
	assert_int_equal(first->number, 3);
	assert_int_equal(first->slots->segments->len, 5);
	assert_int_equal(slots_segment(first->slots, "web", TRANSPORT_TCP, 443, 443), slot);
	generation_free(first);
	generation_free(second);
	generation_free(NULL);
}

/* --- what is in force --- */

static void compiles_profiles_once(void **state)
{
	struct choice *choice = choose_profile("Extra + WEB");
	struct generation *generation;

	choice_set_interface(choice, "card1", "voice", ATTACH_AUTO);
	choice_set_interface(choice, "card2", "web + extra", ATTACH_AUTO);
	choice_set_interface(choice, "card3", "closed", ATTACH_AUTO);
	generation = compile(choice);
	assert_int_equal(generation->profiles->len, 3);
	assert_string_equal(profile_name(generation, 0), "web + extra");
	assert_string_equal(profile_name(generation, 1), "voice");
	assert_string_equal(profile_name(generation, 2), "closed");
	/* The choice is canonical from then on. */
	assert_string_equal(choice_interface(choice, "card0")->profile, "web + extra");
	assert_int_equal(generation_profile_index(generation, "voice"), 1);
	assert_int_equal(generation_profile_index(generation, "web"), -1);
	generation_free(generation);
}

static void knows_the_profiles_of_servers(void **state)
{
	struct choice *choice = choose_site(SITE);
	const struct server *server;
	struct generation *generation;

	choice_set_swap(choice, "FE02", "narrow");
	choice_set_swap(choice, "gone", "web"); /* a server that the site no longer has */
	generation = compile(choice);
	server = policy_server(generation->policy, "fe01");
	assert_string_equal(generation_server_profile(generation, server), "web + extra");
	server = policy_server(generation->policy, "fe02");
	assert_string_equal(generation_server_profile(generation, server), "narrow");
	assert_int_equal(generation->profiles->len, 3);
	assert_int_equal(generation_profile_index(generation, "voice"), -1);
	assert_int_equal(generation->slots->servers->len, 3);
	assert_int_equal(slots_server(generation->slots, "fe01"), SERVER_FIRST);
	generation_free(generation);
}

/* What was canonical for another version, or for documents of another order, still is found. */
static void makes_swaps_canonical(void **state)
{
	struct choice *choice = choose_site(SITE);
	struct generation *generation;

	choice_set_swap(choice, "fe02", "EXTRA + narrow");
	generation = compile(choice);
	assert_string_equal(choice_swapped(choice, "fe02"), "narrow + extra");
	assert_int_equal(generation_profile_index(generation, "narrow + extra"), 1);
	generation_free(generation);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *profile, *management, *protocols, *swap, *said;
	} cases[] = {
		{"wep", NULL, NULL, NULL, "card0: error: no profile 'wep', did you mean 'web'?\n"},
		{"extra", NULL, NULL, NULL,
		 "card0: error: 'extra' is an add-on: write 'web + extra'\n"},
		{"web", "tcp/70000", NULL, NULL,
		 "--management: error: port '70000' is out of range, expected 1-65535\n"},
		{"web", "nets, tcp/22", "xyz", NULL,
		 "--management: error: no network 'nets', expected a prefix, a name of the "
		 "Networks table or a port such as tcp/22\n"
		 "--protocols: error: no IP protocol 'xyz', expected a name such as esp or a "
		 "number 0-255\n"},
		{NULL, NULL, NULL, "gone-profile",
		 "fe01: error: no profile 'gone-profile', expected one of a Profiles table\n"},
		{NULL, NULL, NULL, "extra",
		 "fe01: error: 'extra' is an add-on: write 'web + extra'\n"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct choice *choice =
			cases[i].swap ? choose_site(SITE) : choose_profile(cases[i].profile);
		g_autofree char *said = NULL;

		choice->management = g_strdup(cases[i].management);
		choice->protocols = g_strdup(cases[i].protocols);
		if (cases[i].swap)
			choice_set_swap(choice, "fe01", cases[i].swap);
		said = compile_wrong(choice);
		assert_string_equal(said, cases[i].said);
	}
}

static void stops_at_a_wrong_document(void **state)
{
	struct choice *choice =
		choose("| Role | Port | Protocol |\n|---|---|---|\n| A | 0 | TCP |\n", NULL);
	g_autofree char *said = NULL;

	choice_set_interface(choice, "card0", "a", ATTACH_AUTO);
	said = compile_wrong(choice);
	assert_string_equal(said, "d.md:3: error: port '0' is out of range, expected 1-65535\n");
}

static void takes_options_for_settings(void **state)
{
	struct choice *choice = choose_site(SITE);
	const struct settings *settings;
	struct generation *generation;

	choice->management = g_strdup("192.0.2.0/24, 2001:db8:9::/48, tcp/2022");
	choice->protocols = g_strdup("esp, 89");
	generation = compile(choice);
	settings = &generation->policy->settings;
	assert_int_equal(settings->management.prefixes->len, 2);
	assert_int_equal(g_array_index(settings->management.ports, struct port_range, 0).first,
			 2022);
	assert_int_equal(settings->protocols[0], 1ULL << 50);
	assert_int_equal(settings->protocols[1], 1ULL << (89 - 64));
	generation_free(generation);
}

#define ROW(role, port) "| " role " | " port " | TCP |\n"
#define ALL_OF_A                                                                           \
	"| Role | Port | Protocol |\n|---|---|---|\n" ROW("A", "Any") ROW("B", "Any") ROW( \
		"C", "80") "\n| Profile | Roles |\n|---|---|\n| a | A |\n| b | B |\n| c | C |\n"

/* The lines of the warnings that are left for a profile of ALL_OF_A. */
static void check_kept(const char *profile, const char *expected)
{
	struct choice *choice = choose(ALL_OF_A, NULL);
	struct messages *messages = messages_new();
	GString *lines = g_string_new(NULL);
	struct generation *generation;

	choice_set_interface(choice, "card0", profile, ATTACH_AUTO);
	generation = generation_new(choice, NULL);
	assert_true(generation_compile(generation, messages));
	assert_int_equal(messages->warnings, 2);
	message_add(messages, SEVERITY_WARNING, "card0", 3, "is of no document");
	message_add(messages, SEVERITY_NOTE, "d.md", 4, "is a note");
	message_add(messages, SEVERITY_ERROR, "d.md", 5, "is an error");
	generation_drop_unused(generation, messages);
	for (guint i = 0; i < messages->list->len; i++) {
		const struct message *message = messages->list->pdata[i];

		g_string_append_printf(lines, "%s:%d ", message->file, message->line);
	}
	assert_string_equal(lines->str, expected);
	g_string_free(lines, TRUE);
	generation_free(generation);
	messages_free(messages);
}

static void forgets_warnings_of_what_is_not_in_force(void **state)
{
	check_kept("a", "d.md:3 card0:3 d.md:5 ");
	check_kept("b", "d.md:4 card0:3 d.md:4 d.md:5 ");
	check_kept("c", "card0:3 d.md:5 ");
	check_kept("a + b", "d.md:3 d.md:4 card0:3 d.md:4 d.md:5 ");
}

/* --- what is the same --- */

static void other_text(struct choice *choice)
{
	g_ptr_array_remove_index(choice->sources, 0);
	add_text(choice->sources, "d.md", SOURCE_DOCUMENT, DOCUMENT "\n");
}

static void other_file(struct choice *choice)
{
	g_ptr_array_remove_index(choice->sources, 0);
	add_text(choice->sources, "e.md", SOURCE_DOCUMENT, DOCUMENT);
}

static void other_profile(struct choice *choice)
{
	choice_set_interface(choice, "card0", "voice", ATTACH_AUTO);
}

static void other_attach(struct choice *choice)
{
	choice_set_interface(choice, "card0", "web", ATTACH_GENERIC);
}

static void other_card(struct choice *choice)
{
	choice_remove_interface(choice, "card0");
	choice_set_interface(choice, "card1", "web", ATTACH_AUTO);
}

static void another_card(struct choice *choice)
{
	choice_set_interface(choice, "card1", "web", ATTACH_AUTO);
}

static void a_swap(struct choice *choice)
{
	choice_set_swap(choice, "fe01", "web");
}

static void monitored(struct choice *choice)
{
	choice->monitor = true;
}

static void managed(struct choice *choice)
{
	choice->management = g_strdup("tcp/22");
}

static void other_protocols(struct choice *choice)
{
	choice->protocols = g_strdup("esp");
}

static void tells_what_is_the_same(void **state)
{
	static void (*const changes[])(struct choice *) = {
		other_text,   other_file, other_profile, other_attach, other_card,
		another_card, a_swap,     monitored,     managed,      other_protocols,
	};
	struct generation *one = generation_new(choose_profile("web"), NULL);
	struct generation *same = generation_new(choose_profile("web"), one);

	/* Number, time, person and command do not matter; nor do slots. */
	same->since = g_strdup("2026-11-22T10:00:00Z");
	same->by = g_strdup("admin");
	same->command = g_strdup("up card0 web");
	slots_server(same->slots, "fe01");
	assert_true(generation_same(one, same));
	same->program = g_strdup("digest");
	assert_false(generation_same(one, same));
	one->program = g_strdup("digest");
	assert_true(generation_same(one, same));
	generation_free(same);

	for (unsigned int i = 0; i < G_N_ELEMENTS(changes); i++) {
		struct choice *choice = choose_profile("web");
		struct generation *other;

		changes[i](choice);
		other = generation_new(choice, NULL);
		other->program = g_strdup("digest");
		if (generation_same(one, other) || generation_same(other, one))
			fail_msg("change %u makes no difference", i);
		generation_free(other);
	}
	generation_free(one);
}

/* --- the catalog's text --- */

static struct generation *make_full(void)
{
	struct choice *choice = choose_site(SITE);
	struct generation *generation;

	choice_set_swap(choice, "fe02", "narrow");
	choice->monitor = true;
	choice->protocols = g_strdup("esp");
	generation = generation_new(choice, NULL);
	slots_segment(generation->slots, "retired", TRANSPORT_TCP, 1, 1);
	generation->number = 7;
	generation->previous[0] = 6;
	generation->previous[1] = 3;
	generation->restores = 5;
	generation->confirm = 60;
	generation->since = g_strdup("2026-11-22T11:00:00Z");
	generation->counting_since = g_strdup("2026-11-22T10:00:00Z");
	generation->by = g_strdup("admin");
	generation->command = g_strdup("swap fe02 \"narrow\"");
	generation->program = g_strdup("0123456789abcdef");
	return generation;
}

static void compile_silently(struct generation *generation)
{
	struct messages *messages = messages_new();

	assert_true(generation_compile(generation, messages));
	messages_free(messages);
}

static void compare_indexes(const struct image_index *one, const struct image_index *other)
{
	assert_int_equal(one->places, other->places);
	assert_int_equal(one->seed, other->seed);
	assert_memory_equal(one->displacements, other->displacements,
			    one->places / GROUP_PLACES * sizeof(*one->displacements));
}

static void compare_images(const struct generation *a, const struct generation *b)
{
	struct messages *messages = messages_new();
	struct image *one = image_build(a, messages), *other = image_build(b, messages);

	assert_non_null(one);
	assert_non_null(other);
	assert_int_equal(one->tables, other->tables);
	assert_memory_equal(one->ports, other->ports, one->tables * sizeof(*one->ports));
	assert_int_equal(one->segments->len, other->segments->len);
	assert_memory_equal(one->segments->data, other->segments->data,
			    one->segments->len * sizeof(struct segment));
	compare_indexes(&one->index4, &other->index4);
	assert_memory_equal(one->servers4, other->servers4,
			    one->index4.places * sizeof(*one->servers4));
	compare_indexes(&one->index6, &other->index6);
	assert_memory_equal(one->servers6, other->servers6,
			    one->index6.places * sizeof(*one->servers6));
	assert_memory_equal(one->prefixes4->data, other->prefixes4->data,
			    one->prefixes4->len * sizeof(struct image_prefix4));
	assert_memory_equal(one->everyone->data, other->everyone->data,
			    one->everyone->len * sizeof(__u32));
	image_free(one);
	image_free(other);
	messages_free(messages);
}

/* What was read is not read again, and is there until the last who shares it is not. */
static void shares_a_policy(void **state)
{
	struct generation *one = make_full(), *next;

	compile_silently(one);
	next = generation_new(choice_copy(one->choice), one);
	for (guint i = 0; i < next->choice->sources->len; i++)
		((struct source *)next->choice->sources->pdata[i])->size = 0;
	generation_share_policy(next, one);
	compile_silently(next);
	assert_ptr_equal(next->policy, one->policy);
	compare_images(one, next);
	generation_free(one);
	one = generation_new(choice_copy(next->choice), next);
	generation_share_policy(one, next);
	compile_silently(one);
	compare_images(one, next);
	generation_free(one);
	generation_free(next);
}

static void comes_back_from_text(void **state)
{
	struct generation *generation = make_full(), *back;
	g_autofree char *text = NULL, *again = NULL;

	compile_silently(generation);
	text = generation_to_text(generation);
	back = generation_from_text(text);
	assert_non_null(back);
	assert_int_equal(back->number, 7);
	assert_memory_equal(back->previous, generation->previous, sizeof(back->previous));
	assert_int_equal(back->restores, 5);
	assert_int_equal(back->confirm, 60);
	assert_string_equal(back->since, generation->since);
	assert_string_equal(back->counting_since, generation->counting_since);
	assert_string_equal(back->by, generation->by);
	assert_string_equal(back->command, generation->command);
	assert_true(generation_same(generation, back));
	assert_null(back->policy);
	again = generation_to_text(back);
	assert_string_equal(text, again);

	compile_silently(back);
	assert_string_equal(back->slots->segments->pdata[0], "tcp/1 retired");
	compare_images(generation, back);
	generation_free(generation);
	generation_free(back);
}

static void is_what_the_next_version_reads(void **state)
{
	struct generation *generation = generation_new(choose_profile("web"), NULL);
	g_autofree char *text = NULL, *head = NULL;

	generation->by = g_strdup("admin");
	text = generation_to_text(generation);
	head = g_strndup(text, (gsize)(strstr(text, "{\"sources\":") - text));
	assert_string_equal(
		head, "{\"layout\":" G_STRINGIFY(
			      LAYOUT_VERSION) ",\"generation\":1,\"previous\":[],"
					      "\"restores\":0,\"confirm\":0,\"since\":null,"
					      "\"counting_since\":null,"
					      "\"pickup_until\":0,"
					      "\"by\":\"admin\",\"command\":null,\"program\":null,"
					      "\"choice\":");
	assert_true(g_str_has_suffix(text, ",\"slots\":{\"segments\":[],\"servers\":[]}}"));
	generation_free(generation);
}

#define CHOICE "\"choice\": {\"sources\": [], \"interfaces\": [], \"swaps\": []}"
#define LAYOUT "\"layout\": " G_STRINGIFY(LAYOUT_VERSION)
#define SLOTS  "\"slots\": {\"segments\": [], \"servers\": []}"

static void refuses_other_texts(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"x",
		"{",
		"null",
		"1",
		"\"layout\"",
		"[]",
		"[1]",
		"{}",
		"{" LAYOUT "}",
		"{\"layout\": 999, " CHOICE ", " SLOTS "}",
		"{\"layout\": null, " CHOICE ", " SLOTS "}",
		"{\"layout\": [1], " CHOICE ", " SLOTS "}",
		"{" CHOICE ", " SLOTS "}",
		"{" LAYOUT ", " CHOICE "}",
		"{" LAYOUT ", " SLOTS "}",
		"{" LAYOUT ", \"choice\": null, " SLOTS "}",
		"{" LAYOUT ", " CHOICE ", \"slots\": []}",
		"\xff\xfe",
	};
	g_autofree char *deep = g_strnfill(100000, '[');

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++)
		if (generation_from_text(cases[i]))
			fail_msg("taken for a catalog: %s", cases[i]);
	assert_null(generation_from_text(deep));
}

static void refuses_what_is_cut_short(void **state)
{
	struct generation *generation = make_full();
	g_autofree char *text = generation_to_text(generation);

	for (size_t length = strlen(text); length-- > 0;) {
		text[length] = '\0';
		assert_null(generation_from_text(text));
	}
	generation_free(generation);
}

/* Whatever is made of a catalog in which one thing is something else: no part of it crashes. */
static void try_text(const char *text)
{
	struct generation *generation = generation_from_text(text);
	struct messages *messages = messages_new();

	if (generation && generation_compile(generation, messages))
		image_free(image_build(generation, messages));
	generation_free(generation);
	messages_free(messages);
}

static void survives_every_other_shape(void **state)
{
	struct generation *const generations[] = {make_full(),
						  generation_new(choose_profile("web"), NULL)};

	for (unsigned int i = 0; i < G_N_ELEMENTS(generations); i++) {
		g_autofree char *text = generation_to_text(generations[i]);

		try_other_shapes(text, try_text);
		generation_free(generations[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows),
		cmocka_unit_test(compiles_profiles_once),
		cmocka_unit_test(knows_the_profiles_of_servers),
		cmocka_unit_test(makes_swaps_canonical),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(stops_at_a_wrong_document),
		cmocka_unit_test(takes_options_for_settings),
		cmocka_unit_test(forgets_warnings_of_what_is_not_in_force),
		cmocka_unit_test(tells_what_is_the_same),
		cmocka_unit_test(shares_a_policy),
		cmocka_unit_test(comes_back_from_text),
		cmocka_unit_test(is_what_the_next_version_reads),
		cmocka_unit_test(refuses_other_texts),
		cmocka_unit_test(refuses_what_is_cut_short),
		cmocka_unit_test(survives_every_other_shape),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
