/* SPDX-License-Identifier: GPL-2.0-only */
/* The block list as an array: united, swept, settled; and the steps from one list to another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>

#include "block.h"

static struct prefix prefix(const char *text)
{
	struct prefix prefix;

	if (prefix_parse(text, &prefix))
		fail_msg("%s", text);
	return prefix;
}

static void add(GArray *blocks, const char *text, uint64_t expires, uint64_t added,
		const char *reason)
{
	struct block block = {.prefix = prefix(text),
			      .value = {.expires = expires, .added = added}};

	strcpy(block.value.reason, reason);
	g_array_append_val(blocks, block);
}

/* "PREFIX EXPIRES UNTIL ADDED REASON" and a line break for each. */
static char *print(const GArray *blocks)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);
		char buffer[PREFIX_TEXT_SIZE];

		g_string_append_printf(
			text, "%s %lld %lld %lld %s\n", prefix_format(&block->prefix, buffer),
			(long long)block->value.expires, (long long)block->value.until,
			(long long)block->value.added, block->value.reason);
	}
	return g_string_free(text, FALSE);
}

static void check(const GArray *blocks, const char *expected)
{
	g_autofree char *found = print(blocks);

	assert_string_equal(found, expected);
}

static void sorts_and_unites(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	blocks_sort(blocks);
	assert_int_equal(blocks->len, 0);
	add(blocks, "2001:db8::/32", 5, 1, "");
	add(blocks, "10.0.0.0/16", 5, 1, "first");
	add(blocks, "10.0.0.0", 5, 1, "");
	add(blocks, "9.0.0.0/8", 5, 1, "kept");
	add(blocks, "10.0.0.0/8", 5, 1, "");
	add(blocks, "9.0.0.0/8", 4, 2, "shorter");
	add(blocks, "10.0.0.0/16", 7, 2, "longer");
	add(blocks, "10.0.0.0/16", 7, 3, "");
	add(blocks, "10.0.0.0/16", 6, 4, "late");
	blocks_sort(blocks);
	check(blocks, "9.0.0.0/8 5 0 1 kept\n"
		      "10.0.0.0/8 5 0 1 \n"
		      "10.0.0.0/16 7 0 1 longer\n"
		      "10.0.0.0 5 0 1 \n"
		      "2001:db8::/32 5 0 1 \n");
}

static void sweeps(void **state)
{
	const struct moment now = {.boot = 100};
	g_autoptr(GArray) blocks = blocks_new();

	assert_int_equal(blocks_sweep(blocks, &now), 0);
	add(blocks, "10.0.0.0/8", 99, 0, "");
	add(blocks, "10.0.0.0/16", 100, 0, "");
	add(blocks, "10.0.0.0/24", 101, 0, "");
	add(blocks, "10.0.0.1", BLOCKED_FOR_GOOD, 0, "");
	assert_int_equal(blocks_sweep(blocks, &now), 2);
	check(blocks, "10.0.0.0/24 101 0 0 \n10.0.0.1 -1 0 0 \n");
}

static void settles(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	add(blocks, "10.0.0.0/8", 50, 0, "");
	add(blocks, "10.0.0.0/16", 20, 0, "");
	add(blocks, "10.0.0.0/24", 70, 0, "");
	add(blocks, "10.0.0.0", 60, 0, "");
	add(blocks, "10.0.1.0/24", 10, 0, "");
	add(blocks, "10.1.0.0/16", 55, 0, "");
	add(blocks, "11.0.0.0/8", 5, 0, "");
	add(blocks, "2001:db8::/32", 9, 0, "");
	add(blocks, "2001:db8::1", 3, 0, "");
	add(blocks, "2001:db9::1", 3, 0, "");
	blocks_settle(blocks);
	check(blocks, "10.0.0.0/8 50 50 0 \n"
		      "10.0.0.0/16 20 50 0 \n"
		      "10.0.0.0/24 70 70 0 \n"
		      "10.0.0.0 60 70 0 \n"
		      "10.0.1.0/24 10 50 0 \n"
		      "10.1.0.0/16 55 55 0 \n"
		      "11.0.0.0/8 5 5 0 \n"
		      "2001:db8::/32 9 9 0 \n"
		      "2001:db8::1 3 9 0 \n"
		      "2001:db9::1 3 3 0 \n");
}

static void finds(void **state)
{
	static const struct {
		const char *wanted, *found, *holding;
	} cases[] = {
		{"10.0.0.0/8", "10.0.0.0/8", "10.0.0.0/8"},
		{"10.0.0.0/9", NULL, "10.0.0.0/8"},
		{"10.0.7.0/24", "10.0.7.0/24", "10.0.7.0/24"},
		{"10.0.7.255", NULL, "10.0.7.0/24"},
		{"10.0.8.0", NULL, "10.0.0.0/8"},
		{"10.0.0.0/7", NULL, NULL},
		{"11.0.0.0", NULL, NULL},
		{"2001:db8:ffff::", NULL, "2001:db8:8000::/33"},
		{"2001:db8:7fff::", NULL, NULL},
		{"a00::", NULL, NULL}, /* 10.0.0.0, if families were mixed up */
	};
	g_autoptr(GArray) blocks = blocks_new();

	add(blocks, "10.0.0.0/8", 0, 0, "");
	add(blocks, "10.0.7.0/24", 0, 0, "");
	add(blocks, "2001:db8:8000::/33", 0, 0, "");
	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct prefix wanted = prefix(cases[i].wanted);
		const struct block *found = blocks_find(blocks, &wanted);
		const struct block *holding = blocks_holding(blocks, &wanted);
		char one[PREFIX_TEXT_SIZE], other[PREFIX_TEXT_SIZE];

		if (g_strcmp0(found ? prefix_format(&found->prefix, one) : NULL, cases[i].found))
			fail_msg("found %s", cases[i].wanted);
		if (g_strcmp0(holding ? prefix_format(&holding->prefix, other) : NULL,
			      cases[i].holding))
			fail_msg("holding %s", cases[i].wanted);
	}
}

static void shortens(void **state)
{
	const struct prefix full = prefix("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
	char text[PREFIX_TEXT_SIZE];

	for (unsigned int length = 0; length <= 128; length++) {
		const struct prefix shortened = block_shortened(&full, length);
		struct prefix again;

		/* no bit is set past the length, and it holds what it was made of */
		assert_int_equal(prefix_parse(prefix_format(&shortened, text), &again), 0);
		assert_int_equal(again.length, length);
		assert_true(prefix_contains(&shortened, &full));
	}
}

static void finds_steps(void **state)
{
	g_autoptr(GArray) from = blocks_new(), to = blocks_new();
	struct block_steps steps;

	add(from, "10.0.0.0/8", 50, 0, "");   /* goes */
	add(from, "10.0.0.0/16", 20, 0, "");  /* less long without it */
	add(from, "11.0.0.0/16", 20, 0, "");  /* longer, by what comes */
	add(from, "11.0.0.0/24", 10, 0, "");  /* likewise, and before it */
	add(from, "12.0.0.0/8", 20, 0, "");   /* stays */
	add(from, "13.0.0.0/8", 20, 0, "");   /* another reason */
	add(from, "2001:db8::/32", 9, 0, ""); /* longer by itself */
	add(to, "10.0.0.0/16", 20, 0, "");
	add(to, "11.0.0.0/8", 90, 0, "");
	add(to, "11.0.0.0/16", 20, 0, "");
	add(to, "11.0.0.0/24", 10, 0, "");
	add(to, "12.0.0.0/8", 20, 0, "");
	add(to, "13.0.0.0/8", 20, 0, "why");
	add(to, "14.0.0.0/8", 20, 0, "");
	add(to, "2001:db8::/32", 10, 0, "");
	blocks_settle(from);
	blocks_settle(to);
	block_steps_find(&steps, from, to);
	check(steps.raised, "2001:db8::/32 10 10 0 \n"
			    "11.0.0.0/24 10 90 0 \n"
			    "11.0.0.0/16 20 90 0 \n"
			    "13.0.0.0/8 20 20 0 why\n");
	check(steps.added, "11.0.0.0/8 90 90 0 \n14.0.0.0/8 20 20 0 \n");
	check(steps.removed, "10.0.0.0/8 50 50 0 \n");
	check(steps.lowered, "10.0.0.0/16 20 20 0 \n");
	block_steps_clear(&steps);
}

/* --- what the program sees after each single write --- */

#define TIMES 6

/* Whether a list blocks an address at a time, by its meaning: any of those that hold it. */
static bool is_meant(const GArray *blocks, const struct prefix *address, uint64_t time)
{
	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);

		if (prefix_contains(&block->prefix, address) && block->value.expires > time)
			return true;
	}
	return false;
}

/* Whether the program would drop it: the longest that holds it decides, by its until. */
static bool is_seen(const GArray *blocks, const struct prefix *address, uint64_t time)
{
	const struct block *longest = NULL;

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);

		if (prefix_contains(&block->prefix, address) &&
		    (!longest || block->prefix.length > longest->prefix.length))
			longest = block;
	}
	return longest && longest->value.until > time;
}

static void write_one(GArray *kernel, const struct block *block, bool put)
{
	for (guint i = 0; i < kernel->len; i++) {
		struct block *old = &g_array_index(kernel, struct block, i);

		if (block_compare_prefixes(&old->prefix, &block->prefix))
			continue;
		if (put)
			*old = *block;
		else
			g_array_remove_index(kernel, i);
		return;
	}
	assert_true(put);
	g_array_append_vals(kernel, block, 1);
}

/* Nobody is let in who is blocked before and after; and not too long is anybody in the end. */
static void compare(const GArray *kernel, const GArray *from, const GArray *to, bool done)
{
	for (unsigned int i = 0; i < 16; i++) {
		const struct prefix address = {AF_INET, 32, {10, 0, 0, (uint8_t)(i << 4)}};

		for (uint64_t time = 0; time < TIMES; time++) {
			bool seen = is_seen(kernel, &address, time);
			bool after = is_meant(to, &address, time);

			if (done ? seen != after : !seen && after && is_meant(from, &address, time))
				fail_msg("10.0.0.%u at %u", i << 4, (unsigned int)time);
		}
	}
}

static void take_steps(GArray *kernel, const struct block_steps *steps, const GArray *from,
		       const GArray *to)
{
	const GArray *const order[] = {steps->raised, steps->added, steps->removed, steps->lowered};

	for (unsigned int i = 0; i < 4; i++)
		for (guint j = 0; j < order[i]->len; j++) {
			write_one(kernel, &g_array_index(order[i], struct block, j), i != 2);
			compare(kernel, from, to, false);
		}
	compare(kernel, from, to, true);
}

/* A few nested prefixes of any expiry, some of those of before. */
static void draw(GRand *chance, const GArray *from, GArray *to)
{
	for (guint i = 0; i < from->len; i++)
		if (g_rand_int_range(chance, 0, 3))
			g_array_append_val(to, g_array_index(from, struct block, i));
	for (int i = g_rand_int_range(chance, 0, 4); i > 0; i--) {
		struct prefix full = {
			AF_INET, 32, {10, 0, 0, (uint8_t)(g_rand_int_range(chance, 0, 16) << 4)}};
		struct block block = {
			.prefix = block_shortened(&full,
						  (unsigned int)g_rand_int_range(chance, 24, 29)),
			.value.expires = (uint64_t)g_rand_int_range(chance, 1, TIMES),
		};

		g_array_append_val(to, block);
	}
	blocks_sort(to);
	blocks_settle(to);
}

static void never_blocks_too_short(void **state)
{
	GRand *chance = g_rand_new_with_seed(7);
	GArray *from = blocks_new(), *kernel = blocks_new();

	for (int i = 0; i < 3000; i++) {
		GArray *to = blocks_new();
		struct block_steps steps;

		draw(chance, from, to);
		block_steps_find(&steps, from, to);
		take_steps(kernel, &steps, from, to);
		block_steps_clear(&steps);
		g_array_unref(from);
		from = to;
	}
	g_array_unref(from);
	g_array_unref(kernel);
	g_rand_free(chance);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sorts_and_unites),
		cmocka_unit_test(sweeps),
		cmocka_unit_test(settles),
		cmocka_unit_test(finds),
		cmocka_unit_test(shortens),
		cmocka_unit_test(finds_steps),
		cmocka_unit_test(never_blocks_too_short),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
