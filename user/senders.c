/* SPDX-License-Identifier: GPL-2.0-only */
/* A set of addresses, and a few prefixes. */
#include "senders.h"

#include <string.h>

struct senders {
	GHashTable *addresses; /* struct prefix *, a set */
	GArray *prefixes;      /* struct prefix: those that are no addresses */
};

static guint hash_address(gconstpointer key)
{
	const struct prefix *address = key;
	guint64 half[2];

	memcpy(half, address->bytes, sizeof(half));
	return (guint)((half[0] ^ half[1]) * 0x9e3779b97f4a7c15ULL >> 32);
}

static gboolean same_address(gconstpointer a, gconstpointer b)
{
	const struct prefix *left = a, *right = b;

	return left->family == right->family &&
	       !memcmp(left->bytes, right->bytes, sizeof(left->bytes));
}

static void add(struct senders *senders, const struct prefix *prefix)
{
	if (prefix_is_address(prefix))
		g_hash_table_add(senders->addresses, g_memdup2(prefix, sizeof(*prefix)));
	else
		g_array_append_val(senders->prefixes, *prefix);
}

static void add_all(struct senders *senders, const GArray *prefixes)
{
	for (guint i = 0; i < prefixes->len; i++)
		add(senders, &g_array_index(prefixes, struct prefix, i));
}

struct senders *senders_new(const struct policy *policy, const GArray *hosts)
{
	struct senders *senders = g_new0(struct senders, 1);

	senders->addresses = g_hash_table_new_full(hash_address, same_address, g_free, NULL);
	senders->prefixes = g_array_new(FALSE, FALSE, sizeof(struct prefix));
	for (guint i = 0; i < policy->servers->len; i++) {
		const struct server *server = policy->servers->pdata[i];

		add_all(senders, server->addresses);
	}
	add_all(senders, hosts);
	return senders;
}

void senders_free(struct senders *senders)
{
	if (!senders)
		return;
	g_hash_table_unref(senders->addresses);
	g_array_unref(senders->prefixes);
	g_free(senders);
}

bool senders_have(const struct senders *senders, const struct prefix *address)
{
	if (!address->family)
		return false;
	if (g_hash_table_contains(senders->addresses, address))
		return true;
	for (guint i = 0; i < senders->prefixes->len; i++)
		if (prefix_contains(&g_array_index(senders->prefixes, struct prefix, i), address))
			return true;
	return false;
}
