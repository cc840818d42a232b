/* SPDX-License-Identifier: GPL-2.0-only */
/* Lays a compiled generation out as the kernel's maps hold it: port tables, segments, settings. */
#include "image.h"

#include <arpa/inet.h>
#include <string.h>

#include "guarding.h"
#include "image_guards.h"
#include "image_servers.h"
#include "settings.h"

/* DHCP servers answer from 67 to 68 (RFC 2131, 4.1), DHCPv6 servers from 547 to 546 (RFC
 * 8415, 7.2). */
static const __u16 dhcp_client_ports[] = {68, 546};

/* The segments that every image has, for the host's own life; they stand first. */
enum {
	HOST_DHCP,
	HOST_MANAGEMENT,
};

static const struct segment host_segments[] = {
	[HOST_DHCP] = {.kind = SEGMENT_DHCP_CLIENT},
	[HOST_MANAGEMENT] = {.kind = SEGMENT_MANAGEMENT},
};

/* Opens the ports of a table; those that something opens already stay with that. */
static void open_ports(__u16 *table, __u32 first, __u32 last, __u32 by)
{
	for (__u32 port = first; port <= last; port++)
		if (!table[port])
			table[port] = (__u16)by;
}

/* What a port table says of a slot; one too high for it becomes a segment. */
static __u32 opened_by(struct image *image, __u32 slot)
{
	struct segment segment = {.slot = slot, .kind = SEGMENT_PUBLISHED};

	if (slot < PORT_SEGMENTS)
		return slot;
	g_array_append_val(image->segments, segment);
	return PORT_SEGMENTS + image->segments->len - 1;
}

/* The ports of an opening, cut where guards begin and end; the slot stays that of the whole. */
static void add_opening(struct image *image, __u16 *ports, const struct opening *opening,
			__u32 slot, const GPtrArray *guards)
{
	__u32 plain = 0, end;

	for (__u32 first = opening->first; first <= opening->last; first = end + 1) {
		struct guarding guarding = guarding_at(guards, opening->transport, (uint16_t)first);
		bool none = guarding_is_none(&guarding);

		end = guarding_end(guards, opening->transport, (uint16_t)first, opening->last);
		if (none && !plain)
			plain = opened_by(image, slot);
		open_ports(ports, first, end,
			   none ? plain : image_guarded_by(image, slot, &guarding));
	}
}

static void add_openings(struct image *image, const struct generation *generation, __u32 table,
			 const struct compiled *compiled, const struct server *server)
{
	g_autoptr(GPtrArray) guards = guards_of(generation->policy, compiled->name, server);

	for (guint i = 0; i < compiled->openings->len; i++) {
		const struct opening *opening = compiled->openings->pdata[i];
		__u32 slot = slots_segment(generation->slots, compiled->name, opening->transport,
					   opening->first, opening->last);

		add_opening(image, image->ports[table].opened_by[opening->transport], opening, slot,
			    guards);
	}
}

/*
 * What must go on for the host itself whatever its profile: DHCP as a client, even where Management
 * names its ports, and Management.
 */
static void add_host_life(struct image *image, const struct management *management, __u32 number)
{
	struct port_table *table = &image->ports[number];

	for (guint i = 0; i < G_N_ELEMENTS(dhcp_client_ports); i++)
		open_ports(table->opened_by[TRANSPORT_UDP], dhcp_client_ports[i],
			   dhcp_client_ports[i], PORT_SEGMENTS + HOST_DHCP);
	for (guint i = 0; i < management->ports->len; i++) {
		struct port_range range = g_array_index(management->ports, struct port_range, i);

		for (__u8 transport = 0; transport < TRANSPORTS; transport++)
			if (range.transports & TRANSPORT_BIT(transport))
				open_ports(table->opened_by[transport], range.first, range.last,
					   PORT_SEGMENTS + HOST_MANAGEMENT);
	}
}

/* The key of a prefix, to the tries' keys of its family. */
static void add_prefix(GArray *keys4, GArray *keys6, const struct prefix *prefix)
{
	struct prefix4 key4 = {.length = prefix->length};
	struct prefix6 key6 = {.length = prefix->length};

	if (prefix->family == AF_INET) {
		memcpy(&key4.address, prefix->bytes, sizeof(key4.address));
		g_array_append_val(keys4, key4);
	} else {
		memcpy(key6.address, prefix->bytes, sizeof(key6.address));
		g_array_append_val(keys6, key6);
	}
}

static void add_management_sources(struct image *image, const struct management *management)
{
	for (guint i = 0; i < management->prefixes->len; i++)
		add_prefix(image->management4, image->management6,
			   &g_array_index(management->prefixes, struct prefix, i));
}

static void add_blocked(struct image *image, const GPtrArray *rows)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct blocked_row *row = rows->pdata[i];

		add_prefix(image->blocked4, image->blocked6, &row->prefix);
	}
}

/* Of interface mode there are no servers that could be reached. */
static void add_inside(struct image *image, const struct generation *generation)
{
	const struct settings *settings = &generation->policy->settings;
	const GPtrArray *interfaces = generation->choice->interfaces;

	for (guint i = 0; i < interfaces->len; i++) {
		const struct choice_interface *interface = interfaces->pdata[i];
		bool inside = settings_is_inside(settings, interface->name);

		g_array_append_val(image->inside, inside);
	}
}

/*
 * Interface mode: an unknown destination, that is any, gets the interface's profile. A site: none,
 * or where Unlisted is drop a profile of its own that opens nothing but the host's own life; not
 * where servers are, who send to outsiders that nobody lists.
 */
static void add_everyone(struct image *image, const struct generation *generation)
{
	const struct settings *settings = &generation->policy->settings;
	const GPtrArray *interfaces = generation->choice->interfaces;
	bool site = choice_is_site(generation->choice);

	for (guint i = 0; i < interfaces->len; i++) {
		const struct choice_interface *interface = interfaces->pdata[i];
		__u32 target = TARGET_NONE;

		if (settings->unlisted_drop && !settings_is_inside(settings, interface->name))
			target = target_make(SERVER_WHOLE_INTERFACE, image->tables - 1,
					     image->monitor);
		if (!site)
			target = target_make(
				SERVER_WHOLE_INTERFACE,
				generation_profile_index(generation, interface->profile),
				image->monitor);
		g_array_append_val(image->everyone, target);
	}
}

/*
 * What is counted keeps its entry of the counters as long as the gate stands: some that take up
 * places may be of the past.
 */
static bool within_ever(__u32 count, bool past, const char *what, __u32 most,
			struct messages *messages)
{
	if (count > most)
		message_add(messages, SEVERITY_ERROR, "the policy", 0,
			    "%u %s are too many, expected at most %u%s", count, what, most,
			    past ? ": 'portcullis down --all' forgets those of earlier policies, "
				   "their counters with them"
				 : "");
	return count <= most;
}

static bool within(__u32 count, const char *what, __u32 most, struct messages *messages)
{
	return within_ever(count, false, what, most, messages);
}

/* The layout's bounds, before anything is built upon them. */
static bool check_bounds(const struct generation *generation, struct image *image,
			 struct messages *messages)
{
	const __u32 servers = generation->slots->servers->len;
	const __u32 profiles =
		generation->profiles->len + generation->policy->settings.unlisted_drop;

	image->tables = profiles + image->named->len;
	image->slots = generation->slots->segments->len + 1;
	image->numbers = servers + SERVER_FIRST;
	return within(profiles, "profiles", TARGET_PROFILES_MAX, messages) &&
	       within(image->tables, "profiles and servers that guards name", TARGET_PROFILES_MAX,
		      messages) &&
	       within_ever(servers, servers > generation->policy->servers->len, "servers",
			   TARGET_SERVERS_MAX - SERVER_FIRST, messages);
}

static const struct compiled *server_profile(const struct generation *generation,
					     const struct server *server)
{
	const char *profile = generation_server_profile(generation, server);

	return generation->profiles->pdata[generation_profile_index(generation, profile)];
}

/* Whether profiles that are not in force have slots. */
static bool have_past_segments(const struct generation *generation)
{
	guint now = 0;

	for (guint i = 0; i < generation->profiles->len; i++) {
		const struct compiled *compiled = generation->profiles->pdata[i];

		now += compiled->openings->len;
	}
	return generation->slots->segments->len > now;
}

static bool build_ports(struct image *image, const struct generation *generation,
			struct messages *messages)
{
	const struct settings *settings = &generation->policy->settings;
	bool site = choice_is_site(generation->choice);

	image->ports = g_new0(struct port_table, MAX(image->tables, 1));
	g_array_append_vals(image->segments, host_segments, G_N_ELEMENTS(host_segments));
	for (guint i = 0; i < generation->profiles->len; i++) {
		add_openings(image, generation, i, generation->profiles->pdata[i], NULL);
		if (!site)
			add_host_life(image, &settings->management, i);
	}
	for (guint i = 0; i < image->named->len; i++)
		add_openings(image, generation, generation->profiles->len + i,
			     server_profile(generation, image->named->pdata[i]),
			     image->named->pdata[i]);
	if (settings->unlisted_drop)
		add_host_life(image, &settings->management, image->tables - 1);
	add_management_sources(image, &settings->management);
	image_add_sources(image, generation->policy);
	return within_ever(image->segments->len, have_past_segments(generation),
			   "segments that port tables cannot name directly", SEGMENTS_MAX,
			   messages);
}

static void find_named(struct image *image, const struct policy *policy)
{
	for (guint i = 0; policy->guards->len && i < policy->servers->len; i++)
		if (guards_name(policy, policy->servers->pdata[i]))
			g_ptr_array_add(image->named, policy->servers->pdata[i]);
}

struct image *image_new(void)
{
	struct image *image = g_new0(struct image, 1);

	image->segments = g_array_new(FALSE, TRUE, sizeof(struct segment));
	image->prefixes4 = g_array_new(FALSE, TRUE, sizeof(struct image_prefix4));
	image->prefixes6 = g_array_new(FALSE, TRUE, sizeof(struct image_prefix6));
	image->management4 = g_array_new(FALSE, TRUE, sizeof(struct prefix4));
	image->management6 = g_array_new(FALSE, TRUE, sizeof(struct prefix6));
	image->blocked4 = g_array_new(FALSE, TRUE, sizeof(struct prefix4));
	image->blocked6 = g_array_new(FALSE, TRUE, sizeof(struct prefix6));
	image->guards = g_array_new(FALSE, TRUE, sizeof(struct guard));
	image->sources4 = g_array_new(FALSE, TRUE, sizeof(struct source4));
	image->sources6 = g_array_new(FALSE, TRUE, sizeof(struct source6));
	image->everyone = g_array_new(FALSE, TRUE, sizeof(__u32));
	image->inside = g_array_new(FALSE, TRUE, sizeof(bool));
	image->named = g_ptr_array_new();
	return image;
}

struct image *image_build(const struct generation *generation, struct messages *messages)
{
	const struct settings *settings = &generation->policy->settings;
	struct image *image = image_new();

	find_named(image, generation->policy);
	if (!check_bounds(generation, image, messages) ||
	    !build_ports(image, generation, messages)) {
		image_free(image);
		return NULL;
	}
	image->monitor = generation->choice->monitor || settings->monitor;
	add_everyone(image, generation);
	add_inside(image, generation);
	image_add_servers(image, generation);
	add_blocked(image, generation->policy->blocked);
	image->unlisted_drop = settings->unlisted_drop;
	image->non_ip_drop = settings->non_ip_drop;
	image->replies = !settings->replies_off;
	image->count_ports = !settings->port_counters_off;
	memcpy(image->protocols, settings->protocols, sizeof(image->protocols));
	return image;
}

void image_free(struct image *image)
{
	if (!image)
		return;
	g_free(image->ports);
	g_free(image->servers4);
	g_free(image->index4.displacements);
	g_free(image->servers6);
	g_free(image->index6.displacements);
	g_array_unref(image->segments);
	g_array_unref(image->prefixes4);
	g_array_unref(image->prefixes6);
	g_array_unref(image->management4);
	g_array_unref(image->management6);
	g_array_unref(image->blocked4);
	g_array_unref(image->blocked6);
	g_array_unref(image->guards);
	g_array_unref(image->sources4);
	g_array_unref(image->sources6);
	g_array_unref(image->everyone);
	g_array_unref(image->inside);
	g_ptr_array_unref(image->named);
	g_free(image);
}
