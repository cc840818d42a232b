/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples of drops as JSON, as a line and as a comment. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture.h"
#include "drop.h"
#include "generation_text.h"

#define SITE                                              \
	"| Server | Address | Profile |\n|---|---|---|\n" \
	"| fe01 | 10.0.1.11 | web |\n| fe02 | 10.0.1.12 | voice |\n"

/* 2026-11-22T10:00:00Z, and 1.25 s later */
#define BOOT  1795341600000000000ULL
#define LATER 1250000000ULL

static const struct {
	struct event event;
	size_t size;
	const char *frame;
} samples[] = {
	{{.reason = REASON_NOT_PUBLISHED, .length = 74, .generation = 3},
	 38,
	 "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0\x45\0\0\x3c\0\1\0\0\x40\6\0\0\xc0\0\2\7\x0a\0\1\x0b"
	 "\xb9\x5f\x13\xcd"},
	{{.reason = REASON_BAD_ADDRESS, .length = 1514, .monitored = 1},
	 58,
	 "\2\0\0\0\0\1\2\0\0\0\0\2\x86\xdd\x60\0\0\0\0\x14\x11\x40"
	 "\x20\1\x0d\xb8\0\x0f\0\0\0\0\0\0\0\0\0\7\x20\1\x0d\xb8\0\1\0\0\0\0\0\0\0\0\0\x11"
	 "\0\1\0\2"},
	{{.reason = REASON_ICMP_TYPE, .length = 60},
	 35,
	 "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0\x45\0\0\x3c\0\1\0\0\x40\1\0\0\xc0\0\2\7\x0a\0\1\x0b"
	 "\5"},
	{{.reason = REASON_PROTOCOL, .length = 60},
	 34,
	 "\2\0\0\0\0\1\2\0\0\0\0\2\x08\0\x45\0\0\x3c\0\1\0\0\x40\x2f\0\0\xc0\0\2\7\x0a\0\1"
	 "\x0b"},
	{{.reason = REASON_HIDDEN_IP, .length = 60}, 14, "\2\0\0\0\0\1\2\0\0\0\0\2\x88\x47"},
	{{.reason = REASON_COUNT, .length = 14}, 0, ""},
};

static struct generation *site, *profile;

static int make_generations(void **state)
{
	setenv("TZ", "XXX-1", 1); /* an hour east of UTC */
	tzset();
	site = compile(choose_site(SITE));
	profile = compile(choose_profile("web"));
	return 0;
}

static int free_generations(void **state)
{
	generation_free(site);
	generation_free(profile);
	return 0;
}

static struct json_object *make(unsigned int sample, __u32 server, const char *interface,
				const struct generation *generation)
{
	const struct drop_names names = {interface, generation, BOOT};
	struct json_object *json = json_object_new_object();
	struct event event = samples[sample].event;

	event.time = LATER;
	event.target = target_make(server, 0, 0);
	event.captured = (__u16)samples[sample].size;
	memcpy(event.frame, samples[sample].frame, samples[sample].size);
	drop_add(json, &event, &names);
	return json;
}

static void check_json(struct json_object *json, const char *expected)
{
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN), expected);
	json_object_put(json);
}

static void tells_all_in_json(void **state)
{
	check_json(make(0, SERVER_FIRST, "card0", site),
		   "{\"time\":\"2026-11-22T10:00:01.250000Z\",\"interface\":\"card0\","
		   "\"verdict\":\"drop\",\"reason\":\"not-published\","
		   "\"meaning\":\"no row of the profile opens the port\","
		   "\"ethertype\":\"0x0800\",\"protocol\":\"tcp\",\"source\":\"192.0.2.7\","
		   "\"source_port\":47455,\"destination\":\"10.0.1.11\",\"port\":5069,"
		   "\"type\":null,\"server\":\"fe01\",\"profile\":\"web\",\"generation\":3,"
		   "\"bytes\":74}");
	check_json(make(5, TARGET_NONE, NULL, NULL),
		   "{\"time\":\"2026-11-22T10:00:01.250000Z\",\"interface\":null,"
		   "\"verdict\":\"drop\",\"reason\":null,\"meaning\":null,\"ethertype\":null,"
		   "\"protocol\":null,\"source\":null,\"source_port\":null,\"destination\":null,"
		   "\"port\":null,\"type\":null,\"server\":null,\"profile\":null,"
		   "\"generation\":0,\"bytes\":14}");
}

static void check_line(struct json_object *json, const char *expected)
{
	struct capture capture = capture_begin();
	g_autofree char *text = NULL;

	drop_print(json);
	text = capture_end(&capture);
	assert_string_equal(text, expected);
	json_object_put(json);
}

#define TIME "2026-11-22 11:00:01.250000 +0100  "

static void tells_it_in_a_line(void **state)
{
	check_line(make(0, SERVER_FIRST, "card0", site),
		   TIME "card0  drop        not-published       "
			"tcp 192.0.2.7:47455 > 10.0.1.11:5069  server fe01, profile web\n");
	check_line(make(1, SERVER_FIRST + 1, "card0", site),
		   TIME "card0  would-drop  bad-address         udp [2001:db8:f::7]:1 > "
			"[2001:db8:1::11]:2  server fe02, profile voice\n");
	check_line(make(2, SERVER_WHOLE_INTERFACE, "card0", profile),
		   TIME "card0  drop        icmp-type           "
			"icmp/5 192.0.2.7 > 10.0.1.11  profile web\n");
	check_line(make(3, TARGET_NONE, "card0", site),
		   TIME "card0  drop        protocol            "
			"ip/47 192.0.2.7 > 10.0.1.11\n");
	check_line(make(4, TARGET_NONE, "card0", site),
		   TIME "card0  drop        hidden-ip           ethertype 0x8847\n");
	check_line(make(5, TARGET_NONE, NULL, NULL),
		   TIME "?  drop        ?                   ethertype ?\n");
}

/* What is not known is left out, not guessed. */
static void names_what_it_knows(void **state)
{
	check_line(make(3, SERVER_FIRST, "card0", NULL),
		   TIME "card0  drop        protocol            "
			"ip/47 192.0.2.7 > 10.0.1.11\n");
	check_line(make(3, SERVER_FIRST + 2, "card0", site),
		   TIME "card0  drop        protocol            "
			"ip/47 192.0.2.7 > 10.0.1.11\n");
	check_line(make(3, SERVER_WHOLE_INTERFACE, "card1", profile),
		   TIME "card1  drop        protocol            "
			"ip/47 192.0.2.7 > 10.0.1.11\n");
}

static void comments(void **state)
{
	static const struct {
		unsigned int sample;
		__u32 server;
		const char *comment;
	} cases[] = {
		{0, SERVER_FIRST,
		 "not-published: no row of the profile opens the port; server fe01, profile web"},
		{1, SERVER_FIRST + 1,
		 "would-drop, bad-address: an address that no packet on the wire may have; server "
		 "fe02, profile voice"},
		{4, TARGET_NONE,
		 "hidden-ip: an EtherType that carries IP unseen: PPPoE sessions, MPLS"},
		{5, TARGET_NONE, "?: ?"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct json_object *json = make(cases[i].sample, cases[i].server, "card0", site);
		g_autofree char *comment = drop_comment(json);

		assert_string_equal(comment, cases[i].comment);
		json_object_put(json);
	}
}

static void tells_how_many_were_lost(void **state)
{
	struct json_object *json = json_object_new_object();

	drop_add_lost(json, 3120);
	check_json(json_object_get(json), "{\"lost\":3120}");
	check_line(json, "3120 more, for which there was no room\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_all_in_json),        cmocka_unit_test(tells_it_in_a_line),
		cmocka_unit_test(names_what_it_knows),      cmocka_unit_test(comments),
		cmocka_unit_test(tells_how_many_were_lost),
	};

	return cmocka_run_group_tests(tests, make_generations, free_generations);
}
