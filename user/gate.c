/* SPDX-License-Identifier: GPL-2.0-only */
/* Opens the gate: the folder in bpffs, the writer's lock, the links and the generation they
 * enforce. */
#include "gate.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_link.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "kept.h"
#include "links.h"
#include "pin.h"
#include "settle.h"
#include "standby.h"

/* What the program needs: bounded loops, multi-buffer XDP, bound maps; the oldest kernel tested. */
#define KERNEL_MAJOR 6
#define KERNEL_MINOR 1

static bool fail(struct messages *messages, const char *where, const char *step)
{
	message_add(messages, SEVERITY_ERROR, where, 0, "%s: %s", step, strerror(errno));
	return false;
}

static bool check_host(const char *bpffs, enum gate_use use, struct messages *messages)
{
	struct utsname name;
	struct statfs mount;
	int major = 0, minor = 0;

	if (geteuid()) {
		message_add(messages, SEVERITY_ERROR, bpffs, 0,
			    "this needs root (to load programs and see the gate): try sudo");
		return false;
	}
	if (!uname(&name) && sscanf(name.release, "%d.%d", &major, &minor) == 2 &&
	    (major < KERNEL_MAJOR || (major == KERNEL_MAJOR && minor < KERNEL_MINOR))) {
		message_add(messages, SEVERITY_ERROR, "kernel", 0,
			    "Linux %s lacks what the program needs, expected %d.%d or newer",
			    name.release, KERNEL_MAJOR, KERNEL_MINOR);
		return false;
	}
	if (statfs(bpffs, &mount))
		return fail(messages, bpffs, "cannot look at the BPF file system");
	if (mount.f_type != BPF_FS_MAGIC) {
		message_add(
			messages, SEVERITY_ERROR, bpffs, 0,
			"no BPF file system is mounted here: 'mount -t bpf bpf %s', or name one "
			"with --bpffs ('ip netns exec' hides the usual one: use nsenter --net=)",
			bpffs);
		return false;
	}
	if (use == GATE_WRITE && mount.f_flags & ST_RDONLY) {
		pin_say_read_only(bpffs, messages);
		return false;
	}
	return true;
}

/*
 * Takes the writers' lock on the folder. A writer before us may have removed it while we waited:
 * then what we hold is locked but lies nowhere, and we try again.
 */
static bool lock(struct gate *gate, struct messages *messages)
{
	struct stat held, there;

	for (;;) {
		if (mkdir(gate->directory, 0700) && errno != EEXIST)
			return fail(messages, gate->directory, "cannot make the folder");
		gate->lock = open(gate->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (gate->lock < 0 && errno == ENOENT)
			continue;
		if (gate->lock < 0)
			return fail(messages, gate->directory, "cannot open the folder");
		if (flock(gate->lock, LOCK_EX))
			return fail(messages, gate->directory, "cannot lock the folder");
		if (!fstat(gate->lock, &held) && !stat(gate->directory, &there) &&
		    held.st_ino == there.st_ino)
			return true;
		close(gate->lock);
	}
}

/* Documents that another version could read and we cannot: what is enforced is unknown to us. */
static void forget_generation(struct gate *gate)
{
	g_clear_pointer(&gate->generation, generation_free);
	for (guint i = 0; i < gate->links->len; i++)
		((struct gate_link *)gate->links->pdata[i])->generation = 0;
}

/*
 * What was loaded last may be in force no longer: its catalog is kept, and tells what was given
 * away.
 */
static bool read_slots(struct gate *gate, struct messages *messages)
{
	struct generation *last;

	if (!kept_newest(gate->directory, gate->loaded, &last, &gate->foreign, messages))
		return false;
	if (last) {
		gate->loaded = last->number;
		if (last->confirm)
			gate->undone = last->number;
		slots_free(gate->slots);
		gate->slots = slots_copy(last->slots);
		generation_free(last);
	}
	gate->loaded = MAX(gate->loaded, gate->foreign); /* that number is taken */
	if (gate->generation && gate->loaded > gate->generation->number && gate->slots) {
		slots_free(gate->generation->slots);
		gate->generation->slots = slots_copy(gate->slots);
	}
	return true;
}

bool gate_read(struct gate *gate, struct messages *messages)
{
	g_ptr_array_set_size(gate->links, 0);
	g_clear_pointer(&gate->generation, generation_free);
	g_clear_pointer(&gate->slots, slots_free);
	gate->loaded = gate->undone = gate->foreign = 0;
	if (!links_read(gate, messages) || (gate->links->len && !read_slots(gate, messages)))
		return false;
	if (gate->generation && !generation_compile(gate->generation, messages))
		forget_generation(gate);
	messages_keep_errors(messages);
	return true;
}

struct gate *gate_open(const char *bpffs, enum gate_use use, struct messages *messages)
{
	struct gate *gate;

	if (!check_host(bpffs, use, messages))
		return NULL;
	libbpf_set_print(NULL); /* of what it finds missing we speak ourselves */
	gate = g_new0(struct gate, 1);
	gate->directory = g_strdup_printf("%s/portcullis", bpffs);
	gate->lock = -1;
	gate->links = g_ptr_array_new_with_free_func(link_free);
	if ((use == GATE_WRITE && !lock(gate, messages)) || !gate_read(gate, messages) ||
	    (use == GATE_WRITE && !gate_settle(gate, messages))) {
		gate_close(gate);
		return NULL;
	}
	if (gate->foreign)
		kept_say_foreign(gate->directory, gate->foreign, SEVERITY_WARNING, messages);
	return gate;
}

void gate_close(struct gate *gate)
{
	if (!gate)
		return;
	g_ptr_array_unref(gate->links);
	generation_free(gate->generation);
	slots_free(gate->slots);
	if (gate->lock >= 0) {
		rmdir(gate->directory); /* goes only if nothing is pinned */
		close(gate->lock);
	}
	g_free(gate->directory);
	g_free(gate);
}

int gate_link_judge(const struct gate_link *link)
{
	return link->undone ? link->standby_fd : link->program_fd;
}

int gate_link_learner(const struct gate_link *link)
{
	return link->undone && link->standby_egress_fd >= 0 ? link->standby_egress_fd
							    : link->egress_fd;
}

const struct gate_link *gate_waiting_link(const struct gate *gate)
{
	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		if (link->deadline && !link->undone && gate->generation &&
		    link->loaded == gate->generation->number)
			return link;
	}
	return NULL;
}

bool gate_link_is_late(const struct gate_link *link)
{
	return link->deadline && link->standby_fd >= 0 && standby_now() >= link->deadline;
}

__u64 gate_deadline(const struct gate *gate)
{
	const struct gate_link *link = gate_waiting_link(gate);

	return link ? link->deadline : 0;
}

bool gate_can_undo(const struct gate *gate)
{
	bool can = gate_deadline(gate);

	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		can &= !link->deadline || link->standby_fd >= 0;
	}
	return can;
}

const struct gate_link *gate_link(const struct gate *gate, const char *name)
{
	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		if (link->ifindex && !strcmp(link->name, name))
			return link;
	}
	return NULL;
}

bool gate_link_is_stray(const struct gate *gate, const struct gate_link *link)
{
	return link->ifindex && *link->name && (!link->undone || link->catalog) &&
	       !choice_interface(gate->generation->choice, link->name);
}

bool gate_is_whole(const struct gate *gate)
{
	const GPtrArray *interfaces = gate->generation->choice->interfaces;
	bool replies = !gate->generation->policy->settings.replies_off;

	for (guint i = 0; i < gate->links->len; i++)
		if (gate_link_is_stray(gate, gate->links->pdata[i]))
			return false;
	for (guint i = 0; i < interfaces->len; i++) {
		const struct choice_interface *interface = interfaces->pdata[i];
		const struct gate_link *link = gate_link(gate, interface->name);

		if (!link || link->generation != gate->generation->number ||
		    (replies ? !link->learns : link->is_filtered && !link->learns))
			return false;
	}
	return true;
}

bool gate_is_changing(const struct gate *gate)
{
	int directory = open(gate->directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool changing = directory >= 0 && flock(directory, LOCK_SH | LOCK_NB);

	if (directory >= 0)
		close(directory);
	return changing;
}

bool gate_is_littered(const struct gate *gate)
{
	g_autoptr(GDir) entries = g_dir_open(gate->directory, 0, NULL);

	return entries && g_dir_read_name(entries);
}
