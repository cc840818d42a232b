/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The program against the model, frame by frame: verdict, reason and counted bytes. From the
 * environment: SEED, FIRST (the number of the first frame), PACKETS (0: without end).
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <inttypes.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness.h"

#include "generate.h"
#include "model.h"

#define MISMATCHES_SHOWN 20

static bool can_scatter; /* what this kernel can */

/* Fragments follow firsts of the same run only, so that a run can be had again by itself. */
#define RUN 1000

/* The policy that harness.h describes, in the model's words; of servers, the longest prefix first.
 */
static const struct model_server servers[] = {
	{{"10.0.1.11", 32}, {"2001:db8:1::11", 128}, SERVICES, false},
	{{"10.0.1.12", 32}, {"2001:db8:1::12", 128}, OTHER, false},
	{{"10.0.1.13", 32}, {"2001:db8:1::13", 128}, SERVICES, true},
	{{"10.0.1.14", 32}, {"2001:db8:1::14", 128}, CLOSED, false},
	{{"10.9.7.0", 24}, {"2001:db8:9:7::", 64}, OTHER, false},
	{{"10.9.0.0", 16}, {"2001:db8:9::", 48}, SERVICES, false},
};

static const struct model_ports ports[] = {
	{SERVICES, IPPROTO_TCP, 5061, 5061, MODEL_PUBLISHED},
	{SERVICES, IPPROTO_TCP, 443, 443, MODEL_PUBLISHED},
	{SERVICES, IPPROTO_TCP, 49152, 57500, MODEL_PUBLISHED},
	{SERVICES, IPPROTO_UDP, 3478, 3478, MODEL_PUBLISHED},
	{SERVICES, IPPROTO_UDP, 50000, 59999, MODEL_PUBLISHED},
	{SERVICES, IPPROTO_TCP, 22, 22, MODEL_MANAGEMENT},
	{SERVICES, IPPROTO_UDP, 161, 161, MODEL_MANAGEMENT},
	{SERVICES, IPPROTO_UDP, 68, 68, MODEL_DHCP_ANSWERS},
	{SERVICES, IPPROTO_UDP, 546, 546, MODEL_DHCP_ANSWERS},
	{OTHER, IPPROTO_TCP, 8080, 8080, MODEL_PUBLISHED},
	{OTHER, IPPROTO_UDP, 67, 67, MODEL_PUBLISHED},
};

static const uint8_t protocols[] = {50, 47, 89, 255};

#define SITE                                                                                    \
	.servers = servers, .server_count = sizeof(servers) / sizeof(*servers), .ports = ports, \
	.port_count = sizeof(ports) / sizeof(*ports)
#define INTERFACE                                                  \
	.whole_interface = true, .rest = SERVICES, .ports = ports, \
	.port_count = sizeof(ports) / sizeof(*ports)
#define MANAGEMENT                                               \
	.management = true, .management4 = {"198.51.100.0", 24}, \
	.management6 = {"2001:db8:aa::", 48}
#define PROTOCOLS .protocols = protocols, .protocol_count = sizeof(protocols)

/* Frames take turns through these. */
static const struct model_policy policies[] = {
	{SITE, MANAGEMENT},
	{SITE, PROTOCOLS, .unlisted_drop = true, .rest = CLOSED, .non_ip_drop = true},
	{SITE, PROTOCOLS, .monitor = true},
	{INTERFACE, MANAGEMENT},
	{INTERFACE, PROTOCOLS, .monitor = true, .non_ip_drop = true},
};

#define POLICIES (sizeof(policies) / sizeof(*policies))
_Static_assert(POLICIES == GENERATED_TURN, "a fragment meets the gate that its first has met");

/* The program under one policy, and what it has counted for reasons so far. */
static struct gate {
	struct portcullis *program;
	struct reason_counts counted;
	struct model_memory memory;
	struct count published, refused; /* by the model */
} gates[POLICIES];

struct found {
	enum reason reason;
	bool drop, monitored;
	uint64_t length;
};

static uint64_t setting(const char *name, uint64_t otherwise)
{
	const char *value = getenv(name);

	return value ? strtoull(value, NULL, 0) : otherwise;
}

static struct portcullis *load(const struct model_policy *policy)
{
	struct portcullis *program = harness_open();

	if (!policy->whole_interface)
		harness_site(program);
	if (policy->whole_interface || policy->unlisted_drop)
		program->rodata->everyone =
			target_make(SERVER_WHOLE_INTERFACE, policy->rest, policy->monitor);
	program->rodata->unlisted_drop = policy->unlisted_drop;
	program->rodata->non_ip_drop = policy->non_ip_drop;
	program->rodata->monitor = policy->monitor;
	program->rodata->have_management4 = policy->management;
	program->rodata->have_management6 = policy->management;
	for (size_t i = 0; i < policy->protocol_count; i++)
		program->rodata->protocols[policy->protocols[i] / 64] |=
			1ULL << policy->protocols[i] % 64;
	harness_load(program);
	return program;
}

static void read_counts(struct gate *gate, struct reason_counts *sums)
{
	static struct reason_counts *values;
	int cpus = libbpf_num_possible_cpus();
	uint32_t key = 0;

	if (!values)
		values = calloc(cpus, sizeof(*values));
	assert_int_equal(
		bpf_map_lookup_elem(bpf_map__fd(gate->program->maps.reasons), &key, values), 0);
	memset(sums, 0, sizeof(*sums));
	for (int cpu = 0; cpu < cpus; cpu++) {
		for (size_t i = 0; i < sizeof(*sums) / sizeof(__u64); i++)
			((__u64 *)sums)[i] += ((__u64 *)&values[cpu])[i];
	}
}

/* The sum of all that many counts, which stand at `first` in each block of the map. */
static struct count sum_of(const struct bpf_map *map, size_t first, size_t counts)
{
	size_t size = bpf_map__value_size(map), cpus = libbpf_num_possible_cpus();
	char *blocks = calloc(cpus, size);
	struct count sum = {};

	for (uint32_t key = 0; key < bpf_map__max_entries(map); key++) {
		assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(map), &key, blocks), 0);
		for (size_t cpu = 0; cpu < cpus; cpu++) {
			const struct count *count = (void *)(blocks + cpu * size + first);

			for (size_t i = 0; i < counts; i++) {
				sum.packets += count[i].packets;
				sum.bytes += count[i].bytes;
			}
		}
	}
	free(blocks);
	return sum;
}

static bool same_sums(const struct gate *gate)
{
	struct count published = sum_of(gate->program->maps.counters, 0, COUNTS_PER_BLOCK);
	struct count refused =
		sum_of(gate->program->maps.dropped_ports, offsetof(struct port_block, refused), 1);

	return !memcmp(&published, &gate->published, sizeof(published)) &&
	       !memcmp(&refused, &gate->refused, sizeof(refused));
}

/* Those two reasons whose counts no frame can be told by. */
static void expect(struct gate *gate, const struct model_answer *model)
{
	struct count *count = model->reason == REASON_PUBLISHED ? &gate->published : &gate->refused;

	if (model->reason != REASON_PUBLISHED &&
	    (model->reason != REASON_NOT_PUBLISHED || model->monitored))
		return;
	count->packets++;
	count->bytes += model->length;
}

/*
 * What a frame has counted says its reason. The two that most packets have are counted elsewhere
 * when enforced: no count and a pass is `published`, no count and a drop `not-published`.
 */
static struct found run(struct gate *gate, const struct generated *frame)
{
	struct found found = {.reason = REASON_COUNT};
	struct reason_counts now;

	found.drop = harness_verdict(gate->program, frame->bytes, frame->size) == XDP_DROP;
	read_counts(gate, &now);
	for (int i = 0; i < REASON_COUNT; i++) {
		const struct count *enforced = &gate->counted.enforced[i];
		const struct count *monitored = &gate->counted.monitored[i];

		if (now.enforced[i].packets != enforced->packets) {
			found.reason = i;
			found.length = now.enforced[i].bytes - enforced->bytes;
		} else if (now.monitored[i].packets != monitored->packets) {
			found.reason = i;
			found.monitored = true;
			found.length = now.monitored[i].bytes - monitored->bytes;
		}
	}
	if (found.reason == REASON_COUNT)
		found.reason = found.drop ? REASON_NOT_PUBLISHED : REASON_PUBLISHED;
	gate->counted = now;
	return found;
}

/* Every other frame's headers are scattered over several buffers, which makes no difference. */
static uint32_t first_buffer(uint64_t number)
{
	bool scattered = can_scatter && number / POLICIES % 2;

	return scattered ? (uint32_t)(number / POLICIES / 2 * 37 % 160) : FIRST_BUFFER_FULL;
}

static bool agree(const struct model_answer *model, const struct found *found)
{
	return model->drop == found->drop && model->monitored == found->monitored &&
	       (model->reason == found->reason || model->other == found->reason) &&
	       (!model->length || !found->length || model->length == found->length);
}

static const char *verdict_name(bool drop, bool monitored)
{
	return drop ? "drop" : monitored ? "would-drop" : "pass";
}

static void show(uint64_t seed, uint64_t number, const struct generated *frame,
		 const struct model_answer *model, const struct found *found)
{
	printf("# frame %" PRIu64 ", policy %zu, %zu bytes: ", number, (size_t)(number % POLICIES),
	       frame->size);
	for (size_t i = 0; i < frame->size; i++)
		printf("%02x", frame->bytes[i]);
	printf("\n#   model:   %s %s, %u bytes\n", verdict_name(model->drop, model->monitored),
	       harness_reason_name(model->reason), model->length);
	printf("#   program: %s %s, %" PRIu64 " bytes\n",
	       verdict_name(found->drop, found->monitored), harness_reason_name(found->reason),
	       found->length);
	printf("#   again:   SEED=%" PRIu64 " FIRST=%" PRIu64 " PACKETS=%" PRIu64 "\n", seed,
	       number - number % RUN, number % RUN + 1);
	fflush(stdout);
}

/* Runs frame `number`; returns whether both agree. */
static bool compare(uint64_t seed, uint64_t number, bool quiet, uint64_t *seen)
{
	static struct generated frame;
	struct model_frame view = {.bytes = frame.bytes};
	struct gate *gate = &gates[number % POLICIES];
	struct model_answer model;
	struct found found;

	generate(&frame, seed, number);
	view.size = frame.size;
	view.first_buffer = frame.size;
	harness_first_buffer(first_buffer(number));
	model = model_judge(&policies[number % POLICIES], &gate->memory, &view);
	expect(gate, &model);
	found = run(gate, &frame);
	seen[model.reason]++;
	if (agree(&model, &found))
		return true;
	if (!quiet)
		show(seed, number, &frame, &model, &found);
	return false;
}

static void forget(struct gate *gate)
{
	static struct fragment_table table;

	gate->memory.count = 0;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(gate->program->maps.fragments),
					     &(__u32){0}, &table, BPF_ANY),
			 0);
}

static bool report(uint64_t seed, uint64_t packets, uint64_t mismatches, const uint64_t *seen)
{
	bool all = true, same = true;

	for (int i = 0; i < REASON_COUNT; i++) {
		printf("# %8" PRIu64 " %s\n", seen[i], harness_reason_name(i));
		all &= seen[i] > 0;
	}
	for (size_t i = 0; i < POLICIES; i++)
		same &= same_sums(&gates[i]);
	printf("1..3\n%sok 1 - %" PRIu64 " frames of seed %" PRIu64 ", %" PRIu64 " mismatches\n",
	       mismatches ? "not " : "", packets, seed, mismatches);
	printf("%sok 2 - open and closed ports have counted what they should\n",
	       same ? "" : "not ");
	if (packets < 100000)
		printf("ok 3 - every reason was met # SKIP too few frames\n");
	else
		printf("%sok 3 - every reason was met\n", all ? "" : "not ");
	return !mismatches && same && (all || packets < 100000);
}

int main(void)
{
	uint64_t seed = setting("SEED", 20150501), first = setting("FIRST", 0);
	uint64_t packets = setting("PACKETS", 200000), mismatches = 0, seen[REASON_COUNT] = {};
	bool good;

	can_scatter = harness_can_scatter();
	for (size_t i = 0; i < POLICIES; i++)
		gates[i].program = load(&policies[i]);
	for (uint64_t i = 0; !packets || i < packets; i++) {
		if ((first + i) % RUN == 0) {
			for (size_t j = 0; j < POLICIES; j++)
				forget(&gates[j]);
		}
		if (!compare(seed, first + i, mismatches >= MISMATCHES_SHOWN, seen))
			mismatches++;
		if (!packets && i % 1000000 == 999999) {
			printf("# %" PRIu64 " frames, %" PRIu64 " mismatches\n", i + 1, mismatches);
			fflush(stdout);
		}
	}
	good = report(seed, packets, mismatches, seen);
	for (size_t i = 0; i < POLICIES; i++)
		portcullis__destroy(gates[i].program);
	return !good;
}
