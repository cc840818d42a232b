/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis profiles: what there is to enforce. */
#include <linux/types.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "inputs.h"
#include "json.h"
#include "layout.h"
#include "output.h"
#include "profile.h"

static void add_profile(struct json_object *list, const struct policy *policy,
			const struct profile *profile)
{
	g_autofree char *canonical = profile_canonical(policy, profile->name, true, NULL);
	struct compiled *compiled = profile_compile(policy, canonical);
	struct json_object *json = json_append_object(list);
	struct json_object *roles;

	json_add_string(json, "name", profile->name);
	roles = json_add_array(json, "roles");
	for (guint i = 0; i < profile->roles->len; i++)
		json_object_array_add(
			roles,
			json_object_new_string(((struct role *)profile->roles->pdata[i])->name));
	json_add_bool(json, "add_on", profile->add_on);
	json_add_number(json, "tcp", compiled->ports[TRANSPORT_TCP]);
	json_add_number(json, "udp", compiled->ports[TRANSPORT_UDP]);
	json_add_number(json, "segments", compiled->openings->len);
	compiled_free(compiled);
}

/* How many ports of one transport a role's rows open, each counted once. */
static unsigned int count_ports(const struct role *role, unsigned int transport)
{
	g_autofree bool *open = g_new0(bool, 65536);
	unsigned int count = 0;

	for (guint i = 0; i < role->rows->len; i++) {
		const struct row *row = role->rows->pdata[i];

		for (guint j = 0; !row->outgoing && j < row->ranges->len; j++) {
			const struct port_range *range =
				&g_array_index(row->ranges, struct port_range, j);

			if (range->transports & TRANSPORT_BIT(transport))
				memset(open + range->first, true, range->last - range->first + 1U);
		}
	}
	for (unsigned int port = 0; port < 65536; port++)
		count += open[port];
	return count;
}

static void add_role(struct json_object *list, const struct role *role)
{
	struct json_object *json = json_append_object(list);

	json_add_string(json, "title", role->title);
	json_add_string(json, "name", role->name);
	json_add_number(json, "rows", role->rows->len);
	json_add_number(json, "tcp", count_ports(role, TRANSPORT_TCP));
	json_add_number(json, "udp", count_ports(role, TRANSPORT_UDP));
}

static char *join_roles(struct json_object *roles)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < json_object_array_length(roles); i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "",
				       json_object_get_string(json_object_array_get_idx(roles, i)));
	return g_string_free(text, FALSE);
}

static char *number(struct json_object *json, const char *key)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT, json_number(json, key));
}

static void print(struct json_object *json)
{
	struct json_object *profiles = json_member(json, "profiles");
	struct json_object *roles = json_member(json, "roles");
	struct listing *listing = listing_new("PROFILE|>TCP|>UDP|>SEGMENTS||ROLES");

	for (size_t i = 0; i < json_object_array_length(profiles); i++) {
		struct json_object *one = json_object_array_get_idx(profiles, i);
		bool add_on = json_object_get_boolean(json_member(one, "add_on"));

		listing_add(listing, g_strdup(json_string(one, "name")), number(one, "tcp"),
			    number(one, "udp"), number(one, "segments"),
			    add_on ? g_strdup("add-on") : NULL,
			    join_roles(json_member(one, "roles")));
	}
	listing_print(listing);
	putchar('\n');
	listing = listing_new("ROLE|>TCP|>UDP|>ROWS|TABLE");
	for (size_t i = 0; i < json_object_array_length(roles); i++) {
		struct json_object *one = json_object_array_get_idx(roles, i);

		listing_add(listing, g_strdup(json_string(one, "name")), number(one, "tcp"),
			    number(one, "udp"), number(one, "rows"),
			    g_strdup(json_string(one, "title")));
	}
	listing_print(listing);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	g_autoptr(GPtrArray) sources = NULL;
	struct policy *policy;
	struct json_object *json, *list;
	enum exit_code code = EXIT_WRONG;

	if (count)
		return usage(&profiles_command, "'%s' is one operand too many", operands[0]);
	sources = inputs_read(context->documents, NULL, context->messages);
	policy = policy_read(sources, context->messages);
	messages_keep_errors(context->messages);
	if (!context->messages->errors) {
		json = output_new();
		list = json_add_array(json, "profiles");
		for (guint i = 0; i < policy->profiles->len; i++)
			add_profile(list, policy, policy->profiles->pdata[i]);
		list = json_add_array(json, "roles");
		for (guint i = 0; i < policy->roles->len; i++)
			add_role(list, policy->roles->pdata[i]);
		output_print(json, context->json, print);
		code = EXIT_RIGHT;
	}
	policy_unref(policy);
	return code;
}

const struct command profiles_command = {
	.name = "profiles",
	.operands = "",
	.summary = "list the profiles and roles, with how many ports each opens",
	.reads_documents = true,
	.has_json = true,
	.run = run,
};
