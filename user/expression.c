/* SPDX-License-Identifier: GPL-2.0-only */
/* Expressions that join profiles: read, brought into one form, and add-ons alone refused. */
#include "expression.h"

#include <string.h>

#include "nearest.h"
#include "profile.h"
#include "text.h"

static char *unknown_profile(const struct policy *policy, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *near = NULL;

	for (unsigned int i = 0; i < policy->profiles->len; i++) {
		const struct profile *profile = policy->profiles->pdata[i];

		g_ptr_array_add(names, (char *)profile->name);
	}
	near = nearest(name, names);
	return near ? g_strdup_printf("no profile '%s', did you mean %s?", name, near)
		    : g_strdup_printf("no profile '%s', expected one of a Profiles table", name);
}

static bool add_named(const struct policy *policy, const char *name, GPtrArray *named, char **error)
{
	const struct profile *profile = policy_profile(policy, name);

	if (!profile)
		*error = *name ? unknown_profile(policy, name)
			       : g_strdup("a profile's name is missing, expected PROFILE or "
					  "'PROFILE + PROFILE'");
	else if (!g_ptr_array_find(named, profile, NULL))
		g_ptr_array_add(named, (gpointer)profile);
	return profile;
}

/* Numbers of profiles are few; what they are compared by is where the policy has them. */
static int compare_order(const void *a, const void *b, void *data)
{
	const GPtrArray *profiles = data;
	unsigned int one = 0, other = 0;

	g_ptr_array_find((GPtrArray *)profiles, *(gpointer *)a, &one);
	g_ptr_array_find((GPtrArray *)profiles, *(gpointer *)b, &other);
	return (int)one - (int)other;
}

GPtrArray *expression_parse(const struct policy *policy, const char *expression, char **error)
{
	g_autoptr(GPtrArray) named = g_ptr_array_new();
	g_auto(GStrv) names = g_strsplit(*expression ? expression : " ", "+", -1);

	for (unsigned int i = 0; names[i]; i++) {
		if (!add_named(policy, g_strstrip(names[i]), named, error))
			return NULL;
	}
	g_ptr_array_sort_with_data(named, compare_order, policy->profiles);
	if (named->len > 1 && named->pdata[0] == policy->profiles->pdata[0]) {
		*error = g_strdup("'closed' opens nothing, expected it alone");
		return NULL;
	}
	return g_steal_pointer(&named);
}

static void append_names(GString *joined, const GPtrArray *profiles, bool add_ons)
{
	for (unsigned int i = 0; i < profiles->len; i++) {
		const struct profile *profile = profiles->pdata[i];

		if (profile->add_on == add_ons)
			g_string_append_printf(joined, "%s%s", joined->len ? " + " : "",
					       profile->name);
	}
}

/* Add-ons stand behind what they are added to. */
static char *join_names(const GPtrArray *profiles)
{
	GString *joined = g_string_new(NULL);

	append_names(joined, profiles, false);
	append_names(joined, profiles, true);
	return g_string_free(joined, FALSE);
}

/* How many letters two names have in common from their beginning. */
static unsigned int alike(const char *one, const char *other)
{
	unsigned int n = 0;

	while (one[n] && g_ascii_tolower(one[n]) == g_ascii_tolower(other[n]))
		n++;
	return n;
}

/* How much a profile's roles are like an add-on's: "Front End Servers that also …" extends one. */
static unsigned int profiles_alike(const struct profile *profile, const struct profile *add_on)
{
	unsigned int most = 0;

	for (unsigned int i = 0; i < profile->roles->len; i++) {
		const struct role *role = profile->roles->pdata[i];

		for (unsigned int j = 0; j < add_on->roles->len; j++) {
			const struct role *extended = add_on->roles->pdata[j];

			if (!strcmp(role->title, extended->title))
				most = MAX(most, alike(role->name, extended->name));
		}
	}
	return most;
}

/* The profile that an add-on most likely goes with; NULL if the policy has none but closed. */
static const struct profile *likely_base(const struct policy *policy, const struct profile *add_on)
{
	const struct profile *base = NULL;
	unsigned int most = 0;

	for (unsigned int i = 1; i < policy->profiles->len; i++) {
		const struct profile *profile = policy->profiles->pdata[i];
		unsigned int likeness = profiles_alike(profile, add_on);

		if (profile->add_on || (base && likeness <= most))
			continue;
		base = profile;
		most = likeness;
	}
	return base;
}

static char *refuse_alone(const struct policy *policy, const GPtrArray *add_ons)
{
	const struct profile *base = likely_base(policy, add_ons->pdata[0]);
	g_autofree char *names = join_names(add_ons);

	return g_strdup_printf("'%s' is an add-on: write '%s + %s'", names,
			       base ? base->name : "PROFILE", names);
}

static bool has_base(const GPtrArray *profiles)
{
	for (unsigned int i = 0; i < profiles->len; i++) {
		const struct profile *profile = profiles->pdata[i];

		if (!profile->add_on)
			return true;
	}
	return false;
}

char *profile_canonical(const struct policy *policy, const char *expression, bool add_on_alone,
			char **error)
{
	g_autoptr(GPtrArray) profiles = expression_parse(policy, expression, error);

	if (!profiles)
		return NULL;
	if (!add_on_alone && !has_base(profiles)) {
		*error = refuse_alone(policy, profiles);
		return NULL;
	}
	return join_names(profiles);
}
