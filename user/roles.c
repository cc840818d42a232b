/* SPDX-License-Identifier: GPL-2.0-only */
/* Roles: rows gathered by title and subject, and found again by what a Roles cell says. */
#include "roles.h"

#include <string.h>

#include "nearest.h"
#include "text.h"

static char *role_key(const char *title, const char *name)
{
	g_autofree char *folded_title = text_fold(title);
	g_autofree char *folded_name = text_fold(name);

	return g_strconcat(folded_title, "\n", folded_name, NULL);
}

static void add_namesake(struct reading *reading, struct role *role)
{
	g_autofree char *name = text_fold(role->name);
	GPtrArray *namesakes = g_hash_table_lookup(reading->namesakes, name);

	if (!namesakes) {
		namesakes = g_ptr_array_new();
		g_hash_table_insert(reading->namesakes, g_steal_pointer(&name), namesakes);
	}
	g_ptr_array_add(namesakes, role);
}

struct role *role_take(struct reading *reading, const char *title, const char *name)
{
	g_autofree char *key = role_key(title, name);
	struct role *role = g_hash_table_lookup(reading->roles, key);

	if (role)
		return role;
	role = g_new0(struct role, 1);
	role->title = title;
	role->name = name;
	role->rows = g_ptr_array_new();
	g_ptr_array_add(reading->policy->roles, role);
	g_hash_table_insert(reading->roles, g_steal_pointer(&key), role);
	add_namesake(reading, role);
	return role;
}

/* "Title: Role", wherever the colon is that divides them: both may hold colons of their own. */
static struct role *find_titled(const struct reading *reading, const char *text)
{
	for (const char *colon = strchr(text, ':'); colon; colon = strchr(colon + 1, ':')) {
		g_autofree char *title = g_strstrip(g_strndup(text, colon - text));
		g_autofree char *name = g_strstrip(g_strdup(colon + 1));
		g_autofree char *key = role_key(title, name);
		struct role *role = g_hash_table_lookup(reading->roles, key);

		if (role)
			return role;
	}
	return NULL;
}

static char *titled_name(const struct role *role)
{
	return g_strdup_printf("%s: %s", role->title, role->name);
}

static char *ambiguous(const char *text, const GPtrArray *namesakes)
{
	g_autoptr(GPtrArray) forms = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *quoted = NULL;

	for (unsigned int i = 0; i < namesakes->len; i++)
		g_ptr_array_add(forms, titled_name(namesakes->pdata[i]));
	quoted = text_quote(forms, "or");
	return g_strdup_printf("role '%s' stands under more than one title, expected %s", text,
			       quoted);
}

/* Every role as a Roles cell would have to write it. */
static GPtrArray *role_names(const struct reading *reading)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	for (unsigned int i = 0; i < reading->policy->roles->len; i++) {
		const struct role *role = reading->policy->roles->pdata[i];
		g_autofree char *name = text_fold(role->name);
		const GPtrArray *namesakes = g_hash_table_lookup(reading->namesakes, name);

		g_ptr_array_add(names,
				namesakes->len > 1 ? titled_name(role) : g_strdup(role->name));
	}
	return names;
}

struct role *role_find(const struct reading *reading, const char *text, char **error)
{
	g_autofree char *name = text_fold(text);
	const GPtrArray *namesakes = g_hash_table_lookup(reading->namesakes, name);
	g_autoptr(GPtrArray) names = NULL;
	g_autofree char *near = NULL;
	struct role *role;

	if (namesakes && namesakes->len == 1)
		return namesakes->pdata[0];
	role = find_titled(reading, text);
	if (role)
		return role;
	if (namesakes) {
		*error = ambiguous(text, namesakes);
		return NULL;
	}
	names = role_names(reading);
	near = nearest(text, names);
	*error = near ? g_strdup_printf("no role '%s', did you mean %s?", text, near)
		      : g_strdup_printf("no role '%s', expected one of a table of ports", text);
	return NULL;
}
