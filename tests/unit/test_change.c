/* SPDX-License-Identifier: GPL-2.0-only */
/* A choice brought into force: compiled on top of what is, enforced, and reported. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "change.h"
#include "links.h"
#include "load.h"
#include "own_gate.h"
#include "standby.h"

static struct context context_new(void)
{
	return (struct context){.bpffs = bpffs, .messages = messages_new(), .line = "up card0 web"};
}

static void check_messages(const struct context *context, const char *expected)
{
	g_autofree char *said = all_messages(context->messages);

	assert_string_equal(said, expected);
}

/* --- compiling --- */

static void compiles_on_top(void **state)
{
	struct context context = context_new();
	g_autofree char *digest = load_program_digest();
	struct gate gate = {};
	struct generation *first, *second;

	setenv("SUDO_USER", "someone", 1);
	first = change_compile(&context, &gate, choose_profile("web"));
	assert_non_null(first);
	check_messages(&context, "");
	assert_int_equal(first->number, 1);
	assert_string_equal(first->by, "someone");
	assert_string_equal(first->command, "up card0 web");
	assert_string_equal(first->program, digest);
	assert_null(first->since);

	gate.generation = first;
	second = change_compile(&context, &gate, choose_profile("web"));
	assert_int_equal(second->number, 2);
	assert_true(generation_same(first, second));
	generation_free(second);
	generation_free(first);
	messages_free(context.messages);
}

static void knows_who_asks(void **state)
{
	struct context context = context_new();
	const struct gate gate = {};
	struct generation *generation;

	unsetenv("SUDO_USER");
	generation = change_compile(&context, &gate, choose_profile("web"));
	assert_non_null(generation->by);
	assert_true(*generation->by);
	generation_free(generation);
	messages_free(context.messages);
}

static void makes_names_absolute(void **state)
{
	static const char *const names[][2] = {
		{"d.md", "/tmp/d.md"},
		{"./sites/../s.md", "/tmp/s.md"},
		{"/etc/x.md", "/etc/x.md"},
		{"-", "-"},
		{"shipped:y.md", "shipped:y.md"},
	};
	struct context context = context_new();
	const struct gate gate = {};
	struct choice *choice = choice_new();
	struct generation *generation;

	assert_int_equal(chdir("/tmp"), 0);
	for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++)
		add_text(choice->sources, names[i][0], SOURCE_DOCUMENT,
			 i ? "# Nothing\n" : DOCUMENT);
	choice_set_interface(choice, "card0", "web", ATTACH_AUTO);
	generation = change_compile(&context, &gate, choice);
	assert_non_null(generation);
	for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++)
		assert_string_equal(((struct source *)choice->sources->pdata[i])->file,
				    names[i][1]);
	generation_free(generation);
	messages_free(context.messages);
}

static void says_what_is_wrong(void **state)
{
	struct context context = context_new();
	const struct gate gate = {};

	assert_null(change_compile(&context, &gate, choose_profile("extra")));
	check_messages(&context, "card0: error: 'extra' is an add-on: write 'web + extra'\n");
	messages_free(context.messages);
}

/* Of two rows with a warning, the one in force is told. */
static void warns_of_what_is_in_force(void **state)
{
	static const char document[] = "| Role | Port | Protocol |\n|---|---|---|\n| A | Any | TCP "
				       "|\n| B | Any | TCP |\n\n"
				       "| Profile | Roles |\n|---|---|\n| a | A |\n| b | B |\n";
	struct context context = context_new();
	const struct gate gate = {};
	struct choice *choice = choose(document, NULL);
	struct generation *generation;

	choice_set_interface(choice, "card0", "b", ATTACH_AUTO);
	generation = change_compile(&context, &gate, choice);
	assert_non_null(generation);
	assert_int_equal(context.messages->list->len, 1);
	assert_int_equal(context.messages->warnings, 1);
	assert_int_equal(((struct message *)context.messages->list->pdata[0])->line, 4);
	generation_free(generation);
	messages_free(context.messages);
}

/* --- enforcing --- */

/* Compiles and enforces a choice, which must give an exit code and print so much. */
static void check_applied(struct choice *choice, enum exit_code expected, const char *printed)
{
	struct context context = context_new();
	struct gate *gate = open_gate(GATE_WRITE);
	struct generation *next = change_compile(&context, gate, choice);
	g_autofree char *text = NULL;
	struct capture capture;
	enum exit_code code;

	assert_non_null(next);
	capture = capture_begin();
	code = change_apply(&context, gate, next);
	text = capture_end(&capture);
	gate_close(gate);
	assert_string_equal(text, printed);
	assert_int_equal(code, expected);
	assert_int_equal(context.messages->errors, expected == EXIT_WRONG);
	messages_free(context.messages);
}

static void reports_what_is_in_force(void **state)
{
	struct choice *choice = choose_profile("web");

	choice_set_interface(choice, "card1", "extra + voice", ATTACH_AUTO);
	check_applied(choice_copy(choice), EXIT_RIGHT,
		      "generation 1 in force\n"
		      "  card0: web, 11 tcp and 1 udp ports open\n"
		      "  card1: voice + extra, 2 tcp and 1000 udp ports open\n");
	check_applied(choice_copy(choice), EXIT_RIGHT, "unchanged: generation 1 stays in force\n");
	choice->monitor = true;
	check_applied(choice, EXIT_RIGHT,
		      "generation 2 in force, in monitor mode: counting, dropping nothing\n"
		      "  card0: web, 11 tcp and 1 udp ports open\n"
		      "  card1: voice + extra, 2 tcp and 1000 udp ports open\n");
}

#define SITE "| Server | Address | Profile |\n|---|---|---|\n| fe01 | 10.0.1.11 | web |\n"

static void reports_sites(void **state)
{
	check_applied(choose_site(SITE), EXIT_RIGHT, "generation 1 in force\n  card0: 1 server\n");
	check_applied(choose_site(SITE "| fe02 | 10.0.1.12 | web |\n"), EXIT_RIGHT,
		      "generation 2 in force\n  card0: 2 servers\n");
}

/* The same again, where the kernel does not enforce it any more. */
static void enforces_again_what_is_not_whole(void **state)
{
	struct gate *gate;

	check_applied(choose_profile("closed"), EXIT_RIGHT,
		      "generation 1 in force\n  card0: closed, 0 tcp and 0 udp ports open\n");
	gate = open_gate(GATE_READ);
	assert_int_equal(bpf_link_detach(gate_link(gate, "card0")->fd), 0);
	gate_close(gate);
	check_applied(choose_profile("closed"), EXIT_RIGHT,
		      "generation 2 in force\n  card0: closed, 0 tcp and 0 udp ports open\n");
	check_applied(choose_profile("closed"), EXIT_RIGHT,
		      "unchanged: generation 2 stays in force\n");
}

/* A gate whose generation waits for so many more ns, negative: no longer, and what asks for it. */
static struct gate *open_waiting(struct context *context, __s64 left, struct generation **again)
{
	struct gate *gate = open_gate(GATE_WRITE);
	struct gate_link *link;

	context->confirm = 60;
	assert_int_equal(
		change_apply(context, gate, change_compile(context, gate, choose_profile("web"))),
		EXIT_RIGHT);
	gate_close(gate);
	gate = open_gate(GATE_WRITE);
	link = gate->links->pdata[0];
	/* as it would have been read earlier: after that time has gone by */
	link->deadline = (__u64)((__s64)standby_now() + left);
	assert_int_equal(standby_set_deadline(link->program_fd, link->deadline), 0);
	*again = change_compile(context, gate, choose_profile("web"));
	return gate;
}

static __u64 kernels_deadline(const struct gate *gate)
{
	const struct gate_link *link = gate->links->pdata[0];
	__u64 deadline;

	assert_int_equal(standby_deadline(link->program_fd, &deadline), 0);
	return deadline;
}

/* Something has to stand by: web again, over what needs no confirmation. */
static void gives_more_time(void **state)
{
	struct context context = context_new();
	struct capture capture;
	struct generation *again;
	struct gate *gate;
	enum exit_code code;

	check_applied(choose_profile("closed"), EXIT_RIGHT,
		      "generation 1 in force\n  card0: closed, 0 tcp and 0 udp ports open\n");
	capture = capture_begin();
	gate = open_waiting(&context, 5 * 1000000000LL, &again);
	code = change_apply(&context, gate, again);
	g_free(capture_end(&capture));
	assert_int_equal(code, EXIT_RIGHT);
	assert_true(kernels_deadline(gate) > standby_now() + 50 * 1000000000ULL);
	gate_close(gate);
	messages_free(context.messages);
}

static void gives_none_to_what_is_over(void **state)
{
	struct context context = context_new();
	g_autofree char *printed = NULL;
	struct capture capture;
	struct generation *again;
	struct gate *gate;
	enum exit_code code;
	__u64 deadline;

	check_applied(choose_profile("closed"), EXIT_RIGHT,
		      "generation 1 in force\n  card0: closed, 0 tcp and 0 udp ports open\n");
	capture = capture_begin();
	gate = open_waiting(&context, -1, &again);
	g_free(capture_end(&capture));
	deadline = kernels_deadline(gate);
	capture = capture_begin();
	code = change_apply(&context, gate, again);
	printed = capture_end(&capture);
	assert_int_equal(code, EXIT_WRONG);
	assert_string_equal(printed, "");
	check_messages(&context, "portcullis: error: too late: generation 2 is being undone; "
				 "repeat the change to make it anew\n");
	assert_true(kernels_deadline(gate) == deadline);
	gate_close(gate);
	messages_free(context.messages);
}

/* The link that waits is asked, wherever among the others it stands. */
static void asks_the_link_that_waits(void **state)
{
	struct context context = context_new();
	struct gate_link dead = {.fd = -1, .deadline = 1, .standby_fd = 0};
	struct capture capture;
	struct generation *again;
	struct gate *gate;
	enum exit_code code;

	check_applied(choose_profile("closed"), EXIT_RIGHT,
		      "generation 1 in force\n  card0: closed, 0 tcp and 0 udp ports open\n");
	capture = capture_begin();
	gate = open_waiting(&context, 5 * 1000000000LL, &again);
	dead.pin = (char *)"link-7"; /* of a card that is gone, and an earlier generation's */
	dead.loaded = 1;
	g_ptr_array_set_free_func(gate->links, NULL);
	g_ptr_array_insert(gate->links, 0, &dead);
	code = change_apply(&context, gate, again);
	g_free(capture_end(&capture));
	g_ptr_array_remove_index(gate->links, 0);
	g_ptr_array_set_free_func(gate->links, link_free);
	assert_int_equal(code, EXIT_RIGHT);
	assert_true(kernels_deadline(gate) > standby_now() + 50 * 1000000000ULL);
	gate_close(gate);
	messages_free(context.messages);
}

static void prints_nothing_where_it_failed(void **state)
{
	struct choice *choice = choose_profile("web");

	choice_set_interface(choice, "card9", "web", ATTACH_AUTO);
	check_applied(choice, EXIT_WRONG, "");
}

#define test(name) cmocka_unit_test_teardown(name, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(compiles_on_top),
		test(knows_who_asks),
		test(makes_names_absolute),
		test(says_what_is_wrong),
		test(warns_of_what_is_in_force),
		test(reports_what_is_in_force),
		test(reports_sites),
		test(enforces_again_what_is_not_whole),
		test(gives_more_time),
		test(gives_none_to_what_is_over),
		test(asks_the_link_that_waits),
		test(prints_nothing_where_it_failed),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
