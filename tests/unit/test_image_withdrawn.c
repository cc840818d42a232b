/* SPDX-License-Identifier: GPL-2.0-only */
/* Ports that a change closes, until answers to what came before have left. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "generation_text.h"
#include "image_withdrawn.h"

#define UNTIL 4711

static struct generation *before, *after;
static struct image *image;

static void make(struct choice *old, struct choice *new)
{
	struct messages *messages = messages_new();

	before = old ? compile(old) : NULL;
	after = compile_after(new, before);
	image = image_build(after, messages);
	assert_non_null(image);
	image_withdraw(image, after, before, UNTIL);
	messages_free(messages);
}

static void unmake(void)
{
	image_free(image);
	generation_free(after);
	generation_free(before);
}

/* Whether a table's port is refused as withdrawn. */
static bool is_withdrawn(guint table, unsigned int transport, uint16_t port)
{
	__u16 by = image->ports[table].opened_by[transport][port];
	const struct segment *segment;

	if (by < PORT_SEGMENTS)
		return false;
	segment = &g_array_index(image->segments, struct segment, by - PORT_SEGMENTS);
	assert_true(segment->kind != SEGMENT_WITHDRAWN || segment->slot == UNTIL);
	return segment->kind == SEGMENT_WITHDRAWN;
}

static void withdraws_for_an_interface(void **state)
{
	make(choose_profile("web"), choose_profile("voice"));
	assert_true(is_withdrawn(0, TRANSPORT_UDP, 443));
	assert_false(is_withdrawn(0, TRANSPORT_TCP, 443)); /* TCP tells who began */
	assert_false(is_withdrawn(0, TRANSPORT_UDP, 444));
	assert_false(is_withdrawn(0, TRANSPORT_UDP, 5000)); /* open */
	assert_false(is_withdrawn(0, TRANSPORT_UDP, 68));   /* the host's own */
	unmake();
}

static void leaves_alone_what_did_not_change(void **state)
{
	make(choose_profile("web"), choose_profile("web"));
	for (unsigned int port = 0; port < 65536; port++)
		assert_false(is_withdrawn(0, TRANSPORT_UDP, (uint16_t)port));
	unmake();
	make(NULL, choose_profile("web"));
	assert_false(is_withdrawn(0, TRANSPORT_UDP, 5000));
	unmake();
}

static void leaves_alone_where_replies_are_off(void **state)
{
	struct choice *choice = choose_profile("voice");

	choice->replies_off = true;
	make(choose_profile("web"), choice);
	assert_false(is_withdrawn(0, TRANSPORT_UDP, 443));
	unmake();
}

#define SITE                                                       \
	"| Server | Address | Profile |\n|---|---|---|\n"          \
	"| fe01 | 10.0.1.11 | web |\n| fe02 | 10.0.1.12 | web |\n" \
	"| fe03 | 10.0.1.13 | voice |\n"

/* Each server's own: who is swapped shares a table with others, and who is not keeps his. */
static void withdraws_for_servers(void **state)
{
	struct choice *choice = choose_site(SITE);
	int web, voice;

	choice_set_swap(choice, "fe02", "voice");
	make(choose_site(SITE), choice);
	web = generation_profile_index(after, "web");
	voice = generation_profile_index(after, "voice");
	assert_true(is_withdrawn((guint)voice, TRANSPORT_UDP, 443));
	assert_false(is_withdrawn((guint)web, TRANSPORT_UDP, 5000));
	unmake();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(withdraws_for_an_interface),
		cmocka_unit_test(leaves_alone_what_did_not_change),
		cmocka_unit_test(leaves_alone_where_replies_are_off),
		cmocka_unit_test(withdraws_for_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
