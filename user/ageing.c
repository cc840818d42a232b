/* SPDX-License-Identifier: GPL-2.0-only */
/* Moves back the times in the programs' tables, where they lie. */
#include "ageing.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#define NS 1000000000ULL

/* A map in memory. */
struct mapped {
	void *place;
	size_t size;
};

struct ageing {
	struct mapped fragments, flows, inbound_flows;
	bool began;
	__u64 first, last; /* of the times told */
	__u64 since;       /* this host's clock when the first was */
	__u64 aged;        /* seconds so far */
};

static __u32 earlier(__u32 time, __u32 seconds)
{
	return time > seconds ? time - seconds : 0;
}

void ageing_flows(struct flow_bucket *buckets, size_t count, __u32 seconds)
{
	for (size_t i = 0; i < count; i++)
		for (int j = 0; j < BUCKET_FLOWS; j++) {
			struct flow *flow = &buckets[i].flow[j];

			flow->expires = earlier(flow->expires, seconds);
		}
}

void ageing_fragments(struct fragment_table *table, __u32 seconds)
{
	for (int i = 0; i < FRAGMENT_BUCKETS; i++)
		for (int j = 0; j < BUCKET_FRAGMENTS; j++) {
			struct fragment *fragment = &table->bucket[i].fragment[j];

			fragment->seen = earlier(fragment->seen, seconds);
		}
}

static bool map_into_memory(struct mapped *mapped, const struct shared *shared, enum shared_map map,
			    size_t entry, struct messages *messages)
{
	size_t size = shared->blocks[map] * entry;
	void *place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, shared->fd[map], 0);

	if (place != MAP_FAILED) {
		*mapped = (struct mapped){place, size};
		return true;
	}
	message_add(messages, SEVERITY_ERROR, shared_name(map), 0,
		    "cannot map the map into memory: %s", strerror(errno));
	return false;
}

struct ageing *ageing_new(const struct shared *shared, struct messages *messages)
{
	struct ageing *ageing = g_new0(struct ageing, 1);

	if (map_into_memory(&ageing->fragments, shared, SHARED_FRAGMENTS,
			    sizeof(struct fragment_table), messages) &&
	    map_into_memory(&ageing->flows, shared, SHARED_FLOWS, sizeof(struct flow_bucket),
			    messages) &&
	    map_into_memory(&ageing->inbound_flows, shared, SHARED_INBOUND_FLOWS,
			    sizeof(struct flow_bucket), messages))
		return ageing;
	ageing_free(ageing);
	return NULL;
}

static void unmap(const struct mapped *mapped)
{
	if (mapped->place)
		munmap(mapped->place, mapped->size);
}

void ageing_free(struct ageing *ageing)
{
	if (!ageing)
		return;
	unmap(&ageing->fragments);
	unmap(&ageing->flows);
	unmap(&ageing->inbound_flows);
	g_free(ageing);
}

static void age(struct ageing *ageing, __u64 seconds)
{
	__u32 most = (__u32)MIN(seconds, G_MAXUINT32);

	ageing_fragments(ageing->fragments.place, most);
	ageing_flows(ageing->flows.place, ageing->flows.size / sizeof(struct flow_bucket), most);
	ageing_flows(ageing->inbound_flows.place,
		     ageing->inbound_flows.size / sizeof(struct flow_bucket), most);
	ageing->aged += seconds;
}

void ageing_to(struct ageing *ageing, __u64 time)
{
	__u64 now, told, passed;

	if (!ageing->began) {
		ageing->began = true;
		ageing->first = ageing->last = time;
		ageing->since = (__u64)g_get_monotonic_time();
	}
	if (time < ageing->last + AGEING_STEP * NS)
		return;
	ageing->last = time;
	now = (__u64)g_get_monotonic_time();
	told = (time - ageing->first) / NS;
	/* what the programs see pass by themselves, and what they have been made to */
	passed = (now - ageing->since) / G_USEC_PER_SEC + ageing->aged;
	if (told > passed)
		age(ageing, told - passed);
}
