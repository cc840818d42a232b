/* SPDX-License-Identifier: GPL-2.0-only */
/* The Profiles table: which roles a profile joins and what it keeps closed. */
#include "profiles.h"

#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "ports.h"
#include "roles.h"
#include "text.h"

static struct profile *profile_new(const char *name)
{
	struct profile *profile = g_new0(struct profile, 1);

	profile->place.file = "";
	profile->name = name;
	profile->notes = "";
	profile->roles = g_ptr_array_new();
	profile->except = g_array_new(FALSE, FALSE, sizeof(struct exception));
	return profile;
}

void profile_free(struct profile *profile)
{
	g_ptr_array_unref(profile->roles);
	g_array_unref(profile->except);
	g_free(profile);
}

void profiles_add_closed(struct policy *policy)
{
	g_ptr_array_add(policy->profiles, profile_new(PROFILE_CLOSED));
}

static void read_role(const struct line *line, const char *text, GPtrArray *roles)
{
	g_autofree char *error = NULL;
	struct role *role = role_find(line->reading, text, &error);

	if (!role)
		line_error(line, "%s", error);
	else if (!g_ptr_array_find(roles, role, NULL))
		g_ptr_array_add(roles, role);
}

/* Names stand apart by line breaks where they hold commas, else by commas. */
static void read_roles(const struct line *line, GPtrArray *roles)
{
	g_autofree char *cell = g_strstrip(g_strdup(line_cell(line, COLUMN_ROLES)));
	g_autoptr(GPtrArray) names = text_split(cell, strchr(cell, '\n') ? "\n" : ",");

	if (names->len == 0)
		line_error(line, "the profile has no role, expected one or more");
	for (unsigned int i = 0; i < names->len; i++)
		read_role(line, names->pdata[i], roles);
}

static bool read_add_on(const struct line *line)
{
	const char *value = line_keep(line, COLUMN_ADD_ON);
	bool yes = !g_ascii_strcasecmp(value, "yes");

	if (!yes && *value && g_ascii_strcasecmp(value, "no"))
		line_error(line, "Add-on is '%s', expected yes, no or nothing", value);
	return yes;
}

static bool row_opens(const struct row *row, unsigned int transport, uint16_t first, uint16_t last)
{
	for (unsigned int i = 0; !row->outgoing && i < row->ranges->len; i++) {
		const struct port_range *range = &g_array_index(row->ranges, struct port_range, i);

		if (range->transports & TRANSPORT_BIT(transport) && range->first <= last &&
		    range->last >= first)
			return true;
	}
	return false;
}

static bool profile_opens(const struct profile *profile, unsigned int transport,
			  const struct port_range *range)
{
	for (unsigned int i = 0; i < profile->roles->len; i++) {
		const struct role *role = profile->roles->pdata[i];

		for (unsigned int j = 0; j < role->rows->len; j++) {
			if (row_opens(role->rows->pdata[j], transport, range->first, range->last))
				return true;
		}
	}
	return false;
}

static void add_exception(const struct line *line, struct profile *profile,
			  const struct port_range *range)
{
	struct exception exception = {range->transports, range->first, range->last};

	g_array_append_val(profile->except, exception);
	for (unsigned int transport = 0; transport < TRANSPORTS; transport++) {
		g_autofree char *ports = NULL;

		if (!(range->transports & TRANSPORT_BIT(transport)) ||
		    profile_opens(profile, transport, range))
			continue;
		ports = port_range_format(transport, range->first, range->last);
		line_warning(line, "Except names %s, which no role of the profile opens", ports);
	}
}

static void read_except(const struct line *line, struct profile *profile)
{
	const char *cell = line_cell(line, COLUMN_EXCEPT);
	struct port_list list = {0};
	g_autofree char *error = NULL;

	if (!cell[strspn(cell, " \n")])
		return;
	if (port_list_parse(cell, &list, &error)) {
		line_error(line, "%s", error);
		return;
	}
	for (unsigned int i = 0; i < list.ranges->len; i++)
		add_exception(line, profile, &g_array_index(list.ranges, struct port_range, i));
	g_array_unref(list.ranges);
}

void profile_line(const struct line *line)
{
	struct profile *profile;
	const char *name;

	if (!g_ascii_strcasecmp(line_keep(line, COLUMN_PROFILE), PROFILE_CLOSED)) {
		line_error(line, "profile 'closed' is built in, expected another name");
		return;
	}
	name = line_name(line, COLUMN_PROFILE, "profile");
	if (!name)
		return;
	profile = profile_new(name);
	profile->place = line->place;
	profile->notes = line_keep(line, COLUMN_NOTES);
	profile->add_on = read_add_on(line);
	read_roles(line, profile->roles);
	read_except(line, profile);
	g_ptr_array_add(line->reading->policy->profiles, profile);
}
