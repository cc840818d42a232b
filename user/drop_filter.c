/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the filter of `portcullis drops`. */
#include "drop_filter.h"

#include <string.h>
#include <sys/socket.h>

#include "nearest.h"
#include "networks.h"
#include "ports.h"

#define ANY_TRANSPORT ((1U << (TRANSPORTS + 1)) - 1) /* what has no port, too */

static const struct {
	const char *name;
	enum verdict verdict;
} reasons[] = {
#define REASON(symbol, name, verdict, meaning) {name, VERDICT_##verdict},
	PORTCULLIS_REASONS(REASON)
#undef REASON
};

/* "no WHAT 'name', did you mean …?" */
static char *unknown(const char *what, const char *name, const GPtrArray *names,
		     const char *expected)
{
	g_autofree char *near = nearest(name, names);

	return near ? g_strdup_printf("no %s '%s', did you mean %s?", what, name, near)
		    : g_strdup_printf("no %s '%s', expected %s", what, name, expected);
}

static bool read_server(const char *name, const struct generation *generation, struct watch *wanted,
			char **error)
{
	const struct policy *policy = generation->policy;
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	if (!name)
		return true;
	if (policy_server(policy, name)) {
		wanted->server = slots_server(generation->slots, name);
		return true;
	}
	for (guint i = 0; i < policy->servers->len; i++)
		g_ptr_array_add(names, (char *)((struct server *)policy->servers->pdata[i])->name);
	*error = unknown("server", name, names,
			 names->len ? "one that 'portcullis status' lists"
				    : "none: no site is enforced here");
	return false;
}

static bool read_reason(const char *name, __u64 *bits, char **error)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (unsigned int i = 0; i < REASON_COUNT; i++) {
		bool drops = reasons[i].verdict == VERDICT_DROP;

		if (drops)
			g_ptr_array_add(names, (char *)reasons[i].name);
		if (strcmp(reasons[i].name, name))
			continue;
		if (!drops)
			*error = g_strdup_printf("what is '%s' passes, expected why it is dropped",
						 name);
		*bits |= 1ULL << i;
		return drops;
	}
	*error = unknown("reason", name, names, "one that portcullis(8) lists");
	return false;
}

static bool read_reasons(char **names, struct watch *wanted, char **error)
{
	if (!names)
		wanted->reasons = ~0ULL;
	for (; names && *names; names++)
		if (!read_reason(*names, &wanted->reasons, error))
			return false;
	return true;
}

/* Without a protocol, ports are those of both. */
static bool read_port(const char *text, struct watch *wanted, char **error)
{
	struct port_list list = {};
	const struct port_range *range;
	int err;
	bool one;

	wanted->transports = ANY_TRANSPORT;
	wanted->last_port = G_MAXUINT16;
	if (!text)
		return true;
	err = strchr(text, '/') ? port_list_parse(text, &list, error)
				: ports_parse(text, &list, error);
	if (err)
		return false;
	range = &g_array_index(list.ranges, struct port_range, 0);
	wanted->transports = range->transports ? range->transports : TRANSPORT_BOTH;
	wanted->first_port = range->first;
	wanted->last_port = range->last;
	one = list.ranges->len == 1;
	g_array_unref(list.ranges);
	if (!one)
		*error = g_strdup_printf("'%s' is more than one range of ports, expected one like "
					 "5061, tcp/5061 or udp/50000-59999",
					 text);
	return one;
}

static bool read_source(const char *text, struct watch *wanted, char **error)
{
	struct prefix prefix;
	unsigned char mask[sizeof(wanted->source_mask)] = {};

	if (!text)
		return true;
	if (network_prefix(text, &prefix, error))
		return false;
	wanted->source_version = prefix.family == AF_INET ? 4 : 6;
	memcpy(wanted->source, prefix.bytes, sizeof(wanted->source));
	for (unsigned int bit = 0; bit < prefix.length; bit++)
		mask[bit / 8] |= (unsigned char)(0x80 >> bit % 8);
	memcpy(wanted->source_mask, mask, sizeof(mask));
	return true;
}

bool drop_filter_read(const struct drop_words *words, const struct generation *generation,
		      struct watch *wanted, char **error)
{
	*wanted = (struct watch){
		.every = !words->server && !words->reasons && !words->port && !words->source,
	};
	return read_server(words->server, generation, wanted, error) &&
	       read_reasons(words->reasons, wanted, error) &&
	       read_port(words->port, wanted, error) && read_source(words->source, wanted, error);
}
