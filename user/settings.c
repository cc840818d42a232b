/* SPDX-License-Identifier: GPL-2.0-only */
/* The Settings table: one function for each setting, which reads its value. */
#include "settings.h"

#include <net/if.h>
#include <string.h>

#include "nearest.h"
#include "text.h"

#define SETTING_DOCUMENTS "Documents"

void settings_init(struct settings *settings)
{
	settings->interfaces = g_ptr_array_new();
	settings->documents = g_ptr_array_new();
	settings->inside = g_ptr_array_new();
	settings->management.prefixes = g_array_new(FALSE, FALSE, sizeof(struct prefix));
	settings->management.ports = g_array_new(FALSE, FALSE, sizeof(struct port_range));
}

void settings_clear(struct settings *settings)
{
	g_ptr_array_unref(settings->interfaces);
	g_ptr_array_unref(settings->documents);
	g_ptr_array_unref(settings->inside);
	g_array_unref(settings->management.prefixes);
	g_array_unref(settings->management.ports);
}

static struct settings *settings_of(const struct line *line)
{
	return &line->reading->policy->settings;
}

/* Which of words (ends with NULL) the value is; the first after an error. */
static unsigned int choose(const struct line *line, const char *const words[])
{
	g_autoptr(GPtrArray) expected = g_ptr_array_new();
	g_autofree char *list = NULL;
	const char *value = line_keep(line, COLUMN_VALUE);

	for (unsigned int i = 0; words[i]; i++) {
		if (!g_ascii_strcasecmp(value, words[i]))
			return i;
		g_ptr_array_add(expected, (char *)words[i]);
	}
	list = text_join(expected, "or");
	line_error(line, "%s is '%s', expected %s", line_keep(line, COLUMN_SETTING), value, list);
	return 0;
}

static void read_mode(const struct line *line)
{
	static const char *const words[] = {"enforce", "monitor", NULL};

	settings_of(line)->monitor = choose(line, words) == 1;
}

static void read_unlisted(const struct line *line)
{
	static const char *const words[] = {"pass", "drop", NULL};

	settings_of(line)->unlisted_drop = choose(line, words) == 1;
}

static void read_non_ip(const struct line *line)
{
	static const char *const words[] = {"pass", "drop", NULL};

	settings_of(line)->non_ip_drop = choose(line, words) == 1;
}

static void read_attach(const struct line *line)
{
	static const char *const words[] = {
		[ATTACH_AUTO] = "auto",
		[ATTACH_NATIVE] = "native",
		[ATTACH_GENERIC] = "generic",
		NULL,
	};

	settings_of(line)->attach = choose(line, words);
}

static bool is_interface(const char *name)
{
	return strlen(name) < IFNAMSIZ && !strpbrk(name, "/: ") && strcmp(name, ".") &&
	       strcmp(name, "..");
}

/* The names in a value. */
static GPtrArray *read_list(const struct line *line)
{
	GPtrArray *names = text_split(line_cell(line, COLUMN_VALUE), ",\n");

	if (names->len == 0)
		line_error(line, "%s is empty, expected a value", line_keep(line, COLUMN_SETTING));
	return names;
}

static void read_interfaces(const struct line *line, GPtrArray *interfaces)
{
	g_autoptr(GPtrArray) names = read_list(line);
	struct policy *policy = line->reading->policy;

	for (unsigned int i = 0; i < names->len; i++) {
		const char *name = g_string_chunk_insert_const(policy->strings, names->pdata[i]);

		if (!is_interface(name))
			line_error(line,
				   "'%s' cannot be an interface, expected a name of at most %d "
				   "characters without '/', ':' and spaces",
				   name, IFNAMSIZ - 1);
		else if (g_ptr_array_find(interfaces, name, NULL))
			line_error(line, "interface '%s' is named twice, expected it once", name);
		else
			g_ptr_array_add(interfaces, (char *)name);
	}
}

static void read_interface(const struct line *line)
{
	read_interfaces(line, settings_of(line)->interfaces);
}

static void read_inside(const struct line *line)
{
	settings_of(line)->inside_place = line->place;
	read_interfaces(line, settings_of(line)->inside);
}

static void read_documents(const struct line *line)
{
	g_autoptr(GPtrArray) names = read_list(line);
	struct policy *policy = line->reading->policy;

	for (unsigned int i = 0; i < names->len; i++)
		g_ptr_array_add(policy->settings.documents,
				g_string_chunk_insert_const(policy->strings, names->pdata[i]));
}

static void read_management(const struct line *line)
{
	struct policy *policy = line->reading->policy;
	g_autofree char *error = NULL;

	if (management_parse(policy, line_cell(line, COLUMN_VALUE), &policy->settings.management,
			     &error))
		line_error(line, "%s", error);
}

static void read_protocols(const struct line *line)
{
	g_autofree char *error = NULL;

	if (protocols_parse(line_cell(line, COLUMN_VALUE), settings_of(line)->protocols, &error))
		line_error(line, "%s", error);
}

static void read_replies(const struct line *line)
{
	static const char *const words[] = {"on", "off", NULL};

	settings_of(line)->replies_off = choose(line, words) == 1;
}

static void read_port_counters(const struct line *line)
{
	static const char *const words[] = {"on", "off", NULL};

	settings_of(line)->port_counters_off = choose(line, words) == 1;
}

static void read_boot(const struct line *line)
{
	static const char *const words[] = {"open", "closed", NULL};

	settings_of(line)->boot = choose(line, words) == 1 ? BOOT_CLOSED : BOOT_OPEN;
}

static const struct setting {
	const char *name;
	void (*read)(const struct line *line);
} settings[] = {
	{"Interface", read_interface},
	{SETTING_DOCUMENTS, read_documents},
	{"Mode", read_mode},
	{"Unlisted", read_unlisted},
	{"Non-IP", read_non_ip},
	{"Attach", read_attach},
	{"Management", read_management},
	{"Protocols", read_protocols},
	{"Replies", read_replies},
	{"Inside", read_inside},
	{"Port counters", read_port_counters},
	{"Boot", read_boot},
};

static const struct setting *find_setting(const char *name)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(settings); i++) {
		if (!g_ascii_strcasecmp(name, settings[i].name))
			return &settings[i];
	}
	return NULL;
}

void settings_settle(struct reading *reading)
{
	const struct settings *all = &reading->policy->settings;

	for (unsigned int i = 0; i < all->inside->len; i++) {
		const char *name = all->inside->pdata[i];

		/* names are kept once, so that the same one is the same pointer */
		if (!g_ptr_array_find(all->interfaces, name, NULL))
			message_add(reading->messages, SEVERITY_ERROR, all->inside_place.file,
				    all->inside_place.line,
				    "Inside names '%s', expected an interface that Interface names",
				    name);
	}
}

bool settings_is_inside(const struct settings *all, const char *interface)
{
	return g_ptr_array_find_with_equal_func(all->inside, interface, g_str_equal, NULL);
}

bool settings_know(const char *name)
{
	return find_setting(name);
}

static void refuse_unknown(const struct line *line, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *near = NULL;
	g_autofree char *all = NULL;

	for (unsigned int i = 0; i < G_N_ELEMENTS(settings); i++)
		g_ptr_array_add(names, (char *)settings[i].name);
	near = nearest(name, names);
	all = text_join(names, "or");
	if (near)
		line_error(line, "no setting '%s', did you mean %s?", name, near);
	else
		line_error(line, "no setting '%s', expected %s", name, all);
}

void setting_line(const struct line *line)
{
	const char *name = line_keep(line, COLUMN_SETTING);
	const struct setting *setting = find_setting(name);

	if (!setting)
		refuse_unknown(line, name);
	else if (!*line_keep(line, COLUMN_VALUE))
		line_error(line, "%s is empty, expected a value", name);
	else if (line_claim(line, "setting", name))
		setting->read(line);
}

void setting_documents(const struct table_row *row, const struct columns *columns,
		       GPtrArray *documents)
{
	const char *name = row->cells->pdata[columns->cell[COLUMN_SETTING]];
	g_autofree char *trimmed = text_one_line(name);
	g_autoptr(GPtrArray) values = NULL;

	if (g_ascii_strcasecmp(trimmed, SETTING_DOCUMENTS))
		return;
	values = text_split(row->cells->pdata[columns->cell[COLUMN_VALUE]], ",\n");
	for (unsigned int i = 0; i < values->len; i++)
		g_ptr_array_add(documents, g_strdup(values->pdata[i]));
}
