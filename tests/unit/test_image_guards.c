/* SPDX-License-Identifier: GPL-2.0-only */
/* Guards in images: port tables port by port, whose table a server has, numbers that stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "generation_text.h"
#include "image.h"

#define SERVERS                                                                    \
	"| Server | Address | Profile |\n|---|---|---|\n| s1 | 10.0.1.1 | web |\n" \
	"| s2 | 10.0.1.2 | web |\n| s3 | 10.3.0.0/16 | voice |\n| s4 | 2001:db8::4 | web |\n\n"
#define GUARDS                                                               \
	"| Guard | Ports | Profile | Server | Sources | Limit | Payload |\n" \
	"|---|---|---|---|---|---|---|\n"

#define ALL                                                                                     \
	SERVERS GUARDS "| pages | tcp/8002-8004 | web | | 10.1.0.0/16, 2001:db8:1::/48 | | |\n" \
		       "| calm | tcp/8004-8005 | | | | 50/s burst 100 | |\n"                    \
		       "| own | tcp/8004, tcp/443 | | s2 | 192.0.2.1 | | |\n"                   \
		       "| media | udp/5990-6010 | | | | | media |\n"

static struct image *build(const struct generation *generation)
{
	struct messages *messages = messages_new();
	struct image *image = image_build(generation, messages);
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, "");
	assert_non_null(image);
	messages_free(messages);
	return image;
}

/* What is asked at a port, as 'slot', 'slot sources=1 interval+tolerance media', or '-'. */
static char *asked_at(const struct image *image, uint32_t table, unsigned int transport,
		      unsigned int port)
{
	uint16_t by = image->ports[table].opened_by[transport][port];
	const struct segment *segment;
	const struct guard *guard;
	GString *text;

	if (!by)
		return g_strdup("-");
	if (by < PORT_SEGMENTS)
		return g_strdup_printf("%u", by);
	segment = &g_array_index(image->segments, struct segment, by - PORT_SEGMENTS);
	assert_int_equal(segment->kind, SEGMENT_GUARDED);
	assert_true(segment->guard < image->guards->len);
	guard = &g_array_index(image->guards, struct guard, segment->guard);
	text = g_string_new(NULL);
	g_string_append_printf(text, "%u", segment->slot);
	if (guard->sources)
		g_string_append_printf(text, " sources=%u", guard->sources);
	if (guard->interval)
		g_string_append_printf(text, " %llu+%llu", guard->interval, guard->tolerance);
	if (guard->media)
		g_string_append(text, " media");
	return g_string_free(text, FALSE);
}

/*
 * Slots: web has tcp/443 (1), tcp/8000-8009 (2), udp/443 (3); voice tcp/5061 (4), udp/5000-5999
 * (5). Tables: web, voice, and that of s2.
 */
static void asks_port_by_port(void **state)
{
	static const struct {
		uint32_t table;
		unsigned int transport, first, last;
		const char *asked;
	} cases[] = {
		{0, TRANSPORT_TCP, 1, 442, "-"},
		{0, TRANSPORT_TCP, 443, 443, "1"},
		{0, TRANSPORT_TCP, 8000, 8001, "2"},
		{0, TRANSPORT_TCP, 8002, 8003, "2 sources=1"},
		{0, TRANSPORT_TCP, 8004, 8004, "2 sources=1 20000000+1980000000"},
		{0, TRANSPORT_TCP, 8005, 8005, "2 20000000+1980000000"},
		{0, TRANSPORT_TCP, 8006, 8009, "2"},
		{0, TRANSPORT_TCP, 8010, 65535, "-"},
		{0, TRANSPORT_UDP, 443, 443, "3"},
		{1, TRANSPORT_TCP, 5061, 5061, "4"},
		{1, TRANSPORT_TCP, 8004, 8005, "-"},
		{1, TRANSPORT_UDP, 5000, 5989, "5"},
		{1, TRANSPORT_UDP, 5990, 5999, "5 media"},
		{1, TRANSPORT_UDP, 6000, 6010, "-"},
		{2, TRANSPORT_TCP, 443, 443, "1 sources=3"},
		{2, TRANSPORT_TCP, 8002, 8003, "2 sources=1"},
		{2, TRANSPORT_TCP, 8004, 8004, "2 sources=3 20000000+1980000000"},
		{2, TRANSPORT_TCP, 8005, 8005, "2 20000000+1980000000"},
		{2, TRANSPORT_TCP, 8006, 8009, "2"},
	};
	struct generation *generation = compile(choose_site(ALL));
	struct image *image = build(generation);

	assert_int_equal(image->tables, 3);
	assert_true(image->limits);
	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		for (unsigned int port = cases[i].first; port <= cases[i].last; port++) {
			g_autofree char *asked =
				asked_at(image, cases[i].table, cases[i].transport, port);

			if (strcmp(asked, cases[i].asked))
				fail_msg("case %u, port %u: %s", i, port, asked);
		}
	}
	image_free(image);
	generation_free(generation);
}

static void lists_each_once(void **state)
{
	struct generation *generation = compile(choose_site(ALL));
	struct image *image = build(generation);

	/* what s2 has in common with the rest of web is shared */
	assert_int_equal(image->guards->len, 6);
	assert_int_equal(image->segments->len, 2 + 6);
	assert_int_equal(image->sources4->len, 2);
	assert_memory_equal(image->sources4->data,
			    "\x30\0\0\0\x01\0\0\0\x0a\x01\0\0"
			    "\x40\0\0\0\x03\0\0\0\xc0\0\x02\x01",
			    24);
	assert_int_equal(image->sources6->len, 1);
	assert_memory_equal(image->sources6->data,
			    "\x50\0\0\0\x01\0\0\0\x20\x01\x0d\xb8\0\x01\0\0\0\0\0\0\0\0\0\0", 24);
	image_free(image);
	generation_free(generation);
}

/* The target that an address leads to. */
static uint32_t target4(const struct image *image, const char *text)
{
	struct in_addr address;
	__u32 mask = image->index4.places - 1;
	const struct server4 *server;
	__u64 hash;

	inet_pton(AF_INET, text, &address);
	hash = server_hash4(address.s_addr, image->index4.seed);
	server = &image->servers4[hash_place(
		hash, image->index4.displacements[hash_group(hash, mask)], mask)];
	return server->address == address.s_addr ? server->target : TARGET_NONE;
}

static void leads_servers_to_their_tables(void **state)
{
	struct choice *choice =
		choose_site(ALL "\n| Setting | Value |\n|---|---|\n| Unlisted | drop |\n");
	struct generation *generation = compile(choice);
	struct image *image = build(generation);

	assert_int_equal(image->tables, 4);
	assert_int_equal(target_profile(target4(image, "10.0.1.1")), 0);
	assert_int_equal(target_profile(target4(image, "10.0.1.2")), 2);
	assert_int_equal(
		target_profile(g_array_index(image->prefixes4, struct image_prefix4, 0).target), 1);
	assert_int_equal(target_profile(g_array_index(image->everyone, __u32, 0)), 3);
	image_free(image);
	generation_free(generation);
}

/* Whose port table is asked when a server with guards of its own is swapped: its new profile's. */
static void follows_swaps(void **state)
{
	struct choice *choice = choose_site(ALL);
	struct generation *generation;
	struct image *image;
	g_autofree char *asked = NULL, *gone = NULL;

	choice_set_swap(choice, "s2", "narrow");
	generation = compile(choice);
	image = build(generation);
	assert_int_equal(image->tables, 4);
	assert_int_equal(target_profile(target4(image, "10.0.1.2")), 3);
	asked = asked_at(image, 3, TRANSPORT_TCP, 443);
	assert_true(g_str_has_suffix(asked, " sources=3"));
	gone = asked_at(image, 3, TRANSPORT_TCP, 8005); /* excepted: guards open nothing */
	assert_string_equal(gone, "-");
	image_free(image);
	generation_free(generation);
}

static uint32_t limit_of(const char *guards)
{
	g_autofree char *site = g_strdup_printf(SERVERS GUARDS "%s", guards);
	struct generation *generation = compile(choose_site(site));
	struct image *image = build(generation);
	const struct guard *last =
		&g_array_index(image->guards, struct guard, image->guards->len - 1);
	uint32_t limit = last->limit;

	assert_true(last->interval);
	image_free(image);
	generation_free(generation);
	return limit;
}

/* Token buckets are found again by a number that only the name makes. */
static void keeps_numbers_of_limits(void **state)
{
	uint32_t calm = limit_of("| calm | tcp/443 | | | | 50/s | |\n");

	/* FNV-1a of "calm", as another program works it out */
	assert_int_equal(calm, 0xb2f18316);
	assert_int_equal(calm, limit_of("| other | tcp/8000 | | | | 7/s | |\n"
					"| CALM | tcp/8001-8009 | web | | | 1/h burst 9 | |\n"));
	assert_int_not_equal(calm, limit_of("| calm2 | tcp/443 | | | | 50/s | |\n"));
}

/* A site without guards, and a site whose guards hold nowhere, have nothing of them. */
static void has_nothing_without_guards(void **state)
{
	struct generation *generation = compile(choose_site(SERVERS));
	struct image *image = build(generation);

	assert_int_equal(image->tables, 2);
	assert_int_equal(image->guards->len + image->sources4->len + image->sources6->len, 0);
	assert_int_equal(image->segments->len, 2);
	assert_false(image->limits);
	image_free(image);
	generation_free(generation);

	generation = compile(choose_site(SERVERS GUARDS "| g | tcp/1 | | | | 5/s | |\n"));
	image = build(generation);
	assert_int_equal(image->guards->len, 0);
	assert_false(image->limits);
	image_free(image);
	generation_free(generation);
}

/* Counters are of segments, not of what guards make of them. */
static void leaves_slots_alone(void **state)
{
	struct generation *plain = compile(choose_site(SERVERS));
	struct generation *guarded = compile(choose_site(ALL));

	assert_int_equal(plain->slots->segments->len, guarded->slots->segments->len);
	for (guint i = 0; i < plain->slots->segments->len; i++)
		assert_string_equal(plain->slots->segments->pdata[i],
				    guarded->slots->segments->pdata[i]);
	generation_free(plain);
	generation_free(guarded);
}

static void holds_so_many_tables(void **state)
{
	GString *site = g_string_new("| Server | Address | Profile |\n|---|---|---|\n");
	struct messages *messages = messages_new();
	struct generation *generation;
	g_autofree char *said = NULL;

	for (unsigned int i = 0; i < 2048; i++)
		g_string_append_printf(site, "| s%u | 10.0.%u.%u | web |\n", i, 1 + i / 250,
				       1 + i % 250);
	g_string_append(site, "\n" GUARDS);
	for (unsigned int i = 0; i < 2048; i++)
		g_string_append_printf(site, "| g%u | tcp/443 | | s%u | | 5/s | |\n", i, i);
	generation = compile(choose_site(site->str));
	assert_null(image_build(generation, messages));
	said = all_messages(messages);
	assert_string_equal(said, "the policy: error: 2049 profiles and servers that guards name "
				  "are too many, expected at most 2048\n");
	messages_free(messages);
	generation_free(generation);
	g_string_free(site, TRUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_port_by_port),
		cmocka_unit_test(lists_each_once),
		cmocka_unit_test(leads_servers_to_their_tables),
		cmocka_unit_test(follows_swaps),
		cmocka_unit_test(keeps_numbers_of_limits),
		cmocka_unit_test(has_nothing_without_guards),
		cmocka_unit_test(leaves_slots_alone),
		cmocka_unit_test(holds_so_many_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
