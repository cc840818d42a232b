/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/view_estimate.c: figures as JSON and as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/bpf.h>

#include "capture.h"
#include "generation_text.h"
#include "json.h"
#include "obstacles.h"
#include "view_estimate.h"

/* An estimate made by hand: of two cards with one profile. */
struct made {
	struct generation *generation;
	struct gate_link links[2];
	struct estimate_interface interfaces[2];
	struct measured measured[8];
	struct estimate estimate;
	struct machine machine;
};

static void make(struct made *made, struct choice *choice)
{
	*made = (struct made){
		.links = {{.attach = "native"}, {.attach = "generic"}},
		.machine = {.kernel = (char *)"6.1.0", .processor = (char *)"Fast One"},
		.estimate.measuring = {.bare = 25, .cpu = 3, .again = 2},
	};
	made->generation = compile(choice);
	made->estimate.interfaces = g_ptr_array_new();
	for (guint i = 0; i < made->generation->choice->interfaces->len; i++) {
		made->interfaces[i] = (struct estimate_interface){
			.choice = made->generation->choice->interfaces->pdata[i],
			.link = &made->links[i],
			.like = i ? &made->interfaces[0] : NULL,
			.samples = samples_of(made->generation, i, NULL),
			.measured = made->measured,
		};
		assert_true(made->interfaces[i].samples->len <= G_N_ELEMENTS(made->measured));
		g_ptr_array_add(made->estimate.interfaces, &made->interfaces[i]);
	}
	for (guint i = 0; i < made->interfaces[0].samples->len; i++) {
		const struct sample *sample =
			&g_array_index(made->interfaces[0].samples, struct sample, i);
		bool drop = sample->kind == SAMPLE_CLOSED && !sample->judgement.monitor;

		made->measured[i] = (struct measured){
			.verdict = drop ? XDP_DROP : XDP_PASS,
			.ns = 40 + i,
			.above = 15 + i,
			.low = 14.257 + i,
			.high = 16.5 + i,
		};
	}
}

static void unmake(struct made *made)
{
	for (guint i = 0; i < made->estimate.interfaces->len; i++)
		g_array_unref(made->interfaces[i].samples);
	g_ptr_array_unref(made->estimate.interfaces);
	generation_free(made->generation);
}

static struct json_object *as_json(const struct made *made, const GPtrArray *obstacles)
{
	struct json_object *json = json_object_new_object();

	json_add_number(json, "generation", 7);
	view_add_estimate(json, &made->estimate, &made->machine);
	view_add_obstacles(json, obstacles);
	return json;
}

static struct json_object *packet_of(struct json_object *json, size_t interface, size_t packet)
{
	struct json_object *one =
		json_object_array_get_idx(json_member(json, "interfaces"), interface);

	return json_object_array_get_idx(json_member(one, "packets"), packet);
}

static void adds_json(void **state)
{
	g_autoptr(GPtrArray) obstacles = obstacles_new();
	struct json_object *json;
	struct made made;

	make(&made, choose_profile("web"));
	obstacles_add_gate(obstacles, &(struct obstacle_gate){.other_program = true});
	json = as_json(&made, obstacles);
	assert_string_equal(
		json_object_to_json_string(packet_of(json, 0, 2)),
		"{ \"kind\": \"service\", \"protocol\": \"tcp\", \"port\": 443, "
		"\"source\": \"203.0.113.7\", \"destination\": \"198.51.100.1\", "
		"\"server\": null, \"profile\": \"web\", \"verdict\": \"pass\", "
		"\"reason\": \"published\", \"meaning\": \"a row of the document opens "
		"the port\", \"mode\": \"enforce\", \"ns\": 42.00, \"ns_above\": 17.00, "
		"\"ns_above_low\": 16.26, \"ns_above_high\": 18.50, "
		"\"packets_per_second_most\": 23809523 }");
	json_object_object_del(json, "interfaces");
	assert_string_equal(
		json_object_to_json_string(json),
		"{ \"generation\": 7, \"kernel\": \"6.1.0\", \"processor\": \"Fast One\", "
		"\"cpu\": 3, \"rounds\": 0, \"taken_again\": 2, \"disturbed\": false, "
		"\"ns_bare\": 25.00, \"obstacles\": [ { \"obstacle\": \"other-version\", "
		"\"interface\": null, \"found\": \"the program in force is of another version than "
		"this binary, whose own was measured\", \"next\": \"'portcullis up' replaces it\", "
		"\"cost\": null } ] }");
	json_object_put(json);
	unmake(&made);
}

/* A verdict that is not the policy's has no reason that the policy knows. */
static void believes_the_program(void **state)
{
	g_autoptr(GPtrArray) obstacles = obstacles_new();
	struct json_object *json;
	struct made made;

	make(&made, choose_profile("web"));
	made.measured[2].verdict = XDP_DROP;
	json = as_json(&made, obstacles);
	assert_string_equal(json_string(packet_of(json, 0, 2), "verdict"), "drop");
	assert_null(json_string(packet_of(json, 0, 2), "reason"));
	assert_string_equal(json_string(packet_of(json, 0, 1), "reason"), "not-published");
	json_object_put(json);
	unmake(&made);
}

static char *print(const struct made *made, const GPtrArray *obstacles)
{
	struct json_object *json = as_json(made, obstacles);
	struct capture capture = capture_begin();

	view_print_estimate(json);
	json_object_put(json);
	return capture_end(&capture);
}

#define MEANING                                                                                \
	"\nThese are runs in a loop of the kernel's, on one core, with all that is read in "   \
	"the cache.\nA driver does more than that loop, and memory is slower: no core takes "  \
	"more packets a\nsecond. Where a packet takes T ns with a bare program, it takes T + " \
	"ABOVE with the policy.\n"

static void prints(void **state)
{
	struct choice *choice = choose(DOCUMENT, "| Server | Address | Profile |\n|---|---|---|\n"
						 "| fe01 | 10.0.1.1 | web |\n");
	GPtrArray *obstacles = obstacles_new();
	g_autofree char *text = NULL;
	struct made made;

	choice_set_interface(choice, "card0", NULL, ATTACH_AUTO);
	choice_set_interface(choice, "card1", NULL, ATTACH_AUTO);
	make(&made, choice);
	made.estimate.parts = PART_BIT(PART_PENDING);
	made.estimate.part[PART_PENDING] =
		(struct measured){.above = 20.04, .low = -0.5, .high = 21};
	obstacles_add_gate(obstacles, &(struct obstacle_gate){.other_program = true});
	obstacles_add_parts(obstacles, &made.estimate, 0);
	text = print(&made, obstacles);
	assert_string_equal(
		text,
		"generation 7 on CPU 3 (Fast One), Linux 6.1.0\n"
		"card0, native mode\n"
		"  PACKET                  SERVER  VERDICT               NS ABOVE BARE (MIDDLE "
		"HALF)    NS  AT MOST, A SECOND\n"
		"  closed, tcp/1, IPv4     fe01    drop (not-published)          15.0 (14.3 to "
		"16.5)  40.0       25.0 million\n"
		"  closed, udp/1, IPv4     fe01    drop (not-published)          16.0 (15.3 to "
		"17.5)  41.0       24.4 million\n"
		"  service, tcp/443, IPv4  fe01    pass (published)              17.0 (16.3 to "
		"18.5)  42.0       23.8 million\n"
		"  any, a bare program             drop                                         "
		"      25.0       40.0 million\n"
		"card1, generic mode: as card0, whose program is the same\n" MEANING
		"\nin the way:\n"
		"  the program in force is of another version than this binary, whose own was "
		"measured\n"
		"    next: 'portcullis up' replaces it\n"
		"  the change waits to be confirmed: each packet looks at the deadline: "
		"20.0 (-0.5 to 21.0) ns\n"
		"    next: 'portcullis confirm' ends it\n");
	g_ptr_array_unref(obstacles);
	unmake(&made);
}

static void prints_what_is_only_counted(void **state)
{
	struct choice *choice = choose_profile("closed");
	g_autoptr(GPtrArray) obstacles = obstacles_new();
	g_autofree char *text = NULL;
	struct made made;

	choice->monitor = true;
	make(&made, choice);
	made.machine.processor = (char *)"";
	made.estimate.measuring.is_disturbed = true;
	text = print(&made, obstacles);
	assert_non_null(strstr(text, "generation 7 on CPU 3, Linux 6.1.0\n"));
	assert_non_null(strstr(text, "  closed, tcp/1, IPv6  would drop (not-published)  "));
	assert_non_null(strstr(text, "\nOthers used the processor all the time: the figures may be "
				     "too high. Try again when it is quiet.\n"));
	assert_null(strstr(text, "SERVER"));
	assert_null(strstr(text, "in the way"));
	unmake(&made);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_json),
		cmocka_unit_test(believes_the_program),
		cmocka_unit_test(prints),
		cmocka_unit_test(prints_what_is_only_counted),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
