/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/obstacles.c: what is said of which cards, machines and gates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "obstacles.h"

/* "name (card): found; next" of each, a line each; lets them go. */
static char *all_of(GPtrArray *obstacles)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < obstacles->len; i++) {
		const struct obstacle *one = obstacles->pdata[i];

		g_string_append_printf(text, "%s (%s): %s; %s\n", one->name,
				       one->interface ? one->interface : "all", one->found,
				       one->next);
	}
	g_ptr_array_unref(obstacles);
	return g_string_free(text, FALSE);
}

static void check_card(const struct obstacle_card *card, const char *expected)
{
	GPtrArray *obstacles = obstacles_new();
	g_autofree char *said = NULL;

	obstacles_add_card(obstacles, card);
	said = all_of(obstacles);
	assert_string_equal(said, expected);
}

static const struct obstacle_card good = {
	.name = "eth7",
	.attach = "native",
	.mtu = 9000,
	.cpus = 8,
	.driver = {.tells_xdp = true,
		   .native = true,
		   .multi_buffer = true,
		   .queues = 8,
		   .queues_max = 8,
		   .combined = true},
};

static void a_good_card(void **state)
{
	struct obstacle_card silent = good;

	check_card(&good, "");
	silent.driver = (struct driver){};
	check_card(&silent, "");
}

#define GENERIC                                                                               \
	"generic-mode (eth7): generic mode: the kernel makes a socket buffer of each packet " \
	"before "                                                                             \
	"the program sees it, which costs more than the program; "

static void generic_mode(void **state)
{
	struct obstacle_card card = good;

	card.attach = "generic";
	card.wanted = ATTACH_GENERIC;
	check_card(&card, GENERIC "it was asked for: 'portcullis down eth7', then 'up' with --mode "
				  "(a site: its setting Attach) auto\n");
	card.wanted = ATTACH_AUTO;
	check_card(&card, GENERIC "'portcullis down eth7', then 'up' with --mode (a site: its "
				  "setting Attach) native, tells why\n");
	card.driver.multi_buffer = false;
	check_card(&card, GENERIC "its driver takes no packets in several buffers, as its MTU of "
				  "9000 may need: 'ip link set eth7 mtu 1500', 'portcullis down "
				  "eth7', then 'up' again\n");
	card.driver.native = false;
	check_card(&card, GENERIC "its driver has no native XDP: another card has\n");
	card.driver.tells_xdp = false;
	check_card(&card, GENERIC "its driver may not take packets in several buffers, as its MTU "
				  "of 9000 may need: 'ip link set eth7 mtu 1500', 'portcullis down "
				  "eth7', then 'up' again\n");
	card.mtu = 1500;
	check_card(&card, GENERIC "'portcullis down eth7', then 'up' with --mode (a site: its "
				  "setting Attach) native, tells why\n");
}

static void joins_packets(void **state)
{
	struct obstacle_card card = good;

	card.driver.lro = card.driver.gro_hw = true;
	check_card(&card,
		   "lro (eth7): LRO is on: what the card joins before it is judged is judged "
		   "and counted as one packet; 'ethtool -K eth7 lro off'\n"
		   "gro-hw (eth7): GRO of the hardware is on: what the card joins before it "
		   "is judged is judged and counted as one packet; "
		   "'ethtool -K eth7 rx-gro-hw off'\n");
}

#define ONE_QUEUE \
	"one-queue (eth7): one receive queue: one of 8 processors judges all that arrives; "

static void one_queue(void **state)
{
	struct obstacle_card card = good;

	card.driver.queues = 1;
	check_card(&card, ONE_QUEUE "'ethtool -L eth7 combined 8' gives it more\n");
	card.driver.queues_max = 64;
	check_card(&card, ONE_QUEUE "'ethtool -L eth7 combined 8' gives it more\n");
	card.driver.queues_max = 4;
	card.driver.combined = false;
	check_card(&card, ONE_QUEUE "'ethtool -L eth7 rx 4' gives it more\n");
	card.driver.queues_max = 1;
	check_card(&card, ONE_QUEUE "its driver has no more; RPS (rps_cpus) spreads only what has "
				    "passed\n");
	card.cpus = 1;
	check_card(&card, "");
}

static void one_queue_in_generic_mode(void **state)
{
	struct obstacle_card card = good;

	card.attach = "generic";
	card.wanted = ATTACH_GENERIC;
	card.driver.queues = card.driver.queues_max = 1;
	check_card(&card,
		   GENERIC "it was asked for: 'portcullis down eth7', then 'up' with --mode "
			   "(a site: its setting Attach) auto\n" ONE_QUEUE
			   "its driver has no more; RPS (rps_cpus) spreads packets before the "
			   "program in this mode\n");
}

static void check_machine(const struct machine *machine, const char *expected)
{
	GPtrArray *obstacles = obstacles_new();
	g_autofree char *said = NULL;

	obstacles_add_machine(obstacles, machine);
	said = all_of(obstacles);
	assert_string_equal(said, expected);
}

static void the_machine(void **state)
{
	g_autoptr(GPtrArray) mitigations = g_ptr_array_new();
	struct machine machine = {.cpus = 8, .mitigations = mitigations};

	check_machine(&machine, "");
	machine.hardened = machine.counts_time = true;
	g_ptr_array_add(mitigations, "retpolines");
	g_ptr_array_add(mitigations, "Safe RET");
	check_machine(
		&machine,
		"jit-hardening (all): bpf_jit_harden is 2: constants in every program are blinded, "
		"which the figures include; 'sysctl net.core.bpf_jit_harden=1' blinds those of "
		"unprivileged users alone, from the next change on\n"
		"bpf-statistics (all): bpf_stats_enabled is 1: the kernel times each run of a "
		"program, which the figures include, those of the bare one too; "
		"'sysctl kernel.bpf_stats_enabled=0'\n"
		"mitigations (all): the processor's mitigations make calls and returns dearer "
		"(retpolines, Safe RET): the figures include what the program pays, not what "
		"driver and stack do; they are what protects it; later processors need fewer\n");
}

static void the_gate(void **state)
{
	const struct obstacle_gate all = {true, true, true}, none = {};
	GPtrArray *obstacles = obstacles_new();
	g_autofree char *said = NULL;

	obstacles_add_gate(obstacles, &none);
	assert_int_equal(obstacles->len, 0);
	obstacles_add_gate(obstacles, &all);
	said = all_of(obstacles);
	assert_string_equal(
		said,
		"interpreted (all): the program is interpreted, which costs several times what "
		"compiled code does; 'sysctl net.core.bpf_jit_enable=1'; what is loaded stays as "
		"it "
		"is until the next change\n"
		"other-version (all): the program in force is of another version than this binary, "
		"whose own was measured; 'portcullis up' replaces it\n"
		"monitor (all): monitor mode: what would be dropped goes on into the kernel's "
		"stack, "
		"which costs far more than the program; 'portcullis swap --enforce', once only "
		"what "
		"should be dropped would be\n");
}

static void parts(void **state)
{
	struct estimate estimate = {.parts = (1U << PARTS) - 1, .blocked = 7};
	GPtrArray *obstacles = obstacles_new();
	g_autofree char *said = NULL;

	obstacles_add_parts(obstacles, &estimate, 1);
	assert_int_equal(obstacles->len, PARTS);
	for (enum part part = 0; part < PARTS; part++)
		assert_ptr_equal(((struct obstacle *)obstacles->pdata[part])->cost,
				 &estimate.part[part]);
	said = all_of(obstacles);
	assert_string_equal(
		said,
		"unconfirmed (all): the change waits to be confirmed: each packet looks at the "
		"deadline; 'portcullis confirm' ends it\n"
		"watched (all): somebody looks on: each drop asks whether it is wanted; it "
		"ends with 'portcullis drops'\n"
		"replies (all): replies are on: who is refused may answer a server; '--replies "
		"off' "
		"(a site: its setting Replies) does without, where servers begin nothing "
		"themselves\n"
		"block-list (all): each source is looked up on the block list (7 prefixes; what is "
		"not in the cache is dearer); an empty list costs nothing: 'portcullis blocks' "
		"lists it\n"
		"site-blocks (all): each source is looked up among those the site blocks (1 "
		"prefix; "
		"what is not in the cache is dearer); a site without Blocked rows pays nothing\n");
}

static void no_parts(void **state)
{
	const struct estimate estimate = {};
	g_autoptr(GPtrArray) obstacles = obstacles_new();

	obstacles_add_parts(obstacles, &estimate, 5);
	assert_int_equal(obstacles->len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_good_card),
		cmocka_unit_test(generic_mode),
		cmocka_unit_test(joins_packets),
		cmocka_unit_test(one_queue),
		cmocka_unit_test(one_queue_in_generic_mode),
		cmocka_unit_test(the_machine),
		cmocka_unit_test(the_gate),
		cmocka_unit_test(parts),
		cmocka_unit_test(no_parts),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
