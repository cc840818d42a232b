/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of the setting Management: who may reach which ports whatever the profiles say. */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "nearest.h"
#include "networks.h"
#include "policy.h"
#include "text.h"

static const struct network *find_network(const struct policy *policy, const char *name)
{
	for (unsigned int i = 0; i < policy->networks->len; i++) {
		const struct network *network = policy->networks->pdata[i];

		if (!g_ascii_strcasecmp(network->name, name))
			return network;
	}
	return NULL;
}

static char *unknown_network(const struct policy *policy, const char *name)
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
	return g_strdup_printf(
		"no network '%s', expected a prefix, a name of the Networks table or "
		"a port such as tcp/22",
		name);
}

static int add_network(const struct policy *policy, const char *text, GArray *prefixes,
		       char **error)
{
	const struct network *network = find_network(policy, text);
	struct prefix prefix;

	if (network) {
		g_array_append_vals(prefixes, network->prefixes->data, network->prefixes->len);
		return 0;
	}
	if (prefix_parse(text, &prefix) == -EINVAL) {
		*error = unknown_network(policy, text);
		return -EINVAL;
	}
	if (network_prefix(text, &prefix, error))
		return -EINVAL;
	g_array_append_val(prefixes, prefix);
	return 0;
}

static int add_ports(const char *text, GArray *ports, char **error)
{
	struct port_list list = {0};

	if (port_list_parse(text, &list, error))
		return -EINVAL;
	g_array_append_vals(ports, list.ranges->data, list.ranges->len);
	g_array_unref(list.ranges);
	return 0;
}

static bool is_port(const char *text)
{
	return !g_ascii_strncasecmp(text, "tcp/", 4) || !g_ascii_strncasecmp(text, "udp/", 4);
}

/* Where no network is named, any source may. */
static void add_everyone(GArray *prefixes)
{
	const struct prefix everyone[] = {{.family = AF_INET}, {.family = AF_INET6}};

	g_array_append_vals(prefixes, everyone, G_N_ELEMENTS(everyone));
}

int management_parse(const struct policy *policy, const char *text, struct management *out,
		     char **error)
{
	g_autoptr(GPtrArray) items = text_split(text, ",\n");
	g_autoptr(GArray) prefixes = g_array_new(FALSE, FALSE, sizeof(struct prefix));
	g_autoptr(GArray) ports = g_array_new(FALSE, FALSE, sizeof(struct port_range));

	for (unsigned int i = 0; i < items->len; i++) {
		const char *item = items->pdata[i];
		int err = is_port(item) ? add_ports(item, ports, error)
					: add_network(policy, item, prefixes, error);

		if (err)
			return err;
	}
	if (ports->len == 0) {
		*error = g_strdup_printf("'%s' names no port, expected one such as tcp/22", text);
		return -EINVAL;
	}
	if (prefixes->len == 0)
		add_everyone(prefixes);
	g_clear_pointer(&out->prefixes, g_array_unref);
	g_clear_pointer(&out->ports, g_array_unref);
	out->prefixes = g_steal_pointer(&prefixes);
	out->ports = g_steal_pointer(&ports);
	return 0;
}
