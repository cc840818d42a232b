/* SPDX-License-Identifier: GPL-2.0-only */
/* Samples as JSON, and as people read them. */
#include "drop.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "headers.h"
#include "json.h"
#include "output.h"
#include "ports.h"

static const struct {
	const char *name, *meaning;
} reasons[] = {
#define REASON(symbol, name, verdict, meaning) {name, meaning},
	PORTCULLIS_REASONS(REASON)
#undef REASON
};

static void add_time(struct json_object *json, uint64_t ns)
{
	g_autoptr(GDateTime) seconds = g_date_time_new_from_unix_utc((gint64)(ns / 1000000000));
	g_autofree char *text = g_date_time_format(seconds, "%Y-%m-%dT%H:%M:%S");
	g_autofree char *whole = g_strdup_printf("%s.%06uZ", text, (guint)(ns % 1000000000 / 1000));

	json_add_string(json, "time", whole);
}

/* A number, or null if there is none. */
static void add_number(struct json_object *json, const char *key, bool there, unsigned int number)
{
	json_object_object_add(json, key, there ? json_object_new_uint64(number) : NULL);
}

static void add_address(struct json_object *json, const char *key, const struct prefix *address)
{
	char text[PREFIX_TEXT_SIZE];

	json_add_string(json, key, address->family ? prefix_format(address, text) : NULL);
}

static void add_protocol(struct json_object *json, const struct headers *headers)
{
	g_autofree char *number = g_strdup_printf("%d", headers->protocol);
	const char *name = number;

	switch (headers->protocol) {
	case IPPROTO_TCP: name = "tcp"; break;
	case IPPROTO_UDP: name = "udp"; break;
	case IPPROTO_ICMP: name = "icmp"; break;
	case IPPROTO_ICMPV6: name = "icmp6"; break;
	}
	json_add_string(json, "protocol", headers->protocol < 0 ? NULL : name);
}

static void add_headers(struct json_object *json, const struct event *event)
{
	g_autofree char *ethertype = NULL;
	struct headers headers;

	headers_read(event->frame, MIN(event->captured, sizeof(event->frame)), &headers);
	ethertype = g_strdup_printf("0x%04x", (guint)headers.ethertype);
	json_add_string(json, "ethertype", headers.ethertype < 0 ? NULL : ethertype);
	add_protocol(json, &headers);
	add_address(json, "source", &headers.source);
	add_number(json, "source_port", headers.has_ports, headers.source_port);
	add_address(json, "destination", &headers.destination);
	add_number(json, "port", headers.has_ports, headers.destination_port);
	add_number(json, "type", headers.icmp_type >= 0, (guint)headers.icmp_type);
}

/* Whose packet it was: a server's, or with one profile for the interface everybody's. */
static void add_server(struct json_object *json, const struct event *event,
		       const struct drop_names *names)
{
	const struct generation *generation = names->generation;
	__u32 number = target_server(event->target);
	const struct choice_interface *interface = NULL;
	const struct server *server = NULL;
	const char *name = NULL, *profile = NULL;

	if (generation && number >= SERVER_FIRST &&
	    number - SERVER_FIRST < generation->slots->servers->len) {
		name = generation->slots->servers->pdata[number - SERVER_FIRST];
		server = policy_server(generation->policy, name);
	} else if (generation && number == SERVER_WHOLE_INTERFACE && names->interface) {
		interface = choice_interface(generation->choice, names->interface);
	}
	if (server)
		profile = generation_server_profile(generation, server);
	else if (interface)
		profile = interface->profile;
	json_add_string(json, "server", name);
	json_add_string(json, "profile", profile);
}

void drop_add(struct json_object *json, const struct event *event, const struct drop_names *names)
{
	bool known = event->reason < REASON_COUNT;

	add_time(json, names->boot + event->time);
	json_add_string(json, "interface", names->interface);
	json_add_string(json, "verdict", event->monitored ? "would-drop" : "drop");
	json_add_string(json, "reason", known ? reasons[event->reason].name : NULL);
	json_add_string(json, "meaning", known ? reasons[event->reason].meaning : NULL);
	add_headers(json, event);
	add_server(json, event, names);
	json_add_number(json, "generation", event->generation);
	json_add_number(json, "bytes", event->length);
}

void drop_add_lost(struct json_object *json, uint64_t lost)
{
	json_add_number(json, "lost", lost);
}

/* A text, or what stands for none. */
static const char *text_of(struct json_object *json, const char *key, const char *none)
{
	const char *text = json_string(json, key);

	return text ? text : none;
}

/* "server fe01, profile front-end", or what of it there is, behind a separator; "" if nothing. The
 * caller frees it. */
static char *whose(struct json_object *json, const char *separator)
{
	const char *server = json_string(json, "server"), *profile = json_string(json, "profile");

	return g_strdup_printf("%s%s%s%s%s%s", server || profile ? separator : "",
			       server ? "server " : "", server ? server : "",
			       server && profile ? ", " : "", profile ? "profile " : "",
			       profile ? profile : "");
}

char *drop_comment(struct json_object *json)
{
	g_autofree char *server = whose(json, "; ");
	bool monitored = !strcmp(text_of(json, "verdict", ""), "would-drop");

	return g_strdup_printf("%s%s: %s%s", monitored ? "would-drop, " : "",
			       text_of(json, "reason", "?"), text_of(json, "meaning", "?"), server);
}

/* "192.0.2.7:40000", "[2001:db8::7]:40000", "192.0.2.7". The caller frees it. */
static char *end_of(struct json_object *json, const char *address, const char *port)
{
	const char *text = json_string(json, address);
	bool v6 = text && strchr(text, ':');

	if (!text)
		return g_strdup("?");
	if (!json_member(json, port))
		return g_strdup(text);
	return g_strdup_printf(v6 ? "[%s]:%" G_GUINT64_FORMAT : "%s:%" G_GUINT64_FORMAT, text,
			       json_number(json, port));
}

/* "tcp 192.0.2.7:40000 > 10.0.1.11:23", "icmp/5 …", "ip/47 …", "ethertype 0x8847". The caller frees
 * it. */
static char *packet_of(struct json_object *json)
{
	g_autofree char *from = end_of(json, "source", "source_port");
	g_autofree char *to = end_of(json, "destination", "port");
	const char *protocol = json_string(json, "protocol");
	g_autofree char *type = NULL;

	if (!protocol)
		return g_strdup_printf("ethertype %s", text_of(json, "ethertype", "?"));
	if (json_member(json, "type"))
		type = g_strdup_printf("/%" G_GUINT64_FORMAT, json_number(json, "type"));
	return g_strdup_printf("%s%s%s %s > %s", g_ascii_isdigit(*protocol) ? "ip/" : "", protocol,
			       type ? type : "", from, to);
}

static char *local_time(const char *utc)
{
	g_autoptr(GDateTime) time = utc ? g_date_time_new_from_iso8601(utc, NULL) : NULL;
	g_autoptr(GDateTime) local = time ? g_date_time_to_local(time) : NULL;

	return local ? g_date_time_format(local, "%Y-%m-%d %H:%M:%S.%f %z") : g_strdup("-");
}

void drop_print(struct json_object *json)
{
	g_autofree char *server = whose(json, "  ");
	g_autofree char *time = local_time(json_string(json, "time"));
	g_autofree char *packet = NULL;

	if (json_member(json, "lost")) {
		printf("%" G_GUINT64_FORMAT " more, for which there was no room\n",
		       json_number(json, "lost"));
		return;
	}
	packet = packet_of(json);
	printf("%s  %s  %-10s  %-18s  %s%s\n", time, text_of(json, "interface", "?"),
	       text_of(json, "verdict", "?"), text_of(json, "reason", "?"), packet, server);
}
