/* SPDX-License-Identifier: GPL-2.0-only */
/* Compares guards and settings: each is written out as text, the same for the same meaning. */
#include "compare_terms.h"

#include <linux/types.h>
#include <string.h>

#include "json.h"
#include "layout.h"

/* --- lists, in one order and each item once, so that only what they mean makes a difference --- */

static GPtrArray *texts_new(void)
{
	return g_ptr_array_new_with_free_func(g_free);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void append_prefixes(GPtrArray *texts, const GArray *prefixes)
{
	for (guint i = 0; i < prefixes->len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&g_array_index(prefixes, struct prefix, i), text);
		g_ptr_array_add(texts, g_strdup(text));
	}
}

static void append_ports(GPtrArray *texts, const GArray *ports)
{
	for (guint i = 0; i < ports->len; i++) {
		const struct port_range *range = &g_array_index(ports, struct port_range, i);

		for (unsigned int transport = 0; transport < TRANSPORTS; transport++)
			if (range->transports & TRANSPORT_BIT(transport))
				g_ptr_array_add(texts, port_range_format(transport, range->first,
									 range->last));
	}
}

static void append_names(GPtrArray *texts, const GPtrArray *names)
{
	for (guint i = 0; i < names->len; i++)
		g_ptr_array_add(texts, g_strdup(names->pdata[i]));
}

static void settle(GPtrArray *texts)
{
	g_ptr_array_sort(texts, by_text);
	for (guint i = texts->len; i-- > 1;)
		if (!strcmp(texts->pdata[i], texts->pdata[i - 1]))
			g_ptr_array_remove_index(texts, i);
}

/* "a, b"; NULL of none. Takes the texts. */
static char *join(GPtrArray *texts)
{
	GString *all = g_string_new(NULL);

	settle(texts);
	for (guint i = 0; i < texts->len; i++)
		g_string_append_printf(all, "%s%s", i ? ", " : "", (char *)texts->pdata[i]);
	g_ptr_array_unref(texts);
	return g_string_free(all, !all->len);
}

/* Likewise. */
static void add_list(struct json_object *json, const char *key, GPtrArray *texts)
{
	struct json_object *list = json_add_array(json, key);

	settle(texts);
	for (guint i = 0; i < texts->len; i++)
		json_object_array_add(list, json_object_new_string(texts->pdata[i]));
	g_ptr_array_unref(texts);
}

void compare_add_prefixes(struct json_object *json, const char *key, const GArray *prefixes)
{
	GPtrArray *texts = texts_new();

	append_prefixes(texts, prefixes);
	add_list(json, key, texts);
}

/* --- guards --- */

static const struct guard_rule *find_guard(const struct policy *policy, const char *name)
{
	for (guint i = 0; i < policy->guards->len; i++) {
		const struct guard_rule *guard = policy->guards->pdata[i];

		if (!g_ascii_strcasecmp(guard->name, name))
			return guard;
	}
	return NULL;
}

/* All that it asks. The networks that Sources names may change while its text does not. */
static struct json_object *describe_guard(const struct guard_rule *guard)
{
	struct json_object *json = json_object_new_object();
	GPtrArray *ports = texts_new();

	append_ports(ports, guard->ports);
	add_list(json, "ports", ports);
	json_add_string(json, "profile", guard->profile ? guard->profile->name : NULL);
	json_add_string(json, "server", guard->server ? guard->server->name : NULL);
	compare_add_prefixes(json, "prefixes", guard->sources);
	json_add_string(json, "limit", guard->asks[GUARD_LIMIT]);
	json_add_string(json, "payload", guard->asks[GUARD_PAYLOAD]);
	return json;
}

static void add_guard(struct json_object *list, const struct guard_rule *before,
		      const struct guard_rule *after)
{
	struct json_object *old = before ? describe_guard(before) : NULL;
	struct json_object *new = after ? describe_guard(after) : NULL;
	struct json_object *json = json_object_new_object();
	const struct guard_rule *one = after ? after : before;
	bool same = json_object_equal(old, new);

	if (old)
		json_add_string(old, "sources", before->asks[GUARD_SOURCES]);
	if (new)
		json_add_string(new, "sources", after->asks[GUARD_SOURCES]);
	json_add_string(json, "name", one->name);
	json_add_string(json, "change", !before ? "added" : !after ? "gone" : "changed");
	json_object_object_add(json, "before", old);
	json_object_object_add(json, "after", new);
	if (same)
		json_object_put(json);
	else
		json_object_array_add(list, json);
}

bool compare_guards(struct json_object *json, const struct policy *before,
		    const struct policy *after)
{
	struct json_object *list = json_add_array(json, "guards");

	for (guint i = 0; i < before->guards->len; i++) {
		const struct guard_rule *guard = before->guards->pdata[i];

		add_guard(list, guard, find_guard(after, guard->name));
	}
	for (guint i = 0; i < after->guards->len; i++) {
		const struct guard_rule *guard = after->guards->pdata[i];

		if (!find_guard(before, guard->name))
			add_guard(list, NULL, guard);
	}
	return json_object_array_length(list);
}

/* --- settings; each function gives its text, to be freed --- */

static char *write_interfaces(const struct generation *generation)
{
	GPtrArray *texts = texts_new();

	append_names(texts, generation->policy->settings.interfaces);
	return join(texts);
}

static char *write_documents(const struct generation *generation)
{
	GPtrArray *texts = texts_new();

	append_names(texts, generation->policy->settings.documents);
	return join(texts);
}

static char *write_mode(const struct generation *generation)
{
	bool monitor = generation->policy->settings.monitor || generation->choice->monitor;

	return g_strdup(monitor ? "monitor" : "enforce");
}

static char *write_unlisted(const struct generation *generation)
{
	return g_strdup(generation->policy->settings.unlisted_drop ? "drop" : "pass");
}

static char *write_non_ip(const struct generation *generation)
{
	return g_strdup(generation->policy->settings.non_ip_drop ? "drop" : "pass");
}

static char *write_attach(const struct generation *generation)
{
	return g_strdup(attach_mode_name(generation->policy->settings.attach));
}

static char *write_management(const struct generation *generation)
{
	const struct management *management = &generation->policy->settings.management;
	GPtrArray *texts = texts_new();

	append_prefixes(texts, management->prefixes);
	append_ports(texts, management->ports);
	return join(texts);
}

static char *write_protocols(const struct generation *generation)
{
	const uint64_t *protocols = generation->policy->settings.protocols;
	GString *text = g_string_new(NULL);

	for (unsigned int number = 0; number < 256; number++)
		if (protocols[number / 64] >> number % 64 & 1)
			g_string_append_printf(text, "%s%u", text->len ? ", " : "", number);
	return g_string_free(text, !text->len);
}

static char *write_replies(const struct generation *generation)
{
	return g_strdup(generation->policy->settings.replies_off ? "off" : "on");
}

static char *write_inside(const struct generation *generation)
{
	GPtrArray *texts = texts_new();

	append_names(texts, generation->policy->settings.inside);
	return join(texts);
}

static char *write_port_counters(const struct generation *generation)
{
	return g_strdup(generation->policy->settings.port_counters_off ? "off" : "on");
}

static char *write_boot(const struct generation *generation)
{
	return g_strdup(generation->policy->settings.boot == BOOT_CLOSED ? "closed" : "open");
}

static const struct {
	const char *name;
	char *(*write)(const struct generation *generation);
} settings[] = {
	{"Interface", write_interfaces},
	{"Documents", write_documents},
	{"Mode", write_mode},
	{"Unlisted", write_unlisted},
	{"Non-IP", write_non_ip},
	{"Attach", write_attach},
	{"Management", write_management},
	{"Protocols", write_protocols},
	{"Replies", write_replies},
	{"Inside", write_inside},
	{"Port counters", write_port_counters},
	{"Boot", write_boot},
};

bool compare_settings(struct json_object *json, const struct generation *before,
		      const struct generation *after)
{
	struct json_object *list = json_add_array(json, "settings");

	for (guint i = 0; i < G_N_ELEMENTS(settings); i++) {
		g_autofree char *old = settings[i].write(before);
		g_autofree char *new = settings[i].write(after);
		struct json_object *one;

		if (!g_strcmp0(old, new))
			continue;
		one = json_append_object(list);
		json_add_string(one, "name", settings[i].name);
		json_add_string(one, "before", old);
		json_add_string(one, "after", new);
	}
	return json_object_array_length(list);
}
