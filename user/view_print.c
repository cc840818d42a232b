/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters as people read them: verdicts first, then what was asked for, then what was dropped. */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "output.h"
#include "rates.h"
#include "view.h"

/* As many as one looks at before saying enforce. */
#define MONITORED_SHOWN 5

static char *number(struct json_object *json, const char *key)
{
	return g_strdup_printf("%" G_GUINT64_FORMAT, json_number(json, key));
}

static char *rate(struct json_object *json, const char *key)
{
	struct json_object *member = json_member(json, key);

	return member ? rates_text(json_object_get_double(member)) : NULL;
}

static void print_reasons(struct json_object *stats)
{
	struct json_object *list = json_member(stats, "reasons");
	struct listing *listing = listing_new("VERDICT|REASON|>PACKETS|>BYTES|>PACKETS/S|>BITS/S");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (json_number(one, "packets"))
			listing_add(listing, g_strdup(json_string(one, "verdict")),
				    g_strdup(json_string(one, "reason")), number(one, "packets"),
				    number(one, "bytes"), rate(one, "packets_per_second"),
				    rate(one, "bits_per_second"));
	}
	listing_print(listing);
}

static void print_by_port(struct json_object *stats)
{
	struct json_object *list = json_member(stats, "ports");
	struct listing *listing =
		listing_new("PROFILE|PROTOCOL|PORTS|>PACKETS|>BYTES|>PACKETS/S|>BITS/S||SERVICES");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		bool in_force = json_object_get_boolean(json_member(one, "in_force"));

		if (!json_number(one, "packets"))
			continue;
		listing_add(listing, g_strdup(json_string(one, "profile")),
			    g_strdup(json_string(one, "protocol")),
			    output_ports(json_member(one, "first"), json_member(one, "last")),
			    number(one, "packets"), number(one, "bytes"),
			    rate(one, "packets_per_second"), rate(one, "bits_per_second"),
			    in_force ? NULL : g_strdup("retired"),
			    view_services(json_member(one, "services")));
	}
	listing_print_below(listing);
}

static void add_to_sum(struct json_object *sum, struct json_object *one)
{
	static const char *const counts[] = {"packets", "bytes"};
	static const char *const rates[] = {"packets_per_second", "bits_per_second"};

	for (guint i = 0; i < G_N_ELEMENTS(counts); i++) {
		double rate = json_object_get_double(json_member(sum, rates[i]));
		struct json_object *member = json_member(one, rates[i]);

		json_add_number(sum, counts[i],
				json_number(sum, counts[i]) + json_number(one, counts[i]));
		rate += json_object_get_double(member);
		if (member)
			json_object_object_add(sum, rates[i], json_object_new_double(rate));
	}
}

/* Sums of the ports that the same services share: what one packet was for, nobody can tell. */
static void print_by_service(struct json_object *stats)
{
	struct json_object *list = json_member(stats, "ports");
	struct json_object *sums = json_object_new_object();
	struct listing *listing = listing_new("SERVICES|>PACKETS|>BYTES|>PACKETS/S|>BITS/S|SHARED");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		g_autofree char *services = view_services(json_member(one, "services"));
		struct json_object *sum = json_member(sums, services);

		if (!json_number(one, "packets"))
			continue;
		if (!sum)
			sum = json_add_object(sums, services);
		add_to_sum(sum, one);
	}
	json_object_object_foreach (sums, name, sum) {
		listing_add(listing, g_strdup(*name ? name : "(no longer in the documents)"),
			    number(sum, "packets"), number(sum, "bytes"),
			    rate(sum, "packets_per_second"), rate(sum, "bits_per_second"),
			    strstr(name, ", ") ? g_strdup("yes") : NULL);
	}
	listing_print_below(listing);
	json_object_put(sums);
}

static void print_by_server(struct json_object *stats)
{
	struct json_object *list = json_member(stats, "servers");
	struct listing *listing =
		listing_new("SERVER|>PASSED|>BYTES|>PACKETS/S|>DROPPED|>BYTES|>PACKETS/S");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		listing_add(listing, g_strdup(json_string(one, "name")),
			    number(one, "passed_packets"), number(one, "passed_bytes"),
			    rate(json_member(one, "passed_rates"), "packets_per_second"),
			    number(one, "dropped_packets"), number(one, "dropped_bytes"),
			    rate(json_member(one, "dropped_rates"), "packets_per_second"));
	}
	listing_print_below(listing);
}

static void print_dropped_ports(struct json_object *stats, const char *title, size_t most)
{
	struct json_object *list = json_member(stats, "dropped_ports");
	struct listing *listing = listing_new(title);

	for (size_t i = 0; i < MIN(json_object_array_length(list), most); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		listing_add(listing,
			    g_strdup_printf("%s/%" G_GUINT64_FORMAT, json_string(one, "protocol"),
					    json_number(one, "port")),
			    number(one, "packets"), rate(one, "packets_per_second"));
	}
	listing_print_below(listing);
	if (!g_strcmp0(json_string(stats, "port_counters"), "off"))
		puts("\ndrops are not counted by their ports: the site's Port counters is off");
}

static int by_packets(const void *a, const void *b)
{
	uint64_t left = json_number(*(struct json_object *const *)a, "packets");
	uint64_t right = json_number(*(struct json_object *const *)b, "packets");

	return left < right ? 1 : left > right ? -1 : 0;
}

void view_print_monitored(struct json_object *stats)
{
	struct json_object *list = json_member(stats, "reasons");
	g_autoptr(GPtrArray) monitored = g_ptr_array_new();
	struct listing *listing = listing_new("WOULD HAVE BEEN DROPPED|>PACKETS|>BYTES");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		if (!strcmp(json_string(one, "verdict"), "would-drop"))
			g_ptr_array_add(monitored, one);
	}
	if (!monitored->len)
		puts("nothing was counted that would have been dropped");
	g_ptr_array_sort(monitored, by_packets);
	for (guint i = 0; i < MIN(monitored->len, MONITORED_SHOWN); i++)
		listing_add(listing, g_strdup(json_string(monitored->pdata[i], "reason")),
			    number(monitored->pdata[i], "packets"),
			    number(monitored->pdata[i], "bytes"));
	listing_print(listing);
	if (monitored->len)
		print_dropped_ports(stats, "DROPPED, OR WOULD BE|>PACKETS|>PACKETS/S",
				    MONITORED_SHOWN);
}

void view_print_stats(struct json_object *stats, const char *by)
{
	g_autofree char *since = output_time(json_string(stats, "since"));

	printf("counting since %s\n", since);
	print_reasons(stats);
	if (!strcmp(by, "service"))
		print_by_service(stats);
	else if (!strcmp(by, "server"))
		print_by_server(stats);
	else
		print_by_port(stats);
	print_dropped_ports(stats, "DROPPED PORT|>PACKETS|>PACKETS/S", SIZE_MAX);
}

void view_print_tried(struct json_object *stats)
{
	print_reasons(stats);
	print_by_service(stats);
	print_by_server(stats);
	print_dropped_ports(stats, "DROPPED PORT|>PACKETS|>PACKETS/S", SIZE_MAX);
}
