/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes to standard output: JSON as it is, sheets for people. */
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

void output_print(struct json_object *json, bool as_json, void (*print)(struct json_object *json))
{
	if (as_json)
		puts(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY |
								  JSON_C_TO_STRING_SPACED |
								  JSON_C_TO_STRING_NOSLASHESCAPE));
	else
		print(json);
	fflush(stdout);
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

struct sheet {
	char **headings;
	guint columns;
	GPtrArray *cells; /* char *, row by row */
};

struct sheet *sheet_new(const char *columns)
{
	struct sheet *sheet = g_new0(struct sheet, 1);

	sheet->headings = g_strsplit(columns, "|", -1);
	sheet->columns = g_strv_length(sheet->headings);
	sheet->cells = g_ptr_array_new_with_free_func(g_free);
	return sheet;
}

void sheet_add(struct sheet *sheet, ...)
{
	va_list cells;

	va_start(cells, sheet);
	for (guint i = 0; i < sheet->columns; i++) {
		char *cell = va_arg(cells, char *);

		g_ptr_array_add(sheet->cells, cell ? cell : g_strdup(""));
	}
	va_end(cells);
}

static const char *heading(const struct sheet *sheet, guint column)
{
	const char *text = sheet->headings[column];

	return *text == '>' ? text + 1 : text;
}

static void print_row(const struct sheet *sheet, const glong *widths, guint row)
{
	GString *line = g_string_new(" ");

	for (guint i = 0; i < sheet->columns; i++) {
		const char *cell = row ? sheet->cells->pdata[(row - 1) * sheet->columns + i]
				       : heading(sheet, i);
		int padding = (int)(widths[i] - g_utf8_strlen(cell, -1));

		if (!widths[i])
			continue;
		if (*sheet->headings[i] == '>')
			g_string_append_printf(line, " %*s%s ", padding, "", cell);
		else
			g_string_append_printf(line, " %s%*s ", cell, padding, "");
	}
	puts(g_strchomp(line->str));
	g_string_free(line, TRUE);
}

/* Of each column, the widest cell; 0 where all are empty: such a column is not shown. */
static glong *measure(const struct sheet *sheet)
{
	glong *widths = g_new0(glong, sheet->columns);

	for (guint i = 0; i < sheet->cells->len; i++)
		widths[i % sheet->columns] =
			MAX(widths[i % sheet->columns], g_utf8_strlen(sheet->cells->pdata[i], -1));
	for (guint i = 0; i < sheet->columns; i++)
		if (widths[i])
			widths[i] = MAX(widths[i], g_utf8_strlen(heading(sheet, i), -1));
	return widths;
}

void sheet_print(struct sheet *sheet)
{
	guint rows = sheet->cells->len / sheet->columns;
	g_autofree glong *widths = measure(sheet);

	for (guint row = 0; rows && row <= rows; row++)
		print_row(sheet, widths, row);
	g_strfreev(sheet->headings);
	g_ptr_array_unref(sheet->cells);
	g_free(sheet);
}

void sheet_print_below(struct sheet *sheet)
{
	if (sheet->cells->len)
		putchar('\n');
	sheet_print(sheet);
}
