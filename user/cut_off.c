/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a policy would cut off. */
#include "cut_off.h"

#include <errno.h>
#include <linux/types.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "guarding.h"
#include "interface.h"
#include "judge.h"
#include "layout.h"
#include "lockout.h"
#include "settings.h"
#include "tracked.h"

/* The generation as seen by one interface, for asking which ports it opens. */
struct view {
	const struct compiled *compiled; /* NULL: nothing is open but what the host itself needs */
	const GPtrArray *guards;         /* that hold for it; NULL as well */
	const struct management *management;
};

/* A port whose guard names sources is open to these alone; to anyone at all (NULL), if it is to
 * any.
 */
static bool is_published(const struct view *view, unsigned int transport,
			 const struct prefix *source, uint16_t port)
{
	struct guarding guarding;

	if (!view->compiled || !compiled_find(view->compiled, transport, port))
		return false;
	guarding = guarding_at(view->guards, transport, port);
	return !source || guarding_admits(&guarding, source);
}

static bool is_open(void *context, unsigned int transport, const struct prefix *source,
		    uint16_t port)
{
	const struct view *view = context;

	return is_published(view, transport, source, port) ||
	       management_admits(view->management, transport, source, port) ||
	       judge_is_dhcp_client(transport, port);
}

/*
 * Whether a connection that this host opened goes on: its answers are let in, by what it says next
 * where replies were known before, else if it can be told who opened it.
 */
static bool is_answered(const struct gate *gate, const struct generation *next,
			const struct choice_interface *interface, const struct host_socket *socket)
{
	const struct gate_link *link = gate_link(gate, interface->name);
	bool known = link && link->learns;

	if (next->policy->settings.replies_off || !socket->outgoing)
		return false;
	return known || socket->transport == TRANSPORT_UDP ||
	       (!gate->generation && socket->remote_port < socket->local_port);
}

bool cut_off_check_sockets(const struct gate *gate, const struct generation *next,
			   const struct choice_interface *interface, const GArray *interfaces,
			   bool allow_lockout, struct messages *messages)
{
	int index = interface_by_name(interfaces, interface->name)->index;
	int profile = interface->profile ? generation_profile_index(next, interface->profile) : -1;
	g_autoptr(GPtrArray) guards =
		profile < 0 ? NULL : guards_of(next->policy, interface->profile, NULL);
	struct view view = {
		.compiled = profile < 0 ? NULL : next->profiles->pdata[profile],
		.guards = guards,
		.management = &next->policy->settings.management,
	};
	bool monitor = next->choice->monitor || next->policy->settings.monitor;
	g_autoptr(GArray) cut_off = NULL;
	int error = lockout_read(interfaces, index, is_open, &view, &cut_off);
	bool ssh = false;

	allow_lockout |= monitor; /* counting cuts nothing off */
	if (error) {
		message_add(messages, allow_lockout ? SEVERITY_WARNING : SEVERITY_ERROR,
			    interface->name, 0,
			    "cannot read this host's sockets (%s; the kernel's tcp_diag and "
			    "udp_diag tell them), so whom the policy cuts off is not known%s",
			    strerror(-error), allow_lockout ? "" : ": insist with --allow-lockout");
		return allow_lockout;
	}
	for (guint i = 0; i < cut_off->len; i++) {
		const struct host_socket *socket = &g_array_index(cut_off, struct host_socket, i);
		g_autofree char *text = NULL;

		if (is_answered(gate, next, interface, socket))
			continue;
		text = socket_describe(socket);
		ssh |= lockout_is_ssh(socket);
		message_add(messages, SEVERITY_WARNING, interface->name, 0, "%s %s",
			    monitor ? "would cut off" : "cuts off", text);
	}
	if (ssh && !allow_lockout)
		message_add(messages, SEVERITY_ERROR, interface->name, 0,
			    "an SSH connection to this host would be cut off: let it in with "
			    "--management '10.0.9.0/24, tcp/22' (your networks), try --monitor or "
			    "--confirm SECONDS first, or insist with --allow-lockout");
	return !ssh || allow_lockout;
}

/* Whether a generation drops a forwarded connection's next packet, which comes in there. */
static bool drops(const struct generation *generation, const char *interface,
		  const struct tracked *connection)
{
	const GPtrArray *interfaces = generation->choice->interfaces;
	struct question question = {
		.source = connection->source,
		.source_port = connection->source_port,
		.destination = connection->destination,
		.kind = QUESTION_PORT,
		.transport = TRANSPORT_TCP,
		.port = 22,
	};
	struct judgement judgement;

	while (question.interface < interfaces->len &&
	       strcmp(((struct choice_interface *)interfaces->pdata[question.interface])->name,
		      interface))
		question.interface++;
	if (question.interface == interfaces->len)
		return false;
	judgement = judge(generation, &question);
	return reason_verdict(judgement.reason) == VERDICT_DROP && !judgement.monitor;
}

/* Whether its packets come in on an interface, to somewhere behind this host. */
static bool comes_through(const struct tracked *connection, const GArray *stack,
			  const GArray *own_addresses)
{
	for (guint i = 0; i < own_addresses->len; i++) {
		const struct prefix *own = &g_array_index(own_addresses, struct address, i).address;

		if (!memcmp(own, &connection->destination, sizeof(*own)) ||
		    !memcmp(own, &connection->source, sizeof(*own)))
			return false;
	}
	return interface_in_stack(stack, address_route(&connection->source, NULL));
}

bool cut_off_check_forwarded(const struct gate *gate, const struct generation *next,
			     const char *interface, const GArray *all, bool allow_lockout,
			     struct messages *messages)
{
	g_autoptr(GArray) stack = interface_stack(all, interface_by_name(all, interface)->index);
	g_autoptr(GArray) connections = NULL, addresses = NULL;
	bool cut = false;

	if (tracked_read(&connections) || addresses_read(all, &addresses))
		return true;
	for (guint i = 0; i < connections->len; i++) {
		const struct tracked *connection = &g_array_index(connections, struct tracked, i);
		g_autofree char *text = NULL;

		if (!drops(next, interface, connection) ||
		    (gate->generation && drops(gate->generation, interface, connection)) ||
		    !comes_through(connection, stack, addresses))
			continue;
		text = tracked_describe(connection);
		message_add(messages, SEVERITY_WARNING, interface, 0,
			    "cuts off %s, through this host", text);
		cut = true;
	}
	if (cut && !allow_lockout)
		message_add(
			messages, SEVERITY_ERROR, interface, 0,
			"an SSH connection through this host would be cut off: open tcp/22 to "
			"those who need it, try --monitor or --confirm SECONDS first, or insist "
			"with --allow-lockout");
	return !cut || allow_lockout;
}

/* Warns of one SSH connection that a row of the site blocks; whether there is none. */
static bool spares(const struct policy *policy, const struct host_socket *socket, bool monitor,
		   struct messages *messages)
{
	const struct blocked_row *row =
		lockout_is_ssh(socket) ? judge_blocked(policy, &socket->remote) : NULL;
	g_autofree char *text = row ? socket_describe(socket) : NULL;

	if (row)
		message_add(messages, SEVERITY_WARNING, row->place.file, row->place.line, "%s %s",
			    monitor ? "would cut off" : "cuts off", text);
	return !row;
}

bool cut_off_check_blocked(const struct generation *next, bool allow_lockout,
			   struct messages *messages)
{
	const struct policy *policy = next->policy;
	bool monitor = next->choice->monitor || policy->settings.monitor;
	g_autoptr(GArray) sockets = NULL;
	bool spared = true;
	int error;

	if (!policy->blocked->len)
		return true;
	error = sockets_read(&sockets);
	if (error)
		message_add(messages, monitor || allow_lockout ? SEVERITY_WARNING : SEVERITY_ERROR,
			    "netlink", 0,
			    "cannot read this host's sockets (%s), so whose SSH connection the "
			    "Blocked table cuts off is not known%s",
			    strerror(-error),
			    monitor || allow_lockout ? "" : ": insist with --allow-lockout");
	for (guint i = 0; sockets && i < sockets->len; i++)
		spared &= spares(policy, &g_array_index(sockets, struct host_socket, i), monitor,
				 messages);
	if (spared && !error)
		return true;
	if (!spared && !monitor && !allow_lockout)
		message_add(messages, SEVERITY_ERROR, "Blocked", 0,
			    "an SSH connection to this host would be cut off: leave its source "
			    "out, or insist with --allow-lockout");
	return monitor || allow_lockout;
}
