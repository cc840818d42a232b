/* SPDX-License-Identifier: GPL-2.0-only */
/* The one change there is: a new generation takes the place of the old on every link, or nothing
 * does. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "egress.h"
#include "gate.h"
#include "host.h"
#include "image.h"
#include "image_withdrawn.h"
#include "interface.h"
#include "load.h"
#include "shared.h"

/* How long after the first load connections older than it are taken over. */
#define PICKUP_SECONDS 60

static bool fail(struct messages *messages, const char *where, const char *step, int error)
{
	message_add(messages, SEVERITY_ERROR, where, 0, "cannot %s: %s", step, strerror(error));
	return false;
}

/* One thing that was done to an interface, to be undone if a later one fails. */
struct step {
	int egress; /* the interface whose egress program it was; 0: the link's program */
	int link;
	int old_program; /* the gate's; -1: there was none */
	int new_program;
	char *pin; /* of a new link */
};

static void step_free(gpointer data)
{
	struct step *step = data;

	if (step->pin)
		close(step->link);
	g_free(step->pin);
	g_free(step);
}

static int replace(int link, int new_program, int old_program)
{
	LIBBPF_OPTS(bpf_link_update_opts, options, .flags = BPF_F_REPLACE,
		    .old_prog_fd = (__u32)old_program);

	return bpf_link_update(link, new_program, &options);
}

static void undo_egress(const struct step *step, struct messages *messages)
{
	int error = step->old_program < 0 ? egress_detach(step->egress)
					  : egress_attach(step->egress, step->old_program);

	if (error)
		fail(messages, "undo", "put the old egress program back", -error);
}

static void undo(GPtrArray *steps, struct messages *messages)
{
	for (guint i = steps->len; i-- > 0;) {
		const struct step *step = steps->pdata[i];

		if (step->egress) {
			undo_egress(step, messages);
		} else if (step->pin) {
			unlink(step->pin);
			bpf_link_detach(step->link);
		} else if (replace(step->link, step->old_program, step->new_program)) {
			fail(messages, "undo", "put the old program back", errno);
		}
	}
}

/* Has an interface learn replies for the generation that comes. */
static bool switch_egress(const struct gate *gate, const struct choice_interface *interface,
			  int program, GPtrArray *steps, struct messages *messages)
{
	const struct gate_link *link = gate_link(gate, interface->name);
	unsigned int ifindex;
	struct step *step;
	int error;

	if (program < 0)
		return true; /* replies are off */
	ifindex = if_nametoindex(interface->name);
	if (!ifindex)
		return fail(messages, interface->name, "find the interface", errno);
	error = egress_attach((int)ifindex, program);
	if (error)
		return fail(messages, interface->name,
			    error == -EEXIST
				    ? "attach beside another tc filter of priority 1"
				    : "attach the egress program (needs clsact and cls_bpf)",
			    -error);
	step = g_new0(struct step, 1);
	step->egress = (int)ifindex;
	step->old_program = link ? link->egress_fd : -1;
	g_ptr_array_add(steps, step);
	return true;
}

/* Replaces the program of a link that is there, if it still is the one we expect. */
static bool update_link(const struct gate_link *link, int program, GPtrArray *steps,
			struct messages *messages)
{
	struct step *step;

	if (replace(link->fd, program, link->program_fd))
		return fail(messages, link->name, "replace the program on the link", errno);
	step = g_new0(struct step, 1);
	*step = (struct step){
		.link = link->fd, .old_program = link->program_fd, .new_program = program};
	g_ptr_array_add(steps, step);
	return true;
}

/*
 * Pins a new link under the interface's index, or beside what has that name: the pin of a dead link
 * stays until the new one is in force.
 */
static bool pin_link(const struct gate *gate, unsigned int ifindex, struct step *step)
{
	step->pin = g_strdup_printf("%s/link-%u", gate->directory, ifindex);
	for (unsigned int n = 1; bpf_obj_pin(step->link, step->pin); n++) {
		if (errno != EEXIST)
			return false;
		g_free(step->pin);
		step->pin = g_strdup_printf("%s/link-%u-%u", gate->directory, ifindex, n);
	}
	return true;
}

static bool new_link(const struct gate *gate, const struct choice_interface *interface, int program,
		     GPtrArray *steps, struct messages *messages)
{
	unsigned int ifindex = if_nametoindex(interface->name);
	struct step *step;
	int link;

	if (!ifindex)
		return fail(messages, interface->name, "find the interface", errno);
	link = attach_program(interface, ifindex, program, messages);
	if (link < 0)
		return false;
	step = g_new0(struct step, 1);
	*step = (struct step){.link = link, .old_program = -1, .new_program = program};
	g_ptr_array_add(steps, step);
	if (!pin_link(gate, ifindex, step))
		return fail(messages, step->pin, "pin the link", errno);
	return true;
}

/* Whether a link has nothing to do once a generation is in force. */
static bool is_left_over(const struct gate_link *link, const struct generation *next)
{
	return !link->ifindex || !choice_interface(next->choice, link->name);
}

/* Detaches what the generation does not name. */
static bool detach_others(const struct gate *gate, const struct generation *next,
			  struct messages *messages)
{
	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		if (link->ifindex && is_left_over(link, next) && bpf_link_detach(link->fd))
			return fail(messages, link->name, "detach the program", errno);
	}
	return true;
}

/* All or nothing, but others that were detached before one that cannot be detached stay so. */
static bool switch_over(const struct gate *gate, const struct generation *next,
			const struct load *load, struct messages *messages)
{
	g_autoptr(GPtrArray) steps = g_ptr_array_new_with_free_func(step_free);
	const GPtrArray *interfaces = next->choice->interfaces;
	bool done = true;

	/* who learns by the new tables first: what is judged by them must have been learnt so */
	for (guint i = 0; done && i < interfaces->len; i++)
		done = switch_egress(gate, interfaces->pdata[i], load_egress_fd(load, i), steps,
				     messages);
	for (guint i = 0; done && i < interfaces->len; i++) {
		const struct choice_interface *interface = interfaces->pdata[i];
		const struct gate_link *link = gate_link(gate, interface->name);
		int program = load_program_fd(load, i);

		done = link ? update_link(link, program, steps, messages)
			    : new_link(gate, interface, program, steps, messages);
	}
	done = done && detach_others(gate, next, messages);
	if (!done)
		undo(steps, messages);
	return done;
}

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
	error = program < 0 ? -errno : gate_find_map(program, "catalog", &enforced);
	if (!error)
		error = gate_find_map(egress.program, "catalog", &learnt);
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

/*
 * Removes our filter wherever a generation (NULL: none) has no use for it: it would learn what
 * nobody asks for. A change cut short, or another tool, may have left one without a link, anywhere.
 */
static bool clear_egress(const struct generation *next, enum severity severity,
			 struct messages *messages)
{
	bool replies = next && !next->policy->settings.replies_off;
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

/*
 * Clears away the pins of links that are detached, or whose interface is gone, and filters that
 * are of no use. What stays enforces nothing, and the next writer tries again.
 */
static void clear_left_over(const struct gate *gate, const struct generation *next,
			    struct messages *messages)
{
	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		if (is_left_over(link, next) && unlink(link->pin) && errno != ENOENT)
			message_add(messages, SEVERITY_WARNING, link->pin, 0,
				    "cannot remove the pin: %s", strerror(errno));
	}
	clear_egress(next, SEVERITY_WARNING, messages);
}

/* A program that we cannot read may enforce anything: it is not replaced in passing. */
static bool check_links(const struct gate *gate, struct messages *messages)
{
	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		if (link->ifindex && !*link->name)
			return false; /* gate_open() has said why */
		if (!link->ifindex || link->generation)
			continue;
		message_add(messages, SEVERITY_ERROR, link->name, 0,
			    "enforces a program of another version of portcullis: "
			    "'portcullis down --all' removes it");
		return false;
	}
	return true;
}

static void stamp(const struct gate *gate, struct generation *next)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();

	next->number = gate->generation ? gate->generation->number + 1 : 1;
	next->since = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	if (next->counting_since)
		return;
	next->counting_since = g_strdup(next->since);
	next->pickup_until = host_seconds() + PICKUP_SECONDS;
}

static bool apply_with(struct gate *gate, const struct generation *next, const struct image *image,
		       struct shared *shared, struct messages *messages)
{
	g_autofree char *text = generation_to_text(next);
	struct load_host host;
	struct load *load = host_describe(next, shared, &host, messages)
				    ? load_image(image, text, shared, &host, messages)
				    : NULL;
	bool done = load && shared_pin(shared, gate->directory, messages);

	if (done) {
		done = switch_over(gate, next, load, messages);
		if (!done)
			shared_unpin(shared, gate->directory);
	}
	host_clear(&host);
	load_free(load);
	return done;
}

bool gate_apply(struct gate *gate, struct generation *next, struct messages *messages)
{
	struct shared_needs needs;
	struct shared shared;
	struct image *image;
	bool done;

	if (!check_links(gate, messages))
		return false;
	if (!gate->generation && !shared_forget(gate->directory, messages))
		return false;
	image = image_build(next, messages);
	if (!image)
		return false;
	stamp(gate, next);
	image_withdraw(image, next, gate->generation, host_seconds() + WITHDRAWN_SECONDS);
	needs = load_needs(image);
	done = shared_open(&shared, gate->directory, &needs, messages) &&
	       apply_with(gate, next, image, &shared, messages);
	shared_close(&shared);
	image_free(image);
	if (done)
		clear_left_over(gate, next, messages);
	return done;
}

static bool detach(const struct gate_link *link, struct messages *messages)
{
	if (link->ifindex && bpf_link_detach(link->fd))
		return fail(messages, link->name, "detach the program", errno);
	if (unlink(link->pin) && errno != ENOENT)
		return fail(messages, link->pin, "remove the pin", errno);
	return true;
}

bool gate_detach(struct gate *gate, struct messages *messages)
{
	bool done = true;

	for (guint i = 0; i < gate->links->len; i++)
		done &= detach(gate->links->pdata[i], messages);
	return clear_egress(NULL, SEVERITY_ERROR, messages) && done;
}

bool gate_remove(struct gate *gate, struct messages *messages)
{
	DIR *entries = opendir(gate->directory);
	struct dirent *entry;
	bool done = true;

	if (!entries)
		return fail(messages, gate->directory, "read the folder", errno);
	while ((entry = readdir(entries))) {
		g_autofree char *path = g_strdup_printf("%s/%s", gate->directory, entry->d_name);

		if (entry->d_name[0] != '.' && unlink(path))
			done = fail(messages, path, "remove the pin", errno);
	}
	closedir(entries);
	return done;
}
