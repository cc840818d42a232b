/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/estimate.c and user/stand_in.c: what is in force is measured, and does not notice.
 */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "blocklist.h"
#include "estimate.h"
#include "own_gate.h"
#include "watch.h"

/* What packets to them write: counters of all kinds, flows, token buckets. */
#define SITE                                                                     \
	"| Server | Address | Profile | Mode |\n|---|---|---|---|\n"             \
	"| fe01 | 10.9.7.11 | web | |\n| lab | 2001:db8:9::/48 | voice | "       \
	"monitor |\n\n"                                                          \
	"| Guard | Ports | Limit |\n|---|---|---|\n| calm | tcp/443 | 1/s |\n\n" \
	"| Blocked |\n|---|\n| 192.0.2.0/24 |\n"

/* --- the gate's state --- */

static void add_map(GChecksum *checksum, int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), copies = (__u32)libbpf_num_possible_cpus();
	g_autofree guchar *value = NULL;

	if (bpf_obj_get_info_by_fd(fd, &info, &size) ||
	    (info.type != BPF_MAP_TYPE_ARRAY && info.type != BPF_MAP_TYPE_PERCPU_ARRAY))
		return;
	size = (info.value_size + 7) / 8 * 8 *
	       (info.type == BPF_MAP_TYPE_PERCPU_ARRAY ? copies : 1);
	value = g_malloc0(size);
	for (__u32 key = 0; key < info.max_entries; key++) {
		assert_int_equal(bpf_map_lookup_elem(fd, &key, value), 0);
		g_checksum_update(checksum, value, size);
	}
}

/* A digest of all arrays that are pinned: counters, flows, buckets, what is switched. */
static char *gate_state(void)
{
	g_autofree char *folder = gate_folder();
	g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
	GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
	const char *name;
	char *digest;

	while ((name = g_dir_read_name(entries))) {
		g_autofree char *path = g_build_filename(folder, name, NULL);
		int fd = bpf_obj_get(path);

		if (!g_str_has_prefix(name, "link"))
			add_map(checksum, fd);
		close(fd);
	}
	digest = g_strdup(g_checksum_get_string(checksum));
	g_checksum_free(checksum);
	return digest;
}

/* Puts one prefix on the block list. */
static void block(const char *prefix)
{
	g_autofree char *folder = gate_folder();
	struct messages *messages = messages_new();
	g_autoptr(GArray) none = blocks_new(), blocks = blocks_new();
	struct block one = {.value = {.until = BLOCKED_FOR_GOOD, .expires = BLOCKED_FOR_GOOD}};
	struct blocklist list;

	assert_int_equal(prefix_parse(prefix, &one.prefix), 0);
	g_array_append_val(blocks, one);
	assert_true(blocklist_open(&list, folder, messages));
	assert_true(blocklist_write(&list, none, blocks, messages));
	blocklist_close(&list);
	messages_free(messages);
}

/* Enforces a choice that is to be confirmed. */
static void apply_unconfirmed(struct choice *choice)
{
	struct gate *gate = open_gate(GATE_WRITE);
	struct generation *next = compile_after(choice, gate->generation);
	struct messages *messages = messages_new();

	next->confirm = 600;
	assert_true(gate_apply(gate, next, messages));
	messages_free(messages);
	generation_free(next);
	gate_close(gate);
}

/* --- tests --- */

static struct estimate *estimate_right(const struct gate *gate, guint interface)
{
	struct messages *messages = messages_new();
	struct estimate *estimate = estimate_new(gate, interface, 0, messages);
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, "");
	assert_non_null(estimate);
	messages_free(messages);
	return estimate;
}

static unsigned int parts_of(const struct gate *gate)
{
	struct messages *messages = messages_new();
	unsigned int parts;

	assert_true(stand_in_parts(gate, &parts, messages));
	messages_free(messages);
	return parts;
}

/* The program says of each packet what the policy does. */
static void check_verdicts(const struct estimate_interface *interface)
{
	assert_true(interface->samples->len > 0);
	for (guint i = 0; i < interface->samples->len; i++) {
		const struct sample *sample = &g_array_index(interface->samples, struct sample, i);
		const struct measured *measured = &interface->measured[i];
		bool drop = reason_verdict(sample->judgement.reason) == VERDICT_DROP &&
			    !sample->judgement.monitor;

		assert_int_equal(measured->verdict, drop ? XDP_DROP : XDP_PASS);
		assert_true(measured->ns > 0);
		assert_true(measured->low <= measured->above && measured->above <= measured->high);
	}
}

static void disturbs_nothing(void **state)
{
	g_autofree char *before = NULL, *after = NULL;
	const struct estimate_interface *interface;
	struct estimate *estimate;
	struct gate *gate;
	__u32 program;

	apply_right(choose_site(SITE));
	block("198.51.100.0/24");
	gate = open_gate(GATE_READ);
	before = gate_state();
	program = program_on(cards[0]);
	estimate = estimate_right(gate, ESTIMATE_ALL);
	after = gate_state();
	assert_string_equal(before, after);
	assert_int_equal(program_on(cards[0]), program);
	assert_int_equal(estimate->interfaces->len, 1);
	interface = estimate->interfaces->pdata[0];
	assert_ptr_equal(interface->link, gate_link(gate, cards[0]));
	check_verdicts(interface);
	assert_int_equal(estimate->parts, PART_BIT(PART_REPLIES) | PART_BIT(PART_BLOCKS) |
						  PART_BIT(PART_SITE_BLOCKS));
	assert_int_equal(estimate->blocked, 1);
	assert_int_equal(estimate->part_sample->question.transport, TRANSPORT_UDP);
	estimate_free(estimate);
	gate_close(gate);
}

/* Whoever is blocked live is blocked there, too. */
static void reads_the_block_list(void **state)
{
	const guint first = 0;
	g_autoptr(GArray) interfaces = g_array_new(FALSE, FALSE, sizeof(guint));
	struct messages *messages = messages_new();
	struct measured one = {.copies = STAND_IN_COPIES, .than = MEASURE_BARE};
	struct measuring measuring;
	struct sample *sample;
	struct gate *gate;

	g_array_append_val(interfaces, first);
	apply_right(choose_profile("web"));
	block("203.0.113.0/24");
	gate = open_gate(GATE_READ);
	for (int blocking = 0; blocking < 2; blocking++) {
		g_autoptr(GArray) samples = samples_of(gate->generation, 0, NULL);
		struct stand_in *stand_in = stand_in_new(
			gate, interfaces, blocking ? PART_BIT(PART_BLOCKS) : 0, NULL, messages);

		assert_non_null(stand_in);
		sample = &g_array_index(samples, struct sample, 2);
		assert_int_equal(sample->kind, SAMPLE_SERVICE);
		one.programs = stand_in_programs(stand_in, 0);
		one.frame = sample->frame;
		one.size = sample->size;
		assert_true(measure(&one, 1, 0, &measuring, messages));
		assert_int_equal(one.verdict, blocking ? XDP_DROP : XDP_PASS);
		stand_in_free(stand_in);
	}
	gate_close(gate);
	messages_free(messages);
}

static void knows_what_is_in_use(void **state)
{
	const struct watch all = {.reasons = ~0ULL, .transports = ~0U, .last_port = 65535};
	g_autofree char *folder = gate_folder();
	struct messages *messages = messages_new();
	struct choice *choice = choose_profile("web");
	struct watcher *watcher;
	struct estimate *estimate;
	struct gate *gate;

	choice->replies_off = true;
	apply_right(choice_copy(choice));
	gate = open_gate(GATE_READ);
	assert_int_equal(parts_of(gate), 0);
	watcher = watcher_begin(folder, &all, messages);
	assert_non_null(watcher);
	assert_int_equal(parts_of(gate), PART_BIT(PART_WATCH));
	gate_close(gate);
	choice_set_interface(choice, cards[0], "voice", ATTACH_AUTO);
	apply_unconfirmed(choice);
	gate = open_gate(GATE_READ);
	assert_int_equal(parts_of(gate), PART_BIT(PART_WATCH) | PART_BIT(PART_PENDING));
	estimate = estimate_right(gate, ESTIMATE_ALL);
	check_verdicts(estimate->interfaces->pdata[0]);
	assert_true(estimate->part[PART_PENDING].low <= estimate->part[PART_PENDING].high);
	assert_int_equal(watcher_lost(watcher), 0);
	estimate_free(estimate);
	watcher_end(watcher);
	gate_close(gate);
	messages_free(messages);
}

/* The same program is measured once, and one card alone if it is named. */
static void knows_interfaces_apart(void **state)
{
	struct choice *choice = choose_profile("web");
	const struct estimate_interface *first, *second;
	struct estimate *estimate;
	struct gate *gate;

	choice_set_interface(choice, cards[1], "web", ATTACH_AUTO);
	apply_right(choice_copy(choice));
	gate = open_gate(GATE_READ);
	estimate = estimate_right(gate, ESTIMATE_ALL);
	assert_int_equal(estimate->interfaces->len, 2);
	first = estimate->interfaces->pdata[0], second = estimate->interfaces->pdata[1];
	assert_null(first->like);
	assert_ptr_equal(second->like, first);
	estimate_free(estimate);
	gate_close(gate);

	choice_set_interface(choice, cards[1], "voice", ATTACH_AUTO);
	apply_right(choice);
	gate = open_gate(GATE_READ);
	estimate = estimate_right(gate, ESTIMATE_ALL);
	second = estimate->interfaces->pdata[1];
	assert_null(second->like);
	check_verdicts(second);
	estimate_free(estimate);
	estimate = estimate_right(gate, 1);
	assert_int_equal(estimate->interfaces->len, 1);
	first = estimate->interfaces->pdata[0];
	assert_string_equal(first->choice->name, cards[1]);
	check_verdicts(first);
	estimate_free(estimate);
	gate_close(gate);
}

#define test(function) cmocka_unit_test_teardown(function, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(disturbs_nothing),
		test(reads_the_block_list),
		test(knows_what_is_in_use),
		test(knows_interfaces_apart),
	};

	if (skip_without_root())
		return 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
