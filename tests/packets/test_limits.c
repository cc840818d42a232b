/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/limits.h: tokens that are taken, shared and come back, whoever asks for them at once. */
#include "harness.h"

#include <bpf/bpf.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#define TO4 "ip4 dst=10.0.1.21 "
#define TO6 "ip6 dst=2001:db8:1::21 "

static int set_up(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	return 0;
}

/* A row so many times. */
static void repeat(struct portcullis *program, unsigned int times, enum reason reason,
		   const char *frame)
{
	while (times--)
		harness_check(program, reason, "%s", frame);
}

static void test_limit_counts_connections(void **state)
{
	repeat(*state, 3, REASON_PUBLISHED, TO4 "tcp to=7003 flags=S");
	repeat(*state, 2, REASON_OVER_LIMIT, TO4 "tcp to=7003 flags=S");
	/* what belongs to connections that are there goes on; no flag beside SYN is one but ACK */
	repeat(*state, 5, REASON_PUBLISHED, TO4 "tcp to=7003 flags=A");
	harness_check(*state, REASON_PUBLISHED, TO4 "tcp to=7003 flags=SA");
	harness_check(*state, REASON_PUBLISHED, TO4 "tcp to=7003 flags=R");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "tcp to=7003 flags=SEC");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "tcp to=7003 flags=FS");
	/* the same limit of the same source, by another transport */
	harness_check(*state, REASON_OVER_LIMIT, TO4 "udp to=7003");
	/* another source, another limit */
	repeat(*state, 3, REASON_PUBLISHED, TO4 "src=192.0.2.8 tcp to=7003");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "src=192.0.2.8 tcp to=7003");
	repeat(*state, 3, REASON_PUBLISHED, TO4 "tcp to=7004");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "tcp to=7004");
	harness_check(*state, REASON_PUBLISHED, TO4 "tcp to=7000");
}

static void test_limit_counts_datagrams(void **state)
{
	repeat(*state, 3, REASON_PUBLISHED, TO4 "udp to=7003 data=3");
	repeat(*state, 2, REASON_OVER_LIMIT, TO4 "udp to=7003 data=3");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "tcp to=7003");
}

static void test_limit_of_a_network(void **state)
{
	harness_check(*state, REASON_PUBLISHED, TO6 "src=2001:db8:0:1::1 udp to=7003");
	harness_check(*state, REASON_PUBLISHED, TO6 "src=2001:db8:0:1:ffff::2 udp to=7003");
	harness_check(*state, REASON_PUBLISHED, TO6 "src=2001:db8:0:1::3 tcp to=7003");
	harness_check(*state, REASON_OVER_LIMIT, TO6 "src=2001:db8:0:1::4 udp to=7003");
	harness_check(*state, REASON_PUBLISHED, TO6 "src=2001:db8:0:2::1 udp to=7003");
	harness_check(*state, REASON_PUBLISHED, TO6 "src=2001:db9:0:1::1 udp to=7003");
}

static void wait_ms(long ms)
{
	const struct timespec time = {.tv_nsec = ms * 1000000};

	nanosleep(&time, NULL);
}

static void test_tokens_come_back(void **state)
{
	harness_check(*state, REASON_PUBLISHED, TO4 "udp to=7005");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "udp to=7005");
	wait_ms(150);
	harness_check(*state, REASON_PUBLISHED, TO4 "udp to=7005");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "udp to=7005");
	wait_ms(500); /* no more than the burst is saved */
	harness_check(*state, REASON_PUBLISHED, TO4 "udp to=7005");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "udp to=7005");
}

/* --- tables that are full --- */

#define LATE (1ULL << 62)

static struct limit_bucket table[LIMIT_BUCKETS];

static void write_table(const struct portcullis *program)
{
	for (__u32 key = 0; key < LIMIT_BUCKETS; key++)
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.limits), &key,
						     &table[key], BPF_ANY),
				 0);
}

/* How many places are not as they were written; the last of them is left in *place. */
static unsigned int count_changed(const struct portcullis *program, unsigned int *place)
{
	unsigned int changed = 0;

	for (__u32 key = 0; key < LIMIT_BUCKETS; key++) {
		struct limit_bucket now;

		assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(program->maps.limits), &key, &now),
				 0);
		for (unsigned int i = 0; i < BUCKET_LIMITS; i++) {
			if (!memcmp(&now.limit[i], &table[key].limit[i], sizeof(now.limit[i])))
				continue;
			changed++;
			*place = i;
		}
	}
	return changed;
}

static void fill_table(__u64 full)
{
	for (unsigned int key = 0; key < LIMIT_BUCKETS; key++)
		for (unsigned int i = 0; i < BUCKET_LIMITS; i++)
			table[key].limit[i] = (struct limit){.tag = i + 1, .full = full};
}

/* Nobody whose tokens are not all back gives way; who is new shares the first place. */
static void test_flood(void **state)
{
	unsigned int place = 0;

	fill_table(LATE);
	write_table(*state);
	for (int i = 0; i < 10; i++)
		harness_check(*state, REASON_OVER_LIMIT, TO4 "src=198.18.0.%d tcp to=7003", i);
	assert_int_equal(count_changed(*state, &place), 0);
}

/* What a stricter limit of the same name has left behind does not outlast it. */
static void test_raised(void **state)
{
	struct portcullis *program = *state;

	harness_check(program, REASON_PUBLISHED, TO4 "tcp to=7003");
	for (unsigned int key = 0; key < LIMIT_BUCKETS; key++) {
		struct limit_bucket bucket;

		assert_int_equal(
			bpf_map_lookup_elem(bpf_map__fd(program->maps.limits), &key, &bucket), 0);
		for (unsigned int i = 0; i < BUCKET_LIMITS; i++)
			bucket.limit[i].full += bucket.limit[i].tag ? LATE : 0;
		table[key] = bucket;
	}
	write_table(program);
	harness_check(program, REASON_OVER_LIMIT, TO4 "tcp to=7003");
	for (unsigned int key = 0; key < LIMIT_BUCKETS; key++) {
		assert_int_equal(
			bpf_map_lookup_elem(bpf_map__fd(program->maps.limits), &key, &table[key]),
			0);
		for (unsigned int i = 0; i < BUCKET_LIMITS; i++)
			assert_true(table[key].limit[i].full < LATE);
	}
}

static void test_first_place_is_shared(void **state)
{
	struct timespec now;
	unsigned int place = 9;

	fill_table(LATE);
	clock_gettime(CLOCK_MONOTONIC, &now);
	for (unsigned int key = 0; key < LIMIT_BUCKETS; key++) /* two of three tokens are left */
		table[key].limit[0].full = now.tv_sec * 1000000000ULL + 3600000000000;
	write_table(*state);
	repeat(*state, 2, REASON_PUBLISHED, TO4 "tcp to=7003");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "tcp to=7003");
	assert_int_equal(count_changed(*state, &place), 1);
	assert_int_equal(place, 0);
}

static void test_full_ones_give_way(void **state)
{
	unsigned int place = 9;

	fill_table(LATE);
	for (unsigned int key = 0; key < LIMIT_BUCKETS; key++)
		table[key].limit[2].full = 1;
	write_table(*state);
	repeat(*state, 3, REASON_PUBLISHED, TO4 "tcp to=7003");
	harness_check(*state, REASON_OVER_LIMIT, TO4 "tcp to=7003");
	assert_int_equal(count_changed(*state, &place), 1);
	assert_int_equal(place, 2);
}

/* The tag of the one place that is taken. */
static __u64 find_tag(const struct portcullis *program)
{
	__u64 tag = 0;

	for (__u32 key = 0; key < LIMIT_BUCKETS; key++) {
		struct limit_bucket bucket;

		assert_int_equal(
			bpf_map_lookup_elem(bpf_map__fd(program->maps.limits), &key, &bucket), 0);
		for (int i = 0; i < BUCKET_LIMITS; i++)
			tag |= bucket.limit[i].tag;
	}
	return tag;
}

/* Both halves of the secret count: nobody outside can tell who shares a bucket with whom. */
static void test_secret(void **state)
{
	static const __u64 secrets[][2] = {{0, 0}, {1, 0}, {0, 2}}; /* one is odd anyway */
	__u64 tags[3];

	for (int i = 0; i < 3; i++) {
		struct portcullis *program = *state = harness_open();

		memcpy((void *)program->rodata->secret, secrets[i], sizeof(secrets[i]));
		harness_site(program);
		harness_load(program);
		harness_check(program, REASON_PUBLISHED, TO4 "tcp to=7003");
		tags[i] = find_tag(program);
		harness_close(state);
	}
	assert_true(tags[0] != tags[1] && tags[0] != tags[2] && tags[1] != tags[2]);
}

/* --- two CPUs --- */

#define RACERS 4
#define TOKENS 1000000
#define RUNS   (TOKENS / 2) /* of each racer */

struct racer {
	int program, error;
	pthread_barrier_t *start;
	struct frame frame;
};

static void *race(void *argument)
{
	struct racer *racer = argument;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = racer->frame.bytes,
		    .data_size_in = racer->frame.size, .repeat = RUNS);

	pthread_barrier_wait(racer->start);
	racer->error = bpf_prog_test_run_opts(racer->program, &run);
	return NULL;
}

static uint64_t count_enforced(const struct portcullis *program, enum reason reason)
{
	struct reason_counts counts[256];
	uint64_t sum = 0;
	__u32 key = 0;

	assert_in_range(libbpf_num_possible_cpus(), 1, 256);
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(program->maps.reasons), &key, counts), 0);
	for (int i = 0; i < libbpf_num_possible_cpus(); i++)
		sum += counts[i].enforced[reason].packets;
	return sum;
}

/* However many CPUs want them, there are as many tokens as there are. */
static void test_last_token_is_given_once(void **state)
{
	struct portcullis *program = *state;
	struct guard guard = {.interval = 3600000000000, .limit = 77};
	struct racer racers[RACERS];
	pthread_t threads[RACERS];
	pthread_barrier_t start;
	__u32 key = 2;

	pthread_barrier_init(&start, NULL, RACERS);
	guard.tolerance = (TOKENS - 1) * guard.interval;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.guards), &key, &guard, 0),
			 0);
	for (int i = 0; i < RACERS; i++) {
		racers[i].start = &start;
		racers[i].program = bpf_program__fd(program->progs.portcullis);
		frame_build(&racers[i].frame, TO4 "udp to=7003");
		assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < RACERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(racers[i].error, 0);
	}
	assert_int_equal(count_enforced(program, REASON_OVER_LIMIT), RACERS * RUNS - TOKENS);
}

#define limit_test(test) cmocka_unit_test_setup_teardown(test, set_up, harness_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		limit_test(test_limit_counts_connections),
		limit_test(test_limit_counts_datagrams),
		limit_test(test_limit_of_a_network),
		limit_test(test_tokens_come_back),
		limit_test(test_flood),
		limit_test(test_raised),
		limit_test(test_first_place_is_shared),
		limit_test(test_full_ones_give_way),
		limit_test(test_last_token_is_given_once),
		cmocka_unit_test_teardown(test_secret, harness_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
