/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis top: what passes and what is dropped now, on the full screen. */
#include <unistd.h>

#include "command.h"
#include "gate.h"
#include "rates.h"
#include "top_keys.h"
#include "top_rows.h"
#include "top_screen.h"
#include "totals.h"

/* The first rates come soon, whatever the interval: nobody looks at an empty screen. */
#define FIRST_SECONDS 0.5

#define SECONDS_MIN 0.1
#define SECONDS_MAX 3600

static double interval = 2;
static char *server, *service;

/* What was read last, and what is known from it. */
struct display {
	const char *bpffs;
	struct rates *rates;
	struct generation *generation; /* NULL: nothing is enforced */
	char *trouble;                 /* why nothing new can be told; or NULL */
	GPtrArray *rows;               /* of this view; NULL: to be made anew */
	enum top_view view;
	gint64 next; /* when to read again, of the monotonic clock */
};

static void set_generation(struct display *display, struct generation *generation)
{
	bool same = display->generation && generation &&
		    !g_strcmp0(display->generation->counting_since, generation->counting_since);

	/* Its slots and numbers mean something else, and its counters began at zero. */
	if (!same)
		rates_clear(display->rates);
	generation_free(display->generation);
	display->generation = generation;
}

/* The first of what was said, without who says it. */
static char *said(struct messages *messages)
{
	const struct message *first = messages->list->len ? messages->list->pdata[0] : NULL;

	return g_strdup_printf("CANNOT BE READ: %s", first ? first->text : "for an unknown reason");
}

/* What one sees first; NULL if all is well. A change that is under way is no trouble. */
static char *trouble(const struct gate *gate, const struct totals *totals,
		     struct messages *messages)
{
	if (!gate || messages->errors || (gate->generation && !totals))
		return said(messages);
	if (!gate->generation)
		return g_strdup("NOTHING IS ENFORCED: waiting for 'portcullis up'");
	if (!gate_is_whole(gate) && !gate_is_changing(gate))
		return g_strdup("NOT EVERY INTERFACE ENFORCES THIS: see 'portcullis status'");
	return NULL;
}

/*
 * One reading. What cannot be read leaves what was known before. The gate is closed at once: a link
 * stays attached as long as somebody holds it.
 */
static void read_gate(struct display *display, struct messages *messages)
{
	struct gate *gate = gate_open(display->bpffs, GATE_READ, messages);
	struct totals *totals = NULL;
	gint64 taken;

	if (gate && gate->generation)
		totals = totals_read(gate->directory, messages);
	taken = g_get_monotonic_time();
	g_free(display->trouble);
	display->trouble = trouble(gate, totals, messages);
	if (totals) {
		set_generation(display, g_steal_pointer(&gate->generation));
		rates_add(display->rates, totals, taken);
	} else if (gate && !gate->generation) {
		set_generation(display, NULL);
	}
	gate_close(gate);
}

static void show(struct display *display, struct top_state *state, struct top_screen *screen)
{
	const struct top_data data = {display->generation, display->rates, display->trouble};
	const struct top_shape shape = top_screen_shape(screen);
	g_autoptr(GPtrArray) sorted = NULL;
	g_autoptr(GPtrArray) lines = NULL;

	if (!display->rows || display->view != state->view) {
		g_clear_pointer(&display->rows, g_ptr_array_unref);
		display->rows = top_rows(&data, state->view);
		display->view = state->view;
	}
	sorted = top_rows_sort(display->rows, state);
	lines = top_lines(state, &data, sorted, &shape);
	top_screen_draw(screen, lines);
}

/* Reads if it is time to. While it stands still nothing is read: the rates that follow are over all
 * that time. */
static void keep_up(struct display *display, const struct top_state *state)
{
	const gint64 now = g_get_monotonic_time();
	struct messages *messages;

	if (state->paused || now < display->next)
		return;
	messages = messages_new();
	read_gate(display, messages);
	messages_free(messages);
	g_clear_pointer(&display->rows, g_ptr_array_unref);
	display->next = now + (gint64)(interval * G_USEC_PER_SEC);
	if (display->generation && !rates_known(display->rates))
		display->next = now + (gint64)(MIN(interval, FIRST_SECONDS) * G_USEC_PER_SEC);
}

/* How long there is nothing to do; while it stands still, until a key says something. */
static gint64 patience(const struct display *display, const struct top_state *state)
{
	if (state->paused)
		return SECONDS_MAX * (gint64)G_USEC_PER_SEC;
	return display->next - g_get_monotonic_time();
}

static void go_on(struct display *display, struct top_state *state, struct top_screen *screen)
{
	bool stays = true;
	gunichar key;

	while (stays) {
		keep_up(display, state);
		show(display, state, screen);
		switch (top_screen_wait(screen, patience(display, state), &key)) {
		case TOP_EVENT_KEY: stays = top_key(state, key); break;
		case TOP_EVENT_END: stays = false; break;
		default: break;
		}
	}
}

/* What the screen begins with. */
static struct top_state *first_state(void)
{
	struct top_state *state = top_state_new();

	g_string_assign(state->filter[TOP_SERVICES], service ? service : "");
	g_string_assign(state->filter[TOP_SERVERS], server ? server : "");
	if (server && !service)
		state->view = TOP_SERVERS;
	return state;
}

static enum exit_code watch_gate(struct context *context, struct display *display)
{
	struct top_screen *screen = top_screen_open();
	struct top_state *state;

	if (!screen)
		return wrong(context, "the terminal '%s' is not known, expected TERM to name one",
			     g_getenv("TERM") ? g_getenv("TERM") : "");
	state = first_state();
	go_on(display, state, screen);
	top_screen_close(screen);
	top_state_free(state);
	return EXIT_RIGHT;
}

/* Whether there is something to begin with; else what is said goes where it always does. */
static bool begin(struct context *context, struct display *display)
{
	read_gate(display, context->messages);
	if (!display->generation && !context->messages->errors)
		wrong(context, "nothing is enforced here: 'portcullis up' starts");
	display->next =
		g_get_monotonic_time() + (gint64)(MIN(interval, FIRST_SECONDS) * G_USEC_PER_SEC);
	return display->generation;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct display display = {.bpffs = context->bpffs};
	enum exit_code code = EXIT_WRONG;

	if (count)
		return usage(&top_command, "'%s' is one operand too many", operands[0]);
	if (!(interval >= SECONDS_MIN && interval <= SECONDS_MAX))
		return usage(&top_command, "--interval %g, expected %g to %d seconds", interval,
			     SECONDS_MIN, SECONDS_MAX);
	if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
		return wrong(context, "this needs a terminal: 'portcullis stats --watch 2' tells "
				      "the same without");
	display.rates = rates_new();
	if (begin(context, &display))
		code = watch_gate(context, &display);
	rates_free(display.rates);
	generation_free(display.generation);
	g_free(display.trouble);
	if (display.rows)
		g_ptr_array_unref(display.rows);
	return code;
}

static const GOptionEntry options[] = {
	{"interval", 0, 0, G_OPTION_ARG_DOUBLE, &interval, "read every so many seconds (2)",
	 "SECONDS"},
	{"server", 0, 0, G_OPTION_ARG_STRING, &server,
	 "begin with the servers whose name, address or profile holds this", "TEXT"},
	{"service", 0, 0, G_OPTION_ARG_STRING, &service,
	 "begin with the services whose name, role or ports hold this", "TEXT"},
	G_OPTION_ENTRY_NULL,
};

const struct command top_command = {
	.name = "top",
	.operands = "",
	.summary = "show on the full screen what passes and what is dropped now",
	.description = "Keys: '?' lists them, 'q' leaves.",
	.options = options,
	.run = run,
};
