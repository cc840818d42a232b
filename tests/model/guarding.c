/* SPDX-License-Identifier: GPL-2.0-only */
/* Guards and their ports in the program's maps, from the same tables that the model judges by. */
#include "guarding.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "policies.h"

/* So long that no token comes back while a test runs. */
#define INTERVAL 3600000000000ULL

/* Any that harness.c leaves free: what they sum up to is compared, not each. */
#define FIRST_SLOT    100
#define FIRST_SOURCES 10

/* What was there before: where ours begins. */
static uint32_t first_segment, first_guard;

static void grow(struct bpf_map *map, uint32_t by)
{
	assert_int_equal(bpf_map__set_max_entries(map, bpf_map__max_entries(map) + by), 0);
}

void guarding_open(struct portcullis *program)
{
	first_segment = bpf_map__max_entries(program->maps.segments);
	first_guard = bpf_map__max_entries(program->maps.guards);
	grow(program->maps.segments, model_ports_count);
	grow(program->maps.guards, MODEL_GUARDS);
	grow(program->maps.sources4, 16);
	grow(program->maps.sources6, 16);
	assert_int_equal(bpf_map__set_max_entries(program->maps.limits, LIMIT_BUCKETS), 0);
}

static void put(struct bpf_map *map, const void *key, const void *value)
{
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY), 0);
}

static void put_guards(struct portcullis *program)
{
	for (uint32_t i = 0; i < MODEL_GUARDS; i++) {
		const struct model_guard *guard = &model_guards[i];
		struct guard value = {.media = guard->media};
		uint32_t key = first_guard + i;

		if (guard->sources)
			value.sources = FIRST_SOURCES + (guard->sources - model_sources);
		if (guard->burst) {
			value.interval = INTERVAL;
			value.tolerance = (guard->burst - 1) * INTERVAL;
			value.limit = 1 + i;
		}
		put(program->maps.guards, &key, &value);
	}
}

static void put_sources(struct portcullis *program)
{
	uint8_t yes = 1;

	for (uint32_t i = 0; i < MODEL_SOURCES; i++) {
		const struct model_sources *sources = &model_sources[i];
		struct source4 key4 = {.sources = FIRST_SOURCES + i};
		struct source6 key6 = {.sources = FIRST_SOURCES + i};

		for (size_t j = 0; j < sources->count4; j++) {
			key4.length = 32 + sources->prefixes4[j].bits;
			inet_pton(AF_INET, sources->prefixes4[j].text, &key4.address);
			put(program->maps.sources4, &key4, &yes);
		}
		for (size_t j = 0; j < sources->count6; j++) {
			key6.length = 32 + sources->prefixes6[j].bits;
			inet_pton(AF_INET6, sources->prefixes6[j].text, key6.address);
			put(program->maps.sources6, &key6, &yes);
		}
	}
}

static void put_ports(struct portcullis *program)
{
	struct port_table *tables = harness_value(program->maps.ports), *table = &tables[GUARDED];

	for (uint32_t i = 0; i < model_ports_count; i++) {
		const struct model_ports *ports = &model_ports[i];
		struct segment segment = {.slot = FIRST_SLOT + i};
		enum transport transport =
			ports->protocol == IPPROTO_TCP ? TRANSPORT_TCP : TRANSPORT_UDP;
		uint32_t entry = first_segment + i;

		if (ports->profile != GUARDED)
			continue;
		if (ports->guard) {
			segment.kind = SEGMENT_GUARDED;
			segment.guard = first_guard + (ports->guard - model_guards);
		}
		put(program->maps.segments, &entry, &segment);
		for (uint32_t port = ports->first; port <= ports->last; port++)
			table->opened_by[transport][port] =
				ports->guard ? PORT_SEGMENTS + entry : segment.slot;
	}
	munmap(tables, PROFILES * sizeof(*tables));
}

static void put_servers(struct portcullis *program, uint32_t target)
{
	struct server4 server4 = {.target = target};
	struct server6 server6 = {.target = target};

	inet_pton(AF_INET, GUARDED4, &server4.address);
	inet_pton(AF_INET6, GUARDED6, server6.address);
	harness_put_server4(program, &server4);
	harness_put_server6(program, &server6);
}

static void put_prefixes(struct portcullis *program, uint32_t target)
{
	struct prefix4 key4 = {.length = GUARDED4_2_BITS};
	struct prefix6 key6 = {.length = GUARDED6_2_BITS};

	inet_pton(AF_INET, GUARDED4_2, &key4.address);
	inet_pton(AF_INET6, GUARDED6_2, key6.address);
	put(program->maps.prefixes4, &key4, &target);
	put(program->maps.prefixes6, &key6, &target);
}

void guarding_load(struct portcullis *program)
{
	put_guards(program);
	put_sources(program);
	put_ports(program);
	if (program->rodata->seed4)
		put_servers(program, target_make(SERVER_GUARDED, GUARDED, 0));
	if (program->rodata->have_prefixes4)
		put_prefixes(program, target_make(SERVER_GUARDED_2, GUARDED, 1));
}
