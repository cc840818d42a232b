/* SPDX-License-Identifier: GPL-2.0-only */
/* Lays a compiled generation out as the kernel's maps hold it: port tables, segments, settings. */
#include "image.h"

#include <arpa/inet.h>
#include <string.h>

#include "image_servers.h"

/* DHCP servers answer from 67 to 68 (RFC 2131, 4.1), DHCPv6 servers from 547 to 546 (RFC
 * 8415, 7.2). */
static const __u16 dhcp_client_ports[] = {68, 546};

/* Appends a segment and lets it have its ports; those that another segment has stay with that. */
static void add_segment(struct image *image, __u32 profile, struct segment segment)
{
	__u16 *table = image->ports[profile].segment[segment.transport];
	__u16 index = (__u16)image->segments->len;

	g_array_append_val(image->segments, segment);
	for (__u32 port = segment.first; port <= segment.last; port++)
		if (!table[port])
			table[port] = index;
}

static void add_openings(struct image *image, const struct generation *generation, __u32 profile)
{
	const struct compiled *compiled = generation->profiles->pdata[profile];

	for (guint i = 0; i < compiled->openings->len; i++) {
		const struct opening *opening = compiled->openings->pdata[i];

		add_segment(image, profile,
			    (struct segment){
				    .first = opening->first,
				    .last = opening->last,
				    .transport = opening->transport,
				    .kind = SEGMENT_PUBLISHED,
				    .media = opening->media,
				    .slot = slots_segment(generation->slots, compiled->name,
							  opening->transport, opening->first,
							  opening->last),
			    });
	}
}

/*
 * What must go on for the host itself whatever its profile: DHCP as a client, even where Management
 * names its ports, and Management.
 */
static void add_host_life(struct image *image, const struct management *management, __u32 profile)
{
	for (guint i = 0; i < G_N_ELEMENTS(dhcp_client_ports); i++)
		add_segment(image, profile,
			    (struct segment){.first = dhcp_client_ports[i],
					     .last = dhcp_client_ports[i],
					     .transport = TRANSPORT_UDP,
					     .kind = SEGMENT_DHCP_CLIENT});
	for (guint i = 0; i < management->ports->len; i++) {
		struct port_range range = g_array_index(management->ports, struct port_range, i);

		for (__u8 transport = 0; transport < TRANSPORTS; transport++)
			if (range.transports & TRANSPORT_BIT(transport))
				add_segment(image, profile,
					    (struct segment){.first = range.first,
							     .last = range.last,
							     .transport = transport,
							     .kind = SEGMENT_MANAGEMENT});
	}
}

static void add_management_sources(struct image *image, const struct management *management)
{
	for (guint i = 0; i < management->prefixes->len; i++) {
		const struct prefix *prefix =
			&g_array_index(management->prefixes, struct prefix, i);
		struct prefix4 key4 = {.length = prefix->length};
		struct prefix6 key6 = {.length = prefix->length};

		if (prefix->family == AF_INET) {
			memcpy(&key4.address, prefix->bytes, sizeof(key4.address));
			g_array_append_val(image->management4, key4);
		} else {
			memcpy(key6.address, prefix->bytes, sizeof(key6.address));
			g_array_append_val(image->management6, key6);
		}
	}
}

/*
 * Interface mode: an unknown destination, that is any, gets the interface's profile. A site: none,
 * or where Unlisted is drop a profile of its own that opens nothing but the host's own life.
 */
static void add_everyone(struct image *image, const struct generation *generation)
{
	const struct settings *settings = &generation->policy->settings;
	const GPtrArray *interfaces = generation->choice->interfaces;
	bool site = choice_is_site(generation->choice);
	__u32 unlisted = TARGET_NONE;

	if (settings->unlisted_drop)
		unlisted = target_make(SERVER_WHOLE_INTERFACE, image->profiles - 1, image->monitor);
	for (guint i = 0; i < interfaces->len; i++) {
		const struct choice_interface *interface = interfaces->pdata[i];
		__u32 target = unlisted;

		if (!site)
			target = target_make(
				SERVER_WHOLE_INTERFACE,
				generation_profile_index(generation, interface->profile),
				image->monitor);
		g_array_append_val(image->everyone, target);
	}
}

static bool within(__u32 count, const char *what, __u32 most, struct messages *messages)
{
	if (count > most)
		message_add(messages, SEVERITY_ERROR, "the policy", 0,
			    "%u %s are too many, expected at most %u", count, what, most);
	return count <= most;
}

/* How many segments add_host_life() adds. */
static __u32 count_host_life(const struct management *management)
{
	__u32 segments = G_N_ELEMENTS(dhcp_client_ports);

	for (guint i = 0; i < management->ports->len; i++) {
		struct port_range range = g_array_index(management->ports, struct port_range, i);

		for (__u8 transport = 0; transport < TRANSPORTS; transport++)
			segments += !!(range.transports & TRANSPORT_BIT(transport));
	}
	return segments;
}

/* How many segments build_ports() adds, the unused entry 0 not among them. */
static __u32 count_segments(const struct generation *generation)
{
	const struct settings *settings = &generation->policy->settings;
	__u32 host_lives = settings->unlisted_drop;
	__u32 segments = 0;

	if (!choice_is_site(generation->choice))
		host_lives += generation->profiles->len;
	for (guint i = 0; i < generation->profiles->len; i++)
		segments += ((struct compiled *)generation->profiles->pdata[i])->openings->len;
	return segments + host_lives * count_host_life(&settings->management);
}

/* The layout's bounds, before anything is built upon them. */
static bool check_bounds(const struct generation *generation, struct image *image,
			 struct messages *messages)
{
	const __u32 servers = generation->slots->servers->len;

	image->profiles = generation->profiles->len + generation->policy->settings.unlisted_drop;
	image->slots = generation->slots->segments->len + 1;
	image->numbers = servers + SERVER_FIRST;
	return within(image->profiles, "profiles", TARGET_PROFILES_MAX, messages) &&
	       within(count_segments(generation), "segments", G_MAXUINT16, messages) &&
	       within(servers, "servers", TARGET_SERVERS_MAX - SERVER_FIRST, messages);
}

static void build_ports(struct image *image, const struct generation *generation)
{
	const struct settings *settings = &generation->policy->settings;
	bool site = choice_is_site(generation->choice);
	struct segment none = {};

	image->ports = g_new0(struct port_table, MAX(image->profiles, 1));
	g_array_append_val(image->segments, none);
	for (guint i = 0; i < generation->profiles->len; i++) {
		add_openings(image, generation, i);
		if (!site)
			add_host_life(image, &settings->management, i);
	}
	if (settings->unlisted_drop)
		add_host_life(image, &settings->management, image->profiles - 1);
	add_management_sources(image, &settings->management);
}

struct image *image_build(const struct generation *generation, struct messages *messages)
{
	const struct settings *settings = &generation->policy->settings;
	struct image *image = g_new0(struct image, 1);

	image->segments = g_array_new(FALSE, TRUE, sizeof(struct segment));
	image->prefixes4 = g_array_new(FALSE, TRUE, sizeof(struct image_prefix4));
	image->prefixes6 = g_array_new(FALSE, TRUE, sizeof(struct image_prefix6));
	image->management4 = g_array_new(FALSE, TRUE, sizeof(struct prefix4));
	image->management6 = g_array_new(FALSE, TRUE, sizeof(struct prefix6));
	image->everyone = g_array_new(FALSE, TRUE, sizeof(__u32));
	if (!check_bounds(generation, image, messages)) {
		image_free(image);
		return NULL;
	}
	image->monitor = generation->choice->monitor || settings->monitor;
	build_ports(image, generation);
	add_everyone(image, generation);
	image_add_servers(image, generation);
	image->unlisted_drop = settings->unlisted_drop;
	image->non_ip_drop = settings->non_ip_drop;
	image->count_servers = choice_is_site(generation->choice);
	memcpy(image->protocols, settings->protocols, sizeof(image->protocols));
	return image;
}

void image_free(struct image *image)
{
	if (!image)
		return;
	g_free(image->ports);
	g_free(image->servers4);
	g_free(image->servers6);
	g_array_unref(image->segments);
	g_array_unref(image->prefixes4);
	g_array_unref(image->prefixes6);
	g_array_unref(image->management4);
	g_array_unref(image->management6);
	g_array_unref(image->everyone);
	g_free(image);
}
