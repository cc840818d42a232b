/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shows what the loader knows of this host, for the live tests:
 *
 *     probe_host interface NAME              may a policy be attached there, and what to know of it
 *     probe_host sockets NAME [TRANSPORT/PORT]...   what a policy that opens these would cut off
 */
#include <stdio.h>
#include <string.h>

#include "interface_fit.h"
#include "lockout.h"
#include "ports.h"

static void print(char *message)
{
	if (message)
		puts(message);
	g_free(message);
}

static int show_interface(const GArray *all, const struct interface *interface)
{
	char *refusal = interface_refusal(all, interface);

	print(g_strdup_printf("%s: %s", interface->name, refusal ? "unfit" : "fit"));
	print(refusal);
	print(interface_caution(interface));
	print(interface_conflict(interface, 0));
	return 0;
}

/* The context is a list of "tcp/443", …, that ends with NULL. */
static bool is_open(void *context, unsigned int transport, const struct prefix *source,
		    uint16_t port)
{
	g_autofree char *text = g_strdup_printf("%s/%u", transport_name(transport), port);

	return g_strv_contains(context, text);
}

static int show_sockets(const GArray *all, const struct interface *interface, char **opened)
{
	g_autoptr(GArray) found = NULL;
	int err = lockout_read(all, interface->index, is_open, opened, &found);

	for (guint i = 0; !err && i < found->len; i++) {
		const struct host_socket *socket = &g_array_index(found, struct host_socket, i);
		g_autofree char *text = socket_describe(socket);

		printf("%s%s\n", lockout_is_ssh(socket) ? "ssh: " : "", text);
	}
	return err;
}

int main(int count, char **words)
{
	g_autoptr(GArray) all = NULL;
	const struct interface *interface;
	int err;

	if (count < 3)
		return 2;
	err = interfaces_read(&all);
	if (!err) {
		interface = interface_by_name(all, words[2]);
		if (!interface)
			print(interface_missing(all, words[2]));
		else if (!strcmp(words[1], "sockets"))
			err = show_sockets(all, interface, words + 3);
		else
			err = show_interface(all, interface);
	}
	if (err)
		fprintf(stderr, "%s\n", strerror(-err));
	return err ? 1 : 0;
}
