/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads what is in force once more, with or without what costs something. */
#include "stand_in.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "events.h"
#include "image.h"
#include "load.h"
#include "shared.h"
#include "standby.h"

struct stand_in {
	struct shared shared;
	struct load *load;
	GArray *programs; /* int */
};

/* What is switched in the gate now. */
struct live {
	struct control control;
	struct watch watch;
};

static bool fail(struct messages *messages, const char *step)
{
	message_add(messages, SEVERITY_ERROR, "bench", 0, "cannot %s: %s", step, strerror(errno));
	return false;
}

/* --- the gate's state --- */

static bool read_entry(const char *directory, enum shared_map map, void *entry,
		       struct messages *messages)
{
	const __u32 key = 0;
	int fd = shared_open_sole(directory, map, messages);
	bool read;

	if (fd < 0)
		return false;
	read = !bpf_map_lookup_elem(fd, &key, entry) || fail(messages, "read the gate's state");
	close(fd);
	return read;
}

static bool read_live(const struct gate *gate, struct live *live, struct messages *messages)
{
	return read_entry(gate->directory, SHARED_CONTROL, &live->control, messages) &&
	       read_entry(gate->directory, SHARED_WATCH, &live->watch, messages);
}

bool stand_in_parts(const struct gate *gate, unsigned int *parts, struct messages *messages)
{
	const struct policy *policy = gate->generation->policy;
	struct live live;

	if (!read_live(gate, &live, messages))
		return false;
	*parts = (gate_waiting_link(gate) ? PART_BIT(PART_PENDING) : 0) |
		 (live.control.watching ? PART_BIT(PART_WATCH) : 0) |
		 (policy->settings.replies_off ? 0 : PART_BIT(PART_REPLIES)) |
		 (live.control.blocks ? PART_BIT(PART_BLOCKS) : 0) |
		 (policy->blocked->len ? PART_BIT(PART_SITE_BLOCKS) : 0);
	return true;
}

/* --- the policy --- */

/* An interface's entries once for each copy: a load has one program for each entry. */
static void choose_interfaces(struct image *image, const GArray *interfaces)
{
	GArray *everyone = g_array_new(FALSE, FALSE, sizeof(__u32));
	GArray *inside = g_array_new(FALSE, FALSE, sizeof(bool));

	for (guint i = 0; i < interfaces->len * STAND_IN_COPIES; i++) {
		guint interface = g_array_index(interfaces, guint, i / STAND_IN_COPIES);

		g_array_append_val(everyone, g_array_index(image->everyone, __u32, interface));
		g_array_append_val(inside, g_array_index(image->inside, bool, interface));
	}
	g_array_unref(image->everyone);
	g_array_unref(image->inside);
	image->everyone = everyone;
	image->inside = inside;
}

/* As many tokens as anybody can take: a packet that passes is to be measured. */
static void lift_limits(struct image *image)
{
	for (guint i = 0; i < image->guards->len; i++) {
		struct guard *guard = &g_array_index(image->guards, struct guard, i);

		guard->interval = guard->interval ? 1 : 0;
		guard->tolerance = UINT64_C(1) << 40;
	}
}

static struct image *build(const struct gate *gate, const GArray *interfaces, unsigned int parts,
			   struct messages *messages)
{
	struct image *image = image_build(gate->generation, messages);

	if (!image)
		return NULL;
	choose_interfaces(image, interfaces);
	lift_limits(image);
	if (!(parts & PART_BIT(PART_REPLIES)))
		image->replies = false;
	if (!(parts & PART_BIT(PART_SITE_BLOCKS))) {
		g_array_set_size(image->blocked4, 0);
		g_array_set_size(image->blocked6, 0);
	}
	return image;
}

/* --- maps --- */

/* The maps of the block list, which no packet writes into, are the gate's. */
static bool share_blocks(struct shared *shared, const struct gate *gate, struct messages *messages)
{
	static const enum shared_map maps[] = {SHARED_BLOCKED4, SHARED_BLOCKED6,
					       SHARED_BLOCK_TABLE};

	for (guint i = 0; i < G_N_ELEMENTS(maps); i++) {
		shared->fd[maps[i]] = shared_open_sole(gate->directory, maps[i], messages);
		if (shared->fd[maps[i]] < 0)
			return false;
	}
	return true;
}

/* All but what is switched: counters for each processor are large. */
static bool share_with(struct shared *shared, const struct shared *first, struct messages *messages)
{
	for (enum shared_map map = 0; map < SHARED_MAPS; map++) {
		if (map == SHARED_CONTROL || map == SHARED_WATCH)
			continue;
		shared->fd[map] = fcntl(first->fd[map], F_DUPFD_CLOEXEC, 0);
		if (shared->fd[map] < 0)
			return fail(messages, "share a map");
	}
	return true;
}

/* Switches on what is to be on. Who looks on takes no sample of these packets. */
static bool switch_on(const struct shared *shared, const struct live *live, unsigned int parts,
		      struct messages *messages)
{
	const struct control control = {
		.watching = parts & PART_BIT(PART_WATCH) ? live->control.watching : 0,
		.blocks = parts & PART_BIT(PART_BLOCKS) ? live->control.blocks : 0,
	};
	struct watch watch = live->watch;
	const __u32 key = 0;

	watch.budget = 0;
	watch.lease = G_MAXUINT64;
	return (!bpf_map_update_elem(shared->fd[SHARED_CONTROL], &key, &control, BPF_ANY) &&
		!bpf_map_update_elem(shared->fd[SHARED_WATCH], &key, &watch, BPF_ANY)) ||
	       fail(messages, "switch on what is in use");
}

/* --- loading --- */

/* Everything passes where nobody stands by; that is never asked. */
static GArray *nobody(guint count)
{
	GArray *none = g_array_new(FALSE, FALSE, sizeof(int));
	const int program = -1;

	while (none->len < count)
		g_array_append_val(none, program);
	return none;
}

static bool load(struct stand_in *stand_in, const struct image *image, bool waits,
		 struct messages *messages)
{
	struct load_standby standby = {nobody(image->everyone->len), nobody(image->everyone->len)};
	struct load_host host = {
		.indexes = g_array_new(FALSE, TRUE, sizeof(int)),
		.gated = g_array_new(FALSE, TRUE, sizeof(__u32)),
		.standby = waits ? &standby : NULL,
	};

	g_array_set_size(host.indexes, image->everyone->len);
	stand_in->load = load_image(image, "{}", &stand_in->shared, &host, messages);
	g_array_unref(host.indexes);
	g_array_unref(host.gated);
	g_array_unref(standby.judges);
	g_array_unref(standby.learners);
	if (!stand_in->load)
		return false;
	for (guint i = 0; i < image->everyone->len; i++) {
		int program = load_program_fd(stand_in->load, i);

		g_array_append_val(stand_in->programs, program);
	}
	return !waits || !standby_set_deadline(load_program_fd(stand_in->load, 0), G_MAXUINT64) ||
	       fail(messages, "set the deadline");
}

struct stand_in *stand_in_new(const struct gate *gate, const GArray *interfaces, unsigned int parts,
			      const struct stand_in *first, struct messages *messages)
{
	struct stand_in *stand_in = g_new0(struct stand_in, 1);
	struct shared *shared = &stand_in->shared;
	struct image *image = build(gate, interfaces, parts, messages);
	struct shared_needs needs;
	struct live live;
	bool loaded = false;

	shared_clear(shared);
	stand_in->programs = g_array_new(FALSE, FALSE, sizeof(int));
	if (image) {
		needs = load_needs(image);
		loaded = read_live(gate, &live, messages) &&
			 (first ? share_with(shared, &first->shared, messages)
				: share_blocks(shared, gate, messages)) &&
			 shared_create_missing(shared, &needs, messages) &&
			 switch_on(shared, &live, parts, messages) &&
			 load(stand_in, image, parts & PART_BIT(PART_PENDING), messages);
	}
	image_free(image);
	if (loaded)
		return stand_in;
	stand_in_free(stand_in);
	return NULL;
}

void stand_in_free(struct stand_in *stand_in)
{
	if (!stand_in)
		return;
	load_free(stand_in->load);
	shared_close(&stand_in->shared);
	g_array_unref(stand_in->programs);
	g_free(stand_in);
}

const int *stand_in_programs(const struct stand_in *stand_in, guint n)
{
	return &g_array_index(stand_in->programs, int, n *STAND_IN_COPIES);
}
