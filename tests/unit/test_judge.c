/* SPDX-License-Identifier: GPL-2.0-only */
/* Judgements of packets by policies made for it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generation_text.h"
#include "judge.h"

/* What is asked, and what must be answered; NULL: no server, no profile, no opening. */
struct judge_case {
	const char *source; /* NULL: not said */
	uint16_t source_port;
	const char *destination;
	unsigned int transport;
	uint16_t port;

	enum reason reason;
	const char *server, *profile;
	const char *service; /* of the opening's first row */
	bool excepted, monitor;
};

static struct prefix address(const char *text)
{
	struct prefix prefix = {};

	if (text)
		assert_int_equal(prefix_parse(text, &prefix), 0);
	return prefix;
}

static void check_case(const struct generation *generation, guint interface,
		       const struct judge_case *row, unsigned int number)
{
	const struct question question = {
		.source = address(row->source),
		.source_port = row->source_port,
		.destination = address(row->destination),
		.transport = row->transport,
		.port = row->port,
		.interface = interface,
	};
	struct judgement judgement = judge(generation, &question);
	const struct row *first = judgement.opening ? judgement.opening->rows->pdata[0] : NULL;

	if (judgement.reason != row->reason || judgement.monitor != row->monitor ||
	    (judgement.excepted != NULL) != row->excepted ||
	    g_strcmp0(judgement.server ? judgement.server->name : NULL, row->server) ||
	    g_strcmp0(judgement.profile ? judgement.profile->name : NULL, row->profile) ||
	    g_strcmp0(first ? first->service : NULL, row->service))
		fail_msg("case %u: reason %d, monitor %d, excepted %d, server %s, profile %s, "
			 "service %s",
			 number, judgement.reason, judgement.monitor, judgement.excepted != NULL,
			 judgement.server ? judgement.server->name : "none",
			 judgement.profile ? judgement.profile->name : "none",
			 first ? first->service : "none");
}

#define check_cases(generation, interface, rows)              \
	for (unsigned int i = 0; i < G_N_ELEMENTS(rows); i++) \
	check_case(generation, interface, &(rows)[i], i)

#define TCP TRANSPORT_TCP
#define UDP TRANSPORT_UDP

static void judges_by_an_interfaces_profile(void **state)
{
	static const struct judge_case rows[] = {
		{NULL, 0, NULL, TCP, 443, REASON_PUBLISHED, NULL, "narrow", "pages", 0, 0},
		{NULL, 0, NULL, UDP, 443, REASON_PUBLISHED, NULL, "narrow", "pages", 0, 0},
		{NULL, 0, NULL, TCP, 444, REASON_NOT_PUBLISHED, NULL, "narrow", NULL, 0, 0},
		{NULL, 0, NULL, UDP, 8000, REASON_NOT_PUBLISHED, NULL, "narrow", NULL, 0, 0},
		{NULL, 0, NULL, TCP, 8000, REASON_PUBLISHED, NULL, "narrow", "pages", 0, 0},
		{NULL, 0, NULL, TCP, 8005, REASON_NOT_PUBLISHED, NULL, "narrow", NULL, 1, 0},
		{NULL, 0, NULL, TCP, 8009, REASON_PUBLISHED, NULL, "narrow", "pages", 0, 0},
		{NULL, 0, NULL, TCP, 8010, REASON_NOT_PUBLISHED, NULL, "narrow", NULL, 0, 0},
		{NULL, 0, NULL, TCP, 0, REASON_PORT_ZERO, NULL, "narrow", NULL, 0, 0},
		/* any address is meant */
		{"203.0.113.9", 5, "10.0.1.11", TCP, 443, REASON_PUBLISHED, NULL, "narrow", "pages",
		 0, 0},
		{"2001:db8::9", 5, "2001:db8::1", TCP, 22, REASON_NOT_PUBLISHED, NULL, "narrow",
		 NULL, 0, 0},
	};
	static const struct judge_case other[] = {
		{NULL, 0, NULL, TCP, 443, REASON_NOT_PUBLISHED, NULL, "voice", NULL, 0, 0},
		{NULL, 0, NULL, UDP, 5000, REASON_PUBLISHED, NULL, "voice", "audio", 0, 0},
	};
	struct choice *choice = choose_profile("narrow");
	struct generation *generation;

	choice_set_interface(choice, "card1", "voice", ATTACH_AUTO);
	generation = compile(choice);
	check_cases(generation, 0, rows);
	check_cases(generation, 1, other);
	generation_free(generation);
}

static void lets_the_host_live(void **state)
{
	static const struct judge_case rows[] = {
		{"10.0.9.7", 0, "10.0.1.1", TCP, 22, REASON_MANAGEMENT, NULL, "web", NULL, 0, 0},
		{"10.0.8.7", 0, "10.0.1.1", TCP, 22, REASON_NOT_PUBLISHED, NULL, "web", NULL, 0, 0},
		{"10.0.9.7", 0, "10.0.1.1", UDP, 22, REASON_NOT_PUBLISHED, NULL, "web", NULL, 0, 0},
		{"10.0.9.7", 0, "10.0.1.1", TCP, 23, REASON_NOT_PUBLISHED, NULL, "web", NULL, 0, 0},
		{"2001:db8:9::1", 0, "2001:db8::1", TCP, 22, REASON_MANAGEMENT, NULL, "web", NULL,
		 0, 0},
		{"2001:db8:8::1", 0, "2001:db8::1", TCP, 22, REASON_NOT_PUBLISHED, NULL, "web",
		 NULL, 0, 0},
		{NULL, 0, NULL, TCP, 22, REASON_NOT_PUBLISHED, NULL, "web", NULL, 0, 0},
		/* what a row opens is published, whoever comes */
		{"10.0.9.7", 0, "10.0.1.1", TCP, 443, REASON_PUBLISHED, NULL, "web", "pages", 0, 0},
		{"10.0.0.1", 67, "10.0.1.1", UDP, 68, REASON_DHCP, NULL, "web", NULL, 0, 0},
		{"10.0.0.1", 66, "10.0.1.1", UDP, 68, REASON_NO_SUCH_FLOW, NULL, "web", NULL, 0, 0},
		{"10.0.0.1", 67, "10.0.1.1", TCP, 68, REASON_NOT_PUBLISHED, NULL, "web", NULL, 0,
		 0},
		{"10.0.0.1", 67, "10.0.1.1", UDP, 67, REASON_NO_SUCH_FLOW, NULL, "web", NULL, 0, 0},
		{"fe80::1", 547, "fe80::2", UDP, 546, REASON_DHCP, NULL, "web", NULL, 0, 0},
		{"fe80::1", 67, "fe80::2", UDP, 546, REASON_NO_SUCH_FLOW, NULL, "web", NULL, 0, 0},
		/* DHCP has its ports by family */
		{"fe80::1", 67, "fe80::2", UDP, 68, REASON_NO_SUCH_FLOW, NULL, "web", NULL, 0, 0},
		{"10.0.0.1", 547, "10.0.1.1", UDP, 546, REASON_NO_SUCH_FLOW, NULL, "web", NULL, 0,
		 0},
		{"10.0.9.7", 0, NULL, TCP, 0, REASON_PORT_ZERO, NULL, "web", NULL, 0, 0},
	};
	struct choice *choice = choose_profile("web");
	struct generation *generation;

	choice->management = g_strdup("10.0.9.0/24, 2001:db8:9::/48, tcp/20-22");
	generation = compile(choice);
	check_cases(generation, 0, rows);
	generation_free(generation);
}

#define SITE                                                         \
	"| Server | Address | Profile | Mode |\n|---|---|---|---|\n" \
	"| fe01 | 10.9.7.11, 2001:db8:9:7::11 | web | |\n"           \
	"| lab | 10.9.0.0/16, 2001:db8:9::/48 | voice | monitor |\n" \
	"| lab7 | 10.9.7.0/24, 2001:db8:9:7::/64 | narrow | |\n"

static void judges_by_a_sites_servers(void **state)
{
	static const struct judge_case rows[] = {
		/* the longest prefix, wherever it stands */
		{NULL, 0, "10.9.7.11", TCP, 8005, REASON_PUBLISHED, "fe01", "web", "pages", 0, 0},
		{NULL, 0, "10.9.7.12", TCP, 8005, REASON_NOT_PUBLISHED, "lab7", "narrow", NULL, 1,
		 0},
		{NULL, 0, "10.9.8.11", TCP, 443, REASON_NOT_PUBLISHED, "lab", "voice", NULL, 0, 1},
		{NULL, 0, "10.9.8.11", TCP, 5061, REASON_PUBLISHED, "lab", "voice", "signalling", 0,
		 1},
		{NULL, 0, "2001:db8:9:7::11", UDP, 443, REASON_PUBLISHED, "fe01", "web", "pages", 0,
		 0},
		{NULL, 0, "2001:db8:9:7::12", UDP, 443, REASON_PUBLISHED, "lab7", "narrow", "pages",
		 0, 0},
		{NULL, 0, "2001:db8:9:8::11", UDP, 443, REASON_NOT_PUBLISHED, "lab", "voice", NULL,
		 0, 1},
		{NULL, 0, "10.8.0.1", TCP, 443, REASON_UNLISTED, NULL, NULL, NULL, 0, 0},
		{NULL, 0, "2001:db8:a::1", TCP, 23, REASON_UNLISTED, NULL, NULL, NULL, 0, 0},
		/* the host's own life is not a server's */
		{"10.0.9.7", 0, "10.9.7.11", TCP, 22, REASON_NOT_PUBLISHED, "fe01", "web", NULL, 0,
		 0},
		{"10.0.0.1", 67, "10.9.7.11", UDP, 68, REASON_NO_SUCH_FLOW, "fe01", "web", NULL, 0,
		 0},
		/* a server's address comes from no outsider */
		{"10.9.7.12", 0, "10.9.7.11", TCP, 443, REASON_FORGED_SOURCE, "fe01", "web",
		 "pages", 0, 0},
		{"10.9.0.1", 0, "10.8.0.1", TCP, 443, REASON_FORGED_SOURCE, NULL, NULL, NULL, 0, 0},
	};
	struct choice *choice =
		choose_site(SITE "\n| Setting | Value |\n|---|---|\n| Management | tcp/22 |\n");
	struct generation *generation = compile(choice);

	check_cases(generation, 0, rows);
	generation_free(generation);
}

static void drops_the_unlisted(void **state)
{
	static const struct judge_case rows[] = {
		{NULL, 0, "10.8.0.1", TCP, 443, REASON_NOT_LISTED, NULL, NULL, NULL, 0, 1},
		{"10.0.9.7", 0, "10.8.0.1", TCP, 22, REASON_MANAGEMENT, NULL, NULL, NULL, 0, 1},
		{"10.0.8.7", 0, "10.8.0.1", TCP, 22, REASON_NOT_LISTED, NULL, NULL, NULL, 0, 1},
		{"10.0.0.1", 67, "10.8.0.1", UDP, 68, REASON_DHCP, NULL, NULL, NULL, 0, 1},
		{"10.0.9.7", 0, "10.9.7.11", TCP, 22, REASON_NOT_PUBLISHED, "fe01", "web", NULL, 0,
		 1},
	};
	struct choice *choice =
		choose_site(SITE "\n| Setting | Value |\n|---|---|\n| Unlisted | drop |\n"
				 "| Management | 10.0.9.0/24, tcp/22 |\n| Mode | monitor |\n");
	struct generation *generation = compile(choice);

	check_cases(generation, 0, rows);
	generation_free(generation);
}

static void knows_whom_the_site_blocks(void **state)
{
	static const struct judge_case rows[] = {
		{"203.0.113.7", 0, "10.9.7.11", TCP, 443, REASON_BLOCKED, "fe01", "web", "pages", 0,
		 0},
		{"203.0.114.0", 0, "10.9.7.11", TCP, 443, REASON_PUBLISHED, "fe01", "web", "pages",
		 0, 0},
		{"203.0.113.7", 0, "10.8.0.1", UDP, 9, REASON_BLOCKED, NULL, NULL, NULL, 0, 0},
		{"2001:db8:cc::7", 0, "2001:db8:9::1", UDP, 9, REASON_BLOCKED, "lab", "voice", NULL,
		 0, 1},
	};
	struct generation *generation = compile(
		choose_site(SITE "\n| Blocked |\n|---|\n| 203.0.113.0/24 |\n| 203.0.113.0/28 |\n"
				 "| 2001:db8:cc::/48 |\n"));
	const struct prefix narrow = address("203.0.113.7"), wide = address("203.0.113.16");

	check_cases(generation, 0, rows);
	assert_int_equal(judge_blocked(generation->policy, &narrow)->prefix.length, 28);
	assert_int_equal(judge_blocked(generation->policy, &wide)->prefix.length, 24);
	generation_free(generation);
}

/* Types that pass, as RFC 4890 has them for IPv6. */
static const unsigned int types4[] = {0, 3, 8, 11, 12};
static const unsigned int types6[] = {1,   2,   3,   4,   128, 129, 130, 131, 132, 133, 134,
				      135, 136, 141, 142, 143, 148, 149, 151, 152, 153};

static bool is_among(unsigned int number, const unsigned int *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (list[i] == number)
			return true;
	return false;
}

static enum reason judge_number(const struct generation *generation, enum question_kind kind,
				const char *to, unsigned int number)
{
	const struct question question = {
		.destination = address(to),
		.kind = kind,
		.icmp_type = (uint8_t)number,
		.protocol = (uint8_t)number,
	};

	return judge(generation, &question).reason;
}

static void judges_icmp_types(void **state)
{
	struct generation *generation = compile(choose_site(SITE));

	for (unsigned int type = 0; type < 256; type++) {
		assert_int_equal(judge_number(generation, QUESTION_ICMP, "10.9.7.11", type),
				 is_among(type, types4, G_N_ELEMENTS(types4)) ? REASON_ICMP
									      : REASON_ICMP_TYPE);
		assert_int_equal(judge_number(generation, QUESTION_ICMP, "2001:db8:9::1", type),
				 is_among(type, types6, G_N_ELEMENTS(types6)) ? REASON_ICMP
									      : REASON_ICMP_TYPE);
		assert_int_equal(judge_number(generation, QUESTION_ICMP, "10.8.0.1", type),
				 REASON_UNLISTED);
	}
	assert_int_equal(judge(generation, &(struct question){.kind = QUESTION_ICMP,
							      .source = address("10.9.7.11"),
							      .destination = address("10.9.0.1"),
							      .icmp_type = 8})
				 .reason,
			 REASON_FORGED_SOURCE);
	generation_free(generation);
}

/* To a server, to whom no table has, and to the host itself. */
static void judges_protocols(void **state)
{
	static const struct {
		unsigned int protocol;
		enum reason server, other, host;
	} rows[] = {
		{50, REASON_PROTOCOL_ALLOWED, REASON_PROTOCOL_ALLOWED, REASON_PROTOCOL},
		{89, REASON_PROTOCOL_ALLOWED, REASON_PROTOCOL_ALLOWED, REASON_PROTOCOL},
		{47, REASON_PROTOCOL, REASON_PROTOCOL, REASON_PROTOCOL},
		{255, REASON_PROTOCOL, REASON_PROTOCOL, REASON_PROTOCOL},
		{2, REASON_PROTOCOL, REASON_PROTOCOL_ALLOWED, REASON_PROTOCOL_ALLOWED},
		{112, REASON_PROTOCOL, REASON_PROTOCOL_ALLOWED, REASON_PROTOCOL_ALLOWED},
	};
	struct generation *site =
		compile(choose_site(SITE "\n| Setting | Value |\n|---|---|\n| Unlisted | drop |\n"
					 "| Protocols | esp, ospf |\n"));
	struct generation *host = compile(choose_profile("web"));

	for (unsigned int i = 0; i < G_N_ELEMENTS(rows); i++) {
		unsigned int protocol = rows[i].protocol;

		assert_int_equal(judge_number(site, QUESTION_PROTOCOL, "10.9.7.11", protocol),
				 rows[i].server);
		assert_int_equal(judge_number(site, QUESTION_PROTOCOL, "10.8.0.1", protocol),
				 rows[i].other);
		assert_int_equal(judge_number(host, QUESTION_PROTOCOL, "10.8.0.1", protocol),
				 rows[i].host);
	}
	generation_free(site);
	generation_free(host);
}

/* Outsiders are not listed, but servers speak to them. */
static void lets_servers_out(void **state)
{
	static const struct judge_case rows[] = {
		{"10.9.7.11", 0, "10.8.0.1", TCP, 443, REASON_UNLISTED, NULL, NULL, NULL, 0, 0},
		{"10.8.0.1", 0, "10.9.7.11", TCP, 22, REASON_NOT_PUBLISHED, "fe01", "web", NULL, 0,
		 0},
	};
	struct choice *choice =
		choose_site(SITE "\n| Setting | Value |\n|---|---|\n| Unlisted | drop |\n"
				 "| Interface | card0 |\n| Inside | card0 |\n");
	struct generation *generation = compile(choice);

	check_cases(generation, 0, rows);
	generation_free(generation);
}

static void knows_swaps_and_monitoring(void **state)
{
	static const struct judge_case rows[] = {
		{NULL, 0, "10.9.7.11", TCP, 443, REASON_NOT_PUBLISHED, "fe01", "voice", NULL, 0, 1},
		{NULL, 0, "10.9.7.11", TCP, 5061, REASON_PUBLISHED, "fe01", "voice", "signalling",
		 0, 1},
		{NULL, 0, "10.8.0.1", TCP, 443, REASON_UNLISTED, NULL, NULL, NULL, 0, 1},
	};
	struct choice *choice = choose_site(SITE);
	struct generation *generation;

	choice_set_swap(choice, "fe01", "voice");
	choice->monitor = true;
	generation = compile(choice);
	check_cases(generation, 0, rows);
	generation_free(generation);
}

static void finds_servers(void **state)
{
	static const struct {
		const char *address, *server;
	} cases[] = {
		{"10.9.7.11", "fe01"},  {"10.9.7.10", "lab7"}, {"10.9.255.255", "lab"},
		{"10.10.0.0", NULL},    {"0.0.0.0", NULL},     {"2001:db8:9::", "lab"},
		{"2001:db8:a::", NULL}, {"::", NULL},
	};
	struct reading_result result = read_right(DOCUMENT, NULL);
	struct generation *generation = compile(choose_site(SITE));

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct prefix prefix = address(cases[i].address);
		const struct server *server = judge_server(generation->policy, &prefix);

		if (g_strcmp0(server ? server->name : NULL, cases[i].server))
			fail_msg("%s is %s", cases[i].address, server ? server->name : "none");
		assert_null(judge_server(result.policy, &prefix));
	}
	free_result(&result);
	generation_free(generation);
}

static void admits_to_management(void **state)
{
	static const struct {
		const char *source; /* NULL: anyone at all */
		unsigned int transport;
		uint16_t port;
		bool admitted;
	} cases[] = {
		{"10.0.9.0", TCP, 22, true},     {"10.0.9.255", TCP, 22, true},
		{"10.0.10.0", TCP, 22, false},   {"10.0.9.1", TCP, 21, false},
		{"10.0.9.1", UDP, 22, false},    {"10.0.9.1", UDP, 161, true},
		{"10.0.9.1", UDP, 162, true},    {"10.0.9.1", UDP, 163, false},
		{"192.0.2.1", TCP, 22, true},    {"192.0.2.2", TCP, 22, false},
		{"2001:db8:9::", TCP, 22, true}, {"2001:db8:a::", TCP, 22, false},
		{NULL, TCP, 22, true},           {NULL, TCP, 23, false},
	};
	struct choice *choice = choose_profile("web");
	const struct management *management;
	struct generation *generation;
	struct generation *unmanaged = compile(choose_profile("web"));

	choice->management =
		g_strdup("10.0.9.0/24, 192.0.2.1, 2001:db8:9::/48, tcp/22, udp/161-162");
	generation = compile(choice);
	management = &generation->policy->settings.management;
	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct prefix source = address(cases[i].source);

		if (management_admits(management, cases[i].transport,
				      cases[i].source ? &source : NULL,
				      cases[i].port) != cases[i].admitted)
			fail_msg("case %u", i);
		assert_false(management_admits(&unmanaged->policy->settings.management,
					       cases[i].transport, NULL, cases[i].port));
	}
	generation_free(generation);
	generation_free(unmanaged);
}

#define GUARDED_SITE                                                                              \
	"| Server | Address | Profile |\n|---|---|---|\n| s1 | 10.0.1.11 | web |\n"               \
	"| s2 | 10.0.1.12 | voice |\n\n"                                                          \
	"| Guard | Ports | Server | Sources | Limit | Payload |\n|---|---|---|---|---|---|\n"     \
	"| near | tcp/8000-8004 | | 192.0.2.0/24 | | |\n| own | tcp/8004, tcp/9 | s1 | "          \
	"192.0.3.0/24 "                                                                           \
	"| | |\n| calm | tcp/443, tcp/8004 | | | 1/h | |\n| media | udp/5000-5009 | | | | media " \
	"|\n"

/* What guards ask at a port, and what of it the question itself answers. */
static void judges_by_guards(void **state)
{
	static const struct judge_case rows[] = {
		{"192.0.2.7", 0, "10.0.1.11", TCP, 8000, REASON_PUBLISHED, "s1", "web", "pages", 0,
		 0},
		{"192.0.3.7", 0, "10.0.1.11", TCP, 8000, REASON_SOURCE_NOT_ALLOWED, "s1", "web",
		 "pages", 0, 0},
		{NULL, 0, "10.0.1.11", TCP, 8000, REASON_SOURCE_NOT_ALLOWED, "s1", "web", "pages",
		 0, 0},
		{"192.0.2.7", 0, "10.0.1.11", TCP, 8004, REASON_SOURCE_NOT_ALLOWED, "s1", "web",
		 "pages", 0, 0},
		{"192.0.3.7", 0, "10.0.1.11", TCP, 8004, REASON_PUBLISHED, "s1", "web", "pages", 0,
		 0},
		{"192.0.3.7", 0, "10.0.1.11", TCP, 8005, REASON_PUBLISHED, "s1", "web", "pages", 0,
		 0},
		/* a guard opens nothing */
		{"192.0.3.7", 0, "10.0.1.11", TCP, 9, REASON_NOT_PUBLISHED, "s1", "web", NULL, 0,
		 0},
		/* what a question does not tell passes */
		{NULL, 0, "10.0.1.11", TCP, 443, REASON_PUBLISHED, "s1", "web", "pages", 0, 0},
		{NULL, 0, "10.0.1.12", UDP, 5000, REASON_PUBLISHED, "s2", "voice", "audio", 0, 0},
	};
	static const struct {
		const char *server;
		unsigned int transport;
		uint16_t port;
		const char *sources, *limit, *payload;
	} asked[] = {
		{"10.0.1.11", TCP, 8004, "own", "calm", NULL},
		{"10.0.1.11", TCP, 8000, "near", NULL, NULL},
		{"10.0.1.11", TCP, 9, NULL, NULL, NULL},
		{"10.0.1.12", UDP, 5000, NULL, NULL, "media"},
	};
	struct generation *generation = compile(choose_site(GUARDED_SITE));

	check_cases(generation, 0, rows);
	for (unsigned int i = 0; i < G_N_ELEMENTS(asked); i++) {
		const struct question question = {
			.destination = address(asked[i].server),
			.transport = asked[i].transport,
			.port = asked[i].port,
		};
		struct judgement judgement = judge(generation, &question);
		const char *const names[] = {asked[i].sources, asked[i].limit, asked[i].payload};

		for (unsigned int kind = 0; kind < GUARD_KINDS; kind++) {
			const struct guard_rule *guard = judgement.guarding.by[kind];

			if (g_strcmp0(guard ? guard->name : NULL, names[kind]))
				fail_msg("case %u, kind %u: %s", i, kind,
					 guard ? guard->name : "none");
		}
	}
	generation_free(generation);
}

static void knows_dhcp_clients(void **state)
{
	assert_true(judge_is_dhcp_client(UDP, 68));
	assert_true(judge_is_dhcp_client(UDP, 546));
	assert_false(judge_is_dhcp_client(TCP, 68));
	assert_false(judge_is_dhcp_client(UDP, 67));
	assert_false(judge_is_dhcp_client(UDP, 547));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_by_an_interfaces_profile),
		cmocka_unit_test(lets_the_host_live),
		cmocka_unit_test(judges_by_a_sites_servers),
		cmocka_unit_test(drops_the_unlisted),
		cmocka_unit_test(knows_whom_the_site_blocks),
		cmocka_unit_test(judges_icmp_types),
		cmocka_unit_test(judges_protocols),
		cmocka_unit_test(lets_servers_out),
		cmocka_unit_test(knows_swaps_and_monitoring),
		cmocka_unit_test(finds_servers),
		cmocka_unit_test(admits_to_management),
		cmocka_unit_test(judges_by_guards),
		cmocka_unit_test(knows_dhcp_clients),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
