/* SPDX-License-Identifier: GPL-2.0-only */
/* Brings an image into the kernel by libbpf: open, size, set constants, load, fill, freeze. */
#include "load.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>

#include "load_standby.h"
#include "object.h"

struct load {
	GPtrArray *skeletons; /* struct portcullis *, by interface; all use the first one's maps */
};

/* libbpf says on its own channel why the verifier refused: kept for the message. */
static GString *libbpf_said;

static int keep_libbpf_words(enum libbpf_print_level level, const char *format, va_list arguments)
{
	if (level == LIBBPF_WARN && libbpf_said)
		g_string_append_vprintf(libbpf_said, format, arguments);
	return 0;
}

static bool fail(struct messages *messages, const char *step, const char *what)
{
	int error = errno;
	const char *why = libbpf_said ? g_strchomp(libbpf_said->str) : "";

	message_add(messages, SEVERITY_ERROR, "load", 0, "cannot %s %s: %s%s%s", step, what,
		    strerror(error), *why ? "\n" : "", why);
	return false;
}

/* What a generation cannot change is a constant of its program. */
static void set_constants(struct portcullis *skeleton, const struct image *image, guint interface)
{
	typeof(skeleton->rodata) constants = skeleton->rodata;

	constants->everyone = g_array_index(image->everyone, __u32, interface);
	constants->unlisted_drop = image->unlisted_drop;
	constants->monitor = image->monitor;
	constants->non_ip_drop = image->non_ip_drop;
	constants->replies = image->replies;
	constants->count_ports = image->count_ports;
	constants->inside = g_array_index(image->inside, bool, interface);
	constants->have_prefixes4 = image->prefixes4->len;
	constants->have_prefixes6 = image->prefixes6->len;
	constants->have_management4 = image->management4->len;
	constants->have_management6 = image->management6->len;
	constants->have_guards = image->guards->len;
	constants->have_blocked4 = image->blocked4->len;
	constants->have_blocked6 = image->blocked6->len;
	constants->profiles = MAX(image->tables, 1);
	constants->mask4 = image->index4.places - 1;
	constants->mask6 = image->index6.places - 1;
	constants->seed4 = image->index4.seed;
	constants->seed6 = image->index6.seed;
	memcpy((void *)constants->protocols, image->protocols, sizeof(image->protocols));
	memcpy((void *)constants->source_filter4, image->source_filter4,
	       sizeof(image->source_filter4));
	memcpy((void *)constants->source_filter6, image->source_filter6,
	       sizeof(image->source_filter6));
}

/* An answer is one only on the interface by which the question went out: each has its own seed. */
static __u64 seed_of(__u64 secret, int index)
{
	return secret ^ ((__u64)index * 0x9e3779b97f4a7c15ULL);
}

static void set_host(struct portcullis *skeleton, const struct load_host *host, guint interface)
{
	typeof(skeleton->rodata) constants = skeleton->rodata;

	memcpy((void *)constants->secret, host->secret, sizeof(host->secret));
	constants->flow_seed =
		seed_of(host->secret[0], g_array_index(host->indexes, int, interface));
	constants->pickup_until = host->pickup_until;
	constants->standby_entry = interface;
	constants->generation = host->generation;
}

/* The maps of a generation, how large each is to be and the bytes that fill it. */
struct filling {
	struct bpf_map *map;
	__u32 entries;
	const void *bytes; /* NULL: filled one by one */
	size_t size;
};

#define FILLINGS 17

/* What a generation's maps are filled with. */
struct contents {
	const struct image *image;
	const char *catalog;
	const struct load_host *host;
};

static void list_fillings(const struct portcullis *skeleton, const struct contents *contents,
			  struct filling fillings[FILLINGS])
{
	const struct image *image = contents->image;
	const char *catalog = contents->catalog;
	const GArray *segments = image->segments;
	const struct filling list[FILLINGS] = {
		{skeleton->maps.ports, 1, image->ports,
		 MAX(image->tables, 1) * sizeof(*image->ports)},
		{skeleton->maps.segments, segments->len, segments->data,
		 segments->len * sizeof(struct segment)},
		{skeleton->maps.servers4, 1, image->servers4,
		 image->index4.places * sizeof(*image->servers4)},
		{skeleton->maps.servers6, 1, image->servers6,
		 image->index6.places * sizeof(*image->servers6)},
		{skeleton->maps.displacements4, 1, image->index4.displacements,
		 image->index4.places / GROUP_PLACES * sizeof(__u16)},
		{skeleton->maps.displacements6, 1, image->index6.displacements,
		 image->index6.places / GROUP_PLACES * sizeof(__u16)},
		{skeleton->maps.catalog, 1, catalog, strlen(catalog) + 1},
		{skeleton->maps.prefixes4, image->prefixes4->len, NULL, 0},
		{skeleton->maps.prefixes6, image->prefixes6->len, NULL, 0},
		{skeleton->maps.management4, image->management4->len, NULL, 0},
		{skeleton->maps.management6, image->management6->len, NULL, 0},
		{skeleton->maps.gated, contents->host ? contents->host->gated->len : 0, NULL, 0},
		{skeleton->maps.guards, image->guards->len, image->guards->data,
		 image->guards->len * sizeof(struct guard)},
		{skeleton->maps.sources4, image->sources4->len, NULL, 0},
		{skeleton->maps.sources6, image->sources6->len, NULL, 0},
		{skeleton->maps.site_blocked4, image->blocked4->len, NULL, 0},
		{skeleton->maps.site_blocked6, image->blocked6->len, NULL, 0},
	};

	memcpy(fillings, list, sizeof(list));
}

struct shared_needs load_needs(const struct image *image)
{
	return (struct shared_needs){
		.slots = image->slots,
		.numbers = image->numbers,
		.replies = image->replies,
		.limits = image->limits,
	};
}

static bool size_maps(struct portcullis *skeleton, const struct contents *contents,
		      struct messages *messages)
{
	const struct shared_needs needs = load_needs(contents->image);
	struct filling fillings[FILLINGS];

	list_fillings(skeleton, contents, fillings);
	for (int i = 0; i < FILLINGS; i++)
		if (bpf_map__set_max_entries(fillings[i].map, MAX(fillings[i].entries, 1)) ||
		    (fillings[i].entries == 1 && fillings[i].size &&
		     bpf_map__set_value_size(fillings[i].map, (__u32)fillings[i].size)))
			return fail(messages, "size map", bpf_map__name(fillings[i].map));
	for (int i = 0; i < SHARED_MAPS; i++) {
		struct bpf_map *map = bpf_object__find_map_by_name(skeleton->obj, shared_name(i));

		if (bpf_map__set_max_entries(map, shared_blocks(i, &needs)))
			return fail(messages, "size map", shared_name(i));
	}
	return true;
}

/* Lets a program use maps that are there already. */
static bool use_maps(struct portcullis *skeleton, const struct portcullis *first,
		     const struct shared *shared, struct messages *messages)
{
	struct bpf_map *map, *theirs;

	for (int i = 0; shared && i < SHARED_MAPS; i++) {
		map = bpf_object__find_map_by_name(skeleton->obj, shared_name(i));
		if (bpf_map__reuse_fd(map, shared->fd[i]))
			return fail(messages, "reuse map", shared_name(i));
	}
	if (!first)
		return true;
	bpf_object__for_each_map(map, skeleton->obj)
	{
		if (bpf_map__is_internal(map) || !bpf_map__autocreate(map))
			continue;
		theirs = bpf_object__find_map_by_name(first->obj, bpf_map__name(map));
		if (bpf_map__reuse_fd(map, bpf_map__fd(theirs)))
			return fail(messages, "reuse map", bpf_map__name(map));
	}
	return true;
}

static bool fill_array(const struct filling *filling, struct messages *messages)
{
	int fd = bpf_map__fd(filling->map);
	void *place;

	if (!filling->size)
		return true;
	place = mmap(NULL, filling->size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (place == MAP_FAILED)
		return fail(messages, "fill map", bpf_map__name(filling->map));
	memcpy(place, filling->bytes, filling->size);
	if (munmap(place, filling->size))
		return fail(messages, "fill map", bpf_map__name(filling->map));
	return true;
}

/* The entries of a trie or hash: key_size bytes of key, then the value (a target), or the key
 * alone. */
static bool fill_keys(struct bpf_map *map, const GArray *entries, struct messages *messages)
{
	const __u8 let_in = 1;
	size_t key_size = bpf_map__key_size(map);
	size_t entry_size = g_array_get_element_size((GArray *)entries);

	for (guint i = 0; i < entries->len; i++) {
		const char *key = entries->data + i * entry_size;
		const void *value =
			entry_size > key_size ? (const void *)(key + key_size) : &let_in;

		if (bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY))
			return fail(messages, "fill map", bpf_map__name(map));
	}
	return true;
}

static bool fill_and_freeze(struct portcullis *skeleton, const struct contents *contents,
			    struct messages *messages)
{
	const struct image *image = contents->image;
	struct filling fillings[FILLINGS];

	list_fillings(skeleton, contents, fillings);
	if (!fill_keys(skeleton->maps.prefixes4, image->prefixes4, messages) ||
	    !fill_keys(skeleton->maps.prefixes6, image->prefixes6, messages) ||
	    !fill_keys(skeleton->maps.management4, image->management4, messages) ||
	    !fill_keys(skeleton->maps.management6, image->management6, messages) ||
	    !fill_keys(skeleton->maps.sources4, image->sources4, messages) ||
	    !fill_keys(skeleton->maps.sources6, image->sources6, messages) ||
	    !fill_keys(skeleton->maps.site_blocked4, image->blocked4, messages) ||
	    !fill_keys(skeleton->maps.site_blocked6, image->blocked6, messages) ||
	    (contents->host && !fill_keys(skeleton->maps.gated, contents->host->gated, messages)))
		return false;
	for (int i = 0; i < FILLINGS; i++) {
		if (!fill_array(&fillings[i], messages))
			return false;
		if (bpf_map_freeze(bpf_map__fd(fillings[i].map)))
			return fail(messages, "freeze map", bpf_map__name(fillings[i].map));
	}
	return true;
}

/* One program; the first brings the generation's maps, the others use them. */
static bool load_one(struct load *load, const struct contents *contents,
		     const struct shared *shared, struct messages *messages)
{
	const struct portcullis *first = load->skeletons->len ? load->skeletons->pdata[0] : NULL;
	const struct load_standby *standby = contents->host ? contents->host->standby : NULL;
	struct portcullis *skeleton = object_open();

	if (!skeleton)
		return fail(messages, "open", "the program");
	g_ptr_array_add(load->skeletons, skeleton);
	set_constants(skeleton, contents->image, load->skeletons->len - 1);
	if (contents->host)
		set_host(skeleton, contents->host, load->skeletons->len - 1);
	if (!standby_choose_programs(skeleton, contents->image, standby, messages) ||
	    !size_maps(skeleton, contents, messages) ||
	    !use_maps(skeleton, first, shared, messages))
		return false;
	if (object_load(skeleton))
		return fail(messages, "load", "the program");
	if (first)
		return true;
	return fill_and_freeze(skeleton, contents, messages) &&
	       (!standby || standby_fill(skeleton, standby, messages));
}

struct load *load_image(const struct image *image, const char *catalog, const struct shared *shared,
			const struct load_host *host, struct messages *messages)
{
	const struct contents contents = {image, catalog, host};
	struct load *load = g_new0(struct load, 1);
	bool loaded = true;

	load->skeletons = g_ptr_array_new_with_free_func((GDestroyNotify)portcullis__destroy);
	libbpf_said = g_string_new(NULL);
	libbpf_set_print(keep_libbpf_words);
	for (guint i = 0; loaded && i < image->everyone->len; i++)
		loaded = load_one(load, &contents, shared, messages);
	libbpf_set_print(NULL);
	g_string_free(libbpf_said, TRUE);
	libbpf_said = NULL;
	if (loaded)
		return load;
	load_free(load);
	return NULL;
}

void load_free(struct load *load)
{
	if (!load)
		return;
	g_ptr_array_unref(load->skeletons);
	g_free(load);
}

/* Of two of which one may be loaded; -1 if none is. */
static int loaded_of(const struct bpf_program *one, const struct bpf_program *other)
{
	if (bpf_program__autoload(one))
		return bpf_program__fd(one);
	return bpf_program__autoload(other) ? bpf_program__fd(other) : -1;
}

int load_program_fd(const struct load *load, guint interface)
{
	const struct portcullis *skeleton = load->skeletons->pdata[interface];

	return loaded_of(skeleton->progs.portcullis, skeleton->progs.portcullis_unconfirmed);
}

int load_egress_fd(const struct load *load, guint interface)
{
	const struct portcullis *skeleton = load->skeletons->pdata[interface];

	return loaded_of(skeleton->progs.portcullis_egress,
			 skeleton->progs.portcullis_egress_unconfirmed);
}

static int created(const struct bpf_map *map)
{
	return bpf_map__autocreate(map) ? bpf_map__fd(map) : -1;
}

int load_catalog_fd(const struct load *load)
{
	const struct portcullis *skeleton = load->skeletons->pdata[0];

	return bpf_map__fd(skeleton->maps.catalog);
}

int load_standby_fd(const struct load *load)
{
	const struct portcullis *skeleton = load->skeletons->pdata[0];

	return created(skeleton->maps.standby);
}

int load_standby_egress_fd(const struct load *load)
{
	const struct portcullis *skeleton = load->skeletons->pdata[0];

	return created(skeleton->maps.standby_egress);
}

int load_shared_fd(const struct load *load, enum shared_map map)
{
	const struct portcullis *skeleton = load->skeletons->pdata[0];

	return bpf_object__find_map_fd_by_name(skeleton->obj, shared_name(map));
}

char *load_program_digest(void)
{
	size_t size;
	const void *object = portcullis__elf_bytes(&size);

	return g_compute_checksum_for_data(G_CHECKSUM_SHA256, object, size);
}
