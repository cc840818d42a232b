/* SPDX-License-Identifier: GPL-2.0-only */
/* The policies whose packets are measured. */
#include "bench.h"

#include <stdio.h>
#include <string.h>

#include "generation.h"
#include "image.h"
#include "inputs.h"
#include "source.h"

/* A site whose last server is the one that packets go to. */
static char *site_text(int servers, enum site site)
{
	GString *text = g_string_new("| Setting | Value |\n|---|---|\n| Interface | bench |\n");

	g_string_append_printf(text, "| Replies | %s |\n\n", site == SITE_REPLIES ? "on" : "off");
	g_string_append(text, "| Server | Address | Profile |\n|---|---|---|\n");
	for (int i = servers - 1; i >= 0; i--)
		g_string_append_printf(text, "| s%d | 10.%d.%d.%d, 2001:db8::%x | front-end |\n", i,
				       1 + i / 62500, i / 250 % 250, 1 + i % 250, 1 + i);
	if (site == SITE_GUARDED)
		g_string_append_printf(
			text,
			"\n| Guard | Ports | Sources | Limit | Payload |\n|---|---|---|---|---|\n"
			"| a | tcp/%d | 203.0.113.0/24, 2001:db8:ffff::/48 | | |\n"
			"| b | udp/%d | | 1/s | |\n"
			"| c | udp/49152-57500 | | | media |\n",
			GUARDED_SOURCES, GUARDED_LIMIT);
	return g_string_free(text, FALSE);
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

/* A document with one profile of so many tcp ranges, one of them OPEN. */
static char *ranges_text(int ranges)
{
	GString *text = g_string_new("# Many\n\n| Role | Port | Protocol |\n|---|---|---|\n");

	for (int i = 0; i < ranges; i++)
		g_string_append_printf(text, "| r%d | %d-%d | TCP |\n", i, 6000 + i * 20,
				       6005 + i * 20);
	g_string_append_printf(
		text, "| r0 | %d | TCP |\n\n| Profile | Roles |\n|---|---|\n| many | ", OPEN);
	for (int i = 0; i < ranges; i++)
		g_string_append_printf(text, "%sr%d", i ? ", " : "", i);
	g_string_append(text, " |\n");
	return g_string_free(text, FALSE);
}

static struct load *load_choice(struct choice *choice)
{
	struct messages *messages = messages_new();
	struct generation *generation = generation_new(choice, NULL);
	struct load *load = NULL;
	struct image *image = NULL;

	if (generation_compile(generation, messages)) {
		g_autofree char *text = generation_to_text(generation);

		image = image_build(generation, messages);
		if (image) {
			lift_limits(image);
			load = load_image(image, text, NULL, NULL, messages);
		}
	}
	for (guint i = 0; !load && i < messages->list->len; i++) {
		g_autofree char *line = message_format(messages->list->pdata[i]);

		fprintf(stderr, "%s\n", line);
	}
	must(load != NULL, "load a policy");
	messages_free(messages);
	image_free(image);
	generation_free(generation);
	return load;
}

static struct load *load_one_profile(const char *profile, int ranges)
{
	struct choice *choice = choice_new();
	g_autofree char *many = ranges ? ranges_text(ranges) : NULL;

	if (many)
		g_ptr_array_add(choice->sources,
				source_new("many", SOURCE_DOCUMENT, many, strlen(many)));
	else
		inputs_add_shipped(choice->sources);
	choice_set_interface(choice, "bench", profile, ATTACH_AUTO);
	choice->replies_off = true;
	return load_choice(choice);
}

void load_profile(const char *profile, int ranges, struct load *copies[COPIES])
{
	for (int i = 0; i < COPIES; i++)
		copies[i] = load_one_profile(profile, ranges);
}

static struct load *load_site(const char *text)
{
	struct choice *choice = choice_new();

	inputs_add_shipped(choice->sources);
	g_ptr_array_add(choice->sources, source_new("site", SOURCE_SITE, text, strlen(text)));
	choice_set_interface(choice, "bench", NULL, ATTACH_AUTO);
	return load_choice(choice);
}

void load_servers(int servers, enum site site, struct load *copies[COPIES])
{
	g_autofree char *text = site_text(servers, site);

	for (int i = 0; i < COPIES; i++)
		copies[i] = load_site(text);
}
