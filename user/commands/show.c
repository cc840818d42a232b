/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis show: what a profile opens, and which line of which document says so. */
#include <linux/types.h>
#include <stdio.h>

#include "command.h"
#include "inputs.h"
#include "json.h"
#include "layout.h"
#include "output.h"
#include "profile.h"
#include "view.h"

static gboolean show_ipsec;

static void add_segments(struct json_object *json, const struct compiled *compiled)
{
	struct json_object *list = json_add_array(json, "segments");

	json_add_string(json, "profile", compiled->name);
	for (guint i = 0; i < compiled->openings->len; i++)
		view_add_opening(json_append_object(list), compiled->openings->pdata[i]);
	list = json_add_array(json, "excepted");
	for (guint i = 0; i < compiled->excepted->len; i++) {
		const struct excepted *excepted = compiled->excepted->pdata[i];
		struct json_object *one = json_append_object(list);

		json_add_string(one, "protocol", transport_name(excepted->transport));
		json_add_number(one, "first", excepted->first);
		json_add_number(one, "last", excepted->last);
		json_add_string(one, "file", excepted->profile->place.file);
		json_add_number(one, "line", (uint64_t)excepted->profile->place.line);
		view_add_services(one, excepted->rows);
	}
}

static void add_ipsec(struct json_object *json, const struct policy *policy)
{
	struct json_object *list = json_add_array(json, "ipsec");

	for (guint i = 0; i < policy->ipsec->len; i++) {
		const struct ipsec_exception *exception = policy->ipsec->pdata[i];
		struct json_object *one = json_append_object(list);

		json_add_string(one, "rule", exception->rule);
		json_add_string(one, "source", exception->source);
		json_add_string(one, "destination", exception->destination);
		json_add_bool(one, "tcp", exception->transports & TRANSPORT_BIT(TRANSPORT_TCP));
		json_add_bool(one, "udp", exception->transports & TRANSPORT_BIT(TRANSPORT_UDP));
		json_add_string(one, "source_port", exception->source_port);
		json_add_string(one, "destination_port", exception->destination_port);
		json_add_string(one, "authentication", exception->authentication);
		json_add_string(one, "file", exception->place.file);
		json_add_number(one, "line", (uint64_t)exception->place.line);
	}
}

static void print_ports(struct json_object *list, const char *columns)
{
	struct listing *listing = listing_new(columns);

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		bool media = json_object_get_boolean(json_member(one, "media"));

		listing_add(listing, g_strdup(json_string(one, "protocol")),
			    output_ports(json_member(one, "first"), json_member(one, "last")),
			    media ? g_strdup("media") : NULL,
			    view_services(json_member(one, "services")),
			    view_places(json_member(one, "services")));
	}
	listing_print(listing);
}

static void print_segments(struct json_object *json)
{
	struct json_object *excepted = json_member(json, "excepted");

	printf("%s opens\n", json_string(json, "profile"));
	print_ports(json_member(json, "segments"), "PROTOCOL|PORTS||SERVICES|STATED AT");
	if (json_object_array_length(excepted)) {
		puts("and keeps closed, by Except");
		print_ports(excepted, "PROTOCOL|PORTS||SERVICES|STATED AT");
	}
}

static void print_ipsec(struct json_object *json)
{
	struct json_object *list = json_member(json, "ipsec");
	struct listing *listing = listing_new("RULE|SOURCE|DESTINATION|PROTOCOL|SOURCE PORT|"
					      "DESTINATION PORT|AUTHENTICATION|STATED AT");

	puts("IPsec exceptions: shown, not enforced here");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		bool tcp = json_object_get_boolean(json_member(one, "tcp"));
		bool udp = json_object_get_boolean(json_member(one, "udp"));

		listing_add(listing, g_strdup(json_string(one, "rule")),
			    g_strdup(json_string(one, "source")),
			    g_strdup(json_string(one, "destination")),
			    g_strdup(tcp && udp ? "tcp udp"
				     : tcp      ? "tcp"
				     : udp      ? "udp"
						: ""),
			    g_strdup(json_string(one, "source_port")),
			    g_strdup(json_string(one, "destination_port")),
			    g_strdup(json_string(one, "authentication")),
			    g_strdup_printf("%s:%" G_GUINT64_FORMAT, json_string(one, "file"),
					    json_number(one, "line")));
	}
	listing_print(listing);
}

static enum exit_code show_profile(struct context *context, const struct policy *policy,
				   const char *expression)
{
	g_autofree char *error = NULL;
	g_autofree char *canonical = profile_canonical(policy, expression, true, &error);
	struct compiled *compiled;
	struct json_object *json;

	if (!canonical)
		return wrong(context, "%s", error);
	compiled = profile_compile(policy, canonical);
	json = output_new();
	add_segments(json, compiled);
	output_print(json, context->json, print_segments);
	compiled_free(compiled);
	return EXIT_RIGHT;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	g_autofree char *expression = g_strjoinv(" ", operands);
	g_autoptr(GPtrArray) sources = NULL;
	struct policy *policy;
	enum exit_code code = EXIT_WRONG;

	if (!count && !show_ipsec)
		return usage(&show_command, "a PROFILE (or --ipsec) is missing");
	if (count && show_ipsec)
		return usage(&show_command, "--ipsec and a PROFILE exclude each other");
	sources = inputs_read(context->documents, NULL, context->messages);
	policy = policy_read(sources, context->messages);
	messages_keep_errors(context->messages);
	if (!context->messages->errors && show_ipsec) {
		struct json_object *json = output_new();

		add_ipsec(json, policy);
		output_print(json, context->json, print_ipsec);
		code = EXIT_RIGHT;
	} else if (!context->messages->errors) {
		code = show_profile(context, policy, expression);
	}
	policy_unref(policy);
	return code;
}

static const GOptionEntry options[] = {
	{"ipsec", 0, 0, G_OPTION_ARG_NONE, &show_ipsec, "show the IPsec exceptions instead", NULL},
	G_OPTION_ENTRY_NULL,
};

const struct command show_command = {
	.name = "show",
	.operands = "PROFILE | --ipsec",
	.summary = "show what a profile opens, with the lines that say so",
	.options = options,
	.reads_documents = true,
	.has_json = true,
	.run = run,
};
