/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom no block may hit: guarded servers, whom Management lets in, who is logged in by SSH. */
#include "spared.h"

#include <string.h>
#include <sys/socket.h>

#include "block.h"
#include "lockout.h"

#define LENGTHS 129

/* One of them. */
struct kept {
	struct prefix prefix;
	char *what;      /* "the server 'fe01'" */
	bool management; /* a part of it may be blocked, if somebody insists */
};

struct spared {
	GArray *kept; /* struct kept */
	bool sorted;
	bool lengths[LENGTHS]; /* those that there are */
};

static void clear_kept(gpointer data)
{
	g_free(((struct kept *)data)->what);
}

static void add(struct spared *spared, const struct prefix *prefix, bool management, char *what)
{
	const struct kept kept = {*prefix, what, management};

	g_array_append_val(spared->kept, kept);
	spared->lengths[prefix->length] = true;
	spared->sorted = false;
}

static void add_servers(struct spared *spared, const struct policy *policy)
{
	for (guint i = 0; i < policy->servers->len; i++) {
		const struct server *server = policy->servers->pdata[i];

		for (guint j = 0; j < server->addresses->len; j++)
			add(spared, &g_array_index(server->addresses, struct prefix, j), false,
			    g_strdup_printf("of the server '%s'", server->name));
	}
}

/* Where Management names no network, its ports are open to all: that spares nobody. */
static void add_management(struct spared *spared, const struct management *management)
{
	for (guint i = 0; i < management->prefixes->len; i++) {
		const struct prefix *prefix =
			&g_array_index(management->prefixes, struct prefix, i);

		if (prefix->length)
			add(spared, prefix, true, g_strdup("which Management lets in"));
	}
}

static gint compare_kept(gconstpointer a, gconstpointer b)
{
	return block_compare_prefixes(&((const struct kept *)a)->prefix,
				      &((const struct kept *)b)->prefix);
}

static void sort(struct spared *spared)
{
	g_array_sort(spared->kept, compare_kept);
	spared->sorted = true;
}

struct spared *spared_new(const struct policy *policy)
{
	struct spared *spared = g_new0(struct spared, 1);

	spared->kept = g_array_new(FALSE, FALSE, sizeof(struct kept));
	g_array_set_clear_func(spared->kept, clear_kept);
	add_servers(spared, policy);
	add_management(spared, &policy->settings.management);
	sort(spared);
	return spared;
}

void spared_free(struct spared *spared)
{
	if (!spared)
		return;
	g_array_unref(spared->kept);
	g_free(spared);
}

void spared_add_sessions(struct spared *spared, const GArray *sockets)
{
	for (guint i = 0; i < sockets->len; i++) {
		const struct host_socket *socket = &g_array_index(sockets, struct host_socket, i);
		g_autofree char *text = NULL;

		/* whoever guesses passwords has a connection, too */
		if (!lockout_is_ssh(socket) || !socket->inode || socket->knocking)
			continue;
		text = socket_describe(socket);
		add(spared, &socket->remote, false,
		    g_strdup_printf("of the SSH connection %s", text));
	}
	sort(spared);
}

/* The first of them that is not before a prefix: those that it holds begin there. */
static guint find_place(const struct spared *spared, const struct prefix *prefix)
{
	guint low = 0, high = spared->kept->len;

	while (low < high) {
		guint middle = low + (high - low) / 2;
		const struct kept *kept = &g_array_index(spared->kept, struct kept, middle);

		if (block_compare_prefixes(&kept->prefix, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static const struct kept *kept_at(const struct spared *spared, guint place)
{
	return place < spared->kept->len ? &g_array_index(spared->kept, struct kept, place) : NULL;
}

/* One that a prefix holds. */
static const struct kept *find_held(const struct spared *spared, const struct prefix *prefix)
{
	const struct kept *kept = kept_at(spared, find_place(spared, prefix));

	return kept && prefix_contains(prefix, &kept->prefix) ? kept : NULL;
}

/* One that holds a prefix, but no management network if that does not matter. */
static const struct kept *find_holder(const struct spared *spared, const struct prefix *prefix,
				      bool force)
{
	for (unsigned int length = 0; length < prefix->length; length++) {
		const struct prefix holder = block_shortened(prefix, length);
		const struct kept *kept;

		if (!spared->lengths[length])
			continue;
		kept = kept_at(spared, find_place(spared, &holder));
		if (kept && !block_compare_prefixes(&kept->prefix, &holder) &&
		    !(force && kept->management))
			return kept;
	}
	return NULL;
}

/* What is wrong with how much it blocks. */
static char *refuse_length(const struct prefix *prefix, bool force)
{
	unsigned int least = prefix->family == AF_INET ? SPARED_LENGTH4 : SPARED_LENGTH6;
	char text[PREFIX_TEXT_SIZE];

	prefix_format(prefix, text);
	if (!prefix->length)
		return g_strdup_printf("'%s' is everybody, expected a longer prefix", text);
	if (prefix->length < least && !force)
		return g_strdup_printf("'%s' is shorter than /%u, expected a longer prefix, or "
				       "--force with 'portcullis block'",
				       text, least);
	return NULL;
}

bool spared_same(const struct spared *a, const struct spared *b)
{
	bool same = a->kept->len == b->kept->len;

	for (guint i = 0; same && i < a->kept->len; i++) {
		const struct kept *one = kept_at(a, i), *other = kept_at(b, i);

		same = !block_compare_prefixes(&one->prefix, &other->prefix) &&
		       one->management == other->management;
	}
	return same;
}

char *spared_hit(const struct spared *spared, const struct prefix *prefix)
{
	const struct kept *held = find_held(spared, prefix);
	const struct kept *hit = held ? held : find_holder(spared, prefix, false);
	char text[PREFIX_TEXT_SIZE];

	if (!hit)
		return NULL;
	return g_strdup_printf("%s %s %s", held ? "holds" : "is a part of",
			       prefix_format(&hit->prefix, text), hit->what);
}

char *spared_refusal(const struct spared *spared, const struct prefix *prefix, bool force)
{
	char text[PREFIX_TEXT_SIZE], other[PREFIX_TEXT_SIZE];
	const struct kept *held, *holder;
	char *refusal = refuse_length(prefix, force);

	if (refusal)
		return refusal;
	prefix_format(prefix, text);
	held = find_held(spared, prefix);
	if (held)
		return g_strdup_printf("'%s' holds %s %s, expected a prefix without it", text,
				       prefix_format(&held->prefix, other), held->what);
	holder = find_holder(spared, prefix, force);
	if (holder)
		return g_strdup_printf("'%s' is a part of %s %s, expected a prefix outside it%s",
				       text, prefix_format(&holder->prefix, other), holder->what,
				       holder->management ? ", or --force with 'portcullis block'"
							  : "");
	return NULL;
}
