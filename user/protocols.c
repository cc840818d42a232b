/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of the setting Protocols: IP protocols by name or number (IANA's assigned numbers). */
#include <errno.h>
#include <string.h>

#include "nearest.h"
#include "policy.h"
#include "text.h"

#define PROTOCOL_MAX 255

static const struct {
	const char *name;
	uint8_t number;
} protocols_known[] = {
	{"igmp", 2},      {"ipip", 4},         {"ipencap", 4}, {"st", 5},       {"egp", 8},
	{"igp", 9},       {"ipv6", 41},        {"6in4", 41},   {"rsvp", 46},    {"gre", 47},
	{"esp", 50},      {"ah", 51},          {"skip", 57},   {"eigrp", 88},   {"ospf", 89},
	{"etherip", 97},  {"encap", 98},       {"pim", 103},   {"ipcomp", 108}, {"vrrp", 112},
	{"carp", 112},    {"l2tp", 115},       {"isis", 124},  {"sctp", 132},   {"fc", 133},
	{"udplite", 136}, {"mpls-in-ip", 137}, {"dccp", 33},   {"hip", 139},
};

/* What the program judges by itself, so that naming it would change nothing or open too much. */
static const struct {
	const char *name;
	uint8_t number;
	const char *why;
} judged[] = {
	{"tcp", 6, "is judged by its ports"},
	{"udp", 17, "is judged by its ports"},
	{"icmp", 1, "is judged by its types"},
	{"icmpv6", 58, "is judged by its types"},
	{"icmp6", 58, "is judged by its types"},
	{"hopopt", 0, "is a header that others follow"},
	{"ipv6-route", 43, "is a header that others follow"},
	{"ipv6-frag", 44, "is a header that others follow"},
	{"ipv6-opts", 60, "is a header that others follow"},
};

static int find_known(const char *text, uint64_t *number)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(protocols_known); i++) {
		if (!g_ascii_strcasecmp(text, protocols_known[i].name)) {
			*number = protocols_known[i].number;
			return 0;
		}
	}
	return number_parse(text, PROTOCOL_MAX, number);
}

static const char *why_judged(const char *text)
{
	uint64_t number;
	bool is_number = !number_parse(text, PROTOCOL_MAX, &number);

	for (unsigned int i = 0; i < G_N_ELEMENTS(judged); i++) {
		if (!g_ascii_strcasecmp(text, judged[i].name) ||
		    (is_number && number == judged[i].number))
			return judged[i].why;
	}
	return NULL;
}

static char *unknown_protocol(const char *text)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *near = NULL;

	for (unsigned int i = 0; i < G_N_ELEMENTS(protocols_known); i++)
		g_ptr_array_add(names, (char *)protocols_known[i].name);
	near = nearest(text, names);
	if (near)
		return g_strdup_printf("no IP protocol '%s', did you mean %s?", text, near);
	return g_strdup_printf("no IP protocol '%s', expected a name such as esp or a number 0-%d",
			       text, PROTOCOL_MAX);
}

int protocol_number(const char *text, uint8_t *number, char **error)
{
	const char *why = why_judged(text);
	uint64_t found;

	if (why) {
		*error = g_strdup_printf("'%s' %s, expected another protocol", text, why);
		return -EINVAL;
	}
	if (find_known(text, &found)) {
		*error = unknown_protocol(text);
		return -EINVAL;
	}
	*number = (uint8_t)found;
	return 0;
}

int protocols_parse(const char *text, uint64_t protocols[4], char **error)
{
	g_autoptr(GPtrArray) items = text_split(text, ",\n");
	uint64_t numbers[4] = {0};

	if (items->len == 0) {
		*error = g_strdup("no IP protocol is named, expected some such as 'esp, ospf'");
		return -EINVAL;
	}
	for (unsigned int i = 0; i < items->len; i++) {
		uint8_t number;

		if (protocol_number(items->pdata[i], &number, error))
			return -EINVAL;
		numbers[number / 64] |= UINT64_C(1) << number % 64;
	}
	memcpy(protocols, numbers, sizeof(numbers));
	return 0;
}
