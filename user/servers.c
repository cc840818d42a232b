/* SPDX-License-Identifier: GPL-2.0-only */
/* The Servers table: which addresses have which profile. */
#include "servers.h"

#include <string.h>
#include <sys/socket.h>

#include "networks.h"
#include "profile.h"
#include "profiles.h"
#include "text.h"

/* Addresses that no packet to a server has. */
static const struct {
	struct prefix prefix;
	const char *kind;
} impossible[] = {
	{{AF_INET, 8, {0}}, "an unspecified"},
	{{AF_INET, 8, {127}}, "a loopback"},
	{{AF_INET, 4, {224}}, "a multicast"},
	{{AF_INET, 32, {255, 255, 255, 255}}, "a broadcast"},
	{{AF_INET6, 128, {0}}, "an unspecified"},
	{{AF_INET6, 128, {[15] = 1}}, "a loopback"},
	{{AF_INET6, 8, {0xff}}, "a multicast"},
};

void server_free(struct server *server)
{
	g_array_unref(server->addresses);
	g_free(server);
}

static const char *why_impossible(const struct prefix *prefix)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(impossible); i++) {
		if (prefix_contains(&impossible[i].prefix, prefix))
			return impossible[i].kind;
	}
	return NULL;
}

static void read_address(const struct line *line, const char *text, GArray *addresses)
{
	g_autofree char *error = NULL;
	struct prefix prefix;

	if (network_prefix(text, &prefix, &error))
		line_error(line, "%s", error);
	else if (prefix.length == 0)
		line_error(
			line,
			"'%s' is every address, expected a server's own (the setting Unlisted is "
			"for all others, `up INTERFACE PROFILE` for a whole interface)",
			text);
	else if (why_impossible(&prefix))
		line_error(line, "'%s' is %s address, expected a server's own", text,
			   why_impossible(&prefix));
	else
		g_array_append_val(addresses, prefix);
}

static GArray *read_addresses(const struct line *line)
{
	GArray *addresses = g_array_new(FALSE, FALSE, sizeof(struct prefix));
	g_autoptr(GPtrArray) texts = text_split(line_cell(line, COLUMN_ADDRESS), ",\n");

	if (texts->len == 0)
		line_error(line, "the server has no address, expected one or more");
	for (unsigned int i = 0; i < texts->len; i++)
		read_address(line, texts->pdata[i], addresses);
	return addresses;
}

/* Servers are many and their profiles few: each expression is worked out once. */
static const char *read_profile(const struct line *line)
{
	struct reading *reading = line->reading;
	const char *text = line_keep(line, COLUMN_PROFILE);
	const char *kept = g_hash_table_lookup(reading->expressions, text);
	g_autofree char *error = NULL;
	g_autofree char *canonical = NULL;

	if (kept)
		return kept;
	canonical = profile_canonical(reading->policy, text, false, &error);
	if (!canonical) {
		line_error(line, "%s", error);
		return PROFILE_CLOSED;
	}
	kept = g_string_chunk_insert_const(reading->policy->strings, canonical);
	g_hash_table_insert(reading->expressions, g_strdup(text), (char *)kept);
	return kept;
}

static bool read_mode(const struct line *line)
{
	const char *mode = line_keep(line, COLUMN_MODE);

	if (!*mode)
		return line->reading->policy->settings.monitor;
	if (!g_ascii_strcasecmp(mode, "monitor"))
		return true;
	if (g_ascii_strcasecmp(mode, "enforce"))
		line_error(line, "Mode is '%s', expected enforce or monitor", mode);
	return false;
}

void server_line(const struct line *line)
{
	const char *name = line_name(line, COLUMN_SERVER, "server");
	struct server *server;

	if (!name)
		return;
	server = g_new0(struct server, 1);
	server->place = line->place;
	server->name = name;
	server->profile = read_profile(line);
	server->monitor = read_mode(line);
	server->addresses = read_addresses(line);
	g_ptr_array_add(line->reading->policy->servers, server);
}
