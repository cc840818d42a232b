/* SPDX-License-Identifier: GPL-2.0-only */
/* Server tables: the look-up that the program makes finds every address, and no other. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>

#include "generation_text.h"
#include "image_servers.h"

#define SITE "| Server | Address | Profile |\n|---|---|---|\n| first | 192.0.2.254 | web |\n"

/* --- look-ups, as the program makes them --- */

static __u32 place_of(const struct image_index *index, __u64 hash)
{
	__u32 mask = index->places - 1;

	return hash_place(hash, index->displacements[hash_group(hash, mask)], mask);
}

static __u32 find4(const struct image *image, __be32 address)
{
	__u64 hash = server_hash4(address, image->index4.seed);
	const struct server4 *server = &image->servers4[place_of(&image->index4, hash)];

	return server->address == address ? server->target : TARGET_NONE;
}

static __u32 find6(const struct image *image, const __u8 address[16])
{
	const struct server6 *server;
	__u64 half[2];

	memcpy(half, address, sizeof(half));
	server = &image->servers6[place_of(&image->index6,
					   server_hash6(half[0], half[1], image->index6.seed))];
	return memcmp(server->address, address, 16) ? TARGET_NONE : server->target;
}

static __u32 find(const struct image *image, const struct prefix *address)
{
	__be32 address4;

	memcpy(&address4, address->bytes, sizeof(address4));
	if (address->family == AF_INET)
		return image->index4.places ? find4(image, address4) : TARGET_NONE;
	return image->index6.places ? find6(image, address->bytes) : TARGET_NONE;
}

static __u32 find_text(const struct image *image, const char *text)
{
	struct prefix address;

	assert_int_equal(prefix_parse(text, &address), 0);
	return find(image, &address);
}

/* --- many servers --- */

/* How addresses lie: one after the other, a subnet each, anywhere, or a provider's prefix each. */
enum pattern {
	ADJACENT,
	STRIDED,
	SCATTERED,
	PROVIDERS,
	PATTERNS,
};

/* The nth address of a pattern; none is in another place of the same. */
static struct prefix nth_address(uint8_t family, enum pattern pattern, uint32_t n)
{
	static const uint32_t factors[] = {1, 256, 2654435761U, 256};
	struct prefix prefix = {.family = family, .length = family == AF_INET ? 32 : 128};
	uint32_t low = htonl((pattern == STRIDED     ? 0x02000000
			      : pattern == PROVIDERS ? 0x24000000
						     : 0x0a000001) +
			     n * factors[pattern]);

	if (family == AF_INET) {
		memcpy(prefix.bytes, &low, sizeof(low));
		return prefix;
	}
	if (pattern == PROVIDERS) { /* what they have in common is their end */
		memcpy(prefix.bytes, &low, sizeof(low));
		prefix.bytes[15] = 1;
		return prefix;
	}
	memcpy(prefix.bytes, "\x20\x01\x0d\xb8", 4);
	if (pattern == STRIDED) { /* the same host in a subnet of 64 bits each */
		memcpy(prefix.bytes + 4, &low, sizeof(low));
		prefix.bytes[15] = 1;
	} else {
		memcpy(prefix.bytes + 12, &low, sizeof(low));
	}
	return prefix;
}

static void add_server(struct generation *generation, struct prefix address, uint32_t n)
{
	struct server *server = g_new0(struct server, 1);
	g_autofree char *name = g_strdup_printf("s%u", n);

	server->name = g_string_chunk_insert(generation->policy->strings, name);
	server->profile = "web";
	server->addresses = g_array_new(FALSE, FALSE, sizeof(struct prefix));
	g_array_append_val(server->addresses, address);
	g_ptr_array_add(generation->policy->servers, server);
}

static struct image *image_of(const struct generation *generation)
{
	struct image *image = image_new();

	image_add_servers(image, generation);
	return image;
}

static void check_each(const struct image *image, uint8_t family, enum pattern pattern,
		       uint32_t count)
{
	for (uint32_t n = 0; n < count; n++) {
		struct prefix address = nth_address(family, pattern, n);
		__u32 target = find(image, &address);

		/* "first" is number SERVER_FIRST. */
		if (target != target_make(SERVER_FIRST + 1 + n, 0, 0))
			fail_msg("family %u, pattern %d: address %u of %u is %u", family, pattern,
				 n, count, target);
	}
	for (uint32_t n = count; n < 2 * count + 1000; n++) {
		struct prefix address = nth_address(family, pattern, n);

		if (find(image, &address) != TARGET_NONE)
			fail_msg("family %u, pattern %d: address %u of %u is found", family,
				 pattern, n, count);
	}
}

/* All places that are taken; the look-up finds only what is in its own. */
static uint32_t count_places(const struct image *image, uint8_t family)
{
	uint32_t taken = 0;

	for (uint32_t i = 0; family == AF_INET && i < image->index4.places; i++)
		taken += image->servers4[i].target != TARGET_NONE;
	for (uint32_t i = 0; family == AF_INET6 && i < image->index6.places; i++)
		taken += image->servers6[i].target != TARGET_NONE;
	return taken;
}

static void check_many(uint8_t family, enum pattern pattern, uint32_t count)
{
	struct generation *generation = compile(choose_site(SITE));
	struct image *image;
	uint32_t places;

	for (uint32_t n = 0; n < count; n++)
		add_server(generation, nth_address(family, pattern, n), n);
	image = image_of(generation);
	places = family == AF_INET ? image->index4.places : image->index6.places;
	check_each(image, family, pattern, count);
	assert_int_equal(count_places(image, family), count + (family == AF_INET));
	assert_int_equal(find_text(image, "192.0.2.254"), target_make(SERVER_FIRST, 0, 0));
	/* A power of two, and as few as there can be. */
	assert_int_equal(places & (places - 1), 0);
	assert_true(places <= MAX(9 * (count + 1) / 4, PLACES_MIN));
	image_free(image);
	generation_free(generation);
}

static void finds_so_many(uint32_t count)
{
	for (enum pattern pattern = 0; pattern < PATTERNS; pattern++) {
		check_many(AF_INET, pattern, count);
		check_many(AF_INET6, pattern, count);
	}
}

static void finds_one(void **state)
{
	finds_so_many(1);
}

static void finds_a_hundred(void **state)
{
	finds_so_many(100);
}

static void finds_ten_thousand(void **state)
{
	finds_so_many(10000);
}

static void finds_a_hundred_thousand(void **state)
{
	finds_so_many(100000);
}

/* Of the three servers behind "first". */
static __u32 sum_of_targets(void)
{
	return target_make(SERVER_FIRST + 1, 0, 0) + target_make(SERVER_FIRST + 2, 0, 0) +
	       target_make(SERVER_FIRST + 3, 0, 0);
}

/*
 * What no seed parts has no place of its own, but is a prefix of full length. The same address is
 * like that, though no policy has it twice.
 */
static void spills_what_no_seed_parts(void **state)
{
	struct generation *generation = compile(choose_site(SITE));
	const struct image_prefix4 *four;
	const struct image_prefix6 *six;
	struct prefix address;
	struct image *image;

	for (uint32_t n = 0; n < 3; n++) {
		prefix_parse("10.0.0.1", &address);
		add_server(generation, address, n);
		prefix_parse("2001:db8::1", &address);
		add_server(generation, address, n);
	}
	image = image_of(generation);
	assert_int_equal(count_places(image, AF_INET), 2); /* the one in SITE too */
	assert_int_equal(count_places(image, AF_INET6), 1);
	assert_int_equal(image->prefixes4->len, 2);
	assert_int_equal(image->prefixes6->len, 2);
	four = (void *)image->prefixes4->data;
	six = (void *)image->prefixes6->data;
	assert_memory_equal(&four[0].key, "\x20\0\0\0\x0a\0\0\x01", 8);
	assert_memory_equal(&six[0].key, "\x80\0\0\0\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\x01",
			    20);
	assert_int_equal(find_text(image, "10.0.0.1") + four[0].target + four[1].target,
			 sum_of_targets());
	assert_int_equal(find_text(image, "2001:db8::1") + six[0].target + six[1].target,
			 sum_of_targets());
	assert_int_equal(find_text(image, "192.0.2.254"), target_make(SERVER_FIRST, 0, 0));
	image_free(image);
	generation_free(generation);
}

/* --- what an address leads to --- */

static void leads_to_server_profile_and_mode(void **state)
{
	static const char site[] = "| Server | Address | Profile | Mode |\n|---|---|---|---|\n"
				   "| fe01 | 10.0.1.11, 2001:db8:1::11 | web | |\n"
				   "| fe02 | 10.0.1.12, 2001:db8:1::12 | voice | monitor |\n"
				   "| fe03 | 10.0.1.13, 10.0.1.14 | web | |\n";
	struct choice *choice = choose_site(site);
	struct generation *generation;
	struct image *image;

	choice_set_swap(choice, "fe03", "narrow");
	generation = compile(choice);
	image = image_of(generation);
	assert_int_equal(find_text(image, "10.0.1.11"), target_make(SERVER_FIRST, 0, 0));
	assert_int_equal(find_text(image, "2001:db8:1::11"), target_make(SERVER_FIRST, 0, 0));
	assert_int_equal(find_text(image, "10.0.1.12"), target_make(SERVER_FIRST + 1, 1, 1));
	assert_int_equal(find_text(image, "2001:db8:1::12"), target_make(SERVER_FIRST + 1, 1, 1));
	assert_int_equal(find_text(image, "10.0.1.13"), target_make(SERVER_FIRST + 2, 2, 0));
	assert_int_equal(find_text(image, "10.0.1.14"), target_make(SERVER_FIRST + 2, 2, 0));
	assert_int_equal(find_text(image, "10.0.1.15"), TARGET_NONE);
	assert_int_equal(find_text(image, "0.0.0.0"), TARGET_NONE);
	assert_int_equal(find_text(image, "::"), TARGET_NONE);
	image_free(image);

	choice->monitor = true;
	image = image_of(generation);
	assert_int_equal(find_text(image, "10.0.1.11"), target_make(SERVER_FIRST, 0, 1));
	image_free(image);
	generation_free(generation);
}

static void puts_prefixes_apart(void **state)
{
	static const char site[] = "| Server | Address | Profile |\n|---|---|---|\n"
				   "| lab | 10.9.0.0/16, 2001:db8:9::/48 | web |\n"
				   "| lab2 | 10.9.7.0/24 | voice |\n";
	struct generation *generation = compile(choose_site(site));
	struct image *image = image_of(generation);
	const struct image_prefix4 *four = (void *)image->prefixes4->data;
	const struct image_prefix6 *six = (void *)image->prefixes6->data;

	assert_int_equal(image->index4.places, 0);
	assert_int_equal(image->index6.places, 0);
	assert_int_equal(image->prefixes4->len, 2);
	assert_memory_equal(&four[0].key, "\x10\0\0\0\x0a\x09\0\0", 8);
	assert_int_equal(four[0].target, target_make(SERVER_FIRST, 0, 0));
	assert_memory_equal(&four[1].key, "\x18\0\0\0\x0a\x09\x07\0", 8);
	assert_int_equal(four[1].target, target_make(SERVER_FIRST + 1, 1, 0));
	assert_int_equal(image->prefixes6->len, 1);
	assert_memory_equal(&six[0].key, "\x30\0\0\0\x20\x01\x0d\xb8\0\x09\0\0\0\0\0\0\0\0\0\0",
			    20);
	assert_int_equal(six[0].target, target_make(SERVER_FIRST, 0, 0));
	image_free(image);
	generation_free(generation);
}

static bool may_be_server(const struct image *image, const char *address)
{
	struct prefix source;
	__u16 quarters[8];
	__be32 four;

	assert_int_equal(prefix_parse(address, &source), 0);
	memcpy(quarters, source.bytes, sizeof(quarters));
	memcpy(&four, source.bytes, sizeof(four));
	return source.family == AF_INET ? image->source_filter4[source_network4(four)]
					: image->source_filter6[source_network6(quarters)];
}

static guint networks(const __u8 *filter)
{
	guint count = 0;

	for (guint i = 0; i < SOURCE_NETWORKS; i++)
		count += filter[i];
	return count;
}

/* By address and by prefix: of a shorter one all the networks that it holds. */
static void notes_the_networks_of_servers(void **state)
{
	static const char site[] = "| Server | Address | Profile |\n|---|---|---|\n"
				   "| a | 10.16.1.11, 2001:db8:1::11 | web |\n"
				   "| b | 10.64.0.0/14, 2001:db8:8::/47 | web |\n";
	struct generation *generation = compile(choose_site(site));
	struct image *image = image_of(generation);

	assert_true(may_be_server(image, "10.16.255.255"));
	assert_true(may_be_server(image, "10.64.0.0"));
	assert_true(may_be_server(image, "10.67.1.1"));
	assert_false(may_be_server(image, "10.68.0.0"));
	assert_false(may_be_server(image, "10.63.0.0"));
	assert_false(may_be_server(image, "192.0.2.1"));
	assert_int_equal(networks(image->source_filter4), 5);
	assert_true(may_be_server(image, "2001:db8:1:ffff::1"));
	assert_true(may_be_server(image, "2001:db8:8::1"));
	assert_true(may_be_server(image, "2001:db8:9::1"));
	assert_false(may_be_server(image, "2001:db8:a::1"));
	assert_int_equal(networks(image->source_filter6), 3);
	image_free(image);
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_one),
		cmocka_unit_test(finds_a_hundred),
		cmocka_unit_test(finds_ten_thousand),
		cmocka_unit_test(finds_a_hundred_thousand),
		cmocka_unit_test(spills_what_no_seed_parts),
		cmocka_unit_test(leads_to_server_profile_and_mode),
		cmocka_unit_test(puts_prefixes_apart),
		cmocka_unit_test(notes_the_networks_of_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
