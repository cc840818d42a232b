/* SPDX-License-Identifier: GPL-2.0-only */
/* Protocol cells: which of TCP and UDP a vendor's words mean. */
#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "number.h"
#include "ports.h"

#define TCP TRANSPORT_BIT(TRANSPORT_TCP)
#define UDP TRANSPORT_BIT(TRANSPORT_UDP)

/* What a word is worth: the words of the best rank in a cell decide, and the others do not count.
 */
enum rank {
	RANK_TRANSPORT,   /* says it */
	RANK_APPLICATION, /* implies it */
	RANK_BOTH,        /* leaves it open */
	RANK_NEITHER,     /* a protocol without ports, or with ports that are not ours to judge */
	RANK_NONE,
};

static const struct word {
	const char *text;
	enum rank rank;
	unsigned int transports;
} words[] = {
	{"tcp", RANK_TRANSPORT, TCP},      {"udp", RANK_TRANSPORT, UDP},
	{"http", RANK_APPLICATION, TCP},   {"https", RANK_APPLICATION, TCP},
	{"tls", RANK_APPLICATION, TCP},    {"mtls", RANK_APPLICATION, TCP},
	{"ssl", RANK_APPLICATION, TCP},    {"dcom", RANK_APPLICATION, TCP},
	{"rpc", RANK_APPLICATION, TCP},    {"dhcp", RANK_APPLICATION, UDP},
	{"dhcpv6", RANK_APPLICATION, UDP}, {"quic", RANK_APPLICATION, UDP},
	{"dtls", RANK_APPLICATION, UDP},   {"both", RANK_BOTH, TCP | UDP},
	{"any", RANK_BOTH, TCP | UDP},     {"all", RANK_BOTH, TCP | UDP},
	{"icmp", RANK_NEITHER, 0},         {"icmpv4", RANK_NEITHER, 0},
	{"icmpv6", RANK_NEITHER, 0},       {"icmp6", RANK_NEITHER, 0},
	{"igmp", RANK_NEITHER, 0},         {"esp", RANK_NEITHER, 0},
	{"ah", RANK_NEITHER, 0},           {"gre", RANK_NEITHER, 0},
	{"ipip", RANK_NEITHER, 0},         {"ospf", RANK_NEITHER, 0},
	{"ospfv3", RANK_NEITHER, 0},       {"eigrp", RANK_NEITHER, 0},
	{"pim", RANK_NEITHER, 0},          {"vrrp", RANK_NEITHER, 0},
	{"carp", RANK_NEITHER, 0},         {"rsvp", RANK_NEITHER, 0},
	{"sctp", RANK_NEITHER, 0},         {"dccp", RANK_NEITHER, 0},
};

/* What the words of a cell read so far come to. */
struct meaning {
	enum rank rank;
	unsigned int transports;
	bool numbered; /* the last word announces a number: "IP 50", "protocol 89" */
};

static void weigh(struct meaning *meaning, enum rank rank, unsigned int transports)
{
	if (rank < meaning->rank)
		meaning->transports = 0;
	if (rank <= meaning->rank) {
		meaning->rank = rank;
		meaning->transports |= transports;
	}
}

/* IANA's numbers: 6 is TCP and 17 is UDP. */
static void weigh_number(struct meaning *meaning, const char *word)
{
	uint64_t number;

	if (number_parse(word, 255, &number))
		return;
	if (number == 6)
		weigh(meaning, RANK_TRANSPORT, TCP);
	else if (number == 17)
		weigh(meaning, RANK_TRANSPORT, UDP);
	else
		weigh(meaning, RANK_NEITHER, 0);
}

static void weigh_word(struct meaning *meaning, const char *word)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!g_ascii_strcasecmp(words[i].text, word))
			weigh(meaning, words[i].rank, words[i].transports);
	}
	if (meaning->numbered)
		weigh_number(meaning, word);
	meaning->numbered =
		!g_ascii_strcasecmp(word, "ip") || !g_ascii_strcasecmp(word, "protocol");
}

static size_t word_length(const char *text)
{
	size_t length = 0;

	while (g_ascii_isalnum(text[length]))
		length++;
	return length;
}

enum protocol_meaning protocol_parse(const char *cell, unsigned int *transports)
{
	struct meaning meaning = {.rank = RANK_NONE};

	if (!cell[strspn(cell, " \t\n")])
		return PROTOCOL_EMPTY;
	while (*cell) {
		size_t length = word_length(cell);
		g_autofree char *word = g_strndup(cell, length);

		if (length)
			weigh_word(&meaning, word);
		cell += MAX(length, 1);
	}
	if (meaning.rank == RANK_NONE)
		return PROTOCOL_UNKNOWN;
	if (meaning.rank == RANK_NEITHER)
		return PROTOCOL_NEITHER;
	*transports = meaning.transports;
	return PROTOCOL_TRANSPORTS;
}

const char *transport_name(unsigned int transport)
{
	static const char *const names[TRANSPORTS] = {
		[TRANSPORT_TCP] = "tcp",
		[TRANSPORT_UDP] = "udp",
	};

	return names[transport];
}
