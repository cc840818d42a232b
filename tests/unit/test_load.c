/* SPDX-License-Identifier: GPL-2.0-only */
/* Images in the kernel: every map holds what the image says, and nobody can change it. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>

#include "image.h"
#include "load.h"
#include "own_gate.h"

#define SITE                                                                     \
	"| Server | Address | Profile |\n|---|---|---|\n"                        \
	"| fe01 | 10.0.1.11, 2001:db8:1::11 | web |\n"                           \
	"| fe02 | 10.0.1.12 | voice |\n| lab | 10.9.0.0/16 | web |\n"            \
	"| lab6 | 2001:db8:9::/48 | voice |\n\n| Setting | Value |\n|---|---|\n" \
	"| Management | 10.0.9.0/24, 2001:db8:8::/48, tcp/22 |\n| Unlisted | drop |\n"

#define CATALOG "{\"any\": \"text\"}"

/* A generation, its image, and the image in the kernel. */
struct loaded {
	struct generation *generation;
	struct image *image;
	struct load *load;
};

static struct loaded load_right(struct choice *choice, const struct shared *shared)
{
	struct loaded loaded = {.generation = compile(choice)};
	struct messages *messages = messages_new();
	g_autofree char *said = NULL;

	loaded.image = image_build(loaded.generation, messages);
	loaded.load = load_image(loaded.image, CATALOG, shared, NULL, messages);
	said = all_messages(messages);
	assert_string_equal(said, "");
	assert_non_null(loaded.load);
	messages_free(messages);
	return loaded;
}

static void loaded_free(struct loaded *loaded)
{
	load_free(loaded->load);
	image_free(loaded->image);
	generation_free(loaded->generation);
}

static struct bpf_map_info map_info(int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info;
}

/* A map of a loaded program; a descriptor. The kernel's name of .rodata has the program's in it. */
static int find_map(int program, const char *name)
{
	struct bpf_prog_info info = {};
	__u32 ids[64], size = sizeof(info);

	info.nr_map_ids = G_N_ELEMENTS(ids);
	info.map_ids = (__u64)(unsigned long)ids;
	assert_int_equal(bpf_obj_get_info_by_fd(program, &info, &size), 0);
	for (__u32 i = 0; i < info.nr_map_ids; i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);

		if (!strcmp(map_info(fd).name, name) ||
		    (*name == '.' && g_str_has_suffix(map_info(fd).name, name)))
			return fd;
		close(fd);
	}
	fail_msg("the program has no map %s", name);
	return -1;
}

/* All of an array's entries are these bytes, and it is closed to writers. */
static void check_array(int program, const char *name, const void *bytes, size_t size)
{
	int fd = find_map(program, name);
	struct bpf_map_info info = map_info(fd);
	g_autofree char *value = g_malloc0(info.value_size);
	__u32 zero = 0;

	assert_int_equal((size_t)info.max_entries * info.value_size, size);
	for (__u32 i = 0; i < info.max_entries; i++) {
		assert_int_equal(bpf_map_lookup_elem(fd, &i, value), 0);
		assert_memory_equal(value, (const char *)bytes + (size_t)i * info.value_size,
				    info.value_size);
	}
	assert_int_equal(bpf_map_update_elem(fd, &zero, value, BPF_ANY), -EPERM);
	close(fd);
}

static void check_trie(int program, const char *name, const void *key, size_t key_size,
		       const void *value, size_t value_size)
{
	int fd = find_map(program, name);
	struct bpf_map_info info = map_info(fd);
	__u32 found = 0;

	assert_int_equal(info.type, BPF_MAP_TYPE_LPM_TRIE);
	assert_int_equal(info.key_size, key_size);
	assert_int_equal(info.value_size, value_size);
	assert_int_equal(info.max_entries, 1);
	assert_int_equal(bpf_map_lookup_elem(fd, key, &found), 0);
	assert_memory_equal(&found, value, value_size);
	assert_int_equal(bpf_map_update_elem(fd, key, &found, BPF_ANY), -EPERM);
	close(fd);
}

static void fills_maps(void **state)
{
	struct loaded loaded = load_right(choose_site(SITE), NULL);
	const struct image *image = loaded.image;
	const int program = load_program_fd(loaded.load, 0);
	const struct image_prefix4 *four = (void *)image->prefixes4->data;
	const struct image_prefix6 *six = (void *)image->prefixes6->data;
	const __u8 let_in = 1;

	check_array(program, "ports", image->ports, 3 * sizeof(*image->ports));
	check_array(program, "segments", image->segments->data,
		    image->segments->len * sizeof(struct segment));
	check_array(program, "servers4", image->servers4,
		    image->index4.places * sizeof(struct server4));
	check_array(program, "servers6", image->servers6,
		    image->index6.places * sizeof(struct server6));
	check_array(program, "displacements4", image->index4.displacements,
		    image->index4.places / GROUP_PLACES * sizeof(__u16));
	check_array(program, "displacements6", image->index6.displacements,
		    image->index6.places / GROUP_PLACES * sizeof(__u16));
	check_array(program, "catalog", CATALOG, sizeof(CATALOG));
	check_trie(program, "prefixes4", &four->key, sizeof(four->key), &four->target,
		   sizeof(four->target));
	check_trie(program, "prefixes6", &six->key, sizeof(six->key), &six->target,
		   sizeof(six->target));
	check_trie(program, "management4", image->management4->data, sizeof(struct prefix4),
		   &let_in, sizeof(let_in));
	check_trie(program, "management6", image->management6->data, sizeof(struct prefix6),
		   &let_in, sizeof(let_in));
	loaded_free(&loaded);
}

static void fills_whom_the_site_blocks(void **state)
{
	struct loaded loaded = load_right(
		choose_site(SITE "\n| Blocked |\n|---|\n| 192.0.2.0/24 |\n| 2001:db9::/32 |\n"),
		NULL);
	const struct image *image = loaded.image;
	const int program = load_program_fd(loaded.load, 0);
	const __u8 let_in = 1;

	check_trie(program, "site_blocked4", image->blocked4->data, sizeof(struct prefix4), &let_in,
		   sizeof(let_in));
	check_trie(program, "site_blocked6", image->blocked6->data, sizeof(struct prefix6), &let_in,
		   sizeof(let_in));
	loaded_free(&loaded);
}

#define GUARDED_SITE                                                      \
	SITE "\n| Guard | Ports | Sources | Limit |\n|---|---|---|---|\n" \
	     "| g | tcp/443 | 10.0.0.0/8, 2001:db8::/32 | 5/s |\n| h | udp/443 | | 1/h |\n"

static void fills_what_guards_ask(void **state)
{
	struct loaded loaded = load_right(choose_site(GUARDED_SITE), NULL);
	struct loaded plain = load_right(choose_site(SITE), NULL);
	const struct image *image = loaded.image;
	const int program = load_program_fd(loaded.load, 0);
	const __u8 let_in = 1;

	check_array(program, "guards", image->guards->data, 2 * sizeof(struct guard));
	check_trie(program, "sources4", image->sources4->data, sizeof(struct source4), &let_in,
		   sizeof(let_in));
	check_trie(program, "sources6", image->sources6->data, sizeof(struct source6), &let_in,
		   sizeof(let_in));
	assert_int_equal(map_info(load_shared_fd(loaded.load, SHARED_LIMITS)).max_entries,
			 LIMIT_BUCKETS);
	assert_int_equal(map_info(load_shared_fd(plain.load, SHARED_LIMITS)).max_entries, 1);
	loaded_free(&loaded);
	loaded_free(&plain);
}

/* What is not used is not in the program. */
static void leaves_out_what_nobody_asks(void **state)
{
	struct loaded guarded = load_right(choose_site(GUARDED_SITE), NULL);
	struct loaded plain = load_right(choose_site(SITE), NULL);
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info), with;

	assert_int_equal(bpf_obj_get_info_by_fd(load_program_fd(guarded.load, 0), &info, &size), 0);
	with = info.xlated_prog_len;
	info = (struct bpf_prog_info){};
	assert_int_equal(bpf_obj_get_info_by_fd(load_program_fd(plain.load, 0), &info, &size), 0);
	assert_true(info.xlated_prog_len + 1024 < with);
	loaded_free(&guarded);
	loaded_free(&plain);
}

static __u32 map_id(int program, const char *name)
{
	int fd = find_map(program, name);
	__u32 id = map_info(fd).id;

	close(fd);
	return id;
}

/* One program for each interface: the constants are its own, everything else is the same. */
static void shares_maps_between_interfaces(void **state)
{
	static const char *const shared[] = {"ports",   "segments", "catalog",  "counters",
					     "reasons", "servers4", "prefixes6"};
	struct choice *choice = choose_profile("web");
	struct loaded loaded;
	int one, other;

	choice_set_interface(choice, "card1", "voice", ATTACH_AUTO);
	loaded = load_right(choice, NULL);
	one = load_program_fd(loaded.load, 0);
	other = load_program_fd(loaded.load, 1);
	assert_int_not_equal(program_id(one), program_id(other));
	for (unsigned int i = 0; i < G_N_ELEMENTS(shared); i++)
		assert_int_equal(map_id(one, shared[i]), map_id(other, shared[i]));
	assert_int_not_equal(map_id(one, ".rodata"), map_id(other, ".rodata"));
	loaded_free(&loaded);
}

/* All but the prefixes that the block list's table is made from: the program does not read them. */
static void check_used(const struct load *load, enum shared_map map)
{
	if (map != SHARED_BLOCKED4)
		assert_int_equal(map_info(load_shared_fd(load, map)).id,
				 map_id(load_program_fd(load, 0), shared_name(map)));
}

static void has_counters_of_its_own(void **state)
{
	struct loaded one = load_right(choose_profile("web"), NULL);
	struct loaded other = load_right(choose_profile("web"), NULL);
	const struct shared_needs needs = load_needs(one.image);

	for (int map = 0; map < SHARED_MAPS; map++) {
		int fd = load_shared_fd(one.load, map);

		assert_int_not_equal(map_info(fd).id, map_info(load_shared_fd(other.load, map)).id);
		assert_int_equal(map_info(fd).max_entries, shared_blocks(map, &needs));
		check_used(one.load, map);
	}
	loaded_free(&one);
	loaded_free(&other);
}

static void uses_the_counters_given(void **state)
{
	const struct shared_needs needs = {.slots = 10 * COUNTS_PER_BLOCK, .numbers = 10};
	struct messages *messages = messages_new();
	struct shared shared;
	struct loaded loaded;

	assert_true(shared_open(&shared, bpffs, &needs, messages));
	loaded = load_right(choose_profile("web"), &shared);
	for (int map = 0; map < SHARED_MAPS; map++) {
		assert_int_equal(map_info(shared.fd[map]).id,
				 map_info(load_shared_fd(loaded.load, map)).id);
		check_used(loaded.load, map);
	}
	loaded_free(&loaded);
	shared_close(&shared);
	messages_free(messages);
}

/* Two programs for two interfaces, as a host is described to them. */
static struct load *load_for_host(const struct image *image, const __u64 secret[2])
{
	const int indexes[] = {7, 8};
	const __u32 gated[] = {7, 70, 7};
	struct load_host host = {
		.secret = {secret[0], secret[1]},
		.pickup_until = 4711,
		.generation = 4712,
		.indexes = g_array_new(FALSE, FALSE, sizeof(int)),
		.gated = g_array_new(FALSE, FALSE, sizeof(__u32)),
	};
	struct messages *messages = messages_new();
	struct load *load;

	g_array_append_vals(host.indexes, indexes, G_N_ELEMENTS(indexes));
	g_array_append_vals(host.gated, gated, G_N_ELEMENTS(gated));
	load = load_image(image, CATALOG, NULL, &host, messages);
	assert_non_null(load);
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
	g_array_unref(host.indexes);
	g_array_unref(host.gated);
	return load;
}

/* The constants of the program on an interface; the caller frees them. */
static char *constants_of(const struct load *load, guint interface, __u32 *size)
{
	int fd = find_map(load_program_fd(load, interface), ".rodata");
	__u32 zero = 0;
	char *constants = g_malloc0(map_info(fd).value_size);

	*size = map_info(fd).value_size;
	assert_int_equal(bpf_map_lookup_elem(fd, &zero, constants), 0);
	close(fd);
	return constants;
}

/* All that is hashed is hashed with the gate's secret, flows with the interface's number too. */
static void knows_the_host(void **state)
{
	const __u64 secret[2] = {0x1234567890abcdef, 0xfedcba0987654321};
	struct choice *choice = choose_profile("web");
	struct generation *generation;
	struct image *image;
	struct load *load;
	g_autofree char *one = NULL, *other = NULL;
	__u32 size, pickup = 4711, number = 4712, inside = 70, outside = 8;
	__u8 yes = 0;
	int gated;

	choice_set_interface(choice, "card1", "web", ATTACH_AUTO);
	generation = compile(choice);
	image = image_build(generation, NULL);
	load = load_for_host(image, secret);
	one = constants_of(load, 0, &size);
	other = constants_of(load, 1, &size);
	assert_non_null(memmem(one, size, secret, sizeof(secret)));
	assert_non_null(memmem(one, size, &pickup, sizeof(pickup)));
	assert_non_null(memmem(one, size, &number, sizeof(number)));
	assert_memory_not_equal(one, other, size); /* the same profile: only the seeds differ */
	gated = find_map(load_egress_fd(load, 0), "gated");
	assert_int_equal(bpf_map_lookup_elem(gated, &inside, &yes), 0);
	assert_int_equal(bpf_map_lookup_elem(gated, &outside, &yes), -ENOENT);
	assert_int_equal(map_id(load_egress_fd(load, 0), "catalog"),
			 map_id(load_program_fd(load, 1), "catalog"));
	close(gated);
	load_free(load);
	image_free(image);
	generation_free(generation);
}

static void leaves_out_who_learns(void **state)
{
	struct choice *choice = choose_profile("web");
	struct loaded loaded;

	choice->replies_off = true;
	loaded = load_right(choice, NULL);
	assert_int_equal(load_egress_fd(loaded.load, 0), -1);
	loaded_free(&loaded);
}

static void goes_away(void **state)
{
	struct loaded loaded = load_right(choose_profile("web"), NULL);
	__u32 program = program_id(load_program_fd(loaded.load, 0));
	__u32 ports = map_id(load_program_fd(loaded.load, 0), "ports");
	int fd = bpf_prog_get_fd_by_id(program);

	assert_true(fd >= 0);
	close(fd);
	loaded_free(&loaded);
	load_free(NULL);
	/* The kernel frees in its own time. */
	for (int i = 0; i < 500 && (fd = bpf_map_get_fd_by_id(ports)) >= 0; i++) {
		close(fd);
		g_usleep(10000);
	}
	assert_int_equal(bpf_prog_get_fd_by_id(program), -ENOENT);
	assert_int_equal(fd, -ENOENT);
}

static void refuse_to_load(const char *expected, void (*spoil)(struct image *image))
{
	struct generation *generation = compile(choose_profile("web"));
	struct messages *messages = messages_new();
	struct image *image = image_build(generation, messages);
	g_autofree char *said = NULL;

	spoil(image);
	assert_null(load_image(image, CATALOG, NULL, NULL, messages));
	said = all_messages(messages);
	if (!g_str_has_prefix(said, expected))
		assert_string_equal(said, expected);
	assert_int_equal(messages->errors, 1);
	image_free(image);
	generation_free(generation);
	messages_free(messages);
}

/* A prefix longer than an address has bits. */
static void spoil_prefix(struct image *image)
{
	struct image_prefix4 prefix = {.key.length = 33};

	g_array_append_val(image->prefixes4, prefix);
}

/* A table that no memory holds. */
static void spoil_servers(struct image *image)
{
	image->index4.places = 1U << 31;
}

static void says_which_step_failed(void **state)
{
	refuse_to_load("load: error: cannot fill map prefixes4: Invalid argument\n", spoil_prefix);
	refuse_to_load("load: error: cannot load the program: ", spoil_servers);
}

static void knows_its_program(void **state)
{
	g_autofree char *digest = load_program_digest(), *again = load_program_digest();

	assert_int_equal(strlen(digest), 64);
	assert_int_equal(strspn(digest, "0123456789abcdef"), 64);
	assert_string_equal(digest, again);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_maps),
		cmocka_unit_test(fills_whom_the_site_blocks),
		cmocka_unit_test(fills_what_guards_ask),
		cmocka_unit_test(leaves_out_what_nobody_asks),
		cmocka_unit_test(shares_maps_between_interfaces),
		cmocka_unit_test(has_counters_of_its_own),
		cmocka_unit_test(uses_the_counters_given),
		cmocka_unit_test(knows_the_host),
		cmocka_unit_test(leaves_out_who_learns),
		cmocka_unit_test(goes_away),
		cmocka_unit_test(says_which_step_failed),
		cmocka_unit_test(knows_its_program),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
