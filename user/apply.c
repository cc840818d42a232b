/* SPDX-License-Identifier: GPL-2.0-only */
/* The one change there is: a new generation takes the place of the old on every link, or nothing
 * does. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "attach.h"
#include "egress.h"
#include "filters.h"
#include "gate.h"
#include "host.h"
#include "image.h"
#include "image_withdrawn.h"
#include "kept.h"
#include "load.h"
#include "shared.h"
#include "standby.h"

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
	filters_clear(next, SEVERITY_WARNING, messages);
	kept_prune(gate, next, messages);
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

/* Those that can be gone back to, the last one first; what was not confirmed is none of them. */
static void set_previous(const struct gate *gate, struct generation *next)
{
	const struct generation *now = gate->generation;
	int kept = 0;

	if (!now)
		return;
	if (!gate_deadline(gate))
		next->previous[kept++] = now->number;
	for (int i = 0; kept < GENERATIONS_KEPT; i++)
		next->previous[kept++] = now->previous[i];
}

static void stamp(const struct gate *gate, struct generation *next)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();

	next->number = gate->generation ? gate->loaded + 1 : 1;
	next->since = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	if (!next->restores)
		set_previous(gate, next);
	if (next->counting_since)
		return;
	next->counting_since = g_strdup(next->since);
	next->pickup_until = host_seconds() + PICKUP_SECONDS;
}

/* Who was confirmed last on each interface. What is not confirmed yet is gone when it is replaced.
 */
static struct load_standby standby_of(const struct gate *gate, const struct generation *next)
{
	const GPtrArray *interfaces = next->choice->interfaces;
	struct load_standby standby = {
		.judges = g_array_new(FALSE, FALSE, sizeof(int)),
		.learners = g_array_new(FALSE, FALSE, sizeof(int)),
	};

	for (guint i = 0; i < interfaces->len; i++) {
		const struct choice_interface *interface = interfaces->pdata[i];
		const struct gate_link *link = gate_link(gate, interface->name);
		bool handed_on = link && link->standby_fd >= 0;
		int judge = !link ? -1 : handed_on ? link->standby_fd : link->program_fd;
		int learner = !link ? -1 : handed_on ? link->standby_egress_fd : link->egress_fd;

		g_array_append_val(standby.judges, judge);
		g_array_append_val(standby.learners, learner);
	}
	return standby;
}

/* The time runs from here. */
static bool start_clock(const struct generation *next, const struct load *load,
			struct messages *messages)
{
	int error = 0;

	if (next->confirm && next->choice->interfaces->len)
		error = standby_set_deadline(load_program_fd(load, 0),
					     standby_now() + next->confirm * 1000000000ULL);
	return !error || fail(messages, "pending", "set the deadline", -error);
}

static bool put_in_force(struct gate *gate, const struct generation *next, const struct load *load,
			 struct shared *shared, struct messages *messages)
{
	if (!shared_pin(shared, gate->directory, messages))
		return false;
	if (!kept_pin(gate->directory, next, load, messages)) {
		shared_unpin(shared, gate->directory);
		return false;
	}
	if (start_clock(next, load, messages) && switch_over(gate, next, load, messages))
		return true;
	kept_unpin(gate->directory, next);
	shared_unpin(shared, gate->directory);
	return false;
}

static bool apply_with(struct gate *gate, const struct generation *next, const struct image *image,
		       struct shared *shared, struct messages *messages)
{
	g_autofree char *text = generation_to_text(next);
	struct load_standby standby = standby_of(gate, next);
	struct load_host host;
	struct load *load = NULL;
	bool done = host_describe(next, shared, &host, messages);

	host.standby = next->confirm ? &standby : NULL;
	if (done)
		load = load_image(image, text, shared, &host, messages);
	done = load && put_in_force(gate, next, load, shared, messages);
	host_clear(&host);
	load_free(load);
	g_array_unref(standby.judges);
	g_array_unref(standby.learners);
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
	if (!gate->generation &&
	    (!shared_forget(gate->directory, messages) || !kept_forget(gate->directory, messages)))
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
