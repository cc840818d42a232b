/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom a policy would cut off. */
#include "cut_off.h"

#include <errno.h>
#include <linux/types.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "interface.h"
#include "judge.h"
#include "layout.h"
#include "lockout.h"
#include "settings.h"
#include "tracked.h"

/* A generation, as an interface of its choice sees it. */
struct view {
	const struct generation *generation;
	guint interface; /* its place among those chosen */
};

static bool find_view(const struct generation *generation, const char *name, struct view *view)
{
	const GPtrArray *interfaces = generation->choice->interfaces;

	*view = (struct view){.generation = generation};
	for (; view->interface < interfaces->len; view->interface++) {
		const struct choice_interface *one = interfaces->pdata[view->interface];

		if (!strcmp(one->name, name))
			return true;
	}
	return false;
}

/* The profile that judges what comes to an address; NULL: none does. */
static const char *profile_at(const struct view *view, const struct server *server)
{
	const struct choice_interface *interface =
		view->generation->choice->interfaces->pdata[view->interface];

	if (interface->profile)
		return interface->profile;
	return server ? generation_server_profile(view->generation, server) : NULL;
}

/* Whether there is anyone who may come to a port. A guard lets some in, whomever. */
static bool is_open_to_any(const struct view *view, const struct host_socket *socket)
{
	const struct generation *generation = view->generation;
	const struct settings *settings = &generation->policy->settings;
	const struct choice_interface *interface =
		generation->choice->interfaces->pdata[view->interface];
	const struct server *server = judge_server(generation->policy, &socket->local);
	const char *profile = profile_at(view, server);
	const struct compiled *compiled =
		profile ? generation->profiles->pdata[generation_profile_index(generation, profile)]
			: NULL;

	if (!compiled &&
	    (!settings->unlisted_drop || settings_is_inside(settings, interface->name)))
		return true;
	if (compiled && compiled_find(compiled, socket->transport, socket->local_port))
		return true;
	return !server && (management_admits(&settings->management, socket->transport, NULL,
					     socket->local_port) ||
			   judge_is_dhcp_client(socket->transport, socket->local_port));
}

/* Of whom the site blocks, cut_off_check_blocked() tells. */
static bool is_open(void *context, const struct host_socket *socket)
{
	const struct view *view = context;
	const struct question question = {
		.source = socket->remote,
		.source_port = socket->remote_port,
		.destination = socket->local,
		.kind = QUESTION_PORT,
		.transport = socket->transport,
		.port = socket->local_port,
		.interface = view->interface,
	};
	enum reason reason;

	if (socket_is_listening(socket))
		return is_open_to_any(view, socket);
	reason = judge(view->generation, &question).reason;
	return reason_verdict(reason) != VERDICT_DROP || reason == REASON_BLOCKED;
}

/* A server's own Mode goes before the site's. */
static bool is_only_counted(const struct generation *generation, const struct host_socket *socket)
{
	const struct server *server = judge_server(generation->policy, &socket->local);

	return generation->choice->monitor ||
	       (server ? server->monitor : generation->policy->settings.monitor);
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
	int error, index = interface_by_name(interfaces, interface->name)->index;
	g_autoptr(GArray) cut_off = NULL;
	struct view view;
	bool ssh = false;

	find_view(next, interface->name, &view);
	error = lockout_read(interfaces, index, is_open, &view, &cut_off);
	if (error) {
		allow_lockout |= next->choice->monitor || next->policy->settings.monitor;
		message_add(messages, allow_lockout ? SEVERITY_WARNING : SEVERITY_ERROR,
			    interface->name, 0,
			    "cannot read this host's sockets (%s; the kernel's tcp_diag and "
			    "udp_diag tell them), so whom the policy cuts off is not known%s",
			    strerror(-error), allow_lockout ? "" : ": insist with --allow-lockout");
		return allow_lockout;
	}
	for (guint i = 0; i < cut_off->len; i++) {
		const struct host_socket *socket = &g_array_index(cut_off, struct host_socket, i);
		bool counted = is_only_counted(next, socket);
		g_autofree char *text = NULL;

		if (is_answered(gate, next, interface, socket))
			continue;
		text = socket_describe(socket);
		ssh |= lockout_is_ssh(socket) && !counted;
		message_add(messages, SEVERITY_WARNING, interface->name, 0, "%s %s",
			    counted ? "would cut off" : "cuts off", text);
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
	struct question question = {
		.source = connection->source,
		.source_port = connection->source_port,
		.destination = connection->destination,
		.kind = QUESTION_PORT,
		.transport = TRANSPORT_TCP,
		.port = 22,
	};
	struct judgement judgement;
	struct view view;

	if (!find_view(generation, interface, &view))
		return false;
	question.interface = view.interface;
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
