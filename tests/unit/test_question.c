/* SPDX-License-Identifier: GPL-2.0-only */
/* Questions: their words, what they mean, and what is said of those that mean nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/socket.h>

#include "generation_text.h"
#include "question.h"

static void splits_words(void **state)
{
	static const struct {
		char *operands[8];
		bool whole;
		const char *policy, *from, *to, *port;
	} cases[] = {
		{{"tcp/5061"}, true, NULL, NULL, NULL, "tcp/5061"},
		{{"web", "udp/53"}, true, "web", NULL, NULL, "udp/53"},
		{{"web", "+", "extra", "tcp/1"}, true, "web + extra", NULL, NULL, "tcp/1"},
		{{"from", "10.0.0.1", "tcp/1"}, true, NULL, "10.0.0.1", NULL, "tcp/1"},
		{{"to", "fe01", "tcp/1"}, true, NULL, NULL, "fe01", "tcp/1"},
		{{"site.md", "from", "a:1", "to", "b", "tcp/1"},
		 true,
		 "site.md",
		 "a:1",
		 "b",
		 "tcp/1"},
		{{"to", "b", "from", "a", "site.md", "tcp/1"}, true, "site.md", "a", "b", "tcp/1"},
		{{"web", "to", "b", "+", "extra", "tcp/1"},
		 true,
		 "web + extra",
		 NULL,
		 "b",
		 "tcp/1"},
		{{"to", "from", "tcp/1"}, true, NULL, NULL, "from", "tcp/1"},
		{{"to", "a", "to", "b", "tcp/1"}, true, NULL, NULL, "b", "tcp/1"},
		{{"web", "icmp/8"}, true, "web", NULL, NULL, "icmp/8"},
		{{"ICMP6/135"}, true, NULL, NULL, NULL, "ICMP6/135"},
		{{"ip/esp"}, true, NULL, NULL, NULL, "ip/esp"},
		/* not whole */
		{{NULL}, false, NULL, NULL, NULL, NULL},
		{{"web"}, false, NULL, NULL, NULL, "web"},
		{{"tcp/5061", "web"}, false, "tcp/5061", NULL, NULL, "web"},
		{{"from", "tcp/1"}, false, NULL, NULL, NULL, "tcp/1"},
		{{"web", "from", "10.0.0.1"}, false, "web", NULL, NULL, "10.0.0.1"},
		{{"web", "to", "tcp/1"}, false, "web", NULL, NULL, "tcp/1"},
		{{"from", "10.0.0.1"}, false, NULL, NULL, NULL, "10.0.0.1"},
		{{"icmp"}, false, NULL, NULL, NULL, "icmp"},
		{{"esp/1"}, false, NULL, NULL, NULL, "esp/1"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		int count = (int)g_strv_length((char **)cases[i].operands);
		struct words words;
		bool whole = question_split(count, (char **)cases[i].operands, &words);

		if (whole != cases[i].whole || g_strcmp0(words.policy, cases[i].policy) ||
		    g_strcmp0(words.from, cases[i].from) || g_strcmp0(words.to, cases[i].to) ||
		    g_strcmp0(words.port, cases[i].port))
			fail_msg("case %u: %d, policy %s, from %s, to %s, port %s", i, whole,
				 words.policy, words.from, words.to, words.port);
		g_free(words.policy);
	}
}

#define SITE                                                            \
	"| Server | Address | Profile |\n|---|---|---|\n"               \
	"| fe01 | 10.0.1.11, 2001:db8:1::11 | web |\n"                  \
	"| six | 2001:db8:1::12 | web |\n| lab | 10.9.0.0/16 | web |\n" \
	"| lab6 | 2001:db8:9::/48 | web |\n| 192.0.2.7 | 192.0.2.8 | web |\n"

struct read_case {
	const char *from, *to, *port;
	const char *source; /* NULL: an error, told in destination */
	uint16_t source_port;
	const char *destination;
};

static char *describe(const struct question *question)
{
	char source[PREFIX_TEXT_SIZE], destination[PREFIX_TEXT_SIZE];

	return g_strdup_printf("%s %u to %s", prefix_format(&question->source, source),
			       question->source_port,
			       prefix_format(&question->destination, destination));
}

static void check_read(const struct generation *generation, const struct read_case *cases,
		       unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		const struct words words = {NULL, cases[i].from, cases[i].to, cases[i].port};
		struct question question = {};
		g_autofree char *error = NULL, *expected = NULL, *said = NULL;

		if (question_read(&words, generation, &question, &error)) {
			assert_null(error);
			said = describe(&question);
		} else {
			said = g_strdup(error);
		}
		if (cases[i].source)
			expected = g_strdup_printf("%s %u to %s", cases[i].source,
						   cases[i].source_port, cases[i].destination);
		else
			expected = g_strdup(cases[i].destination);
		if (g_strcmp0(said, expected))
			print_message("case %u\n", i);
		assert_string_equal(said, expected);
	}
}

/* The ends that are filled in. */
#define SOME4   "203.0.113.1"
#define SOME6   "2001:db8:ffff::1"
#define OTHERS4 "198.51.100.1"
#define OTHERS6 "2001:db8::1"

static void reads_ends(void **state)
{
	static const struct read_case cases[] = {
		{NULL, NULL, "tcp/1", SOME4, 0, OTHERS4},
		{"10.0.0.1", NULL, "tcp/1", "10.0.0.1", 0, OTHERS4},
		{"10.0.0.1:40000", NULL, "tcp/1", "10.0.0.1", 40000, OTHERS4},
		{"10.0.0.1:65535", NULL, "tcp/1", "10.0.0.1", 65535, OTHERS4},
		{"2001:db8::7", NULL, "tcp/1", "2001:db8::7", 0, OTHERS6},
		{"[2001:db8::7]", NULL, "tcp/1", "2001:db8::7", 0, OTHERS6},
		{"[2001:db8::7]:53", NULL, "tcp/1", "2001:db8::7", 53, OTHERS6},
		{"2001:db8::7:53", NULL, "tcp/1", "2001:db8::7:53", 0, OTHERS6},
		{"::1", NULL, "tcp/1", "::1", 0, OTHERS6},
		{NULL, "10.0.0.1", "tcp/1", SOME4, 0, "10.0.0.1"},
		{NULL, "2001:db8::9", "tcp/1", SOME6, 0, "2001:db8::9"},
		{"10.0.0.7:1", "10.0.0.1", "tcp/1", "10.0.0.7", 1, "10.0.0.1"},
		{"[::1]:1", "2001:db8::9", "tcp/1", "::1", 1, "2001:db8::9"},
	};
	struct generation *generation = compile(choose_profile("web"));

	check_read(generation, cases, G_N_ELEMENTS(cases));
	generation_free(generation);
}

static void reads_servers(void **state)
{
	static const struct read_case cases[] = {
		{NULL, "fe01", "tcp/1", SOME4, 0, "10.0.1.11"},
		{NULL, "FE01", "tcp/1", SOME4, 0, "10.0.1.11"},
		{"10.0.0.7", "fe01", "tcp/1", "10.0.0.7", 0, "10.0.1.11"},
		{NULL, "six", "tcp/1", SOME6, 0, "2001:db8:1::12"},
		{NULL, "lab", "tcp/1", SOME4, 0, "10.9.0.0"},
		{NULL, "lab6", "tcp/1", SOME6, 0, "2001:db8:9::"},
		{NULL, "10.0.1.99", "tcp/1", SOME4, 0, "10.0.1.99"},
		/* a server's name comes before what it could be otherwise */
		{NULL, "192.0.2.7", "tcp/1", SOME4, 0, "192.0.2.8"},
		{NULL, NULL, "tcp/1", NULL, 0, "to which server? 'explain … to SERVER tcp/5061'"},
		{NULL, "fe02", "tcp/1", NULL, 0,
		 "'fe02' is neither an address nor a server of the site"},
		{NULL, "10.0.0.0/8", "tcp/1", NULL, 0,
		 "'10.0.0.0/8' is neither an address nor a server of the site"},
		{"10.0.0.7", "six", "tcp/1", NULL, 0,
		 "source and destination are of different families"},
	};
	struct generation *generation = compile(choose_site(SITE));

	check_read(generation, cases, G_N_ELEMENTS(cases));
	generation_free(generation);
}

/* Of a server with addresses of both families, the one that the source can reach is meant. */
static void takes_the_family_of_the_source(void **state)
{
	static const struct read_case cases[] = {
		{"2001:db8::7", "fe01", "tcp/1", "2001:db8::7", 0, "2001:db8:1::11"},
	};
	struct generation *generation = compile(choose_site(SITE));

	check_read(generation, cases, G_N_ELEMENTS(cases));
	generation_free(generation);
}

static void refuses_sources(void **state)
{
	static const char *const cases[] = {
		"",
		":",
		"host",
		"10.0.0.1:",
		"10.0.0.1:x",
		"10.0.0.1:65536",
		"10.0.0.1:-1",
		"10.0.0.1:1:2",
		"10.0.0.0/8",
		"10.0.0.0/8:1",
		"10.0.0.256",
		"[2001:db8::7",
		"[2001:db8::7:53",
		"2001:db8::7]:53",
		"[2001:db8::7]:",
		"[2001:db8::7]53",
		"[2001:db8::7]:53x",
		"[]:53",
		"::ffff:10.0.0.1",
	};
	struct generation *generation = compile(choose_profile("web"));

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *expected =
			g_strdup_printf("'%s' is no address, expected one like 192.0.2.7, "
					"192.0.2.7:40000 or [2001:db8::7]:40000",
					cases[i]);
		const struct read_case row = {cases[i], NULL, "tcp/1", NULL, 0, expected};

		check_read(generation, &row, 1);
	}
	generation_free(generation);
}

static void reads_ports(void **state)
{
	static const struct {
		const char *text;
		unsigned int transport;
		uint16_t port;
	} cases[] = {
		{"tcp/1", TRANSPORT_TCP, 1},
		{"udp/65535", TRANSPORT_UDP, 65535},
		{"UDP/53", TRANSPORT_UDP, 53},
		{"tcp/443-443", TRANSPORT_TCP, 443},
	};
	struct generation *generation = compile(choose_profile("web"));

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct words words = {.port = cases[i].text};
		struct question question = {};
		g_autofree char *error = NULL;

		assert_true(question_read(&words, generation, &question, &error));
		assert_int_equal(question.transport, cases[i].transport);
		assert_int_equal(question.port, cases[i].port);
	}
	generation_free(generation);
}

static void reads_what_has_no_ports(void **state)
{
	static const struct {
		const char *text;
		enum question_kind kind;
		uint8_t value;
		unsigned int family;
	} cases[] = {
		{"icmp/0", QUESTION_ICMP, 0, AF_INET},
		{"ICMP/255", QUESTION_ICMP, 255, AF_INET},
		{"icmp6/135", QUESTION_ICMP, 135, AF_INET6},
		{"ip/47", QUESTION_PROTOCOL, 47, AF_INET},
		{"IP/ESP", QUESTION_PROTOCOL, 50, AF_INET},
		{"ip/vrrp", QUESTION_PROTOCOL, 112, AF_INET},
		{"ip/255", QUESTION_PROTOCOL, 255, AF_INET},
	};
	struct generation *generation = compile(choose_profile("web"));

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct words words = {.port = cases[i].text};
		struct question question = {};
		g_autofree char *error = NULL;

		assert_true(question_read(&words, generation, &question, &error));
		assert_int_equal(question.kind, cases[i].kind);
		assert_int_equal(question.icmp_type + question.protocol, cases[i].value);
		assert_int_equal(question.source.family, cases[i].family);
		assert_int_equal(question.destination.family, cases[i].family);
	}
	generation_free(generation);
}

static void refuses_what_has_no_ports(void **state)
{
	static const struct read_case cases[] = {
		{NULL, "fe01", "icmp/256", NULL, 0,
		 "'icmp/256' is no ICMP type, expected a number 0-255"},
		{NULL, "fe01", "icmp6/echo", NULL, 0,
		 "'icmp6/echo' is no ICMP type, expected a number 0-255"},
		{NULL, "fe01", "icmp/", NULL, 0,
		 "'icmp/' is no ICMP type, expected a number 0-255"},
		{NULL, "fe01", "ip/256", NULL, 0,
		 "no IP protocol '256', expected a name such as esp or a number 0-255"},
		{NULL, "fe01", "ip/17", NULL, 0,
		 "'17' is judged by its ports, expected another protocol"},
		{NULL, "fe01", "ip/ah", NULL, 0,
		 "'ip/ah' is a header that others follow, expected what follows it"},
		{"2001:db8::7", "fe01", "icmp/8", NULL, 0,
		 "'2001:db8::7' is not IPv4, as 'icmp/8' is; for IPv6 say icmp6"},
		{NULL, "10.0.0.1", "icmp6/1", NULL, 0,
		 "'10.0.0.1' is not IPv6, as 'icmp6/1' is; for IPv4 say icmp"},
		{NULL, "six", "icmp/8", NULL, 0,
		 "'six' is not IPv4, as 'icmp/8' is; for IPv6 say icmp6"},
		{"10.0.0.7:1", "fe01", "icmp/8", NULL, 0,
		 "'10.0.0.7:1' has a port, but 'icmp/8' has none"},
		{"10.0.0.7:1", "fe01", "ip/47", NULL, 0,
		 "'10.0.0.7:1' has a port, but 'ip/47' has none"},
		/* the family picks a server's address */
		{NULL, "fe01", "icmp6/1", SOME6, 0, "2001:db8:1::11"},
		{NULL, "six", "ip/esp", SOME6, 0, "2001:db8:1::12"},
		{"10.0.0.7", "fe01", "icmp/8", "10.0.0.7", 0, "10.0.1.11"},
	};
	struct generation *generation = compile(choose_site(SITE));

	check_read(generation, cases, G_N_ELEMENTS(cases));
	generation_free(generation);
}

static void refuses_ports(void **state)
{
	static const struct read_case cases[] = {
		{NULL, NULL, "tcp/1-2", NULL, 0,
		 "'tcp/1-2' is more than one port, expected one like tcp/5061"},
		{NULL, NULL, "tcp/1,tcp/2", NULL, 0,
		 "'tcp/1,tcp/2' is more than one port, expected one like tcp/5061"},
		{NULL, NULL, "tcp/1, udp/1", NULL, 0,
		 "'tcp/1, udp/1' is more than one port, expected one like tcp/5061"},
		{NULL, NULL, "tcp/0", NULL, 0, "port '0' is out of range, expected 1-65535"},
		{NULL, NULL, "tcp/65536", NULL, 0,
		 "port '65536' is out of range, expected 1-65535"},
		{NULL, NULL, "tcp/", NULL, 0,
		 "'tcp' has no port after it, expected such as tcp/5061 or udp/49152-65535"},
		{NULL, NULL, "tcp/80x", NULL, 0,
		 "'tcp' has no port after it, expected such as tcp/5061 or udp/49152-65535"},
		{NULL, NULL, "5061", NULL, 0,
		 "port '5061' has no protocol, expected 'tcp/5061' or 'udp/5061'"},
		{NULL, NULL, "", NULL, 0,
		 "the port is empty, expected such as tcp/5061 or udp/49152-65535"},
	};
	struct generation *generation = compile(choose_profile("web"));

	check_read(generation, cases, G_N_ELEMENTS(cases));
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(splits_words),
		cmocka_unit_test(reads_ends),
		cmocka_unit_test(reads_servers),
		cmocka_unit_test(takes_the_family_of_the_source),
		cmocka_unit_test(refuses_sources),
		cmocka_unit_test(reads_ports),
		cmocka_unit_test(reads_what_has_no_ports),
		cmocka_unit_test(refuses_what_has_no_ports),
		cmocka_unit_test(refuses_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
