/* SPDX-License-Identifier: GPL-2.0-only */
/* Removes egress filters of ours that nobody needs, from every interface of this host. */
#include "filters.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "egress.h"
#include "interface.h"
#include "program.h"

/*
 * Whether the filter on an interface belongs to the program that enforces there: another gate's
 * pair. 0 or -errno.
 */
static int find_pair(const struct interface *interface, bool *paired)
{
	const __u32 id = interface->xdp[XDP_NATIVE] ? interface->xdp[XDP_NATIVE]
						    : interface->xdp[XDP_GENERIC];
	struct egress egress;
	__u32 enforced = 0, learnt = 0;
	int program, error = id ? egress_find(interface->index, &egress) : 0;

	*paired = false;
	if (!id || error || egress.program < 0)
		return error == -EEXIST ? 0 : error;
	program = bpf_prog_get_fd_by_id(id);
	error = program < 0 ? -errno : program_find_map(program, "catalog", &enforced);
	if (!error)
		error = program_find_map(egress.program, "catalog", &learnt);
	if (program >= 0)
		close(program);
	close(egress.program);
	*paired = enforced && enforced == learnt;
	return error;
}

static bool clear_one(const struct interface *interface, enum severity severity,
		      struct messages *messages)
{
	bool paired;
	int error = find_pair(interface, &paired);

	/* what went away meanwhile is no pair, and no interface */
	if (error == -ENOENT || error == -ENODEV)
		error = 0;
	if (!error && !paired)
		error = egress_detach(interface->index);
	if (error)
		message_add(messages, severity, interface->name, 0,
			    "cannot remove the egress program: %s", strerror(-error));
	return !error;
}

bool filters_clear(const struct generation *next, enum severity severity, struct messages *messages)
{
	/* of a generation to be confirmed, those who stand by may need it */
	bool replies = next && (!next->policy->settings.replies_off || next->confirm);
	g_autoptr(GArray) all = NULL;
	int error = interfaces_read(&all);
	bool cleared = true;

	if (error)
		message_add(messages, severity, "netlink", 0,
			    "cannot read this host's interfaces: %s", strerror(-error));
	for (guint i = 0; all && i < all->len; i++) {
		const struct interface *interface = &g_array_index(all, struct interface, i);

		if (!replies || !choice_interface(next->choice, interface->name))
			cleared &= clear_one(interface, severity, messages);
	}
	return cleared && !error;
}
