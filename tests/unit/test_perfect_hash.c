/* SPDX-License-Identifier: GPL-2.0-only */
/* Displacements: every hash has a place of its own, and who cannot have one is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "perfect_hash.h"
#include "server_table.h"

/* So many hashes of random bits, the same for the same seed. */
static __u64 *draw_hashes(guint count, guint seed)
{
	__u64 *hashes = g_new(__u64, count);
	GRand *random = g_rand_new_with_seed(seed);

	for (guint i = 0; i < count; i++)
		hashes[i] = (__u64)g_rand_int(random) << 32 | g_rand_int(random);
	g_rand_free(random);
	return hashes;
}

/* How many of the hashes that are not left over share a place with another. */
static guint count_clashes(const __u64 *hashes, guint count, __u32 places,
			   const __u16 *displacements, const GArray *left_over)
{
	g_autofree bool *taken = g_new0(bool, places);
	g_autofree bool *left = g_new0(bool, count);
	guint clashes = 0;

	for (guint i = 0; left_over && i < left_over->len; i++)
		left[g_array_index(left_over, guint, i)] = true;
	for (guint i = 0; i < count; i++) {
		__u32 displacement = displacements[hash_group(hashes[i], places - 1)];
		__u32 place = hash_place(hashes[i], displacement, places - 1);

		assert_true(place < places);
		clashes += !left[i] && taken[place];
		taken[place] |= !left[i];
	}
	return clashes;
}

/* Whether so many random hashes were placed, each by itself. */
static bool place(guint count, __u32 places, guint seed)
{
	g_autofree __u64 *hashes = draw_hashes(count, seed);
	g_autofree __u16 *displacements = g_new0(__u16, places / GROUP_PLACES);

	if (!perfect_hash_find(hashes, count, places, displacements, NULL))
		return false;
	assert_int_equal(count_clashes(hashes, count, places, displacements, NULL), 0);
	return true;
}

/* Two random hashes may be the same in what counts, so not all seeds will do, but some. */
static void places_all(void **state)
{
	static const struct {
		guint count;
		__u32 places;
	} rows[] = {{0, 4}, {1, 4}, {3, 4}, {7, 8}, {100, 128}, {1800, 2048}, {50000, 65536}};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		guint seed = 0;

		while (!place(rows[i].count, rows[i].places, seed))
			assert_true(seed++ < 64);
	}
}

/* Who is in one group with the same bits for its place has a twin for ever. */
static void tells_of_twins(void **state)
{
	const __u64 place = 1ULL << 42, group = 1ULL << 22;
	const __u64 hashes[] = {5 * place, 5 * place + 1, 6 * place, 5 * place + group};
	g_autoptr(GArray) left_over = g_array_new(FALSE, FALSE, sizeof(guint));
	__u16 displacements[4] = {};

	assert_false(perfect_hash_find(hashes, 4, 16, displacements, NULL));
	assert_true(perfect_hash_find(hashes, 4, 16, displacements, left_over));
	assert_int_equal(left_over->len, 1);
	assert_int_equal(g_array_index(left_over, guint, 0), 1);
	assert_int_equal(count_clashes(hashes, 4, 16, displacements, left_over), 0);
	assert_true(perfect_hash_find(hashes + 1, 3, 16, displacements, NULL));
}

/* More than there are places, many of one group: the rest has its places all the same. */
static void leaves_over_what_has_no_room(void **state)
{
	g_autofree __u64 *hashes = draw_hashes(400, 1);
	g_autoptr(GArray) left_over = g_array_new(FALSE, FALSE, sizeof(guint));
	__u16 displacements[64] = {};

	for (guint i = 200; i < 400; i++)
		hashes[i] &= ~(63ULL << 22);
	assert_false(perfect_hash_find(hashes, 400, 256, displacements, NULL));
	assert_true(perfect_hash_find(hashes, 400, 256, displacements, left_over));
	assert_in_range(left_over->len, 400 - 256, 250);
	assert_int_equal(count_clashes(hashes, 400, 256, displacements, left_over), 0);
}

/* The same hashes have the same displacements: a policy's image is the same every time. */
static void repeats_itself(void **state)
{
	g_autofree __u64 *hashes = draw_hashes(1800, 1);
	g_autoptr(GArray) left_over = g_array_new(FALSE, FALSE, sizeof(guint));
	__u16 once[512], again[512];

	perfect_hash_find(hashes, 1800, 2048, once, left_over);
	perfect_hash_find(hashes, 1800, 2048, again, left_over);
	assert_memory_equal(once, again, sizeof(once));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(places_all),
		cmocka_unit_test(tells_of_twins),
		cmocka_unit_test(leaves_over_what_has_no_room),
		cmocka_unit_test(repeats_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
