/* SPDX-License-Identifier: GPL-2.0-only */
/* Compares what is enforced for whom: roles, profiles, interfaces and servers. */
#include "compare.h"

#include <string.h>

#include "compare_ports.h"
#include "compare_terms.h"
#include "json.h"
#include "text.h"

/* The two generations that are being compared. */
struct sides {
	const struct generation *before, *after;
	GHashTable
		*ports; /* what compare_ports() says of two profiles, by both: servers share it */
};

static const char *change_of(const void *before, const void *after)
{
	return !before ? "added" : !after ? "gone" : "changed";
}

/* Adds what two compiled profiles open to the list, unless it is the same. Frees both. */
static void add_compiled(struct json_object *list, const char *title, struct compiled *before,
			 struct compiled *after)
{
	struct json_object *json = json_object_new_object();
	const struct compiled *one = after ? after : before;

	if (title)
		json_add_string(json, "title", title);
	json_add_string(json, "name", one->name);
	json_add_string(json, "change", change_of(before, after));
	if (compare_ports(json, before, after) || !before || !after)
		json_object_array_add(list, json);
	else
		json_object_put(json);
	compiled_free(before);
	compiled_free(after);
}

/* --- roles and profiles of the documents --- */

static struct compiled *compile_profile(const struct policy *policy, const char *name)
{
	const struct profile *profile = policy_profile(policy, name);

	return profile ? profile_compile(policy, profile->name) : NULL;
}

static bool add_profiles(struct json_object *json, const struct sides *sides)
{
	const struct policy *before = sides->before->policy, *after = sides->after->policy;
	struct json_object *list = json_add_array(json, "profiles");

	for (guint i = 0; i < before->profiles->len; i++) {
		const char *name = ((struct profile *)before->profiles->pdata[i])->name;

		add_compiled(list, NULL, compile_profile(before, name),
			     compile_profile(after, name));
	}
	for (guint i = 0; i < after->profiles->len; i++) {
		const char *name = ((struct profile *)after->profiles->pdata[i])->name;

		if (!policy_profile(before, name))
			add_compiled(list, NULL, NULL, compile_profile(after, name));
	}
	return json_object_array_length(list);
}

/* A role is known by its name and the title of its table. */
static char *role_key(const struct role *role)
{
	g_autofree char *key = g_strconcat(role->title, "\n", role->name, NULL);

	return text_fold(key);
}

static GHashTable *roles_by_key(const struct policy *policy)
{
	GHashTable *roles = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (guint i = 0; i < policy->roles->len; i++)
		g_hash_table_insert(roles, role_key(policy->roles->pdata[i]),
				    policy->roles->pdata[i]);
	return roles;
}

static const struct role *find_role(GHashTable *roles, const struct role *role)
{
	g_autofree char *key = role_key(role);

	return g_hash_table_lookup(roles, key);
}

static void add_roles_of(struct json_object *list, const struct policy *before,
			 const struct policy *after)
{
	g_autoptr(GHashTable) old = roles_by_key(before);
	g_autoptr(GHashTable) new = roles_by_key(after);

	for (guint i = 0; i < before->roles->len; i++) {
		const struct role *role = before->roles->pdata[i];
		const struct role *now = find_role(new, role);

		add_compiled(list, role->title, role_compile(role), now ? role_compile(now) : NULL);
	}
	for (guint i = 0; i < after->roles->len; i++) {
		const struct role *role = after->roles->pdata[i];

		if (!find_role(old, role))
			add_compiled(list, role->title, NULL, role_compile(role));
	}
}

/* Only the built-in one. */
static bool has_no_profiles(const struct policy *policy)
{
	return policy->profiles->len == 1;
}

/* Of documents that name no profiles, as a vendor's page does not, the roles are all there is. */
static bool add_roles(struct json_object *json, const struct sides *sides)
{
	const struct policy *before = sides->before->policy, *after = sides->after->policy;
	struct json_object *list = json_add_array(json, "roles");

	if (has_no_profiles(before) || has_no_profiles(after))
		add_roles_of(list, before, after);
	return json_object_array_length(list);
}

/* --- interfaces that have profiles --- */

static const char *interface_profile(const struct generation *generation, const char *name)
{
	const struct choice_interface *interface = choice_interface(generation->choice, name);

	return interface ? interface->profile : NULL;
}

static const struct compiled *compiled_of(const struct generation *generation, const char *profile)
{
	return profile ? generation->profiles->pdata[generation_profile_index(generation, profile)]
		       : NULL;
}

static void put(void *json)
{
	json_object_put(json);
}

/* As compare_ports(), which is asked once of each two profiles. */
static bool add_ports(struct json_object *json, const struct sides *sides,
		      const struct compiled *before, const struct compiled *after)
{
	g_autofree char *key = g_strdup_printf("%p %p", (const void *)before, (const void *)after);
	struct json_object *ports = g_hash_table_lookup(sides->ports, key), *opened, *closed;

	if (!ports) {
		ports = json_object_new_object();
		compare_ports(ports, before, after);
		g_hash_table_insert(sides->ports, g_steal_pointer(&key), ports);
	}
	opened = json_member(ports, "opened");
	closed = json_member(ports, "closed");
	json_object_object_add(json, "opened", json_object_get(opened));
	json_object_object_add(json, "closed", json_object_get(closed));
	return json_object_array_length(opened) || json_object_array_length(closed);
}

static void add_interface(struct json_object *list, const struct sides *sides, const char *name)
{
	const char *before = interface_profile(sides->before, name);
	const char *after = interface_profile(sides->after, name);
	struct json_object *json = json_object_new_object();

	json_add_string(json, "name", *name ? name : NULL);
	json_add_string(json, "change", change_of(before, after));
	json_add_string(json, "before", before);
	json_add_string(json, "after", after);
	if (add_ports(json, sides, compiled_of(sides->before, before),
		      compiled_of(sides->after, after)) ||
	    (*name && g_strcmp0(before, after)))
		json_object_array_add(list, json);
	else
		json_object_put(json);
}

static bool add_interfaces(struct json_object *json, const struct sides *sides)
{
	const struct choice *before = sides->before->choice, *after = sides->after->choice;
	struct json_object *list = json_add_array(json, "interfaces");

	for (guint i = 0; i < before->interfaces->len; i++)
		add_interface(list, sides,
			      ((struct choice_interface *)before->interfaces->pdata[i])->name);
	for (guint i = 0; i < after->interfaces->len; i++) {
		const char *name = ((struct choice_interface *)after->interfaces->pdata[i])->name;

		if (!choice_interface(before, name))
			add_interface(list, sides, name);
	}
	return json_object_array_length(list);
}

/* --- servers --- */

static struct json_object *describe_server(const struct generation *generation,
					   const struct server *server)
{
	bool monitor = server->monitor || generation->choice->monitor;
	struct json_object *json = json_object_new_object();

	compare_add_prefixes(json, "addresses", server->addresses);
	json_add_string(json, "profile", generation_server_profile(generation, server));
	json_add_string(json, "mode", monitor ? "monitor" : "enforce");
	return json;
}

static const struct compiled *compiled_for(const struct generation *generation,
					   const struct server *server)
{
	return server ? compiled_of(generation, generation_server_profile(generation, server))
		      : NULL;
}

/* What becomes of a server's addresses on the side where it is not listed. */
static void add_unlisted(struct json_object *json, const struct generation *without)
{
	json_add_string(json, "unlisted",
			without->policy->settings.unlisted_drop ? "drop" : "pass");
}

static void add_server(struct json_object *list, const struct sides *sides, const char *name,
		       const struct server *before, const struct server *after)
{
	struct json_object *old = before ? describe_server(sides->before, before) : NULL;
	struct json_object *new = after ? describe_server(sides->after, after) : NULL;
	struct json_object *json = json_object_new_object();
	bool same = json_object_equal(old, new);

	/* To enforce what was swapped in already changes nothing. */
	if (old)
		json_add_bool(old, "swapped", choice_swapped(sides->before->choice, name));
	if (new)
		json_add_bool(new, "swapped", choice_swapped(sides->after->choice, name));
	json_add_string(json, "name", name);
	json_add_string(json, "change", change_of(before, after));
	json_object_object_add(json, "before", old);
	json_object_object_add(json, "after", new);
	if (!before)
		add_unlisted(json, sides->before);
	if (!after)
		add_unlisted(json, sides->after);
	if (add_ports(json, sides, compiled_for(sides->before, before),
		      compiled_for(sides->after, after)) ||
	    !same)
		json_object_array_add(list, json);
	else
		json_object_put(json);
}

static bool add_servers(struct json_object *json, const struct sides *sides)
{
	const struct policy *before = sides->before->policy, *after = sides->after->policy;
	g_autoptr(GHashTable) old = servers_by_name(before);
	g_autoptr(GHashTable) new = servers_by_name(after);
	struct json_object *list = json_add_array(json, "servers");

	for (guint i = 0; i < before->servers->len; i++) {
		const struct server *server = before->servers->pdata[i];

		add_server(list, sides, server->name, server, servers_find(new, server->name));
	}
	for (guint i = 0; i < after->servers->len; i++) {
		const struct server *server = after->servers->pdata[i];

		if (!servers_find(old, server->name))
			add_server(list, sides, server->name, NULL, server);
	}
	return json_object_array_length(list);
}

bool compare_generations(struct json_object *json, const struct generation *before,
			 const struct generation *after)
{
	g_autoptr(GHashTable) ports = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, put);
	const struct sides sides = {before, after, ports};
	bool differs;

	json_add_bool(json, "same", false); /* it comes first; its value is known last */
	differs = add_roles(json, &sides);
	differs |= add_profiles(json, &sides);
	differs |= add_interfaces(json, &sides);
	differs |= add_servers(json, &sides);
	differs |= compare_guards(json, before->policy, after->policy);
	differs |= compare_settings(json, before, after);
	json_add_bool(json, "same", !differs);
	return !differs;
}
