/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The server tables. A look-up reads one bucket, one cache line, and is done; so every address must
 * fit into its bucket. Seeds are tried at each size, and sizes doubled, until all do. Addresses
 * that are made to collide could go on like that for ever: from some size on, what does not fit
 * becomes a prefix of full length, which is looked for next.
 */
#include "image_servers.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

/* Enough tries that a size is given up only when luck is very unlikely to help. */
#define SEEDS_PER_SIZE 64

/* Chance asks for 10 at 100,000 IPv6 addresses, and for less below. */
#define BUCKETS_PER_SERVER_MAX 16

static void spill4(struct image *image, const struct server4 *server)
{
	struct image_prefix4 prefix = {{32, server->address}, server->target};

	g_array_append_val(image->prefixes4, prefix);
}

static void spill6(struct image *image, const struct server6 *server)
{
	struct image_prefix6 prefix = {.key.length = 128, .target = server->target};

	memcpy(prefix.key.address, server->address, sizeof(prefix.key.address));
	g_array_append_val(image->prefixes6, prefix);
}

/* With spill, what does not fit becomes a prefix; without, nothing may be left over. */
static bool place4(struct image *image, const GArray *servers, bool spill)
{
	memset(image->servers4, 0, image->buckets4 * sizeof(*image->servers4));
	for (guint i = 0; i < servers->len; i++) {
		const struct server4 *server = &g_array_index(servers, struct server4, i);
		__u32 hash = server_hash4(server->address, image->seed4);
		struct bucket4 *bucket = &image->servers4[hash & (image->buckets4 - 1)];
		unsigned int n = 0;

		while (n < BUCKET4_SERVERS && bucket->server[n].target)
			n++;
		if (n < BUCKET4_SERVERS)
			bucket->server[n] = *server;
		else if (spill)
			spill4(image, server);
		else
			return false;
	}
	return true;
}

static bool place6(struct image *image, const GArray *servers, bool spill)
{
	memset(image->servers6, 0, image->buckets6 * sizeof(*image->servers6));
	for (guint i = 0; i < servers->len; i++) {
		const struct server6 *server = &g_array_index(servers, struct server6, i);
		__u32 hash = server_hash6(server->address, image->seed6);
		struct bucket6 *bucket = &image->servers6[hash & (image->buckets6 - 1)];
		unsigned int n = 0;

		while (n < BUCKET6_SERVERS && bucket->server[n].target)
			n++;
		if (n < BUCKET6_SERVERS)
			bucket->server[n] = *server;
		else if (spill)
			spill6(image, server);
		else
			return false;
	}
	return true;
}

/* Seeds are any odd sequence: a fixed one makes a policy's image the same every time. */
static __u64 next_seed(__u64 seed)
{
	return (seed * 6364136223846793005ULL + 1442695040888963407ULL) | 1;
}

static void build4(struct image *image, const GArray *servers)
{
	image->buckets4 = 1;
	while (image->buckets4 * 2 < servers->len)
		image->buckets4 *= 2;
	for (;; image->buckets4 *= 2) {
		bool last = image->buckets4 >= BUCKETS_PER_SERVER_MAX / 2 * servers->len;

		image->servers4 = g_renew(struct bucket4, image->servers4, image->buckets4);
		for (int i = 0; i < SEEDS_PER_SIZE; i++) {
			image->seed4 = next_seed(image->seed4);
			if (place4(image, servers, last && i == SEEDS_PER_SIZE - 1))
				return;
		}
	}
}

static void build6(struct image *image, const GArray *servers)
{
	image->buckets6 = 1;
	while (image->buckets6 < servers->len)
		image->buckets6 *= 2;
	for (;; image->buckets6 *= 2) {
		bool last = image->buckets6 >= BUCKETS_PER_SERVER_MAX / 2 * servers->len;

		image->servers6 = g_renew(struct bucket6, image->servers6, image->buckets6);
		for (int i = 0; i < SEEDS_PER_SIZE; i++) {
			image->seed6 = next_seed(image->seed6);
			if (place6(image, servers, last && i == SEEDS_PER_SIZE - 1))
				return;
		}
	}
}

static void set_bit(__u64 *words, __u32 bit)
{
	words[bit / 64] |= 1ULL << bit % 64;
}

/* The networks that a prefix touches: one, or all those that a shorter one holds. */
static void add_networks(struct image *image, const struct prefix *prefix)
{
	bool is4 = prefix->family == AF_INET;
	__u32 bits = is4 ? 16 : 48, first;
	__u16 quarters[4];

	memcpy(&first, prefix->bytes, sizeof(first));
	if (!is4 && prefix->length < 32) { /* as many as there are bits, and more */
		memset(image->source_filter6, 0xff, sizeof(image->source_filter6));
		return;
	}
	for (__u32 i = 0; i < 1U << (prefix->length < bits ? bits - prefix->length : 0); i++) {
		if (is4) {
			set_bit(image->source_filter4,
				source_network4(htonl(ntohl(first) + (i << 16))));
			continue;
		}
		memcpy(quarters, prefix->bytes, sizeof(quarters));
		quarters[2] = htons((__u16)(ntohs(quarters[2]) + i));
		set_bit(image->source_filter6, source_network6(quarters));
	}
}

static void add_address(struct image *image, GArray *exact4, GArray *exact6,
			const struct prefix *prefix, __u32 target)
{
	struct image_prefix4 prefix4 = {.key.length = prefix->length, .target = target};
	struct image_prefix6 prefix6 = {.key.length = prefix->length, .target = target};
	struct server4 server4 = {.target = target};
	struct server6 server6 = {.target = target};

	add_networks(image, prefix);
	memcpy(&server4.address, prefix->bytes, sizeof(server4.address));
	memcpy(server6.address, prefix->bytes, sizeof(server6.address));
	memcpy(&prefix4.key.address, prefix->bytes, sizeof(prefix4.key.address));
	memcpy(prefix6.key.address, prefix->bytes, sizeof(prefix6.key.address));
	if (prefix->family == AF_INET && prefix_is_address(prefix))
		g_array_append_val(exact4, server4);
	else if (prefix->family == AF_INET)
		g_array_append_val(image->prefixes4, prefix4);
	else if (prefix_is_address(prefix))
		g_array_append_val(exact6, server6);
	else
		g_array_append_val(image->prefixes6, prefix6);
}

__u32 image_server_table(const struct image *image, const struct generation *generation,
			 const struct server *server, guint *next)
{
	if (*next < image->named->len && image->named->pdata[*next] == server)
		return generation->profiles->len + (*next)++;
	return generation_profile_index(generation, generation_server_profile(generation, server));
}

void image_add_servers(struct image *image, const struct generation *generation)
{
	const GPtrArray *servers = generation->policy->servers;
	g_autoptr(GArray) exact4 = g_array_new(FALSE, FALSE, sizeof(struct server4));
	g_autoptr(GArray) exact6 = g_array_new(FALSE, FALSE, sizeof(struct server6));
	guint next = 0;

	for (guint i = 0; i < servers->len; i++) {
		const struct server *server = servers->pdata[i];
		__u32 target = target_make(slots_server(generation->slots, server->name),
					   image_server_table(image, generation, server, &next),
					   server->monitor || generation->choice->monitor);

		for (guint j = 0; j < server->addresses->len; j++)
			add_address(image, exact4, exact6,
				    &g_array_index(server->addresses, struct prefix, j), target);
	}
	if (exact4->len)
		build4(image, exact4);
	if (exact6->len)
		build6(image, exact6);
}
