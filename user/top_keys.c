/* SPDX-License-Identifier: GPL-2.0-only */
/* What the keys of the full screen do. */
#include "top_keys.h"

#include <string.h>

const struct top_help top_helps[] = {
	{"q", "quit", "leave (as does ^C)"},
	{"1 2 3 4", NULL, "services, servers, reasons, dropped ports"},
	{"Tab", "view", "the next of them"},
	{"/", "filter", "show only what holds a text; Enter keeps it, Esc does not"},
	{"s", "sort", "by packets, bits, drops or name"},
	{"p b d n", NULL, "by just that"},
	{"r", "reverse", "the order of the rows"},
	{"Space", "pause", "stand still; again: go on"},
	{"?", "help", "this list"},
	{"Up Down", NULL, "move by a row; by a screen: PgUp, PgDn; to the ends: Home, End"},
	{NULL, NULL, NULL},
};

struct top_state *top_state_new(void)
{
	struct top_state *state = g_new0(struct top_state, 1);

	for (int view = 0; view < TOP_VIEWS; view++)
		state->filter[view] = g_string_new(NULL);
	return state;
}

void top_state_free(struct top_state *state)
{
	if (!state)
		return;
	for (int view = 0; view < TOP_VIEWS; view++)
		g_string_free(state->filter[view], TRUE);
	g_free(state);
}

static void erase_last(GString *text)
{
	const char *last = g_utf8_find_prev_char(text->str, text->str + text->len);

	if (last)
		g_string_truncate(text, (gsize)(last - text->str));
}

static void type(struct top_state *state, gunichar key)
{
	GString *filter = state->filter[state->view];

	switch (key) {
	case TOP_KEY_ESCAPE: g_string_truncate(filter, 0); G_GNUC_FALLTHROUGH;
	case TOP_KEY_ENTER: state->typing = false; break;
	case TOP_KEY_BACKSPACE: erase_last(filter); break;
	default:
		if (g_unichar_isgraph(key) || key == ' ')
			g_string_append_unichar(filter, key);
	}
	state->first = 0;
}

static void move(struct top_state *state, gunichar key)
{
	const guint page = MAX(state->page, 1);

	switch (key) {
	case 'k':
	case TOP_KEY_UP: state->first -= MIN(state->first, 1); break;
	case 'j':
	case TOP_KEY_DOWN: state->first++; break;
	case TOP_KEY_PAGE_UP: state->first -= MIN(state->first, page); break;
	case TOP_KEY_PAGE_DOWN: state->first += page; break;
	case TOP_KEY_HOME: state->first = 0; break;
	case TOP_KEY_END: state->first = G_MAXUINT - page; break; /* top_lines() mends it */
	}
}

static void look_at(struct top_state *state, enum top_view view)
{
	state->view = view;
	state->first = 0;
}

static void sort_by(struct top_state *state, enum top_order order)
{
	state->order = order;
	state->backwards = false;
	state->first = 0;
}

/* The keys that tell an order, by it. */
static const char order_keys[] = "pbdn";

bool top_key(struct top_state *state, gunichar key)
{
	const char *order = key && key < 128 ? strchr(order_keys, (int)key) : NULL;

	if (state->typing) {
		type(state, key);
		return true;
	}
	if (order)
		sort_by(state, (enum top_order)(order - order_keys));
	if (key >= '1' && key < '1' + TOP_VIEWS)
		look_at(state, (enum top_view)(key - '1'));
	switch (key) {
	case 'q': return false;
	case '\t': look_at(state, (state->view + 1) % TOP_VIEWS); break;
	case 's': sort_by(state, (state->order + 1) % TOP_ORDERS); break;
	case 'r': state->backwards = !state->backwards; break;
	case ' ': state->paused = !state->paused; break;
	case '/': state->typing = true; break;
	case TOP_KEY_ESCAPE:
		if (!state->help)
			g_string_truncate(state->filter[state->view], 0);
		break;
	default: move(state, key);
	}
	state->help = key == '?' && !state->help;
	return true;
}
