/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The server tables. Seeds are tried at each size, and sizes doubled, until each address has a
 * place of its own. Addresses that are made to collide could go on like that for ever: from some
 * size on, what gets no place becomes a prefix of full length, which is looked for next.
 */
#include "image_servers.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "perfect_hash.h"

/* Enough tries that a size is given up only when luck is very unlikely to help. */
#define SEEDS_PER_SIZE 64

/* Chance asks for 2.3 at most. */
#define PLACES_PER_SERVER_MAX 8

static void hash_all4(const GArray *servers, __u64 seed, __u64 *hashes)
{
	for (guint i = 0; i < servers->len; i++)
		hashes[i] = server_hash4(g_array_index(servers, struct server4, i).address, seed);
}

static void hash_all6(const GArray *servers, __u64 seed, __u64 *hashes)
{
	for (guint i = 0; i < servers->len; i++) {
		__u64 half[2];

		memcpy(half, g_array_index(servers, struct server6, i).address, sizeof(half));
		hashes[i] = server_hash6(half[0], half[1], seed);
	}
}

/* Seeds are any odd sequence: a fixed one makes a policy's image the same every time. */
static __u64 next_seed(__u64 seed)
{
	return (seed * 6364136223846793005ULL + 1442695040888963407ULL) | 1;
}

/* With an eighth to spare, displacements are found fast. */
static __u32 fewest_places(guint servers)
{
	__u32 places = PLACES_MIN;

	while (places < servers + servers / 8 && places < PLACES_MAX)
		places *= 2;
	return places;
}

/* Finds the index and the hashes that go with it; who gets no place is left over. */
static void find_index(struct image_index *index, const GArray *servers,
		       void (*hash_all)(const GArray *servers, __u64 seed, __u64 *hashes),
		       __u64 *hashes, GArray *left_over)
{
	for (index->places = fewest_places(servers->len);; index->places *= 2) {
		bool last = index->places >= PLACES_PER_SERVER_MAX * servers->len ||
			    index->places == PLACES_MAX;
		/* more than there are places never all get one */
		int seeds = servers->len > PLACES_MAX ? 1 : SEEDS_PER_SIZE;

		index->displacements =
			g_renew(__u16, index->displacements, index->places / GROUP_PLACES);
		for (int i = 1; i <= seeds; i++) {
			index->seed = next_seed(index->seed);
			hash_all(servers, index->seed, hashes);
			if (perfect_hash_find(hashes, servers->len, index->places,
					      index->displacements,
					      last && i == seeds ? left_over : NULL))
				return;
		}
	}
}

static __u32 place_of(const struct image_index *index, __u64 hash)
{
	__u32 mask = index->places - 1;

	return hash_place(hash, index->displacements[hash_group(hash, mask)], mask);
}

/* Who has no place becomes a prefix. */
static void spill4(struct image *image, struct server4 *server)
{
	struct image_prefix4 prefix = {{32, server->address}, server->target};

	g_array_append_val(image->prefixes4, prefix);
	server->target = TARGET_NONE;
}

static void spill6(struct image *image, struct server6 *server)
{
	struct image_prefix6 prefix = {.key.length = 128, .target = server->target};

	memcpy(prefix.key.address, server->address, sizeof(prefix.key.address));
	g_array_append_val(image->prefixes6, prefix);
	server->target = TARGET_NONE;
}

static void build4(struct image *image, GArray *servers)
{
	g_autoptr(GArray) left_over = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autofree __u64 *hashes = g_new(__u64, servers->len);

	find_index(&image->index4, servers, hash_all4, hashes, left_over);
	image->servers4 = g_new0(struct server4, image->index4.places);
	for (guint i = 0; i < left_over->len; i++)
		spill4(image,
		       &g_array_index(servers, struct server4, g_array_index(left_over, guint, i)));
	for (guint i = 0; i < servers->len; i++) {
		const struct server4 *server = &g_array_index(servers, struct server4, i);

		if (server->target != TARGET_NONE)
			image->servers4[place_of(&image->index4, hashes[i])] = *server;
	}
}

static void build6(struct image *image, GArray *servers)
{
	g_autoptr(GArray) left_over = g_array_new(FALSE, FALSE, sizeof(guint));
	g_autofree __u64 *hashes = g_new(__u64, servers->len);

	find_index(&image->index6, servers, hash_all6, hashes, left_over);
	image->servers6 = g_new0(struct server6, image->index6.places);
	for (guint i = 0; i < left_over->len; i++)
		spill6(image,
		       &g_array_index(servers, struct server6, g_array_index(left_over, guint, i)));
	for (guint i = 0; i < servers->len; i++) {
		const struct server6 *server = &g_array_index(servers, struct server6, i);

		if (server->target != TARGET_NONE)
			image->servers6[place_of(&image->index6, hashes[i])] = *server;
	}
}

/* The networks that a prefix touches: one, or all those that a shorter one holds. */
static void add_networks(struct image *image, const struct prefix *prefix)
{
	bool is4 = prefix->family == AF_INET;
	__u32 bits = is4 ? 16 : 48, first;
	__u16 quarters[4];

	memcpy(&first, prefix->bytes, sizeof(first));
	if (!is4 && prefix->length < 32) { /* as many as there are, and more */
		memset(image->source_filter6, 1, sizeof(image->source_filter6));
		return;
	}
	for (__u32 i = 0; i < 1U << (prefix->length < bits ? bits - prefix->length : 0); i++) {
		if (is4) {
			image->source_filter4[source_network4(htonl(ntohl(first) + (i << 16)))] = 1;
			continue;
		}
		memcpy(quarters, prefix->bytes, sizeof(quarters));
		quarters[2] = htons((__u16)(ntohs(quarters[2]) + i));
		image->source_filter6[source_network6(quarters)] = 1;
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
