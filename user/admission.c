/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks at this host before a policy is let onto it. */
#include "admission.h"

#include <errno.h>
#include <linux/types.h>
#include <string.h>
#include <sys/socket.h>

#include "address.h"
#include "cut_off.h"
#include "interface.h"
#include "interface_fit.h"
#include "settings.h"

/* So many tell where servers are; each costs a question to the kernel. */
#define SERVERS_ASKED_FOR 64

/* A link keeps the mode it was made with; changing that takes the policy off for a moment. */
static char *mode_conflict(const struct choice_interface *choice, const struct gate_link *link)
{
	const char *wanted = attach_mode_name(choice->attach);

	if (!link || choice->attach == ATTACH_AUTO || !strcmp(link->attach, wanted))
		return NULL;
	return g_strdup_printf("is attached in %s mode, not %s: 'portcullis down %s' first to "
			       "change that",
			       link->attach, wanted, choice->name);
}

static bool check_interface(const struct gate *gate, const struct choice_interface *choice,
			    const struct interface *interface, const GArray *all,
			    struct messages *messages)
{
	const struct gate_link *link = gate_link(gate, choice->name);
	g_autofree char *fault = NULL, *caution = NULL;

	if (!interface && gate->generation &&
	    choice_interface(gate->generation->choice, choice->name))
		fault = g_strdup_printf("no interface '%s' any more: 'portcullis down %s' goes on "
					"without it",
					choice->name, choice->name);
	else if (!interface)
		fault = interface_missing(all, choice->name);
	else
		fault = interface_refusal(all, interface);
	if (!fault)
		fault = interface_conflict(interface, link ? link->program : 0);
	if (!fault)
		fault = mode_conflict(choice, link);
	if (fault) {
		message_add(messages, SEVERITY_ERROR, choice->name, 0, "%s", fault);
		return false;
	}
	caution = link ? NULL : interface_caution(interface);
	if (caution)
		message_add(messages, SEVERITY_WARNING, choice->name, 0, "%s", caution);
	return true;
}

/* Whether what this host sends to a server leaves by an interface, or by a VLAN on it. */
static bool is_reached_by(const struct server *server, const struct interface *interface,
			  const GArray *all)
{
	for (guint i = 0; i < server->addresses->len; i++) {
		struct prefix address = g_array_index(server->addresses, struct prefix, i);
		const struct interface *out;

		address.length = address.family == AF_INET ? 32 : 128; /* one stands for all */
		out = interface_by_index(all, address_route(&address, NULL));
		if (out && (out->index == interface->index ||
			    (out->link == interface->index && !strcmp(out->kind, "vlan"))))
			return true;
	}
	return false;
}

/* Servers that are where outsiders are would have all that they send dropped as forged. */
static void warn_of_servers(const struct generation *next, const char *name,
			    const struct interface *interface, const GArray *all,
			    struct messages *messages)
{
	const struct settings *settings = &next->policy->settings;
	const GPtrArray *servers = next->policy->servers;

	if (settings->replies_off || settings_is_inside(settings, name))
		return;
	for (guint i = 0; i < MIN(servers->len, SERVERS_ASKED_FOR); i++) {
		const struct server *server = servers->pdata[i];

		if (!is_reached_by(server, interface, all))
			continue;
		message_add(messages, SEVERITY_WARNING, name, 0,
			    "this host's routes lead to server '%s' through it: what servers send "
			    "is dropped there as forged-source, unless the setting Inside names it",
			    server->name);
		return;
	}
}

/* An interface that is enforced and that the next generation leaves out was hardly meant. */
static bool check_left_out(const struct gate *gate, const struct generation *next,
			   struct messages *messages)
{
	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		if (!link->ifindex || choice_interface(next->choice, link->name))
			continue;
		message_add(
			messages, SEVERITY_ERROR, link->name, 0,
			"is enforced now and would no longer be: 'portcullis down %s' first, or "
			"name it too",
			link->name);
		return false;
	}
	return true;
}

/* An alternative name would be none of those that are gated, and Inside would say nothing. */
static bool check_inside(const struct generation *next, const GArray *all,
			 struct messages *messages)
{
	const struct settings *settings = &next->policy->settings;

	for (guint i = 0; i < settings->inside->len; i++) {
		const char *name = settings->inside->pdata[i];

		if (choice_interface(next->choice, name) || !interface_by_name(all, name))
			continue; /* one that is not here yet is left out at boot */
		message_add(
			messages, SEVERITY_ERROR, settings->inside_place.file,
			settings->inside_place.line,
			"Inside names '%s' by an alternative name, expected the interface's own",
			name);
		return false;
	}
	return true;
}

enum admission admission_check(const struct gate *gate, const struct generation *next,
			       bool allow_lockout, struct messages *messages)
{
	const GPtrArray *chosen = next->choice->interfaces;
	g_autoptr(GArray) all = NULL;
	int error = interfaces_read(&all);

	if (error) {
		message_add(messages, SEVERITY_ERROR, "netlink", 0,
			    "cannot read this host's interfaces: %s", strerror(-error));
		return ADMISSION_DENIED;
	}
	allow_lockout |= next->confirm != 0; /* whoever is locked out has only to wait */
	for (guint i = 0; i < chosen->len; i++) {
		const struct choice_interface *choice = chosen->pdata[i];
		const struct interface *interface = interface_by_name(all, choice->name);

		if (!check_interface(gate, choice, interface, all, messages))
			return ADMISSION_DENIED;
		if (!choice->profile)
			warn_of_servers(next, choice->name, interface, all, messages);
		if (!cut_off_check_forwarded(gate, next, choice->name, all, allow_lockout,
					     messages))
			return ADMISSION_LOCKOUT;
		if (!cut_off_check_sockets(gate, next, choice, all, allow_lockout, messages) ||
		    !cut_off_check_management(next, choice, all, allow_lockout, messages))
			return ADMISSION_LOCKOUT;
	}
	if (!cut_off_check_blocked(next, allow_lockout, messages) ||
	    !cut_off_check_listed(gate, next, allow_lockout, messages))
		return ADMISSION_LOCKOUT;
	return check_inside(next, all, messages) && check_left_out(gate, next, messages)
		       ? ADMISSION_GRANTED
		       : ADMISSION_DENIED;
}

static void use_real_names(GPtrArray *interfaces, const GArray *all)
{
	for (guint i = 0; i < interfaces->len; i++) {
		struct choice_interface *chosen = interfaces->pdata[i];
		const struct interface *interface = interface_by_name(all, chosen->name);

		if (!interface || !strcmp(interface->name, chosen->name))
			continue;
		g_free(chosen->name);
		chosen->name = g_strdup(interface->name);
	}
}

void admission_use_real_names(struct choice *choice)
{
	g_autoptr(GArray) all = NULL;

	if (interfaces_read(&all))
		return;
	use_real_names(choice->interfaces, all);
	use_real_names(choice->awaited, all);
}

bool admission_is_interface(const char *name)
{
	g_autoptr(GArray) all = NULL;

	return !interfaces_read(&all) && interface_by_name(all, name);
}
