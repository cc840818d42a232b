/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells the tables of a document apart: those to be read, those that are ignored, and errors. */
#include "survey.h"

static void judge_stray(struct messages *messages, const struct source *source,
			const struct stray *stray)
{
	static const char *const reasons[] = {
		[STRAY_LINE] =
			"the line is part of no table, expected a delimiter row with as many "
			"cells as the header",
		[STRAY_HTML] = "an HTML table cannot be read, expected a Markdown table",
	};

	if (source->kind == SOURCE_SITE || text_speaks_of_ports(stray->text))
		message_add(messages, SEVERITY_ERROR, source->file, stray->line, "%s",
			    reasons[stray->kind]);
}

/* What in a vendor's page may well be a table of its own kind: 'Setting' and 'Value' above
 * anything. */
static bool is_no_matter_of_vendors(enum table_kind kind)
{
	return kind == TABLE_BLOCKED || kind == TABLE_NETWORKS || kind == TABLE_SETTINGS;
}

/* What only a site may say. */
static bool is_matter_of_sites(enum table_kind kind)
{
	return kind == TABLE_SERVERS || kind == TABLE_GUARDS;
}

static void ignore(struct policy *policy, const struct sheet *sheet)
{
	struct ignored *ignored = g_new0(struct ignored, 1);

	ignored->place.file = sheet->file;
	ignored->place.line = sheet->table->header.line;
	ignored->title = g_string_chunk_insert_const(policy->strings, sheet->table->title);
	g_ptr_array_add(policy->ignored, ignored);
}

/* Why a table cannot be read as it is, NULL if it can; the caller frees it. */
static char *find_fault(const struct sheet *sheet, enum source_kind source)
{
	const struct columns *columns = &sheet->columns;
	const char *name = kind_name(columns->kind);

	if (is_matter_of_sites(columns->kind) && source != SOURCE_SITE)
		return g_strdup_printf("%s stands in a document, expected in a site", name);
	if (columns->kind == TABLE_SERVICES && columns->cell[COLUMN_SUBJECT] < 0 &&
	    !*sheet->table->title)
		return g_strdup("the table has neither a role column nor a title, expected one of "
				"them");
	return kind_fault(sheet->table, columns);
}

/* What a vendor's tables say beside what we ask for is theirs; all else is an error. */
static bool check_columns(struct reading *reading, const struct sheet *sheet,
			  enum source_kind source)
{
	const struct columns *columns = &sheet->columns;
	bool vendors = columns->kind == TABLE_SERVICES || columns->kind == TABLE_IPSEC;

	if (vendors && source == SOURCE_DOCUMENT)
		return true;
	for (unsigned int i = 0; i < sheet->table->header.cells->len; i++) {
		g_autofree char *error = NULL;

		if (!(columns->unknown >> i & 1))
			continue;
		error = kind_unknown_column(columns->kind, sheet->table->header.cells->pdata[i]);
		message_add(reading->messages, SEVERITY_ERROR, sheet->file,
			    sheet->table->header.line, "%s", error);
	}
	return !columns->unknown;
}

/* Whether a table is to be read; if not, and if that is not right, says why. */
static bool check_sheet(struct reading *reading, struct sheet *sheet, enum source_kind source)
{
	g_autofree char *fault = NULL;

	kind_tell(sheet->table, &sheet->columns);
	if (source == SOURCE_DOCUMENT && is_no_matter_of_vendors(sheet->columns.kind))
		sheet->columns.kind = TABLE_OTHER;
	if (sheet->columns.kind != TABLE_OTHER)
		fault = find_fault(sheet, source);
	else if (source == SOURCE_SITE || kind_speaks_of_ports(sheet->table))
		fault = kind_refusal(sheet->table);
	else
		ignore(reading->policy, sheet);
	if (fault)
		message_add(reading->messages, SEVERITY_ERROR, sheet->file,
			    sheet->table->header.line, "%s", fault);
	return !fault && sheet->columns.kind != TABLE_OTHER &&
	       check_columns(reading, sheet, source);
}

void survey(struct reading *reading, const struct document *document, GArray *sheets)
{
	const struct source *source = document->source;
	const char *file = g_string_chunk_insert_const(reading->policy->strings, source->file);

	for (unsigned int i = 0; i < document->strays->len; i++)
		judge_stray(reading->messages, source, document->strays->pdata[i]);
	for (unsigned int i = 0; i < document->tables->len; i++) {
		struct sheet sheet = {.file = file, .table = document->tables->pdata[i]};

		if (check_sheet(reading, &sheet, source->kind))
			g_array_append_val(sheets, sheet);
	}
}
