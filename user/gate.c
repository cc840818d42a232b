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
#include <sys/utsname.h>
#include <unistd.h>

#include "egress.h"

/* What the program needs: bounded loops, multi-buffer XDP, bound maps; the oldest kernel tested. */
#define KERNEL_MAJOR 6
#define KERNEL_MINOR 1

/* How often a reader begins again because a writer was faster. */
#define TRIES_MAX 100

static bool fail(struct messages *messages, const char *where, const char *step)
{
	message_add(messages, SEVERITY_ERROR, where, 0, "%s: %s", step, strerror(errno));
	return false;
}

static bool check_host(const char *bpffs, struct messages *messages)
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

/* Whether a map has a name. 0 or -errno. */
static int look_at_map(__u32 id, const char *name, bool *has_name)
{
	struct bpf_map_info map = {};
	__u32 size = sizeof(map);
	int fd = bpf_map_get_fd_by_id(id);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &map, &size))
		error = -errno;
	*has_name = !error && !strcmp(map.name, name);
	close(fd);
	return error;
}

int gate_find_map(int program, const char *name, __u32 *id)
{
	struct bpf_prog_info info = {};
	__u32 ids[64], size = sizeof(info);
	bool found = false;
	int error = 0;

	info.nr_map_ids = G_N_ELEMENTS(ids);
	info.map_ids = (__u64)(unsigned long)ids;
	if (bpf_obj_get_info_by_fd(program, &info, &size))
		error = -errno;
	*id = 0;
	for (__u32 i = 0; !error && !found && i < MIN(info.nr_map_ids, G_N_ELEMENTS(ids)); i++) {
		error = look_at_map(ids[i], name, &found);
		if (found)
			*id = ids[i];
	}
	return error;
}

/* Its text; the caller frees it. 0 or -errno. */
static int read_catalog(__u32 id, char **text)
{
	struct bpf_map_info map = {};
	__u32 size = sizeof(map), zero = 0;
	int fd = bpf_map_get_fd_by_id(id);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &map, &size)) {
		error = -errno;
	} else {
		*text = g_malloc0(map.value_size + 8);
		if (bpf_map_lookup_elem(fd, &zero, *text))
			error = -errno;
	}
	close(fd);
	return error;
}

static void link_free(gpointer data)
{
	struct gate_link *link = data;

	close(link->fd);
	close(link->program_fd);
	close(link->egress_fd);
	g_free(link->pin);
	g_free(link);
}

/* Learns what a link's program enforces, and keeps the newest generation met so far. 0 or -errno.
 */
static int read_generation(struct gate *gate, struct gate_link *link)
{
	g_autofree char *text = NULL;
	struct generation *generation;
	int error = gate_find_map(link->program_fd, "catalog", &link->catalog);

	if (!error && link->catalog)
		error = read_catalog(link->catalog, &text);
	generation = !error && text ? generation_from_text(text) : NULL;
	if (!generation)
		return error;
	link->generation = generation->number;
	if (gate->generation && gate->generation->number >= generation->number) {
		generation_free(generation);
		return 0;
	}
	generation_free(gate->generation);
	gate->generation = generation;
	return 0;
}

/*
 * Learns what a link enforces, and where. A link outlives its interface, and keeps the program: so
 * we still know what was enforced.
 */
static int read_program(struct gate *gate, struct gate_link *link, __u32 *ifindex)
{
	struct bpf_link_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(link->fd, &info, &size))
		return -errno;
	link->program = info.prog_id;
	*ifindex = info.xdp.ifindex;
	close(link->program_fd); /* of the try before, or -1 */
	link->program_fd = bpf_prog_get_fd_by_id(info.prog_id);
	return link->program_fd < 0 ? -errno : read_generation(gate, link);
}

/* An interface is told by its index, which in another network namespace is that of another. */
static bool name_link(struct gate_link *link, unsigned int ifindex, const char *attach,
		      struct messages *messages)
{
	link->ifindex = ifindex;
	link->attach = attach ? attach : "none";
	if (!ifindex || (attach && if_indextoname(ifindex, link->name)))
		return true;
	if (attach && errno != ENXIO)
		return fail(messages, link->pin, "cannot name the interface");
	message_add(
		messages, SEVERITY_ERROR, link->pin, 0,
		"enforces on an interface of another network namespace, expected to be run there "
		"(nsenter --net=FILE)");
	return true;
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
		error = gate_find_map(egress.program, "catalog", &catalog);
	link->learns = catalog && catalog == link->catalog;
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
	link->program_fd = -1;
	link->egress_fd = -1;
	link->attach = "none";
	g_ptr_array_add(gate->links, link);
	if (link->fd < 0)
		return errno == ENOENT || fail(messages, link->pin, "cannot open the pinned link");
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
	return name_link(link, ifindex, attach, messages) && read_egress(link, messages);
}

static int by_ifindex(gconstpointer a, gconstpointer b)
{
	const struct gate_link *left = *(struct gate_link *const *)a;
	const struct gate_link *right = *(struct gate_link *const *)b;

	return left->ifindex < right->ifindex ? -1 : left->ifindex > right->ifindex;
}

static bool read_links(struct gate *gate, struct messages *messages)
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

/* Documents that another version could read and we cannot: what is enforced is unknown to us. */
static void forget_generation(struct gate *gate)
{
	g_clear_pointer(&gate->generation, generation_free);
	for (guint i = 0; i < gate->links->len; i++)
		((struct gate_link *)gate->links->pdata[i])->generation = 0;
}

struct gate *gate_open(const char *bpffs, enum gate_use use, struct messages *messages)
{
	struct gate *gate;

	if (!check_host(bpffs, messages))
		return NULL;
	libbpf_set_print(NULL); /* of what it finds missing we speak ourselves */
	gate = g_new0(struct gate, 1);
	gate->directory = g_strdup_printf("%s/portcullis", bpffs);
	gate->lock = -1;
	gate->links = g_ptr_array_new_with_free_func(link_free);
	if ((use == GATE_WRITE && !lock(gate, messages)) || !read_links(gate, messages)) {
		gate_close(gate);
		return NULL;
	}
	if (gate->generation && !generation_compile(gate->generation, messages))
		forget_generation(gate);
	messages_keep_errors(messages);
	return gate;
}

void gate_close(struct gate *gate)
{
	if (!gate)
		return;
	g_ptr_array_unref(gate->links);
	generation_free(gate->generation);
	if (gate->lock >= 0) {
		rmdir(gate->directory); /* goes only if nothing is pinned */
		close(gate->lock);
	}
	g_free(gate->directory);
	g_free(gate);
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
	return link->ifindex && *link->name &&
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
		    (replies ? !link->learns : link->egress_fd >= 0))
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
