/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom Management names, and who could not come in any more. */
#include "cut_off.h"

#include <linux/types.h>
#include <sys/socket.h>

#include "address.h"
#include "guarding.h"
#include "interface.h"
#include "judge.h"
#include "layout.h"
#include "ports.h"

/* A port that Management names, and the address at which it is closed. */
struct closed {
	unsigned int transport;
	uint16_t port;
	const struct prefix *address;
	const struct server *server; /* that has the address */
	const char *profile;
};

static bool is_link_local(const struct prefix *address)
{
	if (address->family == AF_INET)
		return address->bytes[0] == 169 && address->bytes[1] == 254;
	return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

/* Whether what a profile opens on a server lets in all of Management's sources of its family. */
static bool lets_in(const struct compiled *profile, const GPtrArray *guards, const GArray *sources,
		    const struct closed *asked)
{
	struct guarding guarding = guarding_at(guards, asked->transport, asked->port);

	if (!compiled_find(profile, asked->transport, asked->port))
		return false;
	for (guint i = 0; i < sources->len; i++) {
		const struct prefix *source = &g_array_index(sources, struct prefix, i);

		if (source->family == asked->address->family && !guarding_admits(&guarding, source))
			return false;
	}
	return true;
}

/* The first port of Management's that is closed at an address of a server's. */
static bool find_closed(const struct generation *next, struct closed *closed)
{
	const struct management *management = &next->policy->settings.management;
	const char *profile = generation_server_profile(next, closed->server);
	const struct compiled *compiled =
		next->profiles->pdata[generation_profile_index(next, profile)];
	g_autoptr(GPtrArray) guards = guards_of(next->policy, profile, closed->server);

	closed->profile = profile;
	for (guint i = 0; i < management->ports->len; i++) {
		const struct port_range *range =
			&g_array_index(management->ports, struct port_range, i);

		for (unsigned int port = range->first; port <= range->last; port++) {
			closed->port = (uint16_t)port;
			for (closed->transport = 0; closed->transport < TRANSPORTS;
			     closed->transport++)
				if (range->transports & TRANSPORT_BIT(closed->transport) &&
				    !lets_in(compiled, guards, management->prefixes, closed))
					return true;
		}
	}
	return false;
}

static bool names_family(const struct management *management, int family)
{
	for (guint i = 0; i < management->prefixes->len; i++)
		if (g_array_index(management->prefixes, struct prefix, i).family == family)
			return true;
	return false;
}

/* Whether this host has an address there, and each is a server's that is closed to Management. */
static bool is_closed(const struct generation *next, const GArray *stack, const GArray *addresses,
		      int family, struct closed *closed)
{
	bool found = false;

	for (guint i = 0; i < addresses->len; i++) {
		const struct address *own = &g_array_index(addresses, struct address, i);

		if (own->address.family != family || is_link_local(&own->address) ||
		    !interface_in_stack(stack, own->index))
			continue;
		closed->address = &own->address;
		closed->server = judge_server(next->policy, &own->address);
		if (!closed->server || closed->server->monitor || !find_closed(next, closed))
			return false;
		found = true;
	}
	return found;
}

static void tell_closed(const struct closed *closed, const char *interface, bool allow_lockout,
			struct messages *messages)
{
	g_autofree char *port = port_range_format(closed->transport, closed->port, closed->port);
	char address[PREFIX_TEXT_SIZE];

	message_add(messages, allow_lockout ? SEVERITY_WARNING : SEVERITY_ERROR, interface, 0,
		    "Management names %s, which would be dropped: %s, by which this host is "
		    "reached there, belongs to the server '%s', whose profile '%s' does not open "
		    "it%s",
		    port, prefix_format(closed->address, address), closed->server->name,
		    closed->profile, allow_lockout ? "" : "; leave the address out, " CUT_OFF_WAYS);
}

bool cut_off_check_management(const struct generation *next,
			      const struct choice_interface *interface, const GArray *all,
			      bool allow_lockout, struct messages *messages)
{
	static const int families[] = {AF_INET, AF_INET6};
	const struct management *management = &next->policy->settings.management;
	g_autoptr(GArray) stack =
		interface_stack(all, interface_by_name(all, interface->name)->index);
	g_autoptr(GArray) addresses = NULL;
	struct closed closed;
	bool cut = false;

	/* in interface mode, and to what is unlisted, it goes on whatever the profile */
	if (interface->profile || !management->ports->len || next->choice->monitor ||
	    addresses_read(all, &addresses))
		return true;
	for (guint i = 0; i < G_N_ELEMENTS(families); i++) {
		if (!names_family(management, families[i]) ||
		    !is_closed(next, stack, addresses, families[i], &closed))
			continue;
		tell_closed(&closed, interface->name, allow_lockout, messages);
		cut = true;
	}
	return !cut || allow_lockout;
}
