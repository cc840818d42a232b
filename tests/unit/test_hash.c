/* SPDX-License-Identifier: GPL-2.0-only */
/* Whoever knows no secret cannot have two chains of words end alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>
#include <linux/types.h>

#include "hash.h"

#define SECRETS 20000

static __u64 any(GRand *random)
{
	return (__u64)g_rand_int(random) << 32 | g_rand_int(random);
}

/*
 * For how many secrets do two pairs of words end alike whose first words differ so, and their
 * second words so? The last bytes of addresses are the highest of words, where products are weak.
 */
static unsigned int count_alike(GRand *random, __u64 first, __u64 second)
{
	unsigned int alike = 0;

	for (int i = 0; i < SECRETS; i++) {
		__u64 seed = any(random), odd = any(random), a = any(random), b = any(random);

		alike += hash_mix(hash_mix(seed, a, odd), b, odd) ==
			 hash_mix(hash_mix(seed, a ^ first, odd), b ^ second, odd);
	}
	return alike;
}

static void test_differences_do_not_cancel(void **state)
{
	GRand *random = g_rand_new_with_seed(1);

	for (int i = 0; i < 64; i++) {
		__u64 bit = 1ULL << i;

		assert_int_equal(count_alike(random, bit, bit), 0);
		assert_int_equal(count_alike(random, bit, bit | bit >> 32), 0);
		assert_int_equal(count_alike(random, bit, 1ULL << 63 | 1ULL << 31), 0);
		assert_int_equal(count_alike(random, 0x30ULL << 56, bit), 0);
	}
	g_rand_free(random);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_differences_do_not_cancel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
