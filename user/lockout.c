/* SPDX-License-Identifier: GPL-2.0-only */
/* Which sockets of this host a policy on an interface would cut off. */
#include <string.h>

#include "address.h"
#include "interface.h"
#include "lockout.h"

/* Where an address of a packet is, seen from the interface. */
enum whereabouts {
	NOWHERE,   /* no address of this host: another host's, or multicast */
	HERE,      /* of the interface, or of what is stacked on it */
	ANYWHERE,  /* of a device without a wire */
	ELSEWHERE, /* of another interface */
};

static bool is_loopback(const struct prefix *address)
{
	static const uint8_t v6[16] = {[15] = 1};

	return address->family == AF_INET ? address->bytes[0] == 127
					  : !memcmp(address->bytes, v6, sizeof(v6));
}

static enum whereabouts locate(const struct arrival *arrival, const struct prefix *wanted)
{
	enum whereabouts found = NOWHERE;

	if (is_loopback(wanted))
		return ELSEWHERE;
	/* A link-local address may be on several interfaces. */
	for (guint i = 0; i < arrival->addresses->len && found != HERE; i++) {
		const struct address *address =
			&g_array_index(arrival->addresses, struct address, i);

		if (memcmp(&address->address, wanted, sizeof(*wanted)))
			continue;
		found = address->anywhere ? ANYWHERE : ELSEWHERE;
		if (interface_in_stack(arrival->stack, address->index))
			found = HERE;
	}
	return found;
}

static bool arrives(const struct arrival *arrival, const struct host_socket *socket)
{
	enum whereabouts local = locate(arrival, &socket->local);

	if (socket->interface && !interface_in_stack(arrival->stack, (int)socket->interface))
		return false;
	if (socket_is_listening(socket)) /* 0.0.0.0, ::, multicast and standby addresses: NOWHERE */
		return local != ELSEWHERE;
	if (locate(arrival, &socket->remote) != NOWHERE) /* this host talks to itself */
		return false;
	/* Most peers answer by the way that leads to them. */
	return socket->interface || local == HERE ||
	       interface_in_stack(arrival->stack, arrival->route(&socket->remote, &socket->local));
}

bool lockout_is_ssh(const struct host_socket *socket)
{
	return socket->ssh && !socket_is_listening(socket);
}

GArray *lockout_among(const GArray *sockets, const struct arrival *arrival, port_open open,
		      void *context)
{
	GArray *cut = g_array_new(false, false, sizeof(struct host_socket));
	guint ssh = 0;

	for (guint i = 0; i < sockets->len; i++) {
		const struct host_socket *socket = &g_array_index(sockets, struct host_socket, i);

		if (open(context, socket) || !arrives(arrival, socket))
			continue;
		if (lockout_is_ssh(socket))
			g_array_insert_vals(cut, ssh++, socket, 1);
		else
			g_array_append_vals(cut, socket, 1);
	}
	return cut;
}

/* The kernel's own order means nothing to people. */
static gint by_port(gconstpointer a, gconstpointer b)
{
	const struct host_socket *one = a, *other = b;

	if (one->transport != other->transport)
		return one->transport < other->transport ? -1 : 1;
	return (gint)one->local_port - (gint)other->local_port;
}

int lockout_read(const GArray *interfaces, int index, port_open open, void *context, GArray **out)
{
	g_autoptr(GArray) stack = interface_stack(interfaces, index);
	g_autoptr(GArray) addresses = NULL, sockets = NULL;
	int err = addresses_read(interfaces, &addresses);

	if (!err)
		err = sockets_read(&sockets);
	if (!err) {
		struct arrival arrival = {stack, addresses, address_route};

		g_array_sort(sockets, by_port);
		*out = lockout_among(sockets, &arrival, open, context);
	}
	return err;
}
