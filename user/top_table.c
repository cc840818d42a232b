/* SPDX-License-Identifier: GPL-2.0-only */
/* The table of the full screen: which columns a view has, what fits, and the rows in them. */
#include <string.h>

#include "top_lines.h"
#include "top_rows.h"
#include "top_text.h"

enum cell {
	CELL_NONE, /* ends a view's columns */
	CELL_NAME,
	CELL_ABOUT,
	CELL_MODE,
	CELL_MEANING,
	CELL_PACKETS,
	CELL_BITS,
	CELL_DROPS,
	CELL_TOTAL,
	CELL_HISTORY,
};

struct column {
	const char *heading;
	enum cell cell;
	int width; /* at least */
	int from;  /* is shown on screens at least so wide */
	bool right;
};

#define COLUMNS_MAX 9
#define NAME_LEAST  6

/* Behind drops is a place for the mark of those that another row has, too. */
static const struct column views[TOP_VIEWS][COLUMNS_MAX] = {
	[TOP_SERVICES] = {{"SERVICE (ROLE)", CELL_NAME, 14, 0, false},
			  {"PORTS", CELL_ABOUT, 15, 72, false},
			  {"PACKETS/S", CELL_PACKETS, 9, 0, true},
			  {"BITS/S", CELL_BITS, 6, 0, true},
			  {"DROPS/S ", CELL_DROPS, 8, 0, true},
			  {"PACKETS", CELL_TOTAL, 7, 110, true},
			  {"HISTORY", CELL_HISTORY, 10, 60, true}},
	[TOP_SERVERS] = {{"SERVER", CELL_NAME, 14, 0, false},
			 {"PROFILE", CELL_ABOUT, 10, 72, false},
			 {"MODE", CELL_MODE, 7, 60, false},
			 {"PACKETS/S", CELL_PACKETS, 9, 0, true},
			 {"BITS/S", CELL_BITS, 6, 0, true},
			 {"DROPS/S ", CELL_DROPS, 8, 0, true},
			 {"PACKETS", CELL_TOTAL, 7, 110, true},
			 {"HISTORY", CELL_HISTORY, 10, 60, true}},
	[TOP_REASONS] = {{"REASON", CELL_NAME, 18, 0, false},
			 {"VERDICT", CELL_ABOUT, 10, 48, false},
			 {"PACKETS/S", CELL_PACKETS, 9, 0, true},
			 {"BITS/S", CELL_BITS, 6, 0, true},
			 {"PACKETS", CELL_TOTAL, 7, 66, true},
			 {"HISTORY", CELL_HISTORY, 10, 60, true},
			 {"MEANING", CELL_MEANING, 20, 100, false}},
	[TOP_PORTS] = {{"DROPPED AT", CELL_NAME, 12, 0, false},
		       {"PACKETS/S", CELL_PACKETS, 9, 0, true},
		       {"PACKETS", CELL_TOTAL, 7, 0, true},
		       {"HISTORY", CELL_HISTORY, 10, 41, true}},
};

static const enum cell ordered_by[TOP_ORDERS] = {
	[TOP_BY_PACKETS] = CELL_PACKETS,
	[TOP_BY_BITS] = CELL_BITS,
	[TOP_BY_DROPS] = CELL_DROPS,
	[TOP_BY_NAME] = CELL_NAME,
};

/* What a table is drawn with. */
struct drawing {
	const struct top_state *state;
	const struct top_data *data;
	const struct top_shape *shape;
	const struct column *columns;
	int widths[COLUMNS_MAX]; /* 0: not shown */
};

static char *drops(const struct top_row *row, const struct rates *rates)
{
	g_autofree char *text = top_speed(rates, row->drops);

	return row->drops < 0 ? g_strdup("")
			      : g_strconcat(text, row->drops_shared ? "*" : " ", NULL);
}

static char *history(const struct drawing *drawing, const struct top_row *row, int width)
{
	double numbers[RATES_HISTORY] = {};

	for (guint i = 0; i < row->counters->len; i++) {
		const struct top_counter *counter =
			&g_array_index(row->counters, struct top_counter, i);

		rates_add_history(drawing->data->rates, counter->what, counter->index, numbers);
	}
	return top_sparkline(numbers, rates_past(drawing->data->rates), width,
			     drawing->shape->utf8);
}

/* Of all but the history, which has to know how wide it is. */
static char *cell_text(const struct top_data *data, const struct top_row *row, enum cell cell)
{
	switch (cell) {
	case CELL_NAME: return g_strdup(row->name);
	case CELL_ABOUT: return g_strdup(row->about ? row->about : "");
	case CELL_MODE: return g_strdup(row->mode ? row->mode : "");
	case CELL_MEANING: return g_strdup(row->meaning ? row->meaning : "");
	case CELL_PACKETS: return top_speed(data->rates, row->packets);
	case CELL_BITS: return top_speed(data->rates, row->bits);
	case CELL_DROPS: return drops(row, data->rates);
	default: return rates_text((double)row->total);
	}
}

/* What counts nothing recedes, and what is dropped stands out. */
static unsigned int cell_looks(const struct top_row *row, enum cell cell)
{
	bool verdict = row->meaning && cell == CELL_ABOUT;

	if (row->alarm && (verdict || cell == CELL_DROPS))
		return TOP_RED | TOP_BOLD;
	if (row->warn && (verdict || cell == CELL_MODE))
		return TOP_YELLOW | TOP_BOLD;
	if (row->idle || !row->total)
		return TOP_DIM;
	return cell == CELL_HISTORY ? TOP_GREEN : 0;
}

/* --- widths --- */

/* How wide a column of texts would like to be. */
static int wanted(const struct top_data *data, const GPtrArray *rows, enum cell cell)
{
	int widest = 0;

	for (guint i = 0; i < rows->len; i++) {
		g_autofree char *text = cell_text(data, rows->pdata[i], cell);

		widest = MAX(widest, top_width(text));
	}
	return widest;
}

/* Where even the least is too much, the name is shortened and what is last goes; returns what is
 * left. */
static int fit_least(struct drawing *drawing)
{
	int left = drawing->shape->width + 1;

	for (int i = 0; i < COLUMNS_MAX && drawing->columns[i].cell; i++) {
		if (drawing->shape->width < drawing->columns[i].from)
			continue;
		drawing->widths[i] = drawing->columns[i].width;
		left -= drawing->widths[i] + 1;
	}
	for (int i = COLUMNS_MAX - 1; i > 0 && left + drawing->widths[0] < NAME_LEAST; i--) {
		left += drawing->widths[i] ? drawing->widths[i] + 1 : 0;
		drawing->widths[i] = 0;
	}
	if (left >= 0)
		return left;
	drawing->widths[0] = MAX(drawing->widths[0] + left, 1);
	return 0;
}

/* What is left by the least widths goes to texts that need it, then to the history. */
static void fit(struct drawing *drawing, const GPtrArray *rows)
{
	static const enum cell growing[] = {CELL_NAME, CELL_ABOUT, CELL_MEANING, CELL_HISTORY};
	int left = fit_least(drawing);

	for (guint next = 0; next < G_N_ELEMENTS(growing); next++) {
		for (int i = 0; i < COLUMNS_MAX && left > 0; i++) {
			int want = RATES_HISTORY;

			if (drawing->columns[i].cell != growing[next] || !drawing->widths[i])
				continue;
			if (growing[next] != CELL_HISTORY)
				want = wanted(drawing->data, rows, growing[next]);
			want = CLAMP(want - drawing->widths[i], 0, left);
			drawing->widths[i] += want;
			left -= want;
		}
	}
}

/* --- lines --- */

/* The mark of the order stands beside the heading, where a space would. */
static void add_heading(GPtrArray *lines, const struct drawing *drawing)
{
	const struct top_state *state = drawing->state;
	bool utf8 = drawing->shape->utf8, down = (state->order != TOP_BY_NAME) != state->backwards;
	const char *mark = down ? (utf8 ? "▼" : "v") : (utf8 ? "▲" : "^");
	GString *text = g_string_new(NULL);

	for (int i = 0; i < COLUMNS_MAX && drawing->columns[i].cell; i++) {
		const struct column *column = &drawing->columns[i];
		bool ordered = column->cell == ordered_by[state->order];
		g_autofree char *marked =
			g_strconcat(ordered && column->right ? mark : "", column->heading,
				    ordered && !column->right ? mark : "", NULL);
		bool room = column->right && i > 0; /* that of the space before it */
		g_autofree char *cell = NULL;

		if (!drawing->widths[i])
			continue;
		if (i > 0 && !room)
			g_string_append_c(text, ' ');
		cell = top_pad(marked, drawing->widths[i] + room, column->right, utf8);
		g_string_append(text, cell);
	}
	top_add_span(top_add_line(lines),
		     top_pad(text->str, drawing->shape->width, false, drawing->shape->utf8),
		     TOP_REVERSE);
	g_string_free(text, TRUE);
}

static void add_row(GPtrArray *lines, const struct drawing *drawing, const struct top_row *row)
{
	struct top_line *line = top_add_line(lines);

	for (int i = 0; i < COLUMNS_MAX && drawing->columns[i].cell; i++) {
		const struct column *column = &drawing->columns[i];
		int width = drawing->widths[i];
		g_autofree char *text = NULL;

		if (!width)
			continue;
		if (line->spans->len)
			top_add_span(line, g_strdup(" "), 0);
		text = column->cell == CELL_HISTORY ? history(drawing, row, width)
						    : cell_text(drawing->data, row, column->cell);
		top_add_span(line, top_pad(text, width, column->right, drawing->shape->utf8),
			     cell_looks(row, column->cell));
	}
}

static bool are_ports_uncounted(const struct drawing *drawing)
{
	const struct generation *generation = drawing->data->generation;

	return drawing->state->view == TOP_PORTS && generation &&
	       generation->policy->settings.port_counters_off;
}

/* Why there is no row, or why those that there are stand still. */
static char *nothing(const struct drawing *drawing)
{
	static const char *const texts[TOP_VIEWS] = {
		[TOP_SERVICES] = "no profile in force opens a port",
		[TOP_SERVERS] = "only a site counts by server",
		[TOP_REASONS] = "no packet was counted yet",
		[TOP_PORTS] = "nothing was dropped at any port",
	};
	const char *filter = drawing->state->filter[drawing->state->view]->str;

	if (*filter)
		return g_strdup_printf("nothing here holds '%s'", filter);
	if (are_ports_uncounted(drawing))
		return g_strdup("the site's Port counters is off");
	return g_strdup(texts[drawing->state->view]);
}

void top_add_table(GPtrArray *lines, const struct top_state *state, const struct top_data *data,
		   const GPtrArray *rows, const struct top_shape *shape)
{
	struct drawing drawing = {state, data, shape, views[state->view], {}};
	g_autofree char *text = NULL;

	fit(&drawing, rows);
	add_heading(lines, &drawing);
	for (guint i = 0; i < state->page && state->first + i < rows->len; i++)
		add_row(lines, &drawing, rows->pdata[state->first + i]);
	if (rows->len >= state->page || (rows->len && !are_ports_uncounted(&drawing)))
		return;
	text = nothing(&drawing);
	top_add_span(top_add_line(lines), top_cut(text, shape->width, shape->utf8), TOP_DIM);
}
