/* SPDX-License-Identifier: GPL-2.0-only */
/* Gates as they stand in the kernel: opened, locked, read, understood or not. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "load.h"
#include "own_gate.h"

/* --- hosts that have no gate --- */

static void check_use_refused(enum gate_use use, const char *where, const char *expected)
{
	struct messages *messages = messages_new();
	g_autofree char *said = NULL;

	assert_null(gate_open(where, use, messages));
	said = all_messages(messages);
	assert_string_equal(said, expected);
	messages_free(messages);
}

static void check_refused(const char *where, const char *expected)
{
	check_use_refused(GATE_READ, where, expected);
}

static void needs_bpffs(void **state)
{
	check_refused(
		"/proc",
		"/proc: error: no BPF file system is mounted here: 'mount -t bpf bpf /proc', or "
		"name one with --bpffs ('ip netns exec' hides the usual one: use nsenter "
		"--net=)\n");
	check_refused("/nowhere",
		      "/nowhere: error: cannot look at the BPF file system: No such file "
		      "or directory\n");
}

static void needs_root(void **state)
{
	assert_int_equal(seteuid(65534), 0);
	check_refused("/nowhere", "/nowhere: error: this needs root (to load programs and see the "
				  "gate): try sudo\n");
	assert_int_equal(seteuid(0), 0);
}

static void reads_nothing_where_nothing_is(void **state)
{
	g_autofree char *folder = gate_folder();
	struct gate *gate = open_gate(GATE_READ);

	assert_string_equal(gate->directory, folder);
	assert_int_equal(gate->links->len, 0);
	assert_null(gate->generation);
	assert_null(gate_link(gate, "card0"));
	assert_false(gate_is_littered(gate));
	assert_int_equal(gate->lock, -1);
	gate_close(gate);
	assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
	gate_close(NULL);
}

/* --- writers --- */

static void leaves_no_empty_folder(void **state)
{
	g_autofree char *folder = gate_folder();
	struct gate *gate = open_gate(GATE_WRITE);

	assert_true(g_file_test(folder, G_FILE_TEST_IS_DIR));
	gate_close(gate);
	assert_false(g_file_test(folder, G_FILE_TEST_EXISTS));
}

/* A process that wants the gate once it reads a byte, and writes one when it has it. */
static pid_t start_writer(int ends[2])
{
	pid_t writer;
	char byte;

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	writer = fork();
	if (!writer) {
		struct messages *messages = messages_new();

		alarm(60);
		_exit(read(ends[1], &byte, 1) != 1 || !gate_open(bpffs, GATE_WRITE, messages) ||
		      write(ends[1], "", 1) != 1);
	}
	return writer;
}

static bool is_ready(int descriptor, int milliseconds)
{
	struct pollfd wanted = {.fd = descriptor, .events = POLLIN};

	return poll(&wanted, 1, milliseconds) == 1 && wanted.revents & POLLIN;
}

static void lets_one_writer_in(void **state)
{
	int ends[2], status;
	pid_t writer = start_writer(ends); /* before the lock, which a child would inherit */
	struct gate *gate = open_gate(GATE_WRITE), *reader;

	assert_int_equal(write(ends[0], "", 1), 1);
	assert_false(is_ready(ends[0], 300));
	reader = open_gate(GATE_READ); /* does not wait */
	gate_close(reader);
	/* The folder goes with the first writer; the second makes it anew. */
	gate_close(gate);
	assert_true(is_ready(ends[0], 10000));
	assert_int_equal(waitpid(writer, &status, 0), writer);
	assert_int_equal(status, 0);
	close(ends[0]);
	close(ends[1]);
}

/* --- what is enforced --- */

static void reads_what_is_enforced(void **state)
{
	struct choice *choice = choose_profile("web");
	struct gate *gate;
	const struct gate_link *link;

	choice_set_interface(choice, "card1", "extra + web", ATTACH_GENERIC);
	apply_right(choice);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->links->len, CARDS);
	for (int i = 0; i < CARDS; i++) {
		link = gate->links->pdata[i];
		assert_string_equal(link->name, cards[i]);
		assert_ptr_equal(link, gate_link(gate, cards[i]));
		assert_int_equal(link->ifindex, if_nametoindex(cards[i]));
		assert_int_equal(link->program, program_on(cards[i]));
		assert_int_equal(link->generation, 1);
		assert_string_equal(link->attach, i ? "generic" : "native");
		assert_true(g_file_test(link->pin, G_FILE_TEST_EXISTS));
	}
	assert_null(gate_link(gate, "card"));
	assert_true(gate_is_whole(gate));
	assert_true(gate_is_littered(gate));

	/* The generation is compiled, from what the kernel holds. */
	assert_int_equal(gate->generation->number, 1);
	assert_int_equal(gate->generation->profiles->len, 2);
	assert_string_equal(choice_interface(gate->generation->choice, "card1")->profile,
			    "web + extra");
	gate_close(gate);
}

static void knows_an_interface_that_is_gone(void **state)
{
	struct choice *choice = choose_profile("web");
	const struct gate_link *link;
	struct gate *gate;

	run("ip link add card2 type veth peer name wire2");
	choice_set_interface(choice, "card2", "voice", ATTACH_AUTO);
	apply_right(choice);
	run("ip link delete card2");
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->links->len, 2);
	link = gate->links->pdata[0]; /* those that are gone come first */
	assert_int_equal(link->ifindex, 0);
	assert_int_equal(link->generation, 1);
	assert_string_equal(link->attach, "none");
	assert_null(gate_link(gate, "card2"));
	assert_null(gate_link(gate, ""));
	assert_non_null(gate_link(gate, "card0"));
	assert_false(gate_is_whole(gate));
	assert_int_equal(gate->generation->number, 1);
	gate_close(gate);
}

/* Somebody takes the program off a card by force: the link is there, and enforces nothing. */
static void knows_a_link_that_was_detached(void **state)
{
	struct gate *gate;

	apply_right(choose_profile("web"));
	gate = open_gate(GATE_READ);
	assert_int_equal(bpf_link_detach(((struct gate_link *)gate->links->pdata[0])->fd), 0);
	gate_close(gate);
	gate = open_gate(GATE_READ);
	assert_null(gate_link(gate, "card0"));
	assert_false(gate_is_whole(gate));
	assert_int_equal(gate->generation->number, 1);
	gate_close(gate);
}

/* A swap that was killed half-way: what is newest is in force, and not everywhere. */
static void reads_the_newest_of_two(void **state)
{
	struct choice *choice = choose_profile("web");
	struct gate *gate;
	struct load *load;
	struct messages *messages = messages_new();
	struct generation *next;
	struct image *image;
	g_autofree char *text = NULL;

	choice_set_interface(choice, "card1", "web", ATTACH_AUTO);
	apply_right(choice);
	gate = open_gate(GATE_WRITE);
	next = compile_after(choice_copy(gate->generation->choice), gate->generation);
	image = image_build(next, messages);
	text = generation_to_text(next);
	load = load_image(image, text, NULL, NULL, messages);
	assert_non_null(load);
	assert_int_equal(
		bpf_link_update(gate_link(gate, "card0")->fd, load_program_fd(load, 0), NULL), 0);
	load_free(load);
	image_free(image);
	generation_free(next);
	gate_close(gate);

	gate = open_gate(GATE_READ);
	assert_int_equal(gate->generation->number, 2);
	assert_int_equal(gate_link(gate, "card0")->generation, 2);
	assert_int_equal(gate_link(gate, "card1")->generation, 1);
	assert_false(gate_is_whole(gate));
	gate_close(gate);
	messages_free(messages);
}

/* --- programs that are not of this version --- */

/* Attaches a program to card0 and pins its link where the gate's are. */
static void pin_link(int program)
{
	g_autofree char *pin =
		g_strdup_printf("%s/portcullis/link-%u", bpffs, if_nametoindex("card0"));
	struct gate *gate = open_gate(GATE_WRITE);
	int link = bpf_link_create(program, (int)if_nametoindex("card0"), BPF_XDP, NULL);

	assert_true(link >= 0);
	assert_int_equal(bpf_obj_pin(link, pin), 0);
	close(link);
	gate_close(gate);
}

/* The same with one of our programs that has this catalog. */
static void pin_catalog(const char *catalog)
{
	struct generation *generation = compile(choose_profile("web"));
	struct messages *messages = messages_new();
	struct image *image = image_build(generation, messages);
	struct load *load = load_image(image, catalog, NULL, NULL, messages);

	assert_non_null(load);
	pin_link(load_program_fd(load, 0));
	load_free(load);
	image_free(image);
	generation_free(generation);
	messages_free(messages);
}

/* That the gate says so much, and knows of a link, but not what it enforces. */
static void check_unknown(const char *expected)
{
	struct messages *messages = messages_new();
	struct gate *gate = gate_open(bpffs, GATE_READ, messages);
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, expected);
	assert_non_null(gate);
	assert_null(gate->generation);
	assert_int_equal(gate->links->len, 1);
	assert_int_equal(gate_link(gate, "card0")->generation, 0);
	assert_int_equal(gate_link(gate, "card0")->program, program_on("card0"));
	assert_true(gate_is_littered(gate));
	gate_close(gate);
	messages_free(messages);
}

static void knows_no_other_layout(void **state)
{
	struct generation *generation = generation_new(choose_profile("web"), NULL);
	g_autofree char *text = generation_to_text(generation);
	char *layout = strstr(text, "\"layout\":") + strlen("\"layout\":");

	*layout = *layout == '9' ? '8' : '9';
	pin_catalog(text);
	check_unknown("");
	generation_free(generation);
}

static void knows_no_other_catalog(void **state)
{
	pin_catalog("not JSON");
	check_unknown("");
}

static void knows_no_other_program(void **state)
{
	int program = load_other_program();

	pin_link(program);
	close(program);
	check_unknown("");
}

/* What another version could read and we cannot. */
static void says_why_documents_are_not_understood(void **state)
{
	struct choice *choice =
		choose("| Role | Port | Protocol |\n|---|---|---|\n| A | 0 | TCP |\n", NULL);
	struct generation *generation;
	g_autofree char *text = NULL;

	choice_set_interface(choice, "card0", "a", ATTACH_AUTO);
	generation = generation_new(choice, NULL);
	text = generation_to_text(generation);
	pin_catalog(text);
	check_unknown("d.md:3: error: port '0' is out of range, expected 1-65535\n");
	generation_free(generation);
}

static void says_that_a_pin_is_no_link(void **state)
{
	g_autofree char *pin = g_strdup_printf("%s/portcullis/link-7", bpffs);
	g_autofree char *expected = g_strdup_printf(
		"%s: error: is no pin, expected one or nothing: 'rm -r %s' first\n", pin, pin);
	g_autofree char *said = NULL;
	struct messages *messages = messages_new();
	struct gate *writer = open_gate(GATE_WRITE);

	assert_int_equal(g_mkdir_with_parents(pin, 0700), 0);
	assert_null(gate_open(bpffs, GATE_READ, messages));
	said = all_messages(messages);
	assert_string_equal(said, expected);
	rmdir(pin);
	gate_close(writer);
	messages_free(messages);
}

/* Of what is enforced nothing can be opened then; where nothing is, that much can be told. */
static void says_that_the_mount_is_read_only(void **state)
{
	g_autofree char *said = g_strdup_printf(
		"%s: error: is mounted read-only: 'mount -o remount,rw %s' lets pins be made and "
		"opened again; what is enforced stays so meanwhile\n",
		bpffs, bpffs);
	struct gate *gate;

	assert_int_equal(mount(NULL, bpffs, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->links->len, 0);
	gate_close(gate);
	check_use_refused(GATE_WRITE, bpffs, said);
	assert_int_equal(mount(NULL, bpffs, NULL, MS_REMOUNT, NULL), 0);
	apply_right(choose_profile("web"));
	assert_int_equal(mount(NULL, bpffs, NULL, MS_REMOUNT | MS_RDONLY, NULL), 0);
	check_use_refused(GATE_READ, bpffs, said);
	check_use_refused(GATE_WRITE, bpffs, said);
	assert_int_equal(mount(NULL, bpffs, NULL, MS_REMOUNT, NULL), 0);
}

/* Something is left, but no link. */
static void knows_litter(void **state)
{
	g_autofree char *pin = g_strdup_printf("%s/portcullis/counters-3", bpffs);
	struct gate *gate = open_gate(GATE_WRITE);
	int program = load_other_program();

	assert_int_equal(bpf_obj_pin(program, pin), 0);
	gate_close(gate);
	close(program);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->links->len, 0);
	assert_true(gate_is_littered(gate));
	gate_close(gate);
}

#define test(name) cmocka_unit_test_teardown(name, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(needs_bpffs),
		test(needs_root),
		test(reads_nothing_where_nothing_is),
		test(leaves_no_empty_folder),
		test(lets_one_writer_in),
		test(reads_what_is_enforced),
		test(knows_an_interface_that_is_gone),
		test(knows_a_link_that_was_detached),
		test(reads_the_newest_of_two),
		test(knows_no_other_layout),
		test(knows_no_other_catalog),
		test(knows_no_other_program),
		test(says_why_documents_are_not_understood),
		test(says_that_a_pin_is_no_link),
		test(says_that_the_mount_is_read_only),
		test(knows_litter),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
