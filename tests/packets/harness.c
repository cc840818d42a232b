/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads the program with the policy that packet tests share, and runs frames through it. */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <glib.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <string.h>
#include <sys/mman.h>

#define PLACES        64
#define COUNT_BLOCKS  2
#define SERVER_BLOCKS 2

static const struct test_segment {
	unsigned int profile, first, last;
	enum transport transport;
	enum segment_kind kind;
	uint32_t slot;
	bool late; /* as if its slot did not fit into `ports` */
	uint16_t guard;
} test_segments[] = {
	{SERVICES, 5061, 5061, TRANSPORT_TCP, SEGMENT_PUBLISHED, .slot = 3},
	{SERVICES, 443, 443, TRANSPORT_TCP, SEGMENT_PUBLISHED, .slot = 4},
	{SERVICES, 49152, 57500, TRANSPORT_TCP, SEGMENT_PUBLISHED, .slot = 2050, .late = true},
	{SERVICES, 3478, 3478, TRANSPORT_UDP, SEGMENT_PUBLISHED, .slot = 5},
	{SERVICES, 50000, 59999, TRANSPORT_UDP, SEGMENT_PUBLISHED, .slot = 4095},
	{SERVICES, 22, 22, TRANSPORT_TCP, SEGMENT_MANAGEMENT, .slot = 0},
	{SERVICES, 161, 161, TRANSPORT_UDP, SEGMENT_MANAGEMENT, .slot = 0},
	{SERVICES, 68, 68, TRANSPORT_UDP, SEGMENT_DHCP_CLIENT, .slot = 0},
	{SERVICES, 546, 546, TRANSPORT_UDP, SEGMENT_DHCP_CLIENT, .slot = 0},
	{OTHER, 8080, 8080, TRANSPORT_TCP, SEGMENT_PUBLISHED, .slot = 6, .late = true},
	{OTHER, 67, 67, TRANSPORT_UDP, SEGMENT_PUBLISHED, .slot = 7},
	{SERVICES, 9, 9, TRANSPORT_TCP, 255, .slot = 0}, /* no kind that there is */
	{GUARDED, PLAIN_PORT, PLAIN_PORT, TRANSPORT_TCP, SEGMENT_PUBLISHED, .slot = 10},
	{GUARDED, SOURCES_PORT, SOURCES_PORT, TRANSPORT_TCP, SEGMENT_GUARDED, .slot = 11,
	 .guard = 0},
	{GUARDED, OTHER_SOURCES_PORT, OTHER_SOURCES_PORT, TRANSPORT_TCP, SEGMENT_GUARDED,
	 .slot = 12, .guard = 1},
	{GUARDED, LIMIT_PORT, LIMIT_PORT, TRANSPORT_TCP, SEGMENT_GUARDED, .slot = 13, .guard = 2},
	{GUARDED, LIMIT_PORT, LIMIT_PORT, TRANSPORT_UDP, SEGMENT_GUARDED, .slot = 2051, .guard = 2},
	{GUARDED, OTHER_LIMIT_PORT, OTHER_LIMIT_PORT, TRANSPORT_TCP, SEGMENT_GUARDED, .slot = 14,
	 .guard = 3},
	{GUARDED, REFILL_PORT, REFILL_PORT, TRANSPORT_UDP, SEGMENT_GUARDED, .slot = 15, .guard = 4},
	{GUARDED, MEDIA_PORT, MEDIA_PORT, TRANSPORT_UDP, SEGMENT_GUARDED, .slot = 16, .guard = 5},
	{GUARDED, ALL_PORT, ALL_PORT, TRANSPORT_UDP, SEGMENT_GUARDED, .slot = 17, .guard = 6},
	{GUARDED, NO_GUARD_PORT, NO_GUARD_PORT, TRANSPORT_TCP, SEGMENT_GUARDED, .slot = 18,
	 .guard = 7},
	{GUARDED, BROKEN_MEDIA_PORT, BROKEN_MEDIA_PORT, TRANSPORT_TCP, SEGMENT_GUARDED, .slot = 19,
	 .guard = 5},
};

/* Leads past the last entry of `segments`. */
#define PORT_OF_NO_SEGMENT 10

static const struct test_server {
	const char *address4, *address6;
	unsigned int length4, length6; /* of a prefix; 0: an exact address */
	unsigned int server, profile, monitor;
} test_servers[] = {
	{"10.0.1.11", "2001:db8:1::11", 0, 0, SERVER_SERVICES, SERVICES, 0},
	{"10.0.1.12", "2001:db8:1::12", 0, 0, SERVER_OTHER, OTHER, 0},
	{"10.0.1.13", "2001:db8:1::13", 0, 0, SERVER_MONITOR, SERVICES, 1},
	{"10.0.1.14", "2001:db8:1::14", 0, 0, SERVER_CLOSED, CLOSED, 0},
	{"10.0.1.21", "2001:db8:1::21", 0, 0, SERVER_GUARDED, GUARDED, 0},
	{"10.9.7.0", "2001:db8:9:7::", 24, 64, SERVER_LONGER, OTHER, 0},
	{"10.9.0.0", "2001:db8:9::", 16, 48, SERVER_PREFIX, SERVICES, 0},
};

#define MANAGEMENT4 "198.51.100.0"
#define MANAGEMENT6 "2001:db8:aa::"

/* All counters, as sums over CPUs. */
static struct tallies {
	struct count counters[COUNT_BLOCKS * COUNTS_PER_BLOCK];
	struct server_block servers[SERVER_BLOCKS];
	struct reason_counts reasons;
	struct port_block ports[PORT_BLOCKS];
} expected, actual;

static int map_fd(struct bpf_map *map)
{
	return bpf_map__fd(map);
}

void *harness_value(const struct bpf_map *map)
{
	void *value = mmap(NULL, bpf_map__value_size(map), PROT_READ | PROT_WRITE, MAP_SHARED,
			   bpf_map__fd(map), 0);

	assert_ptr_not_equal(value, MAP_FAILED);
	return value;
}

void harness_put_server4(struct portcullis *program, const struct server4 *server)
{
	struct server4 *servers = harness_value(program->maps.servers4), *place;
	uint64_t hash = server_hash4(server->address, program->rodata->seed4);

	place = &servers[hash_place(hash, 0, program->rodata->mask4)];
	assert_true(place->target == TARGET_NONE || place->address == server->address);
	*place = *server;
	munmap(servers, bpf_map__value_size(program->maps.servers4));
}

void harness_put_server6(struct portcullis *program, const struct server6 *server)
{
	struct server6 *servers = harness_value(program->maps.servers6), *place;
	uint64_t half[2], hash;

	memcpy(half, server->address, sizeof(half));
	hash = server_hash6(half[0], half[1], program->rodata->seed6);
	place = &servers[hash_place(hash, 0, program->rodata->mask6)];
	assert_true(place->target == TARGET_NONE || !memcmp(place->address, half, sizeof(half)));
	*place = *server;
	munmap(servers, bpf_map__value_size(program->maps.servers6));
}

struct portcullis *harness_open(void)
{
	struct portcullis *program = object_open();

	assert_non_null(program);
	bpf_program__set_autoload(program->progs.portcullis_egress, false);
	bpf_map__set_value_size(program->maps.ports, PROFILES * sizeof(struct port_table));
	bpf_map__set_max_entries(program->maps.segments, G_N_ELEMENTS(test_segments));
	bpf_map__set_value_size(program->maps.servers4, PLACES * sizeof(struct server4));
	bpf_map__set_value_size(program->maps.servers6, PLACES * sizeof(struct server6));
	bpf_map__set_value_size(program->maps.displacements4,
				PLACES / GROUP_PLACES * sizeof(__u16));
	bpf_map__set_value_size(program->maps.displacements6,
				PLACES / GROUP_PLACES * sizeof(__u16));
	bpf_map__set_max_entries(program->maps.prefixes4, G_N_ELEMENTS(test_servers));
	bpf_map__set_max_entries(program->maps.prefixes6, G_N_ELEMENTS(test_servers));
	bpf_map__set_max_entries(program->maps.flows, FLOW_BUCKETS);
	bpf_map__set_max_entries(program->maps.inbound_flows, INBOUND_FLOW_BUCKETS);
	guarded_size(program);
	bpf_map__set_max_entries(program->maps.counters, COUNT_BLOCKS);
	bpf_map__set_max_entries(program->maps.server_counters, SERVER_BLOCKS);
	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, SERVICES, 0);
	program->rodata->mask4 = program->rodata->mask6 = PLACES - 1;
	program->rodata->profiles = PROFILES;
	program->rodata->have_guards = true;
	return program;
}

void harness_site(struct portcullis *program)
{
	program->rodata->everyone = TARGET_NONE;
	program->rodata->seed4 = 0x9e3779b97f4a7c15; /* by which no two meet, undisplaced */
	program->rodata->seed6 = 0x0fedcba987654321;
	program->rodata->have_prefixes4 = program->rodata->have_prefixes6 = true;
}

void harness_replies(struct portcullis *program)
{
	bpf_program__set_autoload(program->progs.portcullis_egress, true);
	program->rodata->replies = true;
	program->rodata->secret[0] = 0x5ec3e7;
	program->rodata->secret[1] = 0x7e3ce5;
	program->rodata->flow_seed = 0x9a7e;
	memset((void *)program->rodata->source_filter4, 0xff,
	       sizeof(program->rodata->source_filter4));
	memset((void *)program->rodata->source_filter6, 0xff,
	       sizeof(program->rodata->source_filter6));
}

static void fill_ports(struct portcullis *program)
{
	struct port_table *tables = harness_value(program->maps.ports);

	for (uint32_t i = 0; i < G_N_ELEMENTS(test_segments); i++) {
		const struct test_segment *segment = &test_segments[i];
		struct segment value = {segment->slot, segment->kind, segment->guard};
		bool plain = segment->kind == SEGMENT_PUBLISHED && !segment->late;

		for (unsigned int port = segment->first; port <= segment->last; port++)
			tables[segment->profile].opened_by[segment->transport][port] =
				plain ? segment->slot : PORT_SEGMENTS + i;
		assert_int_equal(
			bpf_map_update_elem(map_fd(program->maps.segments), &i, &value, BPF_ANY),
			0);
	}
	tables[SERVICES].opened_by[TRANSPORT_TCP][PORT_OF_NO_SEGMENT] = 65535;
	assert_int_equal(munmap(tables, PROFILES * sizeof(*tables)), 0);
}

static uint32_t target_of(const struct test_server *server)
{
	return target_make(server->server, server->profile, server->monitor);
}

static void add_server4(struct portcullis *program, const struct test_server *server)
{
	struct server4 entry = {.target = target_of(server)};

	assert_int_equal(inet_pton(AF_INET, server->address4, &entry.address), 1);
	harness_put_server4(program, &entry);
}

static void add_server6(struct portcullis *program, const struct test_server *server)
{
	struct server6 entry = {.target = target_of(server)};

	assert_int_equal(inet_pton(AF_INET6, server->address6, entry.address), 1);
	harness_put_server6(program, &entry);
}

static void add_prefix4(struct bpf_map *map, const char *address, unsigned int length,
			const void *value)
{
	struct prefix4 key = {.length = length};

	assert_int_equal(inet_pton(AF_INET, address, &key.address), 1);
	assert_int_equal(bpf_map_update_elem(map_fd(map), &key, value, BPF_NOEXIST), 0);
}

static void add_prefix6(struct bpf_map *map, const char *address, unsigned int length,
			const void *value)
{
	struct prefix6 key = {.length = length};

	assert_int_equal(inet_pton(AF_INET6, address, key.address), 1);
	assert_int_equal(bpf_map_update_elem(map_fd(map), &key, value, BPF_NOEXIST), 0);
}

static void fill_servers(struct portcullis *program)
{
	for (size_t i = 0; i < G_N_ELEMENTS(test_servers); i++) {
		const struct test_server *server = &test_servers[i];
		uint32_t target = target_of(server);

		if (!server->length4) {
			if (program->rodata->seed4)
				add_server4(program, server);
			if (program->rodata->seed6)
				add_server6(program, server);
			continue;
		}
		add_prefix4(program->maps.prefixes4, server->address4, server->length4, &target);
		add_prefix6(program->maps.prefixes6, server->address6, server->length6, &target);
	}
}

void harness_load(struct portcullis *program)
{
	uint8_t yes = 1;

	assert_int_equal(object_load(program), 0);
	fill_ports(program);
	fill_servers(program);
	guarded_fill(program);
	add_prefix4(program->maps.management4, MANAGEMENT4, 24, &yes);
	add_prefix6(program->maps.management6, MANAGEMENT6, 48, &yes);
	memset(&expected, 0, sizeof(expected));
}

int harness_close(void **state)
{
	portcullis__destroy(*state);
	*state = NULL;
	return 0;
}

/* Adds up the CPUs' values of all entries; a value is a run of u64. */
static void read_sums(struct bpf_map *map, void *sums)
{
	size_t words = bpf_map__value_size(map) / sizeof(uint64_t);
	int cpus = libbpf_num_possible_cpus();
	g_autofree uint64_t *values = g_new0(uint64_t, words * cpus);
	uint64_t *sum = sums;

	for (uint32_t key = 0; key < bpf_map__max_entries(map); key++, sum += words) {
		assert_int_equal(bpf_map_lookup_elem(map_fd(map), &key, values), 0);
		memcpy(sum, values, words * sizeof(*sum));
		for (size_t i = words; i < words * cpus; i++)
			sum[i % words] += values[i];
	}
}

static void read_tallies(struct portcullis *program)
{
	read_sums(program->maps.counters, actual.counters);
	read_sums(program->maps.server_counters, actual.servers);
	read_sums(program->maps.reasons, &actual.reasons);
	read_sums(program->maps.dropped_ports, actual.ports);
}

static bool same_prefix(const uint8_t *a, const uint8_t *b, unsigned int bits)
{
	unsigned int rest = bits % 8;

	return !memcmp(a, b, bits / 8) && (!rest || !((a[bits / 8] ^ b[bits / 8]) >> (8 - rest)));
}

/* Whether the program looks into the table that holds servers of that form. */
static bool has_table(const struct portcullis *program, bool is4, bool prefix)
{
	if (prefix)
		return is4 ? program->rodata->have_prefixes4 : program->rodata->have_prefixes6;
	return is4 ? program->rodata->seed4 : program->rodata->seed6;
}

static const struct test_server *find_server(const struct portcullis *program,
					     const struct frame *frame)
{
	bool is4 = frame->family == AF_INET;
	const uint8_t *destination = frame->bytes + frame->ip + (is4 ? 16 : 24);
	uint8_t address[16];

	for (size_t i = 0; i < G_N_ELEMENTS(test_servers); i++) {
		const struct test_server *server = &test_servers[i];
		unsigned int length = is4 ? server->length4 : server->length6;

		inet_pton(frame->family, is4 ? server->address4 : server->address6, address);
		if (has_table(program, is4, length) && same_prefix(address, destination,
								   length ? length
								   : is4  ? 32
									  : 128))
			return server;
	}
	return NULL;
}

static void expect_count(struct count *count, uint32_t bytes)
{
	count->packets++;
	count->bytes += bytes;
}

static void expect_slot(const struct frame *frame, uint32_t bytes)
{
	enum transport transport = frame->protocol == IPPROTO_TCP ? TRANSPORT_TCP : TRANSPORT_UDP;
	uint16_t port = frame_destination_port(frame);

	for (size_t i = 0; i < G_N_ELEMENTS(test_segments); i++) {
		const struct test_segment *segment = &test_segments[i];

		if ((segment->kind == SEGMENT_PUBLISHED || segment->kind == SEGMENT_GUARDED) &&
		    segment->transport == transport && port >= segment->first &&
		    port <= segment->last)
			expect_count(&expected.counters[segment->slot], bytes);
	}
}

static void expect_server(uint32_t server, bool drop, uint32_t bytes)
{
	struct server_block *block = &expected.servers[server / SERVERS_PER_BLOCK];
	uint32_t entry = server % SERVERS_PER_BLOCK;

	expect_count(drop ? &block->dropped[entry] : &block->passed[entry], bytes);
}

static void expect_port(const struct frame *frame)
{
	enum transport transport = frame->protocol == IPPROTO_TCP ? TRANSPORT_TCP : TRANSPORT_UDP;

	uint32_t index = transport << 16 | frame_destination_port(frame);

	expected.ports[index / PORTS_PER_BLOCK].packets[index % PORTS_PER_BLOCK]++;
}

/* A closed port's block counts the reason too. */
static void expect_refused(const struct frame *frame, uint32_t bytes)
{
	enum transport transport = frame->protocol == IPPROTO_TCP ? TRANSPORT_TCP : TRANSPORT_UDP;
	uint32_t index = transport << 16 | frame_destination_port(frame);

	expect_count(&expected.ports[index / PORTS_PER_BLOCK].refused, bytes);
}

/* Whether drops are only counted: a server's mode is its own, the rest has the gate's. */
static bool is_monitored(const struct portcullis *program, const struct test_server *server,
			 bool holds)
{
	if (server)
		return server->monitor;
	if (holds && program->rodata->everyone != TARGET_NONE)
		return target_monitor(program->rodata->everyone);
	return program->rodata->monitor;
}

/* What a frame with that reason must have counted. Returns whether it must drop. */
static bool expect(const struct portcullis *program, const struct frame *frame, enum reason reason,
		   bool port_read)
{
	bool holds, drop = reason >= REASON_NOT_PUBLISHED;
	uint32_t bytes = frame_length(frame, &holds);
	const struct test_server *server = holds ? find_server(program, frame) : NULL;

	if (drop && is_monitored(program, server, holds)) {
		expect_count(&expected.reasons.monitored[reason], bytes);
		drop = false;
	} else if (reason == REASON_NOT_PUBLISHED && program->rodata->count_ports) {
		expect_refused(frame, bytes);
	} else if (reason != REASON_PUBLISHED) {
		expect_count(&expected.reasons.enforced[reason], bytes);
	}
	if (reason == REASON_PUBLISHED)
		expect_slot(frame, bytes);
	if (port_read && program->rodata->count_ports)
		expect_port(frame);
	if (server)
		expect_server(server->server, drop, bytes);
	return drop;
}

void harness_leave(struct portcullis *program, uint32_t entered, const char *format, ...)
{
	struct __sk_buff context = {.ifindex = 1, .ingress_ifindex = entered};
	static struct frame frame;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.bytes, .ctx_in = &context,
		    .ctx_size_in = sizeof(context));
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	frame_build(&frame, text);
	run.data_size_in = frame.size;
	assert_int_equal(
		bpf_prog_test_run_opts(bpf_program__fd(program->progs.portcullis_egress), &run), 0);
	assert_int_equal(run.retval, (uint32_t)TC_ACT_UNSPEC);
}

const char *harness_reason_name(enum reason reason)
{
	static const char *const names[] = {
#define REASON(symbol, name, verdict, meaning) name,
		PORTCULLIS_REASONS(REASON)
#undef REASON
	};

	return names[reason];
}

/* The reason that one more packet has than expected. */
static const char *found_reason(void)
{
	for (int i = 0; i < REASON_COUNT; i++) {
		if (actual.reasons.enforced[i].packets > expected.reasons.enforced[i].packets ||
		    actual.reasons.monitored[i].packets > expected.reasons.monitored[i].packets)
			return harness_reason_name(i);
	}
	return "none other";
}

static void check(struct portcullis *program, const char *text, enum reason reason, bool port_read)
{
	static struct frame frame;
	uint32_t verdict;
	bool drop;

	frame_build(&frame, text);
	drop = expect(program, &frame, reason, port_read);
	verdict = harness_verdict(program, frame.bytes, frame.size);
	read_tallies(program);

	if (memcmp(&actual.reasons, &expected.reasons, sizeof(actual.reasons)))
		fail_msg("%s: expected reason %s (%u bytes), found %s", text,
			 harness_reason_name(reason), frame_length(&frame, &(bool){0}),
			 found_reason());
	if (verdict != (drop ? XDP_DROP : XDP_PASS))
		fail_msg("%s: verdict %u", text, verdict);
	if (memcmp(actual.counters, expected.counters, sizeof(actual.counters)))
		fail_msg("%s: counters differ", text);
	if (memcmp(actual.servers, expected.servers, sizeof(actual.servers)))
		fail_msg("%s: server_counters differ", text);
	if (memcmp(actual.ports, expected.ports, sizeof(actual.ports)))
		fail_msg("%s: dropped_ports differ", text);
}

void harness_run(struct portcullis *program, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++)
		harness_check(program, rows[i].reason, "%s", rows[i].frame);
}

void harness_check(struct portcullis *program, enum reason reason, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	check(program, text, reason,
	      reason == REASON_NOT_PUBLISHED || reason == REASON_NOT_LISTED ||
		      reason == REASON_NO_SUCH_FLOW || reason == REASON_PORT_ZERO ||
		      reason == REASON_SOURCE_NOT_ALLOWED || reason == REASON_OVER_LIMIT ||
		      reason == REASON_NOT_MEDIA);
}

void harness_check_port(struct portcullis *program, enum reason reason, const char *frame)
{
	check(program, frame, reason, true);
}
