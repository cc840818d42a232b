/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts those who stand by into the place of a generation that was not confirmed. */
#include "settle.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "egress.h"
#include "kept.h"
#include "standby.h"

static bool fail(struct messages *messages, const struct gate_link *link, const char *step,
		 int error)
{
	message_add(messages, SEVERITY_ERROR, *link->name ? link->name : link->pin, 0,
		    "cannot %s after an undone change: %s", step, strerror(error));
	return false;
}

static bool settle_egress(const struct gate_link *link, struct messages *messages)
{
	int error;

	if (link->egress_fd < 0)
		return true;
	error = link->is_filtered && link->standby_egress_fd >= 0
			? egress_attach((int)link->ifindex, link->standby_egress_fd)
			: egress_detach((int)link->ifindex);
	return !error || fail(messages, link, "settle what learns replies", -error);
}

/* A link that enforced nothing before goes. */
static bool settle_link(const struct gate_link *link, struct messages *messages)
{
	LIBBPF_OPTS(bpf_link_update_opts, options, .flags = BPF_F_REPLACE,
		    .old_prog_fd = (__u32)link->program_fd);

	if (!settle_egress(link, messages))
		return false;
	if (link->catalog)
		return !bpf_link_update(link->fd, link->standby_fd, &options) ||
		       fail(messages, link, "put the old program back", errno);
	if (bpf_link_detach(link->fd))
		return fail(messages, link, "detach the program", errno);
	return !unlink(link->pin) || errno == ENOENT ||
	       fail(messages, link, "remove the pin", errno);
}

static void report(unsigned int undone, const struct gate *gate, struct messages *messages)
{
	if (gate->generation)
		message_add(messages, SEVERITY_WARNING, "portcullis", 0,
			    "generation %u was not confirmed: generation %u is in force again",
			    undone, gate->generation->number);
	else
		message_add(messages, SEVERITY_WARNING, "portcullis", 0,
			    "generation %u was not confirmed: nothing is enforced, as before it",
			    undone);
}

bool gate_settle(struct gate *gate, struct messages *messages)
{
	unsigned int undone = 0;

	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		/* on a card that is gone or another's, nothing can be put back */
		if (!link->undone || !link->ifindex || !*link->name)
			continue;
		if (!settle_link(link, messages))
			return false;
		undone = MAX(undone, link->loaded);
	}
	if (undone) {
		if (!gate_read(gate, messages))
			return false;
		report(undone, gate, messages);
		if (!gate->links->len)
			return gate_remove(gate, messages);
	}
	kept_prune(gate, NULL, messages);
	return true;
}
