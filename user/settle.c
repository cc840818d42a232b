/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts those who stand by into the place of a generation that was not confirmed. */
#include "settle.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
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

/* When it was, in seconds of UTC; 0: a rollback has just ended the time. */
static gint64 when(__u64 deadline)
{
	const __u64 now = standby_now();

	if (deadline == STANDBY_OVER || now < deadline)
		return 0;
	return g_get_real_time() / G_USEC_PER_SEC - (gint64)((now - deadline) / 1000000000);
}

/* What was undone is known as long as its catalog is kept. NULL: it is not. */
static struct generation *read_undone(const struct gate *gate, unsigned int number)
{
	struct messages *unheard = messages_new();
	struct generation *undone = kept_read(gate->directory, number, unheard);

	if (undone && !generation_compile(undone, unheard))
		g_clear_pointer(&undone, generation_free);
	messages_free(unheard);
	return undone;
}

/* Nobody was there when the time ran out: it is the change of whoever made what was undone. */
static void audit_undone(const struct gate *gate, const struct generation *undone, __u64 deadline,
			 struct messages *messages)
{
	const bool asked = deadline == STANDBY_OVER;
	const struct audit_change change = {
		.event = asked ? AUDIT_ROLLED_BACK : AUDIT_UNDONE,
		.before = undone,
		.after = gate->generation,
		.command = asked ? NULL : undone->command,
		.by = asked ? NULL : undone->by,
		.when = when(deadline),
	};

	audit_write(gate, &change, messages);
}

/* What is left to do once each link enforces by itself what is in force. */
static bool finish(struct gate *gate, unsigned int number, __u64 deadline,
		   struct messages *messages)
{
	struct generation *undone = read_undone(gate, number);
	bool done = gate_read(gate, messages);

	if (done) {
		report(number, gate, messages);
		if (undone)
			audit_undone(gate, undone, deadline, messages);
		if (gate->links->len)
			kept_prune(gate, NULL, messages);
		else
			done = gate_remove(gate, messages);
	}
	generation_free(undone);
	return done;
}

/* Settles each link that an undone change is on; its number is told, and until when it waited. */
static bool settle_links(const struct gate *gate, unsigned int *undone, __u64 *deadline,
			 struct messages *messages)
{
	*undone = 0;
	*deadline = 0;
	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		/* on a card that is gone or another's, nothing can be put back */
		if (!link->undone || !link->ifindex || !*link->name)
			continue;
		if (!settle_link(link, messages))
			return false;
		*undone = MAX(*undone, link->loaded);
		*deadline = link->deadline;
	}
	return true;
}

bool gate_settle(struct gate *gate, struct messages *messages)
{
	unsigned int undone;
	__u64 deadline;

	if (!settle_links(gate, &undone, &deadline, messages))
		return false;
	if (undone)
		return finish(gate, undone, deadline, messages);
	kept_prune(gate, NULL, messages);
	return true;
}

/* Everywhere at once: to whoever stands by, the time is over. */
static bool end_waiting(struct gate *gate, struct messages *messages)
{
	int error = 0;

	for (guint i = 0; !error && i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		if (link->deadline && !link->undone)
			error = standby_set_deadline(link->program_fd, STANDBY_OVER);
	}
	if (error)
		message_add(messages, SEVERITY_ERROR, "portcullis", 0,
			    "cannot undo generation %u: %s", gate->generation->number,
			    strerror(-error));
	return !error;
}

/* Settles what was undone at once; where every card is gone nothing need be, but it is logged. */
static bool settle_undone(struct gate *gate, unsigned int number, struct messages *messages)
{
	unsigned int settled;
	__u64 deadline;

	return gate_read(gate, messages) && settle_links(gate, &settled, &deadline, messages) &&
	       finish(gate, settled ? settled : number, STANDBY_OVER, messages);
}

bool gate_undo(struct gate *gate, struct messages *messages)
{
	const unsigned int number = gate->generation->number;
	struct messages *said = messages_new();
	bool done = end_waiting(gate, messages) && settle_undone(gate, number, said);

	/* that it was not confirmed is known to whoever undoes it */
	for (guint i = 0; !done && i < said->list->len; i++) {
		const struct message *one = said->list->pdata[i];

		message_add(messages, one->severity, one->file, one->line, "%s", one->text);
	}
	messages_free(said);
	return done;
}
