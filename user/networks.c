/* SPDX-License-Identifier: GPL-2.0-only */
/* The Networks table, and the prefixes that other tables write. */
#include "networks.h"

#include <errno.h>
#include <string.h>

#include "nearest.h"
#include "text.h"

int network_prefix(const char *text, struct prefix *out, char **error)
{
	char cleared[PREFIX_TEXT_SIZE];
	struct prefix prefix;
	int err = prefix_parse(text, &prefix);

	switch (err) {
	case 0: *out = prefix; return 0;
	case -ERANGE:
		*error = g_strdup_printf("the length of '%s' is out of range, expected 0-%d", text,
					 strchr(text, ':') ? 128 : 32);
		break;
	case -EDOM:
		*error = g_strdup_printf("'%s' has bits set past its length, expected '%s'", text,
					 prefix_format(&prefix, cleared));
		break;
	default:
		*error = g_strdup_printf(
			"'%s' is not an address, expected an IPv4 or IPv6 address or prefix", text);
	}
	return -EINVAL;
}

static const struct network *find_network(const struct policy *policy, const char *name)
{
	for (unsigned int i = 0; i < policy->networks->len; i++) {
		const struct network *network = policy->networks->pdata[i];

		if (!g_ascii_strcasecmp(network->name, name))
			return network;
	}
	return NULL;
}

static char *unknown_network(const struct policy *policy, const char *name, const char *expected)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *near = NULL;

	for (unsigned int i = 0; i < policy->networks->len; i++) {
		const struct network *network = policy->networks->pdata[i];

		g_ptr_array_add(names, (char *)network->name);
	}
	near = nearest(name, names);
	if (near)
		return g_strdup_printf("no network '%s', did you mean %s?", name, near);
	return g_strdup_printf("no network '%s', expected %s", name, expected);
}

int network_append(const struct policy *policy, const char *text, const char *expected,
		   GArray *prefixes, char **error)
{
	const struct network *network = find_network(policy, text);
	struct prefix prefix;

	if (network) {
		g_array_append_vals(prefixes, network->prefixes->data, network->prefixes->len);
		return 0;
	}
	if (prefix_parse(text, &prefix) == -EINVAL) {
		*error = unknown_network(policy, text, expected);
		return -EINVAL;
	}
	if (network_prefix(text, &prefix, error))
		return -EINVAL;
	g_array_append_val(prefixes, prefix);
	return 0;
}

void network_free(struct network *network)
{
	g_array_unref(network->prefixes);
	g_free(network);
}

static void read_prefixes(const struct line *line, GArray *prefixes)
{
	g_autoptr(GPtrArray) texts = text_split(line_cell(line, COLUMN_PREFIXES), ",\n");

	if (texts->len == 0)
		line_error(line, "the network has no prefix, expected one or more");
	for (unsigned int i = 0; i < texts->len; i++) {
		g_autofree char *error = NULL;
		struct prefix prefix;

		if (network_prefix(texts->pdata[i], &prefix, &error))
			line_error(line, "%s", error);
		else
			g_array_append_val(prefixes, prefix);
	}
}

void network_line(const struct line *line)
{
	const char *name = line_name(line, COLUMN_NETWORK, "network");
	struct network *network;
	struct prefix prefix;

	if (!name)
		return;
	if (!prefix_parse(name, &prefix)) {
		line_error(line, "network '%s' is named like an address, expected another name",
			   name);
		return;
	}
	network = g_new0(struct network, 1);
	network->place = line->place;
	network->name = name;
	network->prefixes = g_array_new(FALSE, FALSE, sizeof(struct prefix));
	read_prefixes(line, network->prefixes);
	g_ptr_array_add(line->reading->policy->networks, network);
}
