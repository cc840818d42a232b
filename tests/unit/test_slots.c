/* SPDX-License-Identifier: GPL-2.0-only */
/* Slots and server numbers: given once, for good. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "layout.h"
#include "slots.h"

static void gives_each_segment_its_own(void **state)
{
	static const struct {
		const char *profile;
		unsigned int transport;
		uint16_t first, last;
		uint32_t slot;
	} cases[] = {
		{"web", TRANSPORT_TCP, 443, 443, 1},
		{"web", TRANSPORT_UDP, 443, 443, 2},
		{"web", TRANSPORT_TCP, 443, 444, 3},
		{"web", TRANSPORT_TCP, 443, 443, 1},
		{"web + cms", TRANSPORT_TCP, 443, 443, 4},
		{"web", TRANSPORT_TCP, 442, 443, 5},
		{"web", TRANSPORT_UDP, 443, 443, 2},
		{"web", TRANSPORT_TCP, 1, 65535, 6},
		{"Web", TRANSPORT_TCP, 443, 443, 7},
		{"web + cms", TRANSPORT_TCP, 443, 443, 4},
	};
	struct slots *slots = slots_new();

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_int_equal(slots_segment(slots, cases[i].profile, cases[i].transport,
					       cases[i].first, cases[i].last),
				 cases[i].slot);
	assert_int_equal(slots->segments->len, 7);
	assert_string_equal(slots->segments->pdata[2], "tcp/443-444 web");
	assert_string_equal(slots->segments->pdata[3], "tcp/443 web + cms");
	slots_free(slots);
}

static void gives_each_server_its_own(void **state)
{
	struct slots *slots = slots_new();

	assert_int_equal(slots_server(slots, "fe01"), SERVER_FIRST);
	assert_int_equal(slots_server(slots, "fe02"), SERVER_FIRST + 1);
	assert_int_equal(slots_server(slots, "fe01"), SERVER_FIRST);
	/* The names of segments and servers are apart. */
	assert_int_equal(slots_server(slots, "tcp/443 web"), SERVER_FIRST + 2);
	assert_int_equal(slots_segment(slots, "web", TRANSPORT_TCP, 443, 443), 1);
	slots_free(slots);
}

/* Many, so that tables grow on the way. */
static void keeps_what_it_gave(void **state)
{
	struct slots *slots = slots_new();

	for (int round = 0; round < 2; round++)
		for (uint32_t port = 0; port < 20000; port++)
			assert_int_equal(slots_segment(slots, "p", port & 1, (uint16_t)port, 65535),
					 port + 1);
	slots_free(slots);
}

static struct slots *parse(const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	struct slots *slots = slots_from_json(json);

	json_object_put(json);
	return slots;
}

static void comes_back_from_json(void **state)
{
	static const char text[] =
		"{\"segments\":[\"tcp/443 web\",\"udp/5000-5999 voice\"],\"servers\":[\"fe01\"]}";
	struct slots *slots = parse(text);
	struct json_object *json;

	assert_non_null(slots);
	json = slots_to_json(slots);
	assert_string_equal(json_object_to_json_string_ext(
				    json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			    text);
	json_object_put(json);
	/* Known ones keep their slots, though nothing in force may use them; new ones come after.
	 */
	assert_int_equal(slots_segment(slots, "new", TRANSPORT_TCP, 1, 1), 3);
	assert_int_equal(slots_segment(slots, "voice", TRANSPORT_UDP, 5000, 5999), 2);
	assert_int_equal(slots_server(slots, "fe02"), SERVER_FIRST + 1);
	assert_int_equal(slots_server(slots, "fe01"), SERVER_FIRST);
	slots_free(slots);

	slots = parse("{\"segments\":[],\"servers\":[]}");
	assert_int_equal(slots_segment(slots, "web", TRANSPORT_TCP, 1, 1), 1);
	slots_free(slots);
}

static void refuses_other_json(void **state)
{
	static const char *const cases[] = {
		"null",
		"true",
		"1",
		"\"segments\"",
		"[]",
		"{}",
		"{\"segments\": []}",
		"{\"servers\": []}",
		"{\"segments\": null, \"servers\": []}",
		"{\"segments\": {}, \"servers\": []}",
		"{\"segments\": \"tcp/443 web\", \"servers\": []}",
		"{\"segments\": [1], \"servers\": []}",
		"{\"segments\": [null], \"servers\": []}",
		"{\"segments\": [[\"tcp/443 web\"]], \"servers\": []}",
		"{\"segments\": [\"a\", \"b\", \"a\"], \"servers\": []}",
		"{\"segments\": [], \"servers\": [\"fe01\", \"fe01\"]}",
		"{\"segments\": [], \"servers\": [true]}",
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++)
		if (parse(cases[i]))
			fail_msg("taken for slots: %s", cases[i]);
}

static void frees_nothing(void **state)
{
	slots_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_each_segment_its_own),
		cmocka_unit_test(gives_each_server_its_own),
		cmocka_unit_test(keeps_what_it_gave),
		cmocka_unit_test(comes_back_from_json),
		cmocka_unit_test(refuses_other_json),
		cmocka_unit_test(frees_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
