/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a question about a packet from the words of a command line. */
#include "question.h"

#include <linux/types.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "layout.h"
#include "number.h"
#include "ports.h"

/* How a packet may be said, and what family it is of. */
static const struct form {
	const char *prefix;
	enum question_kind kind;
	unsigned int family; /* 0: either */
} forms[] = {
	{"tcp/", QUESTION_PORT, 0},        {"udp/", QUESTION_PORT, 0},
	{"icmp/", QUESTION_ICMP, AF_INET}, {"icmp6/", QUESTION_ICMP, AF_INET6},
	{"ip/", QUESTION_PROTOCOL, 0},
};

static const struct form *find_form(const char *text)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(forms); i++)
		if (!g_ascii_strncasecmp(text, forms[i].prefix, strlen(forms[i].prefix)))
			return &forms[i];
	return NULL;
}

bool question_split(int count, char **operands, struct words *words)
{
	GString *policy = g_string_new(NULL);
	/* A profile or site alone is no question. */
	bool whole = count > 0 && find_form(operands[count - 1]);

	*words = (struct words){.port = count ? operands[count - 1] : NULL};
	for (int i = 0; i < count - 1; i++) {
		bool from = !strcmp(operands[i], "from");

		if (!from && strcmp(operands[i], "to"))
			g_string_append_printf(policy, "%s%s", policy->len ? " " : "", operands[i]);
		else if (i + 1 == count - 1)
			whole = false;
		else
			*(from ? &words->from : &words->to) = operands[++i];
	}
	words->policy = g_string_free(policy, !policy->len);
	return whole;
}

static bool read_port(const char *text, struct question *question, char **error)
{
	struct port_list list = {};
	const struct port_range *range;
	bool one;

	if (port_list_parse(text, &list, error))
		return false;
	range = &g_array_index(list.ranges, struct port_range, 0);
	question->transport =
		range->transports & TRANSPORT_BIT(TRANSPORT_TCP) ? TRANSPORT_TCP : TRANSPORT_UDP;
	question->port = range->first;
	one = list.ranges->len == 1 && range->first == range->last;
	g_array_unref(list.ranges);
	if (!one)
		*error = g_strdup_printf("'%s' is more than one port, expected one like tcp/5061",
					 text);
	return one;
}

static bool read_icmp_type(const char *text, const char *number, struct question *question,
			   char **error)
{
	uint64_t type;

	if (number_parse(number, 255, &type)) {
		*error = g_strdup_printf("'%s' is no ICMP type, expected a number 0-255", text);
		return false;
	}
	question->icmp_type = (uint8_t)type;
	return true;
}

/* What has ports or types is asked for by them; what only precedes another, by that. */
static bool read_protocol(const char *text, const char *name, struct question *question,
			  char **error)
{
	if (protocol_number(name, &question->protocol, error))
		return false;
	if (question->protocol != IPPROTO_AH)
		return true;
	*error = g_strdup_printf("'%s' is a header that others follow, expected what follows it",
				 text);
	return false;
}

/* *family is set to that of the packet; 0: either. */
static bool read_packet(const char *text, struct question *question, unsigned int *family,
			char **error)
{
	const struct form *form = find_form(text);
	const char *rest = form ? text + strlen(form->prefix) : text;

	question->kind = form ? form->kind : QUESTION_PORT;
	*family = form ? form->family : 0;
	switch (question->kind) {
	case QUESTION_PORT: break;
	case QUESTION_ICMP: return read_icmp_type(text, rest, question, error);
	case QUESTION_PROTOCOL: return read_protocol(text, rest, question, error);
	}
	return read_port(text, question, error);
}

/* "10.0.0.1", "10.0.0.1:5061", "2001:db8::1", "[2001:db8::1]:5061" */
static bool read_source(const char *text, struct question *question, char **error)
{
	const char *colon = strrchr(text, ':');
	const char *bracket = *text == '[' ? strchr(text, ']') : NULL;
	g_autofree char *address = NULL;
	uint64_t port = 0;

	if (bracket)
		colon = bracket[1] ? bracket + 1 : NULL;
	else if (colon != strchr(text, ':'))
		colon = NULL; /* an IPv6 address without a port */
	if (bracket)
		address = g_strndup(text + 1, (gsize)(bracket - text - 1));
	else
		address = colon ? g_strndup(text, (gsize)(colon - text)) : g_strdup(text);
	if (!prefix_parse(address, &question->source) && prefix_is_address(&question->source) &&
	    (!colon || (*colon == ':' && !number_parse(colon + 1, 65535, &port)))) {
		question->source_port = (uint16_t)port;
		return true;
	}
	*error = g_strdup_printf("'%s' is no address, expected one like 192.0.2.7, 192.0.2.7:40000 "
				 "or [2001:db8::7]:40000",
				 text);
	return false;
}

/* The server's first address of a family, else its first. */
static const struct prefix *pick_address(const struct server *server, unsigned int family)
{
	for (guint i = 0; i < server->addresses->len; i++) {
		const struct prefix *address = &g_array_index(server->addresses, struct prefix, i);

		if (address->family == family)
			return address;
	}
	return &g_array_index(server->addresses, struct prefix, 0);
}

/* Of a server's addresses, one of that family is meant, if it has one. */
static bool read_destination(const char *text, const struct policy *policy,
			     struct question *question, unsigned int family, char **error)
{
	const struct server *server = policy_server(policy, text);
	struct prefix *destination = &question->destination;

	if (server) {
		*destination = *pick_address(server, family);
		/* Of a server named by a prefix, the first address stands for all. */
		destination->length = destination->family == AF_INET ? 32 : 128;
		return true;
	}
	if (!prefix_parse(text, destination) && prefix_is_address(destination))
		return true;
	*error = g_strdup_printf("'%s' is neither an address nor a server of the site", text);
	return false;
}

/* An address of a family for an end that was not named: from the ranges kept for documentation. */
static void fill_in(struct prefix *end, unsigned int family, const char *v4, const char *v6)
{
	if (!end->family)
		prefix_parse(family == AF_INET6 ? v6 : v4, end);
}

/* Whether an end that was named fits a packet of that family. */
static bool fits(const struct prefix *end, const char *name, unsigned int family,
		 const struct words *words, char **error)
{
	bool v4 = family == AF_INET;

	if (!family || !end->family || end->family == family)
		return true;
	*error = g_strdup_printf("'%s' is not %s, as '%s' is; for %s say %s", name,
				 v4 ? "IPv4" : "IPv6", words->port, v4 ? "IPv6" : "IPv4",
				 v4 ? "icmp6" : "icmp");
	return false;
}

static bool read_ends(const struct words *words, const struct policy *policy,
		      struct question *question, unsigned int family, char **error)
{
	if (words->from && !read_source(words->from, question, error))
		return false;
	if (!fits(&question->source, words->from, family, words, error))
		return false;
	if (question->source_port && question->kind != QUESTION_PORT) {
		*error = g_strdup_printf("'%s' has a port, but '%s' has none", words->from,
					 words->port);
		return false;
	}
	return !words->to || (read_destination(words->to, policy, question,
					       question->source.family ?: family, error) &&
			      fits(&question->destination, words->to, family, words, error));
}

bool question_read(const struct words *words, const struct generation *generation,
		   struct question *question, char **error)
{
	unsigned int family;

	if (!read_packet(words->port, question, &family, error) ||
	    !read_ends(words, generation->policy, question, family, error))
		return false;
	if (!words->to && choice_is_site(generation->choice)) {
		*error = g_strdup("to which server? 'explain … to SERVER tcp/5061'");
		return false;
	}
	fill_in(&question->destination, question->source.family ?: family, "198.51.100.1",
		"2001:db8::1");
	question->anyone = !words->from;
	fill_in(&question->source, question->destination.family, "203.0.113.1", "2001:db8:ffff::1");
	if (question->source.family == question->destination.family)
		return true;
	*error = g_strdup("source and destination are of different families");
	return false;
}
