/* SPDX-License-Identifier: GPL-2.0-only */
/* Generations brought into force: replaced, refused, taken down; the faults are in tests/faults. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "own_gate.h"
#include "totals.h"

#define PINS_OF(links)                                                                    \
	"block_table-1024 blocked4-4194304 blocked6-4194304 catalog control-1 counters-3 " \
	"dropped_ports-64 "                                                               \
	"events-262144 flow_peers-1 flows-32768 "                                         \
	"fragments-1 "                                                                    \
	"inbound_flows-16384 limits-1 " links                                             \
	"reasons-1 server_counters-3 watch-1 watch_shares-1 "
#define PINS_OF_ONE PINS_OF("link ")
#define PINS_OF_TWO PINS_OF("link link ")

static struct choice *choose_two(const char *profile)
{
	struct choice *choice = choose_profile(profile);

	choice_set_interface(choice, "card1", profile, ATTACH_AUTO);
	return choice;
}

static void applies_the_first(void **state)
{
	struct gate *gate;

	apply_right(choose_two("web"));
	check_pins(PINS_OF_TWO);
	assert_int_not_equal(program_on("card0"), 0);
	assert_int_not_equal(program_on("card1"), 0);
	assert_int_not_equal(program_on("card0"), program_on("card1"));
	gate = open_gate(GATE_READ);
	assert_true(gate_is_whole(gate));
	assert_int_equal(gate->generation->number, 1);
	assert_int_equal(strlen(gate->generation->since), strlen("2026-11-22T10:00:00Z"));
	assert_string_equal(gate->generation->since, gate->generation->counting_since);
	gate_close(gate);
}

/* A packet for tcp/443, which every profile but voice opens, through the program on a card. */
static void send_packet(const char *card)
{
	unsigned char packet[64] = {
		[12] = 0x08, [14] = 0x45,     [17] = 40,        [22] = 64,  [23] = 6,
		[26] = 192,  [28] = 2,        [29] = 1,         [30] = 10,  [33] = 1,
		[34] = 0x9c, [36] = 443 >> 8, [37] = 443 & 255, [46] = 0x50};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = packet, .data_size_in = sizeof(packet),
		    .repeat = 1);
	int program = bpf_prog_get_fd_by_id(program_on(card));

	assert_int_equal(bpf_prog_test_run_opts(program, &run), 0);
	close(program);
}

/* Packets that have passed as published since counting began. */
static __u64 count_published(void)
{
	g_autofree char *folder = gate_folder();
	struct messages *messages = messages_new();
	struct totals *totals = totals_read(folder, messages);
	__u64 published = totals->reasons.enforced[REASON_PUBLISHED].packets;

	totals_free(totals);
	messages_free(messages);
	return published;
}

static void replaces_and_goes_on_counting(void **state)
{
	__u32 before;
	struct gate *gate;
	g_autofree char *since = NULL;

	apply_right(choose_two("web"));
	gate = open_gate(GATE_READ);
	since = g_strdup(gate->generation->counting_since);
	gate_close(gate);
	send_packet("card0");
	send_packet("card1");
	assert_int_equal(count_published(), 2);
	before = program_on("card0");

	apply_right(choose_two("narrow"));
	check_pins(PINS_OF_TWO);
	assert_int_not_equal(program_on("card0"), before);
	send_packet("card0");
	assert_int_equal(count_published(), 3);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->generation->number, 2);
	assert_string_equal(gate->generation->counting_since, since);
	assert_int_equal(gate->generation->slots->segments->len, 7);
	assert_true(gate_is_whole(gate));
	gate_close(gate);

	apply_right(choose_two("voice"));
	send_packet("card0");
	assert_int_equal(count_published(), 3);
}

static void adds_and_detaches_interfaces(void **state)
{
	struct gate *gate;

	apply_right(choose_profile("web"));
	check_pins(PINS_OF_ONE);
	assert_int_equal(program_on("card1"), 0);
	apply_right(choose_two("web"));
	check_pins(PINS_OF_TWO);
	assert_int_not_equal(program_on("card1"), 0);
	apply_right(choose_profile("web"));
	check_pins(PINS_OF_ONE);
	assert_int_equal(program_on("card1"), 0);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->generation->number, 3);
	assert_int_equal(gate->links->len, 1);
	gate_close(gate);
}

static void clears_away_links_of_interfaces_that_are_gone(void **state)
{
	struct choice *choice = choose_profile("web");

	run("ip link add card2 type veth peer name wire2");
	choice_set_interface(choice, "card2", "web", ATTACH_AUTO);
	apply_right(choice);
	check_pins(PINS_OF_TWO);
	run("ip link delete card2");
	apply_right(choose_profile("web"));
	check_pins(PINS_OF_ONE);
}

/* A `down` that was killed between detaching the link and removing its pin. */
static void attaches_anew_where_a_link_is_dead(void **state)
{
	struct gate *gate;

	apply_right(choose_two("web"));
	gate = open_gate(GATE_READ);
	assert_int_equal(bpf_link_detach(gate_link(gate, "card0")->fd), 0);
	gate_close(gate);
	assert_int_equal(program_on("card0"), 0);

	apply_right(choose_two("web"));
	check_pins(PINS_OF_TWO);
	assert_int_not_equal(program_on("card0"), 0);
	gate = open_gate(GATE_READ);
	assert_true(gate_is_whole(gate));
	assert_int_equal(gate->generation->number, 2);
	gate_close(gate);
}

static void grows_its_counters(void **state)
{
	struct generation *next;
	struct gate *gate;
	struct messages *messages = messages_new();

	apply_right(choose_profile("web"));
	send_packet("card0");
	gate = open_gate(GATE_WRITE);
	next = compile_after(choose_profile("web"), gate->generation);
	for (unsigned int i = 0; i < 3 * COUNTS_PER_BLOCK; i++)
		slots_segment(next->slots, "many", TRANSPORT_TCP, (uint16_t)i, (uint16_t)i);
	assert_true(gate_apply(gate, next, messages));
	check_pins("block_table-1024 blocked4-4194304 blocked6-4194304 catalog control-1 counters-3 "
		   "counters-6 "
		   "dropped_ports-64 events-262144 "
		   "flow_peers-1 "
		   "flows-32768 fragments-1 inbound_flows-16384 limits-1 link reasons-1 "
		   "server_counters-3 watch-1 watch_shares-1 ");
	send_packet("card0");
	assert_int_equal(count_published(), 2);
	generation_free(next);
	gate_close(gate);
	messages_free(messages);
}

/* --- what cannot be --- */

static void refuses_an_interface_that_is_not_there(void **state)
{
	struct choice *choice = choose_profile("web");

	choice_set_interface(choice, "card9", "web", ATTACH_AUTO);
	apply_wrong(choice, "card9: error: cannot find the interface: No such device\n");
	check_pins("");
	assert_int_equal(program_on("card0"), 0);
}

static void refuses_beside_another_program(void **state)
{
	int program = load_other_program();
	int index = (int)if_nametoindex("card1");

	assert_int_equal(bpf_xdp_attach(index, program, 0, NULL), 0);
	apply_wrong(choose_two("web"), "card1: error: cannot attach beside another XDP program: "
				       "Device or resource busy\n");
	check_pins("");
	assert_int_equal(program_on("card0"), 0);
	assert_int_equal(program_on("card1"), program_id(program));

	/* In the way of what is in force already, it changes nothing there. */
	apply_right(choose_profile("web"));
	apply_wrong(choose_two("voice"), "card1: error: cannot attach beside another XDP program: "
					 "Device or resource busy\n");
	check_pins(PINS_OF_ONE);
	send_packet("card0");
	assert_int_equal(count_published(), 1);
	assert_int_equal(bpf_xdp_detach(index, 0, NULL), 0);
	close(program);
}

/* Somebody else has put a program on our link since we looked. */
static void refuses_to_replace_what_it_did_not_see(void **state)
{
	struct messages *messages = messages_new();
	int program = load_other_program();
	g_autofree char *said = NULL;
	struct generation *next;
	struct gate *gate;

	apply_right(choose_profile("web"));
	gate = open_gate(GATE_WRITE);
	next = compile_after(choose_profile("voice"), gate->generation);
	assert_int_equal(bpf_link_update(gate_link(gate, "card0")->fd, program, NULL), 0);
	assert_false(gate_apply(gate, next, messages));
	said = all_messages(messages);
	assert_string_equal(said, "card0: error: cannot replace the program on the link: "
				  "Operation not permitted\n");
	assert_int_equal(program_on("card0"), program_id(program));
	check_pins(PINS_OF_ONE);
	generation_free(next);
	gate_close(gate);
	messages_free(messages);

	/* From then on it is a program that we cannot read. */
	apply_wrong(choose_profile("web"), "card0: error: enforces a program of another version of "
					   "portcullis: 'portcullis down --all' removes it\n");
	assert_int_equal(program_on("card0"), program_id(program));
	close(program);
}

static void refuses_what_does_not_fit(void **state)
{
	struct gate *gate = open_gate(GATE_WRITE);
	struct generation *next = compile(choose_profile("web"));
	struct messages *messages = messages_new();
	g_autofree char *said = NULL;

	while (next->profiles->len <= TARGET_PROFILES_MAX)
		g_ptr_array_add(next->profiles, profile_compile(next->policy, "closed"));
	assert_false(gate_apply(gate, next, messages));
	said = all_messages(messages);
	assert_string_equal(said, "the policy: error: 2049 profiles are too many, expected at most "
				  "2048\n");
	generation_free(next);
	gate_close(gate);
	check_pins("");
	messages_free(messages);
}

static void falls_back_to_generic_mode(void **state)
{
	struct choice *choice = choose_profile("web");
	bool done;
	g_autofree char *said = NULL;
	struct gate *gate;

	run("ip link add card3 type bridge"); /* whose driver has no XDP */
	choice_set_interface(choice, "card3", "web", ATTACH_NATIVE);
	apply_wrong(choice, "card3: error: cannot attach the program: Operation not supported\n");
	check_pins("");

	choice = choose_profile("web");
	choice_set_interface(choice, "card3", "web", ATTACH_AUTO);
	said = apply(choice, &done);
	assert_true(done);
	assert_string_equal(said, "card3: warning: no native XDP here (Operation not supported): "
				  "attached in generic mode, which is slower\n");
	gate = open_gate(GATE_READ);
	assert_string_equal(gate_link(gate, "card0")->attach, "native");
	assert_string_equal(gate_link(gate, "card3")->attach, "generic");
	gate_close(gate);
	run("ip link delete card3");
}

static void attaches_as_asked(void **state)
{
	struct choice *choice = choose_two("web");
	struct gate *gate;

	choice_set_interface(choice, "card0", "web", ATTACH_GENERIC);
	choice_set_interface(choice, "card1", "web", ATTACH_NATIVE);
	apply_right(choice);
	gate = open_gate(GATE_READ);
	assert_string_equal(gate_link(gate, "card0")->attach, "generic");
	assert_string_equal(gate_link(gate, "card1")->attach, "native");
	gate_close(gate);
}

/* --- the end --- */

static void detaches_and_removes(void **state)
{
	struct messages *messages = messages_new();
	struct gate *gate;

	apply_right(choose_two("web"));
	send_packet("card0");
	gate = open_gate(GATE_WRITE);
	assert_true(gate_detach(gate, messages));
	assert_int_equal(program_on("card0"), 0);
	assert_int_equal(program_on("card1"), 0);
	check_pins(PINS_OF(""));
	assert_int_equal(count_published(), 1);
	assert_true(gate_remove(gate, messages));
	check_pins("");
	gate_close(gate);
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);

	/* What begins anew counts from nothing. */
	apply_right(choose_profile("web"));
	assert_int_equal(count_published(), 0);
}

/* Counters without a generation belong to nobody. */
static void forgets_what_was_left(void **state)
{
	struct messages *messages = messages_new();
	struct gate *gate;

	apply_right(choose_profile("web"));
	send_packet("card0");
	gate = open_gate(GATE_WRITE);
	assert_true(gate_detach(gate, messages)); /* and the command is killed */
	gate_close(gate);
	messages_free(messages);

	apply_right(choose_profile("voice"));
	assert_int_equal(count_published(), 0);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->generation->number, 1);
	gate_close(gate);
}

#define test(name) cmocka_unit_test_teardown(name, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(applies_the_first),
		test(replaces_and_goes_on_counting),
		test(adds_and_detaches_interfaces),
		test(clears_away_links_of_interfaces_that_are_gone),
		test(attaches_anew_where_a_link_is_dead),
		test(grows_its_counters),
		test(refuses_an_interface_that_is_not_there),
		test(refuses_beside_another_program),
		test(refuses_to_replace_what_it_did_not_see),
		test(refuses_what_does_not_fit),
		test(falls_back_to_generic_mode),
		test(attaches_as_asked),
		test(detaches_and_removes),
		test(forgets_what_was_left),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
