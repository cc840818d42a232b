/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of the setting Management: who may reach which ports whatever the profiles say. */
#include <errno.h>
#include <linux/types.h>
#include <sys/socket.h>

#include "layout.h"
#include "networks.h"
#include "policy.h"
#include "text.h"

#define EXPECTED "a prefix, a name of the Networks table or a port such as tcp/22"

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
		int err = port_list_is_item(item)
				  ? port_list_append(item, ports, error)
				  : network_append(policy, item, EXPECTED, prefixes, error);

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

char *management_format(const struct management *management)
{
	g_autoptr(GPtrArray) texts = g_ptr_array_new_with_free_func(g_free);

	for (guint i = 0; i < management->prefixes->len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&g_array_index(management->prefixes, struct prefix, i), text);
		g_ptr_array_add(texts, g_strdup(text));
	}
	for (guint i = 0; i < management->ports->len; i++) {
		const struct port_range *range =
			&g_array_index(management->ports, struct port_range, i);

		for (unsigned int transport = 0; transport < TRANSPORTS; transport++)
			if (range->transports & TRANSPORT_BIT(transport))
				g_ptr_array_add(texts, port_range_format(transport, range->first,
									 range->last));
	}
	g_ptr_array_add(texts, NULL);
	return texts->pdata[0] ? g_strjoinv(", ", (char **)texts->pdata) : NULL;
}
