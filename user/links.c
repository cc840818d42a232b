/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the pinned links: where each is attached, and what it enforces. */
#include "links.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/if_link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "egress.h"
#include "pin.h"
#include "program.h"
#include "standby.h"

/* How often a reader begins again because a writer was faster. */
#define TRIES_MAX 100

static bool fail(struct messages *messages, const char *where, const char *step)
{
	message_add(messages, SEVERITY_ERROR, where, 0, "%s: %s", step, strerror(errno));
	return false;
}

/* How a program is attached to an interface; NULL if what is attached there is another. */
static const char *attach_name(unsigned int ifindex, __u32 program)
{
	LIBBPF_OPTS(bpf_xdp_query_opts, query);

	if (bpf_xdp_query((int)ifindex, 0, &query))
		return "none";
	if (query.drv_prog_id == program)
		return "native";
	if (query.skb_prog_id == program)
		return "generic";
	return query.hw_prog_id == program ? "offloaded" : NULL;
}

void link_free(gpointer data)
{
	struct gate_link *link = data;
	const int descriptors[] = {link->fd, link->program_fd, link->standby_fd, link->egress_fd,
				   link->standby_egress_fd};

	for (guint i = 0; i < G_N_ELEMENTS(descriptors); i++)
		close(descriptors[i]);
	g_free(link->pin);
	g_free(link);
}

/* Keeps the newer of two generations. */
static void keep_newer(struct generation **kept, struct generation *generation)
{
	if (!generation || (*kept && (*kept)->number >= generation->number)) {
		generation_free(generation);
		return;
	}
	generation_free(*kept);
	*kept = generation;
}

/* What writers begin the next generation from, though this one may be undone. */
static void remember_loaded(struct gate *gate, const struct generation *generation)
{
	if (gate->loaded >= generation->number)
		return;
	gate->loaded = generation->number;
	slots_free(gate->slots);
	gate->slots = slots_copy(generation->slots);
}

/*
 * Which entry of standby is an interface's: its place among those that were chosen. The first
 * stands for one that is gone.
 */
static __u32 find_entry(const struct generation *generation, const char *name)
{
	const GPtrArray *interfaces = generation->choice->interfaces;

	for (guint i = 0; i < interfaces->len; i++)
		if (!strcmp(((struct choice_interface *)interfaces->pdata[i])->name, name))
			return i;
	return 0;
}

/*
 * Whether another program judges by now. If nobody stands by any more the program goes on itself. 0
 * or -errno.
 */
static int read_standby(struct gate_link *link, const struct generation *generation)
{
	int error = standby_deadline(link->program_fd, &link->deadline);

	if (error || !link->deadline)
		return error;
	link->entry = find_entry(generation, link->name);
	link->standby_fd = standby_program(link->program_fd, STANDBY_XDP, link->entry);
	link->undone = link->standby_fd >= 0 && standby_now() >= link->deadline;
	return link->standby_fd < 0 && link->standby_fd != -ENOENT ? link->standby_fd : 0;
}

/* Learns what a link's program enforces, or who stands by for it. 0 or -errno. */
static int read_generation(struct gate *gate, struct gate_link *link)
{
	struct generation *generation;
	int error = program_generation(link->program_fd, &link->catalog, &generation);

	if (error || !generation)
		return error;
	link->loaded = link->generation = generation->number;
	remember_loaded(gate, generation);
	error = read_standby(link, generation);
	if (!error && link->undone) {
		g_clear_pointer(&generation, generation_free);
		error = program_generation(link->standby_fd, &link->catalog, &generation);
		link->generation = generation ? generation->number : 0;
		gate->undone = MAX(gate->undone, link->loaded);
	}
	keep_newer(&gate->generation, generation);
	return error;
}

/* Forgets what a try before has read. */
static void reset(struct gate_link *link)
{
	int *descriptors[] = {&link->program_fd, &link->standby_fd};

	for (guint i = 0; i < G_N_ELEMENTS(descriptors); i++) {
		close(*descriptors[i]);
		*descriptors[i] = -1;
	}
	link->undone = false;
}

/*
 * Learns what a link enforces, and where. A link outlives its interface, and keeps the program: so
 * we still know what was enforced.
 */
static int read_program(struct gate *gate, struct gate_link *link, __u32 *ifindex)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	reset(link);
	if (bpf_obj_get_info_by_fd(link->fd, &info, &size))
		return -errno;
	link->program = info.prog_id;
	*ifindex = info.xdp.ifindex;
	*link->name = 0;
	/* the C library has no other word for that it could open no socket to ask by */
	if (*ifindex && !if_indextoname(*ifindex, link->name) && errno != ENXIO)
		return errno == ENOENT ? -EMFILE : -errno;
	link->program_fd = bpf_prog_get_fd_by_id(info.prog_id);
	return link->program_fd < 0 ? -errno : read_generation(gate, link);
}

/* An interface is told by its index, which in another network namespace is that of another. */
static void name_link(struct gate_link *link, unsigned int ifindex, const char *attach,
		      struct messages *messages)
{
	link->ifindex = ifindex;
	link->attach = attach ? attach : "none";
	if (!attach)
		*link->name = 0;
	if (!ifindex || *link->name)
		return;
	message_add(
		messages, SEVERITY_ERROR, link->pin, 0,
		"enforces on an interface of another network namespace, expected to be run there "
		"(nsenter --net=FILE)");
}

/* Whose catalog an egress program has, or who stands by for it. 0 or -errno. */
static int read_learner(struct gate_link *link, __u32 *catalog)
{
	int program = link->egress_fd;

	if (link->deadline)
		link->standby_egress_fd = standby_program(program, STANDBY_EGRESS, link->entry);
	if (link->undone && link->standby_egress_fd >= 0)
		program = link->standby_egress_fd;
	return program_find_map(program, "catalog", catalog);
}

/* Who learns replies on the interface of a link. */
static bool read_egress(struct gate_link *link, struct messages *messages)
{
	struct egress egress = {.program = -1};
	__u32 catalog = 0;
	int error = *link->name ? egress_find((int)link->ifindex, &egress) : 0;

	if (error == -EEXIST)
		error = 0; /* somebody else's: whoever attaches ours will say so */
	link->egress_fd = egress.program;
	if (!error && egress.program >= 0)
		error = read_learner(link, &catalog);
	link->learns = catalog && catalog == link->catalog;
	link->is_filtered = catalog || (egress.program >= 0 && !link->undone);
	errno = -error;
	return !error || fail(messages, link->name, "cannot read what learns replies");
}

static bool read_link(struct gate *gate, const char *name, struct messages *messages)
{
	const char *attach = NULL;
	struct gate_link *link = g_new0(struct gate_link, 1);
	__u32 ifindex = 0;
	int error;

	link->pin = g_strdup_printf("%s/%s", gate->directory, name);
	link->fd = bpf_obj_get(link->pin);
	link->program_fd = link->standby_fd = -1;
	link->egress_fd = link->standby_egress_fd = -1;
	link->attach = "none";
	g_ptr_array_add(gate->links, link);
	if (link->fd < 0 && errno == ENOENT)
		return true;
	if (link->fd < 0) {
		pin_say_failed(link->pin, "open the pinned link", messages);
		return false;
	}
	/* A writer may replace the program, and the kernel free it, as we are reading. */
	for (int tries = 0; tries <= TRIES_MAX; tries++) {
		error = read_program(gate, link, &ifindex);
		attach = ifindex ? attach_name(ifindex, link->program) : "none";
		if (error != -ENOENT && attach)
			break;
	}
	if (error) {
		errno = -error;
		return fail(messages, link->pin, "cannot read what the link enforces");
	}
	name_link(link, ifindex, attach, messages);
	return read_egress(link, messages);
}

static int by_ifindex(gconstpointer a, gconstpointer b)
{
	const struct gate_link *left = *(struct gate_link *const *)a;
	const struct gate_link *right = *(struct gate_link *const *)b;

	return left->ifindex < right->ifindex ? -1 : left->ifindex > right->ifindex;
}

bool links_read(struct gate *gate, struct messages *messages)
{
	DIR *entries = opendir(gate->directory);
	struct dirent *entry;
	bool read = true;

	if (!entries)
		return errno == ENOENT || fail(messages, gate->directory, "cannot read the folder");
	while (read && (entry = readdir(entries)))
		if (g_str_has_prefix(entry->d_name, "link-"))
			read = read_link(gate, entry->d_name, messages);
	closedir(entries);
	g_ptr_array_sort(gate->links, by_ifindex);
	return read;
}
