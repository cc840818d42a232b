/* SPDX-License-Identifier: GPL-2.0-only */
/* What the readers of tables share while a policy is being read: indices, cells and messages. */
#include "reading.h"

#include <string.h>

#include "text.h"
#include "unstated.h"

struct reading *reading_new(struct policy *policy, struct messages *messages)
{
	struct reading *reading = g_new0(struct reading, 1);

	reading->policy = policy;
	reading->messages = messages;
	reading->claims = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	reading->roles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	reading->namesakes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						   (GDestroyNotify)g_ptr_array_unref);
	reading->expressions = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	reading->unstated = g_array_new(FALSE, FALSE, sizeof(struct unstated));
	return reading;
}

void reading_free(struct reading *reading)
{
	g_hash_table_unref(reading->claims);
	g_hash_table_unref(reading->roles);
	g_hash_table_unref(reading->namesakes);
	g_hash_table_unref(reading->expressions);
	g_array_unref(reading->unstated);
	g_free(reading);
}

const char *line_cell(const struct line *line, enum column column)
{
	int cell = line->columns->cell[column];

	return cell < 0 ? "" : line->row->cells->pdata[cell];
}

const char *line_keep(const struct line *line, enum column column)
{
	g_autofree char *text = text_one_line(line_cell(line, column));

	return g_string_chunk_insert_const(line->reading->policy->strings, text);
}

void line_error(const struct line *line, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	message_add(line->reading->messages, SEVERITY_ERROR, line->place.file, line->place.line,
		    "%s", text);
}

void line_warning(const struct line *line, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	message_add(line->reading->messages, SEVERITY_WARNING, line->place.file, line->place.line,
		    "%s", text);
}

bool line_claim(const struct line *line, const char *what, const char *name)
{
	g_autofree char *folded = text_fold(name);
	g_autofree char *claim = g_strconcat(what, "\n", folded, NULL);
	const struct place *first = g_hash_table_lookup(line->reading->claims, claim);

	if (first) {
		line_error(line, "%s '%s' is already defined at %s:%d, expected another name", what,
			   name, first->file, first->line);
		return false;
	}
	g_hash_table_insert(line->reading->claims, g_steal_pointer(&claim),
			    g_memdup2(&line->place, sizeof(line->place)));
	return true;
}

const char *line_name(const struct line *line, enum column column, const char *what)
{
	const char *name = line_keep(line, column);

	if (!text_is_name(name)) {
		line_error(
			line,
			"'%s' cannot be the name of a %s, expected letters, digits, '.', '_' and "
			"'-', a letter or digit first",
			name, what);
		return NULL;
	}
	return line_claim(line, what, name) ? name : NULL;
}
