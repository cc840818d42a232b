/* SPDX-License-Identifier: GPL-2.0-only */
/* The head of a replay; what the program counted is shown as that of a gate. */
#include "view_replay.h"

#include <linux/types.h>
#include <stdio.h>

#include "json.h"
#include "output.h"
#include "view.h"

char *view_replay_time(uint64_t time)
{
	g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc((gint64)(time / 1000000000));

	return seconds ? g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%SZ") : NULL;
}

void view_add_replayed(struct json_object *json, const struct replayed *replayed)
{
	g_autofree char *last = replayed->packets ? view_replay_time(replayed->last) : NULL;

	json_add_string(json, "capture", replayed->capture);
	json_add_string(json, "until", last);
	json_add_number(json, "packets", replayed->packets);
	json_add_number(json, "judged", replayed->judged);
	json_add_number(json, "left", replayed->left);
	json_add_number(json, "unjudged", replayed->unjudged);
	json_add_number(json, "padded", replayed->padded);
	json_add_number(json, "unlimited", replayed->unlimited);
	json_object_object_add(json, "seconds", json_object_new_double(replayed->seconds));
}

static const struct {
	const char *key, *meaning;
} lines[] = {
	{"judged", "arrive and are judged"},
	{"left", "leave, and teach which answers pass"},
	{"unjudged", "cannot be judged: captured cut short within their headers"},
	{"padded", "of the others were captured cut short: zeros stand for the rest"},
	{"unlimited", "passed at ports of guards with a Limit, which is not applied"},
};

void view_print_replay(struct json_object *json)
{
	g_autofree char *since = output_time(json_string(json, "since"));
	g_autofree char *until = output_time(json_string(json, "until"));
	double seconds = json_object_get_double(json_member(json, "seconds"));
	struct listing *listing = listing_new(">PACKETS|OF THE CAPTURE");

	printf("%s: %" G_GUINT64_FORMAT " packets, %s to %s, in %.2f s\n",
	       json_string(json, "capture"), json_number(json, "packets"), since, until, seconds);
	for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
		uint64_t packets = json_number(json, lines[i].key);

		if (packets)
			listing_add(listing, g_strdup_printf("%" G_GUINT64_FORMAT, packets),
				    g_strdup(lines[i].meaning));
	}
	listing_print(listing);
	if (json_number(json, "judged")) {
		putchar('\n');
		view_print_tried(json);
	}
}
