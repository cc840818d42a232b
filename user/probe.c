/* SPDX-License-Identifier: GPL-2.0-only */
/* A twin of the enforcing program: what it says, the enforcing one would say. */
#include "probe.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "layout.h"
#include "object.h"
#include "question_frame.h"
#include "totals.h"

static bool fail(struct messages *messages, const char *step)
{
	message_add(messages, SEVERITY_ERROR, "explain", 0, "cannot %s: %s", step, strerror(errno));
	return false;
}

/*
 * What packets write into is the twin's own, so that a question changes nothing in the gate, and
 * the twin itself answers, whoever stands by, and nobody watches it; so is the block list's switch,
 * which is off then, if the source stands for any that is not blocked.
 */
static bool is_own(const struct bpf_map_info *info, const struct question *question)
{
	static const char *const written[] = {"fragments", "inbound_flows", "limits", "pending",
					      "watch"};

	if (question->anyone && !strcmp(info->name, shared_name(SHARED_CONTROL)))
		return true;
	for (unsigned int i = 0; i < G_N_ELEMENTS(written); i++)
		if (!strcmp(info->name, written[i]))
			return true;
	return info->type == BPF_MAP_TYPE_PERCPU_ARRAY || info->type == BPF_MAP_TYPE_PROG_ARRAY;
}

/* One map of the enforcing program: constants are copied, what is only read is shared. */
static bool adopt_map(struct portcullis *twin, int fd, const struct question *question,
		      struct messages *messages)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), zero = 0;
	struct bpf_map *map;

	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		return fail(messages, "read a map of the program");
	if (strstr(info.name, ".rodata")) {
		if (info.value_size != bpf_map__value_size(twin->maps.rodata))
			return true; /* another version: the tags will differ */
		return !bpf_map_lookup_elem(fd, &zero, (void *)twin->rodata) ||
		       fail(messages, "read the program's constants");
	}
	map = bpf_object__find_map_by_name(twin->obj, info.name);
	if (!map)
		return true;
	if (is_own(&info, question))
		return !bpf_map__set_max_entries(map, info.max_entries) ||
		       fail(messages, "size a map of the twin");
	return !bpf_map__reuse_fd(map, fd) || fail(messages, "share a map of the program");
}

static bool adopt_maps(struct portcullis *twin, int program, const struct question *question,
		       struct messages *messages)
{
	struct bpf_prog_info info = {};
	__u32 ids[64], size = sizeof(info);

	info.nr_map_ids = G_N_ELEMENTS(ids);
	info.map_ids = (__u64)(unsigned long)ids;
	if (bpf_obj_get_info_by_fd(program, &info, &size))
		return fail(messages, "read the program");
	for (__u32 i = 0; i < MIN(info.nr_map_ids, G_N_ELEMENTS(ids)); i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);
		bool adopted;

		if (fd < 0)
			return fail(messages, "open a map of the program");
		adopted = adopt_map(twin, fd, question, messages);
		close(fd);
		if (!adopted)
			return false;
	}
	if (question->anyone)
		twin->rodata->have_blocked4 = twin->rodata->have_blocked6 = false;
	return true;
}

/* The kernel's tag is a digest of the instructions: the same tag is the same program. */
static bool same_tag(int a, int b)
{
	struct bpf_prog_info one = {}, other = {};
	__u32 size = sizeof(one);

	if (bpf_obj_get_info_by_fd(a, &one, &size))
		return false;
	size = sizeof(other);
	if (bpf_obj_get_info_by_fd(b, &other, &size))
		return false;
	return !memcmp(one.tag, other.tag, sizeof(one.tag));
}

/* After one packet, exactly one reason has counted. */
static bool read_reason(const struct portcullis *twin, enum reason *reason,
			struct messages *messages)
{
	struct totals *totals = totals_new();
	int found = REASON_COUNT;
	bool read = true;

	for (int i = 0; read && i < SHARED_COUNTERS_END; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(twin->obj, shared_name(i));

		read = totals_add_map(totals, i, bpf_map__fd(map), bpf_map__max_entries(map));
	}
	for (int i = 0; i < REASON_COUNT; i++)
		if (totals->reasons.enforced[i].packets || totals->reasons.monitored[i].packets)
			found = i;
	totals_free(totals);
	if (!read || found == REASON_COUNT)
		return fail(messages, "read the program's answer");
	*reason = found;
	return true;
}

/* The twin's program that is the same as the one in force: that of an unconfirmed change or not. */
static struct bpf_program *choose_twin(const struct portcullis *twin, int program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);
	bool waits = !bpf_obj_get_info_by_fd(program, &info, &size) &&
		     g_str_has_prefix("portcullis_unconfirmed", info.name) &&
		     strcmp(info.name, "portcullis");

	return waits ? twin->progs.portcullis_unconfirmed : twin->progs.portcullis;
}

static bool ask(struct portcullis *twin, int program, const struct question *question,
		enum reason *reason, struct messages *messages)
{
	unsigned char packet[QUESTION_FRAME_MAX];
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .repeat = 1);
	int fd = bpf_program__fd(choose_twin(twin, program));

	if (!same_tag(fd, program)) {
		message_add(messages, SEVERITY_ERROR, "explain", 0,
			    "the program in force is of another version of portcullis: "
			    "'portcullis up' replaces it");
		return false;
	}
	run.data_size_in = (__u32)question_frame(question, packet);
	if (bpf_prog_test_run_opts(fd, &run))
		return fail(messages, "run the program");
	return read_reason(twin, reason, messages);
}

bool probe(int program, const struct question *question, enum reason *reason,
	   struct messages *messages)
{
	struct portcullis *twin;
	bool asked;

	libbpf_set_print(NULL);
	twin = object_open();
	if (twin) {
		bpf_program__set_autoload(twin->progs.portcullis_egress, false);
		bpf_program__set_autoload(twin->progs.portcullis, false);
		bpf_program__set_autoload(choose_twin(twin, program), true);
	}
	asked = (twin || fail(messages, "open a twin of the program")) &&
		adopt_maps(twin, program, question, messages) &&
		(!object_load(twin) || fail(messages, "load a twin of the program")) &&
		ask(twin, program, question, reason, messages);
	portcullis__destroy(twin);
	return asked;
}
