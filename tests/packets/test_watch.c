/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/watch.h: which drops are sampled, how many, what a sample says, and when the watch ends. */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <glib.h>
#include <linux/bpf.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "events.h"

#define SAMPLES_MAX 4096
#define GENERATION  4711
#define ROOM        1000000

static struct event samples[SAMPLES_MAX];
static unsigned int taken;
static struct ring_buffer *ring;

static int keep(void *data, void *bytes, size_t size)
{
	assert_int_equal(size, sizeof(struct event));
	assert_true(taken < SAMPLES_MAX);
	memcpy(&samples[taken++], bytes, size);
	return 0;
}

/* Fills samples with those since the last time, and tells how many there are. */
static unsigned int read_samples(void)
{
	taken = 0;
	assert_true(ring_buffer__consume(ring) >= 0);
	return taken;
}

/* All drops, and room for them. */
static struct watch everything(void)
{
	return (struct watch){
		.every = true,
		.lease = ~0ULL,
		.reasons = ~0ULL,
		.round = 1,
		.budget = ROOM,
		.transports = 7,
		.last_port = 65535,
	};
}

/* Likewise, to be narrowed. */
static struct watch something(void)
{
	struct watch wanted = everything();

	wanted.every = false;
	return wanted;
}

static void put(struct bpf_map *map, const void *value)
{
	uint32_t key = 0;

	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), &key, value, BPF_ANY), 0);
}

static void set_watch(struct portcullis *program, const struct watch *wanted)
{
	put(program->maps.watch, wanted);
}

static void set_watching(struct portcullis *program, uint32_t watching)
{
	put(program->maps.data_control, &(struct control){.watching = watching});
}

static bool is_watching(struct portcullis *program)
{
	struct control switched;
	uint32_t key = 0;

	assert_int_equal(
		bpf_map_lookup_elem(bpf_map__fd(program->maps.data_control), &key, &switched), 0);
	return switched.watching;
}

static uint64_t lost(struct portcullis *program)
{
	int cpus = libbpf_num_possible_cpus();
	g_autofree struct watch_share *shares = g_new0(struct watch_share, cpus);
	uint64_t sum = 0;
	uint32_t key = 0;

	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(program->maps.watch_shares), &key, shares),
			 0);
	for (int cpu = 0; cpu < cpus; cpu++)
		sum += shares[cpu].lost;
	return sum;
}

static struct frame *send_frame(struct portcullis *program, const char *text)
{
	static struct frame frame;

	frame_build(&frame, text);
	harness_verdict(program, frame.bytes, frame.size);
	return &frame;
}

static void send_many(struct portcullis *program, const char *text, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		send_frame(program, text);
}

/* A site; what is budgeted by CPU is sent by one. */
static int open_site(void **state)
{
	struct portcullis *program = harness_open();
	cpu_set_t first;

	CPU_ZERO(&first);
	CPU_SET(sched_getcpu(), &first);
	assert_int_equal(sched_setaffinity(0, sizeof(first), &first), 0);
	harness_site(program);
	program->rodata->non_ip_drop = true;
	program->rodata->generation = GENERATION;
	harness_load(program);
	ring = ring_buffer__new(bpf_map__fd(program->maps.events), keep, NULL, NULL);
	assert_non_null(ring);
	*state = program;
	return 0;
}

static int close_site(void **state)
{
	ring_buffer__free(ring);
	return harness_close(state);
}

/* Where nobody looks on, nothing is sampled, whatever was asked before. */
static void test_off(void **state)
{
	const struct watch wanted = everything();

	set_watch(*state, &wanted);
	send_frame(*state, "ip4 tcp to=442");
	assert_int_equal(read_samples(), 0);
	set_watching(*state, 1);
	send_frame(*state, "ip4 tcp to=442");
	assert_int_equal(read_samples(), 1);
	set_watching(*state, 0);
	send_frame(*state, "ip4 tcp to=442");
	assert_int_equal(read_samples(), 0);
	assert_int_equal(lost(*state), 0);
}

static const struct told {
	const char *frame;
	enum reason reason;
	bool monitored;
	uint32_t server;
	uint32_t port_index;
} tolds[] = {
	{"ip4 tcp to=442 data=77", REASON_NOT_PUBLISHED, false, SERVER_SERVICES, 442},
	{"ip6 udp to=3479", REASON_NOT_PUBLISHED, false, SERVER_SERVICES, 1 << 16 | 3479},
	{"ip4 dst=10.0.1.13 tcp to=442", REASON_NOT_PUBLISHED, true, SERVER_MONITOR, 442},
	{"ip4 dst=10.0.1.13 icmp=5", REASON_ICMP_TYPE, true, SERVER_MONITOR, 2 << 16},
	{"vlan=8100 ip4 protocol=47 data=1400", REASON_PROTOCOL, false, SERVER_SERVICES, 2 << 16},
	{"ethertype=88cc data=46", REASON_NON_IP_DROPPED, false, 0, 2 << 16},
	{"vlan=8100 vlan=8100 vlan=8100 ip4", REASON_VLAN_DEPTH, false, 0, 2 << 16},
	{"ip4 tcp total=30", REASON_MALFORMED, false, SERVER_SERVICES, 2 << 16},
};

static void check_told(const struct told *told, const struct frame *frame)
{
	const struct event *event = &samples[0];
	uint32_t captured = frame->size < EVENT_FRAME ? frame->size : EVENT_FRAME;

	assert_int_equal(event->reason, told->reason);
	assert_int_equal(event->monitored, told->monitored);
	assert_int_equal(target_server(event->target), told->server);
	assert_int_equal(event->port_index, told->port_index);
	assert_int_equal(event->generation, GENERATION);
	assert_int_equal(event->interface, 1); /* by which BPF_PROG_TEST_RUN's frames come */
	assert_int_equal(event->length, frame->size);
	assert_int_equal(event->captured, captured);
	assert_memory_equal(event->frame, frame->bytes, captured);
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static void test_tells(void **state)
{
	const struct watch wanted = everything();

	set_watch(*state, &wanted);
	set_watching(*state, 1);
	for (size_t i = 0; i < sizeof(tolds) / sizeof(tolds[0]); i++) {
		uint64_t before = now();
		const struct frame *frame = send_frame(*state, tolds[i].frame);

		if (read_samples() != 1)
			fail_msg("%s: %u samples", tolds[i].frame, taken);
		check_told(&tolds[i], frame);
		assert_true(samples[0].time >= before && samples[0].time <= now());
	}
}

/* Of what passes there are none, and being watched changes no verdict and no counter. */
static void test_changes_nothing(void **state)
{
	static const struct row rows[] = {
		{"ip4 tcp to=443", REASON_PUBLISHED},
		{"ip6 udp to=3478", REASON_PUBLISHED},
		{"ip4 icmp=8", REASON_ICMP},
		{"ip4 dst=198.51.100.9 tcp to=443", REASON_UNLISTED},
		{"ethertype=0806 data=46", REASON_NON_IP},
		{"ip4 dst=10.0.1.13 tcp to=443", REASON_PUBLISHED},
		{"ip4 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.0.1.13 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip6 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip4 src=127.0.0.1 tcp to=443", REASON_BAD_ADDRESS},
	};
	struct watch wanted = everything();

	set_watching(*state, 1);
	for (wanted.budget = 0; wanted.budget <= ROOM; wanted.budget += ROOM) {
		set_watch(*state, &wanted);
		harness_rows(*state, rows);
		assert_int_equal(read_samples(), wanted.budget ? 4 : 0);
	}
}

/* What is asked, and a drop that is one of those and one that is not. */
static struct watch ask_reason(void)
{
	struct watch wanted = something();

	wanted.reasons = 1ULL << REASON_ICMP_TYPE;
	return wanted;
}

static struct watch ask_server(void)
{
	struct watch wanted = something();

	wanted.server = SERVER_MONITOR;
	return wanted;
}

static struct watch ask_port(unsigned int transports, uint16_t first, uint16_t last)
{
	struct watch wanted = something();

	wanted.transports = transports;
	wanted.first_port = first;
	wanted.last_port = last;
	return wanted;
}

static struct watch ask_source(uint32_t version, const char *address, const char *mask)
{
	struct watch wanted = something();
	int family = version == 4 ? AF_INET : AF_INET6;

	wanted.source_version = version;
	assert_int_equal(inet_pton(family, address, wanted.source), 1);
	assert_int_equal(inet_pton(family, mask, wanted.source_mask), 1);
	return wanted;
}

static void check_asked(struct portcullis *program, const struct watch *wanted, const char *frame,
			bool expected)
{
	set_watch(program, wanted);
	send_frame(program, frame);
	if (read_samples() != expected)
		fail_msg("%s: %u samples", frame, taken);
}

static void test_asks(void **state)
{
	const struct {
		struct watch wanted;
		const char *frame;
		bool expected;
	} cases[] = {
		{ask_reason(), "ip4 icmp=5", true},
		{ask_reason(), "ip4 tcp to=442", false},
		{ask_server(), "ip4 dst=10.0.1.13 tcp to=442", true},
		{ask_server(), "ip4 tcp to=442", false},
		{ask_server(), "ethertype=88cc data=46", false},
		{ask_port(1, 442, 442), "ip4 tcp to=442", true},
		{ask_port(1, 442, 442), "ip4 udp to=442", false},
		{ask_port(2, 442, 442), "ip4 udp to=442", true},
		{ask_port(3, 440, 442), "ip4 tcp to=442", true},
		{ask_port(3, 440, 442), "ip4 udp to=440", true},
		{ask_port(3, 440, 442), "ip4 tcp to=444", false},
		{ask_port(3, 440, 442), "ip4 tcp to=439", false},
		{ask_port(3, 1, 65535), "ip4 icmp=5", false},
		{ask_port(3, 0, 65535), "ip4 icmp=5", false},
	};

	set_watching(*state, 1);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check_asked(*state, &cases[i].wanted, cases[i].frame, cases[i].expected);
	assert_int_equal(lost(*state), 0);
}

static const struct {
	uint32_t version;
	const char *address, *mask, *frame;
	bool expected;
} sources[] = {
	{4, "192.0.2.7", "255.255.255.255", "ip4 tcp to=442", true},
	{4, "192.0.2.6", "255.255.255.255", "ip4 tcp to=442", false},
	{4, "192.0.2.0", "255.255.255.248", "ip4 tcp to=442", true},
	{4, "192.0.2.0", "255.255.255.252", "ip4 tcp to=442", false},
	{4, "0.0.0.0", "0.0.0.0", "ip4 tcp to=442", true},
	{4, "0.0.0.0", "0.0.0.0", "ip6 tcp to=442", false},
	{4, "192.0.2.7", "255.255.255.255", "vlan=88a8 vlan=8100 ip4 options=8 tcp to=442", true},
	{4, "192.0.2.7", "255.255.255.255", "vlan=8100 vlan=8100 vlan=8100 ip4", false},
	{4, "192.0.2.7", "255.255.255.255", "ethertype=8847 data=46", false},
	{4, "192.0.2.7", "255.255.255.255", "ip4 tcp total=30", true},
	{4, "192.0.2.7", "255.255.255.255", "ip4 tcp cut=30", false},
	{6, "2001:db8:f::7", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ip6 tcp to=442", true},
	{6, "2001:db8:f::6", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ip6 tcp to=442", false},
	{6, "2001:db8:e::7", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ip6 tcp to=442", false},
	{6, "2001:db8:f:1::", "ffff:ffff:ffff:ffff::", "ip6 tcp to=442", false},
	{6, "2001:db8:f::", "ffff:ffff:ffff:ffff::", "vlan=8100 ip6 dest=8 tcp to=442", true},
	{6, "::", "::", "ip6 tcp to=442", true},
	{6, "::", "::", "ip4 tcp to=442", false},
};

static void check_sources(struct portcullis *program)
{
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
		const struct watch wanted =
			ask_source(sources[i].version, sources[i].address, sources[i].mask);

		check_asked(program, &wanted, sources[i].frame, sources[i].expected);
	}
}

static void test_asks_for_sources(void **state)
{
	set_watching(*state, 1);
	check_sources(*state);
}

/* The same of frames in several buffers; what is captured is all the same the frame's beginning. */
static void test_scattered(void **state)
{
	const struct watch wanted = everything();
	const struct frame *frame;

	if (!harness_can_scatter()) {
		print_message("this kernel's BPF_PROG_TEST_RUN cannot scatter a frame\n");
		skip();
	}
	set_watching(*state, 1);
	for (uint32_t bytes = 0; bytes <= 60; bytes += 4) {
		harness_first_buffer(bytes);
		check_sources(*state);
		set_watch(*state, &wanted);
		frame = send_frame(*state, "ip4 tcp to=442 data=300");
		assert_int_equal(read_samples(), 1);
		assert_int_equal(samples[0].length, frame->size);
		assert_int_equal(samples[0].captured, EVENT_FRAME);
		assert_memory_equal(samples[0].frame, frame->bytes, EVENT_FRAME);
	}
	harness_first_buffer(FIRST_BUFFER_FULL);
}

/* So many in a round; the others are lost, and told to be. */
static void check_budget(struct portcullis **state, struct watch wanted)
{
	wanted.budget = 3;
	set_watch(*state, &wanted);
	set_watching(*state, 1);
	send_many(*state, "ip4 tcp to=442", 5);
	assert_int_equal(read_samples(), 3);
	assert_int_equal(lost(*state), 2);
	send_many(*state, "ip4 tcp to=442", 1);
	assert_int_equal(read_samples(), 0);
	wanted.round++;
	set_watch(*state, &wanted);
	send_many(*state, "ip4 tcp to=442", 4);
	assert_int_equal(read_samples(), 3);
	assert_int_equal(lost(*state), 4);
	/* only the others were lost that are wanted */
	send_many(*state, "ip4 tcp to=22", 1);
	assert_int_equal(lost(*state), wanted.every ? 5 : 4);
}

static void test_budget(void **state)
{
	check_budget((struct portcullis **)state, everything());
}

static void test_budget_of_a_port(void **state)
{
	check_budget((struct portcullis **)state, ask_port(1, 442, 442));
}

/* Who took all of a round for one who wanted everything takes anew for the next one. */
static void test_after_everything(void **state)
{
	struct watch wanted = everything(), narrow = ask_port(1, 23, 23);

	wanted.budget = 1;
	set_watch(*state, &wanted);
	set_watching(*state, 1);
	send_many(*state, "ip4 tcp to=442", 3);
	assert_int_equal(read_samples(), 1);
	assert_int_equal(lost(*state), 2);
	narrow.round = wanted.round + 1;
	set_watch(*state, &narrow);
	send_many(*state, "ip4 tcp to=442", 3);
	send_many(*state, "ip4 tcp to=23", 1);
	assert_int_equal(read_samples(), 1);
	assert_int_equal(samples[0].port_index, 23);
	assert_int_equal(lost(*state), 2);
}

/* A flood of what is not wanted takes none of the room, and is not lost. */
static void test_rare(void **state)
{
	struct watch wanted = ask_port(1, 23, 23);

	wanted.budget = 1;
	set_watch(*state, &wanted);
	set_watching(*state, 1);
	send_many(*state, "ip4 tcp to=442", 5000);
	send_many(*state, "ip4 tcp to=23", 1);
	assert_int_equal(read_samples(), 1);
	assert_int_equal(samples[0].port_index, 23);
	assert_int_equal(lost(*state), 0);
}

/* A ring buffer that nobody reads fills up; no more is written, and none over another. */
static void test_full(void **state)
{
	const unsigned int most = EVENTS_BYTES / (sizeof(struct event) + BPF_RINGBUF_HDR_SZ);
	const struct watch wanted = everything();

	set_watch(*state, &wanted);
	set_watching(*state, 1);
	send_many(*state, "ip4 tcp to=442", 2 * most);
	assert_in_range(read_samples(), most - 1, most);
	assert_int_equal(lost(*state), 2 * most - taken);
	for (unsigned int i = 1; i < taken; i++)
		assert_true(samples[i].time >= samples[i - 1].time);
	send_many(*state, "ip4 tcp to=442", 1);
	assert_int_equal(read_samples(), 1);
}

/* Who looked on is gone: the watch ends by itself, before long; not while it is leased. */
static void test_lease(void **state)
{
	struct watch wanted = everything();

	wanted.budget = 3;
	set_watch(*state, &wanted);
	set_watching(*state, 1);
	send_many(*state, "ip4 tcp to=442", 3 + 5000);
	assert_true(is_watching(*state));
	wanted.lease = now();
	set_watch(*state, &wanted);
	send_many(*state, "ip4 tcp to=442", 1024);
	assert_false(is_watching(*state));
	assert_int_equal(read_samples(), 3);
	send_many(*state, "ip4 tcp to=442", 3);
	assert_in_range(lost(*state), 5000, 5000 + 1024);
}

#define test(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(test_off),
		test(test_tells),
		test(test_changes_nothing),
		test(test_asks),
		test(test_asks_for_sources),
		test(test_scattered),
		test(test_budget),
		test(test_budget_of_a_port),
		test(test_after_everything),
		test(test_rare),
		test(test_full),
		test(test_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
