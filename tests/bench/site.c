/* SPDX-License-Identifier: GPL-2.0-only */
#include "site.h"

#include <arpa/inet.h>
#include <glib.h>

#include "contenders.h"
#include "frame.h"
#include "generation.h"
#include "image.h"
#include "inputs.h"
#include "must.h"
#include "source.h"

#define INTERFACE "bench"

/* Every profile that is shipped, add-ons with one that they add to. */
static const char *const PROFILES[] = {
	"front-end",       "director",
	"mediation",       "front-end + collocated-mediation",
	"dnslb-front-end", "hlb-front-end",
	"dnslb-director",  "hlb-director",
	"hlb-mediation",   "hlb-front-end + hlb-collocated-mediation",
	"office-web-apps", "persistent-chat",
	"front-end + cms", "client",
	"phone",
};

static void append_server(GString *text, const struct site *site, unsigned int number)
{
	const unsigned int address = SERVER4_NUMBER + number;

	g_string_append_printf(text, "| s%u | %u.%u.%u.%u, 2001:db8::%x:%x | %s |\n", number,
			       address >> 24, address >> 16 & 255, address >> 8 & 255,
			       address & 255, (SERVER6_NUMBER + number) >> 16,
			       (SERVER6_NUMBER + number) & 0xffff,
			       PROFILES[site->every_profile ? number % G_N_ELEMENTS(PROFILES) : 0]);
}

char *site_text(const struct site *site, const char *interface)
{
	GString *text = g_string_new("| Setting | Value |\n|---|---|\n");

	g_string_append_printf(text, "| Interface | %s |\n| Replies | %s |\n| Mode | %s |\n",
			       interface, site->replies ? "on" : "off",
			       site->monitor ? "monitor" : "enforce");
	g_string_append_printf(text, "| Port counters | %s |\n\n",
			       site->ports_uncounted ? "off" : "on");
	g_string_append(text, "| Server | Address | Profile |\n|---|---|---|\n");
	/* the one that packets go to comes last */
	for (int i = site->servers - 1; i >= 0; i--)
		append_server(text, site, (unsigned int)i);
	if (site->guarded)
		g_string_append_printf(
			text,
			"\n| Guard | Ports | Sources | Limit | Payload |\n|---|---|---|---|---|\n"
			"| a | tcp/%d | 203.0.0.0/8, 2001:db8:ffff::/48 | | |\n"
			"| b | udp/%d | | 1/s | |\n"
			"| c | udp/49152-57500 | | | media |\n",
			GUARDED_SOURCES, GUARDED_LIMIT);
	return g_string_free(text, FALSE);
}

/* A document with one profile of so many tcp ranges, one of them OPEN. */
static char *ranges_text(int ranges)
{
	GString *text = g_string_new("# Many\n\n| Role | Port | Protocol |\n|---|---|---|\n");

	g_string_append_printf(text, "| r0 | %d-%d | TCP |\n", OPEN - 1, OPEN);
	for (int i = 1; i < ranges; i++)
		g_string_append_printf(text, "| r%d | %d-%d | TCP |\n", i, 6000 + i * 20,
				       6005 + i * 20);
	g_string_append(text, "\n| Profile | Roles |\n|---|---|\n| many | ");
	for (int i = 0; i < ranges; i++)
		g_string_append_printf(text, "%sr%d", i ? ", " : "", i);
	g_string_append(text, " |\n");
	return g_string_free(text, FALSE);
}

static struct choice *make_choice(const struct site *site)
{
	struct choice *choice = choice_new();
	g_autofree char *text = NULL;

	choice_set_interface(choice, INTERFACE, site->profile, ATTACH_AUTO);
	choice->replies_off = !site->replies;
	choice->monitor = site->monitor;
	if (site->ranges) {
		text = ranges_text(site->ranges);
		g_ptr_array_add(choice->sources,
				source_new("many", SOURCE_DOCUMENT, text, strlen(text)));
		return choice;
	}
	inputs_add_shipped(choice->sources);
	if (!site->profile) {
		text = site_text(site, INTERFACE);
		g_ptr_array_add(choice->sources,
				source_new("site", SOURCE_SITE, text, strlen(text)));
	}
	return choice;
}

/* No run may reach a limit: what comes back in no time is measured. */
static void lift_limits(struct image *image)
{
	for (guint i = 0; i < image->guards->len; i++) {
		struct guard *guard = &g_array_index(image->guards, struct guard, i);

		guard->interval = guard->interval ? 1 : 0;
		guard->tolerance = UINT64_C(1) << 40;
	}
}

static void uncount(__u32 *target)
{
	if (*target != TARGET_NONE)
		*target = target_make(SERVER_WHOLE_INTERFACE, target_profile(*target),
				      target_monitor(*target));
}

static void uncount_servers(struct image *image)
{
	for (__u32 i = 0; i < image->index4.places; i++)
		uncount(&image->servers4[i].target);
	for (__u32 i = 0; i < image->index6.places; i++)
		uncount(&image->servers6[i].target);
}

/* Nobody was enforced before: past its deadline everything passes. */
static struct load *load_unconfirmed(const struct image *image, const char *catalog,
				     struct messages *messages)
{
	g_autoptr(GArray) none = g_array_new(FALSE, TRUE, sizeof(int));
	g_autoptr(GArray) indexes = g_array_new(FALSE, TRUE, sizeof(int));
	g_autoptr(GArray) gated = g_array_new(FALSE, TRUE, sizeof(__u32));
	const struct load_standby standby = {.judges = none, .learners = none};
	const struct load_host host = {
		.indexes = indexes, .gated = gated, .standby = &standby, .generation = 1};
	const int nobody = -1, index = 1;

	g_array_append_val(none, nobody);
	g_array_append_val(indexes, index);
	return load_image(image, catalog, NULL, &host, messages);
}

static void print_messages(const struct messages *messages)
{
	for (guint i = 0; i < messages->list->len; i++) {
		g_autofree char *line = message_format(messages->list->pdata[i]);

		fprintf(stderr, "%s\n", line);
	}
}

struct load *site_load(const struct site *site, bool unconfirmed, bool uncounted)
{
	struct messages *messages = messages_new();
	struct generation *generation = generation_new(make_choice(site), NULL);
	struct image *image = NULL;
	struct load *load = NULL;

	if (generation_compile(generation, messages))
		image = image_build(generation, messages);
	if (image) {
		g_autofree char *catalog = generation_to_text(generation);

		lift_limits(image);
		if (uncounted)
			uncount_servers(image);
		load = unconfirmed ? load_unconfirmed(image, catalog, messages)
				   : load_image(image, catalog, NULL, NULL, messages);
	}
	if (!load)
		print_messages(messages);
	must(load != NULL, "load a policy");
	messages_free(messages);
	image_free(image);
	generation_free(generation);
	return load;
}
