/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Ports that a change closes. Where answers to what came before are still to leave, the egress
 * program would take them for something that the server begins, and let its peers in.
 */
#include "image_withdrawn.h"

#include "image_servers.h"

struct withdrawal {
	struct image *image;
	const struct generation *previous;
	bool *done; /* by table and profile of previous: each pair once */
	__u32 entry;
};

static void withdraw(struct withdrawal *withdrawal, __u32 table, const char *profile)
{
	const struct generation *previous = withdrawal->previous;
	__u16 *ports = withdrawal->image->ports[table].opened_by[TRANSPORT_UDP];
	const int index = generation_profile_index(previous, profile);
	const struct compiled *before = index < 0 ? NULL : previous->profiles->pdata[index];
	bool *done = &withdrawal->done[table * previous->profiles->len + (guint)MAX(index, 0)];

	for (guint i = 0; before && !*done && i < before->openings->len; i++) {
		const struct opening *opening = before->openings->pdata[i];

		if (opening->transport != TRANSPORT_UDP)
			continue;
		for (__u32 port = opening->first; port <= opening->last; port++)
			if (!ports[port])
				ports[port] = (__u16)withdrawal->entry;
	}
	*done = true;
}

static void withdraw_interfaces(struct withdrawal *withdrawal, const struct generation *next)
{
	const GPtrArray *interfaces = next->choice->interfaces;

	for (guint i = 0; i < interfaces->len; i++) {
		const struct choice_interface *now = interfaces->pdata[i];
		const struct choice_interface *before =
			choice_interface(withdrawal->previous->choice, now->name);

		if (now->profile && before && before->profile)
			withdraw(withdrawal, (__u32)generation_profile_index(next, now->profile),
				 before->profile);
	}
}

/* The servers of a policy by each of their addresses, as text. */
static GHashTable *by_address(const struct policy *policy)
{
	GHashTable *servers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < policy->servers->len; i++) {
		struct server *server = policy->servers->pdata[i];

		for (guint j = 0; j < server->addresses->len; j++) {
			char text[PREFIX_TEXT_SIZE];

			prefix_format(&g_array_index(server->addresses, struct prefix, j), text);
			g_hash_table_insert(servers, g_strdup(text), server);
		}
	}
	return servers;
}

/* Whatever their names are now. */
static void withdraw_servers(struct withdrawal *withdrawal, const struct generation *next)
{
	const GPtrArray *servers = next->policy->servers;
	const struct generation *previous = withdrawal->previous;
	g_autoptr(GHashTable) known = by_address(previous->policy);
	guint named = 0;

	for (guint i = 0; i < servers->len; i++) {
		const struct server *now = servers->pdata[i];
		__u32 table = image_server_table(withdrawal->image, next, now, &named);

		for (guint j = 0; j < now->addresses->len; j++) {
			char text[PREFIX_TEXT_SIZE];
			const struct server *before;

			prefix_format(&g_array_index(now->addresses, struct prefix, j), text);
			before = g_hash_table_lookup(known, text);
			if (before)
				withdraw(withdrawal, table,
					 generation_server_profile(previous, before));
		}
	}
}

/* What is asked of now may have been open to all: which ports were is not worth telling apart. */
static void mark_conditions(struct image *image, __u32 until)
{
	for (guint i = 0; i < image->guards->len; i++)
		g_array_index(image->guards, struct guard, i).plain_until = until;
	for (guint i = 0; i < image->segments->len; i++) {
		struct segment *segment = &g_array_index(image->segments, struct segment, i);

		if (segment->kind == SEGMENT_MANAGEMENT)
			segment->slot = until;
	}
}

void image_withdraw(struct image *image, const struct generation *next,
		    const struct generation *previous, __u32 until)
{
	const struct segment segment = {.slot = until, .kind = SEGMENT_WITHDRAWN};
	struct withdrawal withdrawal = {.image = image, .previous = previous};

	if (!previous || !image->replies || image->segments->len == SEGMENTS_MAX)
		return;
	mark_conditions(image, until);
	withdrawal.entry = PORT_SEGMENTS + image->segments->len;
	g_array_append_val(image->segments, segment);
	withdrawal.done = g_new0(bool, MAX(image->tables, 1) * MAX(previous->profiles->len, 1));
	withdraw_interfaces(&withdrawal, next);
	withdraw_servers(&withdrawal, next);
	g_free(withdrawal.done);
}
