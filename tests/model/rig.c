/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads the programs for a policy of the model, runs frames and reads what they have counted. */
#include "rig.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "blocking.h"
#include "guarding.h"

/* What enters by a gated interface and leaves again teaches nothing. */
#define OPEN_INTERFACE  7
#define GATED_INTERFACE 9

static void set_policy(struct portcullis *program, const struct model_policy *policy)
{
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
	program->rodata->replies = policy->replies;
	program->rodata->inside = policy->inside;
	program->rodata->pickup_until = policy->pickup ? UINT32_MAX : 0;
	program->rodata->secret[0] = 0x6a09e667f3bcc908;
	program->rodata->secret[1] = 0xbb67ae8584caa73b;
	program->rodata->flow_seed = 0x3c6ef372fe94f82b;
	/* servers are anywhere */
	memset((void *)program->rodata->source_filter4, 0xff,
	       sizeof(program->rodata->source_filter4));
	memset((void *)program->rodata->source_filter6, 0xff,
	       sizeof(program->rodata->source_filter6));
}

/* As large as the program takes it to be, and where this process can read and age it. */
static void size(struct bpf_map *map, uint32_t buckets)
{
	assert_int_equal(bpf_map__set_max_entries(map, buckets), 0);
	assert_int_equal(bpf_map__set_map_flags(map, bpf_map__map_flags(map) | BPF_F_MMAPABLE), 0);
}

static void size_tables(struct portcullis *program, bool flows)
{
	size(program->maps.limits, LIMIT_BUCKETS);
	if (!flows)
		return;
	size(program->maps.flows, FLOW_BUCKETS);
	size(program->maps.inbound_flows, INBOUND_FLOW_BUCKETS);
}

static void *map_buckets(const struct bpf_map *map, size_t *count)
{
	void *buckets;

	*count = bpf_map__max_entries(map);
	buckets = mmap(NULL, *count * bpf_map__value_size(map), PROT_READ | PROT_WRITE, MAP_SHARED,
		       bpf_map__fd(map), 0);
	assert_ptr_not_equal(buckets, MAP_FAILED);
	return buckets;
}

static void map_tables(struct rig *rig)
{
	struct portcullis *program = rig->program;

	rig->limits.buckets = map_buckets(program->maps.limits, &rig->limits.count);
	if (!rig->policy->replies)
		return;
	rig->flows.buckets = map_buckets(program->maps.flows, &rig->flows.count);
	rig->inbound_flows.buckets =
		map_buckets(program->maps.inbound_flows, &rig->inbound_flows.count);
}

static void open_egress(struct rig *rig)
{
	struct portcullis *program = rig->program;
	uint32_t interface = GATED_INTERFACE;
	uint8_t yes = 1;

	rig->egress = program->progs.portcullis_egress;
	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(program->maps.gated), &interface, &yes, BPF_ANY),
		0);
}

void rig_open(struct rig *rig, const struct model_policy *policy)
{
	struct portcullis *program = rig->program = harness_open();

	rig->policy = policy;
	if (!policy->whole_interface)
		harness_site(program);
	if (policy->exact)
		program->rodata->have_prefixes4 = program->rodata->have_prefixes6 = false;
	if (policy->prefixes)
		program->rodata->seed4 = program->rodata->seed6 = 0;
	set_policy(program, policy);
	guarding_open(program);
	blocking_open(program, policy);
	size_tables(program, policy->replies);
	bpf_program__set_autoload(program->progs.portcullis_egress, policy->replies);
	harness_load(program);
	guarding_load(program);
	blocking_load(program, policy);
	map_tables(rig);
	if (policy->replies)
		open_egress(rig);
	rig_forget(rig);
}

void rig_close(struct rig *rig)
{
	munmap(rig->limits.buckets, rig->limits.count * sizeof(*rig->limits.buckets));
	if (rig->policy->replies) {
		munmap(rig->flows.buckets, rig->flows.count * sizeof(*rig->flows.buckets));
		munmap(rig->inbound_flows.buckets,
		       rig->inbound_flows.count * sizeof(*rig->inbound_flows.buckets));
	}
	portcullis__destroy(rig->program);
}

static void clear_flows(struct flow_table *table)
{
	if (table->buckets)
		memset(table->buckets, 0, table->count * sizeof(*table->buckets));
}

void rig_forget(struct rig *rig)
{
	static struct fragment_table fragments;
	struct model_memory *memory = &rig->memory;

	memory->now = 0;
	memory->first_count = memory->begun_count = memory->met_count = memory->visits_count = 0;
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(rig->program->maps.fragments),
					     &(uint32_t){0}, &fragments, BPF_ANY),
			 0);
	memset(rig->limits.buckets, 0, rig->limits.count * sizeof(*rig->limits.buckets));
	clear_flows(&rig->flows);
	clear_flows(&rig->inbound_flows);
}

/* A flow that is older than the machine ended when it came up. */
static void age_flows(const struct flow_table *table, uint32_t seconds)
{
	for (size_t i = 0; i < table->count * BUCKET_FLOWS; i++) {
		struct flow *flow = &table->buckets[i / BUCKET_FLOWS].flow[i % BUCKET_FLOWS];

		if (flow->tag)
			flow->expires = flow->expires > seconds ? flow->expires - seconds : 1;
	}
}

void rig_age(struct rig *rig, uint32_t seconds)
{
	rig->memory.now += seconds;
	age_flows(&rig->flows, seconds);
	age_flows(&rig->inbound_flows, seconds);
}

void rig_count_live(const struct flow_table *table, size_t by_stage[MODEL_STAGES])
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	memset(by_stage, 0, MODEL_STAGES * sizeof(*by_stage));
	for (size_t i = 0; i < table->count * BUCKET_FLOWS; i++) {
		const struct flow *flow = &table->buckets[i / BUCKET_FLOWS].flow[i % BUCKET_FLOWS];

		if (flow->tag && flow->state < MODEL_STAGES && flow->expires > now.tv_sec)
			by_stage[flow->state]++;
	}
}

int rig_leave(const struct rig *rig, const struct generated *frame)
{
	static const uint32_t interfaces[] = {
		[GENERATED_SENT] = 0,
		[GENERATED_FORWARDED] = OPEN_INTERFACE,
		[GENERATED_RETURNED] = GATED_INTERFACE,
	};
	struct __sk_buff skb = {.ifindex = 1, .ingress_ifindex = interfaces[frame->way]};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame->bytes, .data_size_in = frame->size,
		    .ctx_in = &skb, .ctx_size_in = sizeof(skb));

	assert_int_equal(bpf_prog_test_run_opts(bpf_program__fd(rig->egress), &run), 0);
	return run.retval;
}
