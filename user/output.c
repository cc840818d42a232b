/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes to standard output: JSON as it is, listings for people. */
#include "output.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "json.h"

struct json_object *output_new(void)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();
	g_autofree char *time = g_date_time_format(now, "%Y-%m-%dT%H:%M:%SZ");
	struct json_object *json = json_object_new_object();

	json_add_number(json, "version", 1);
	json_add_string(json, "time", time);
	return json;
}

static void print_json(struct json_object *json, int form)
{
	puts(json_object_to_json_string_ext(json, form | JSON_C_TO_STRING_SPACED |
							  JSON_C_TO_STRING_NOSLASHESCAPE));
}

void output_print(struct json_object *json, bool as_json, void (*print)(struct json_object *json))
{
	if (as_json)
		print_json(json, JSON_C_TO_STRING_PRETTY);
	else
		print(json);
	fflush(stdout);
	json_object_put(json);
}

void output_print_one(struct json_object *json, bool as_json,
		      void (*print)(struct json_object *json))
{
	if (as_json)
		print_json(json, JSON_C_TO_STRING_PLAIN);
	else
		print(json);
	json_object_put(json);
}

char *output_time(const char *utc)
{
	g_autoptr(GDateTime) time = utc ? g_date_time_new_from_iso8601(utc, NULL) : NULL;
	g_autoptr(GDateTime) local = time ? g_date_time_to_local(time) : NULL;

	return local ? g_date_time_format(local, "%Y-%m-%d %H:%M:%S %z") : g_strdup("-");
}

char *output_ports(struct json_object *first, struct json_object *last)
{
	int from = json_object_get_int(first), to = json_object_get_int(last);

	return from == to ? g_strdup_printf("%d", from) : g_strdup_printf("%d-%d", from, to);
}

struct listing {
	char **headings;
	guint columns;
	GPtrArray *cells; /* char *, row by row */
};

struct listing *listing_new(const char *columns)
{
	struct listing *listing = g_new0(struct listing, 1);

	listing->headings = g_strsplit(columns, "|", -1);
	listing->columns = g_strv_length(listing->headings);
	listing->cells = g_ptr_array_new_with_free_func(g_free);
	return listing;
}

void listing_add(struct listing *listing, ...)
{
	va_list cells;

	va_start(cells, listing);
	for (guint i = 0; i < listing->columns; i++) {
		char *cell = va_arg(cells, char *);

		g_ptr_array_add(listing->cells, cell ? cell : g_strdup(""));
	}
	va_end(cells);
}

static const char *heading(const struct listing *listing, guint column)
{
	const char *text = listing->headings[column];

	return *text == '>' ? text + 1 : text;
}

static void print_row(const struct listing *listing, const glong *widths, guint row)
{
	GString *line = g_string_new(" ");

	for (guint i = 0; i < listing->columns; i++) {
		const char *cell = row ? listing->cells->pdata[(row - 1) * listing->columns + i]
				       : heading(listing, i);
		int padding = (int)(widths[i] - g_utf8_strlen(cell, -1));

		if (!widths[i])
			continue;
		if (*listing->headings[i] == '>')
			g_string_append_printf(line, " %*s%s ", padding, "", cell);
		else
			g_string_append_printf(line, " %s%*s ", cell, padding, "");
	}
	puts(g_strchomp(line->str));
	g_string_free(line, TRUE);
}

/* Of each column, the widest cell; 0 where all are empty: such a column is not shown. */
static glong *measure(const struct listing *listing)
{
	glong *widths = g_new0(glong, listing->columns);

	for (guint i = 0; i < listing->cells->len; i++)
		widths[i % listing->columns] = MAX(widths[i % listing->columns],
						   g_utf8_strlen(listing->cells->pdata[i], -1));
	for (guint i = 0; i < listing->columns; i++)
		if (widths[i])
			widths[i] = MAX(widths[i], g_utf8_strlen(heading(listing, i), -1));
	return widths;
}

void listing_print(struct listing *listing)
{
	guint rows = listing->cells->len / listing->columns;
	g_autofree glong *widths = measure(listing);

	for (guint row = 0; rows && row <= rows; row++)
		print_row(listing, widths, row);
	g_strfreev(listing->headings);
	g_ptr_array_unref(listing->cells);
	g_free(listing);
}

void listing_print_below(struct listing *listing)
{
	if (listing->cells->len)
		putchar('\n');
	listing_print(listing);
}
