/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A load in which each libbpf and system call fails in turn: whatever fails, the old policy goes on
 * enforcing on both interfaces, nothing new stays pinned, and a message names the step.
 */
#include "../unit/own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/utsname.h>

#include "egress.h"
#include "gate.h"
#include "inputs.h"
#include "layout.h"

/* --- making calls fail --- */

static int calls_until_fault; /* 0: none fails */
static const char *failed_call;
static GHashTable *failed_calls; /* all that failed so far */

static bool fault(const char *name)
{
	if (!calls_until_fault || --calls_until_fault)
		return false;
	failed_call = name;
	g_hash_table_add(failed_calls, (gpointer)name);
	errno = EIO;
	return true;
}

#define WRAP(name, type, failure, parameters, arguments)                 \
	type __real_##name parameters;                                   \
	type __wrap_##name parameters;                                   \
	type __wrap_##name parameters                                    \
	{                                                                \
		return fault(#name) ? failure : __real_##name arguments; \
	}
#include "wrapped.h"
#undef WRAP

static int make_faulty_host(void **state)
{
	failed_calls = g_hash_table_new(g_str_hash, g_str_equal);
	return make_host(state);
}

static int remove_faulty_host(void **state)
{
	g_hash_table_destroy(failed_calls);
	return remove_host(state);
}

/* --- what is enforced, for comparison --- */

static gint by_text(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names in a folder, a line each. */
static void append_names(GString *text, const char *folder)
{
	g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	const char *name;

	while (entries && (name = g_dir_read_name(entries)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, by_text);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(text, "%s\n", (char *)names->pdata[i]);
}

/* The id of the program that learns replies; 0: none. */
static void append_egress(GString *text, int index)
{
	struct bpf_prog_info info = {};
	struct egress egress = {.program = -1};
	__u32 size = sizeof(info);

	assert_int_equal(egress_find(index, &egress), 0);
	if (egress.program >= 0)
		assert_int_equal(__real_bpf_obj_get_info_by_fd(egress.program, &info, &size), 0);
	close(egress.program);
	g_string_append_printf(text, "  egress program %u\n", info.id);
}

/* The programs on both cards, all pins, and the descriptors that this process holds. */
static char *enforced(void)
{
	g_autofree char *folder = g_strdup_printf("%s/portcullis", bpffs);
	GString *text = g_string_new(NULL);

	for (int i = 0; i < CARDS; i++) {
		__u32 program = 0;

		bpf_xdp_query_id((int)__real_if_nametoindex(cards[i]), 0, &program);
		g_string_append_printf(text, "%s: program %u\n", cards[i], program);
		append_egress(text, (int)__real_if_nametoindex(cards[i]));
	}
	append_names(text, folder);
	g_string_append(text, "descriptors:\n");
	append_names(text, "/proc/self/fd");
	return g_string_free(text, FALSE);
}

/* --- loads --- */

/* A policy on the first cards. */
struct wanted {
	const char *profile; /* with neither this nor a site, nothing is enforced */
	int cards;
	unsigned int slots; /* counter slots given beside those of the profile */
	const char *site;   /* in place of a profile */
	const char *management;
	bool replies; /* a second program for each card: twice the time */
	unsigned int confirm;
};

static struct generation *make_generation(const struct wanted *wanted, const struct gate *gate)
{
	struct choice *choice = choice_new();
	struct generation *next;

	inputs_add_shipped(choice->sources);
	if (wanted->site)
		g_ptr_array_add(choice->sources, source_new("site.md", SOURCE_SITE, wanted->site,
							    strlen(wanted->site)));
	choice->management = g_strdup(wanted->management);
	choice->replies_off = !wanted->replies;
	for (int i = 0; i < wanted->cards; i++)
		choice_set_interface(choice, cards[i], wanted->profile, ATTACH_NATIVE);
	next = generation_new(choice, gate->generation);
	next->confirm = wanted->confirm;
	for (unsigned int i = 0; i < wanted->slots; i++)
		slots_segment(next->slots, "retired", 0, (uint16_t)i, (uint16_t)i);
	return next;
}

static bool load(const struct wanted *wanted, struct messages *messages)
{
	struct gate *gate = gate_open(bpffs, GATE_WRITE, messages);
	struct generation *next;
	bool done;

	if (!gate || messages->errors) {
		gate_close(gate);
		return false;
	}
	next = make_generation(wanted, gate);
	done = generation_compile(next, messages);
	messages_keep_errors(messages);
	done = done && gate_apply(gate, next, messages);
	generation_free(next);
	gate_close(gate);
	return done;
}

static void take_down(void)
{
	struct messages *messages = messages_new();
	struct gate *gate = gate_open(bpffs, GATE_WRITE, messages);

	assert_non_null(gate);
	assert_true(gate_detach(gate, messages));
	assert_true(gate_remove(gate, messages));
	gate_close(gate);
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

/*
 * Brings about what is to be changed: no call fails. Then looks at it, as a map is asked for its
 * name once: a load makes as many calls after this as after one that failed, and none is passed by.
 */
static void begin_with(const struct wanted *wanted)
{
	struct messages *messages = messages_new();

	take_down();
	if (wanted->profile || wanted->site)
		assert_true(load(wanted, messages));
	gate_close(gate_open(bpffs, GATE_READ, messages));
	assert_int_equal(messages->errors, 0);
	messages_free(messages);
}

/* --- the tests --- */

/*
 * Calls whose failure needs no word: how a link is attached is only shown; whether the locked
 * folder is still there is looked at again; too old a kernel refuses the program by itself; the
 * folder that a writer leaves is seldom empty.
 */
static const char *const harmless[] = {"bpf_xdp_query", "stat", "fstat", "uname", "rmdir"};

/* One error, which says what could not be done and why. */
static bool names_step(const struct messages *messages)
{
	const struct message *message;

	if (messages->list->len != 1)
		return false;
	message = messages->list->pdata[0];
	return message->severity == SEVERITY_ERROR && g_str_has_prefix(message->text, "cannot ") &&
	       (g_str_has_suffix(message->text, ": Input/output error") ||
		g_str_has_suffix(message->text, ": Cannot allocate memory"));
}

static bool is_harmless(const char *call)
{
	for (size_t i = 0; i < G_N_ELEMENTS(harmless); i++)
		if (!strcmp(call, harmless[i]))
			return true;
	return false;
}

/* One load in which the nth call fails, judged; false if it makes fewer calls. */
static bool fail_one_call(int call, const struct wanted *old, const struct wanted *new, int *wrong)
{
	g_autofree char *before = enforced();
	g_autofree char *after = NULL;
	struct messages *messages = messages_new();
	bool done, reached, right;

	calls_until_fault = call;
	done = load(new, messages);
	reached = !calls_until_fault;
	calls_until_fault = 0;
	after = enforced();
	if (!reached)
		right = done;
	else if (done)
		right = messages->warnings || is_harmless(failed_call);
	else
		right = names_step(messages) && !strcmp(before, after);
	if (!right)
		print_error("call %d, %s: the load %s, with %u messages\n%sbecame\n%s", call,
			    reached ? failed_call : "none", done ? "went through" : "failed",
			    messages->list->len, before, after);
	*wrong += !right;
	messages_free(messages);
	if (done)
		begin_with(old);
	return reached;
}

/* Makes call after call fail until a load gets through without reaching the one that would. */
static void fail_each_call(const struct wanted *old, const struct wanted *new)
{
	int call = 1, wrong = 0;

	begin_with(old);
	while (fail_one_call(call++, old, new, &wrong))
		;
	take_down();
	assert_int_equal(wrong, 0);
	/* A load makes far more calls than this; fewer would mean that nothing was tested. */
	assert_true(call > 40);
}

static const struct wanted nothing, front_end = {.profile = "front-end", .cards = CARDS},
				    front_end_on_one = {.profile = "front-end", .cards = 1},
				    director = {.profile = "director", .cards = CARDS},
				    director_on_one = {.profile = "director", .cards = 1};

static void test_first_load(void **state)
{
	fail_each_call(&nothing, &front_end);
}

static void test_replies(void **state)
{
	static const struct wanted on = {.profile = "director", .cards = CARDS, .replies = true};

	fail_each_call(&nothing, &on);
}

static void test_replies_go_on(void **state)
{
	static const struct wanted one = {.profile = "director", .cards = 1, .replies = true};
	static const struct wanted both = {.profile = "mediation", .cards = CARDS, .replies = true};

	fail_each_call(&one, &both);
}

static void test_replies_end(void **state)
{
	static const struct wanted on = {.profile = "director", .cards = 1, .replies = true};

	fail_each_call(&on, &front_end_on_one);
}

static void test_site(void **state)
{
	static const struct wanted site = {
		.cards = 1,
		.site = "| Server | Address | Profile |\n|---|---|---|\n"
			"| fe01 | 10.0.1.11, 2001:db8:1::11 | front-end |\n"
			"| lab | 10.0.2.0/24, 2001:db8:2::/64 | director |\n",
		.management = "10.0.9.0/24, 2001:db8:9::/48, tcp/22",
	};

	fail_each_call(&nothing, &site);
}

static void test_swap(void **state)
{
	fail_each_call(&front_end, &director);
}

static void test_swap_to_be_confirmed(void **state)
{
	static const struct wanted old = {.profile = "director", .cards = 1, .replies = true};
	static const struct wanted new = {.profile = "mediation", .cards = CARDS, .confirm = 60};

	fail_each_call(&old, &new);
}

static void test_another_card(void **state)
{
	fail_each_call(&front_end_on_one, &front_end);
}

static void test_one_card_less(void **state)
{
	fail_each_call(&front_end, &front_end_on_one);
}

/* More slots than the counters have room for: a larger map is pinned beside the first. */
static void test_growth(void **state)
{
	static const struct wanted more = {
		.profile = "director",
		.cards = 1,
		.slots = 4 * COUNTS_PER_BLOCK,
	};

	fail_each_call(&director_on_one, &more);
}

/* A call that no load makes would be a wrap in vain. */
static void test_every_call_has_failed(void **state)
{
#define WRAP(name, type, failure, parameters, arguments) \
	if (!g_hash_table_contains(failed_calls, #name)) \
		fail_msg("no load has made the call %s", #name);
#include "wrapped.h"
#undef WRAP
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_load),
		cmocka_unit_test(test_replies),
		cmocka_unit_test(test_replies_go_on),
		cmocka_unit_test(test_replies_end),
		cmocka_unit_test(test_site),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_swap_to_be_confirmed),
		cmocka_unit_test(test_another_card),
		cmocka_unit_test(test_one_card_less),
		cmocka_unit_test(test_growth),
		cmocka_unit_test(test_every_call_has_failed),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_faulty_host, remove_faulty_host);
}
