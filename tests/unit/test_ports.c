/* SPDX-License-Identifier: GPL-2.0-only */
/* Port cells, and the lists of our own tables: what each opens, or its exact error. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "ports.h"

#define EXAMPLES ", expected a number such as 443 or a range such as 5000-5010"
#define ENTRIES  ", expected such as tcp/5061 or udp/49152-65535"

struct row {
	const char *cell;
	const char *expected; /* "443 5000-5010/tcp 53/both", or the error */
};

typedef int (*parse_function)(const char *cell, struct port_list *list, char **error);

static char *describe(const struct port_list *list)
{
	static const char *const transports[] = {"", "/tcp", "/udp", "/both"};
	GString *all = g_string_new(list->any ? "any:" : NULL);

	for (unsigned int i = 0; i < list->ranges->len; i++) {
		const struct port_range *range = &g_array_index(list->ranges, struct port_range, i);

		g_string_append_printf(all, "%s%u", all->len ? " " : "", range->first);
		if (range->last != range->first)
			g_string_append_printf(all, "-%u", range->last);
		g_string_append(all, transports[range->transports]);
	}
	return g_string_free(all, FALSE);
}

static void assert_rows(const struct row *rows, size_t count, parse_function parse)
{
	for (size_t i = 0; i < count; i++) {
		struct port_list list = {0};
		g_autofree char *error = NULL;
		g_autofree char *found = NULL;
		int err = parse(rows[i].cell, &list, &error);

		print_message("'%s'\n", rows[i].cell);
		if (err) {
			assert_int_equal(err, -EINVAL);
			assert_null(list.ranges);
			assert_string_equal(error, rows[i].expected);
			continue;
		}
		assert_null(error);
		found = describe(&list);
		assert_string_equal(found, rows[i].expected);
		g_array_unref(list.ranges);
	}
}

static void reads_lists_and_ranges(void **state)
{
	static const struct row rows[] = {
		{"443", "443"},
		{"1", "1"},
		{"65535", "65535"},
		{"67/68", "67 68"},
		{"5060/5061 and 49152-57500", "5060 5061 49152-57500"},
		{"80, 443; 8080", "80 443 8080"},
		{"80, 443, and 8080", "80 443 8080"},
		{"80 and/or 443", "80 443"},
		{"80 OR 443", "80 443"},
		{"80 + 443+8080", "80 443 8080"},
		{"80 & 443", "80 443"},
		{"80\n443", "80 443"},
		{"80,\n443", "80 443"},
		{"5060-5070", "5060-5070"},
		{"5060 - 5070", "5060-5070"},
		{"5060\xe2\x80\x93"
		 "5070",
		 "5060-5070"},                           /* en dash */
		{"5060 \xe2\x80\x94 5070", "5060-5070"}, /* em dash */
		{"5060\xe2\x88\x92"
		 "5070",
		 "5060-5070"}, /* minus */
		{"5060 to 5070", "5060-5070"},
		{"5060 Through 5070", "5060-5070"},
		{"443-443", "443"},
		{"ports 80 and 443", "80 443"},
		{"443, 443", "443 443"},
	};

	assert_rows(rows, G_N_ELEMENTS(rows), ports_parse);
}

static void reads_commas_the_one_way_they_can_be(void **state)
{
	static const struct row rows[] = {
		{"50,000-59,999", "50000-59999"},
		{"1,024", "1024"},
		{"1,024-65,535", "1024-65535"},
		{"1,024 to 65,535", "1024-65535"},
		{"5,100-5,200", "5100-5200"},
		{"1,024-65535", "1024-65535"},
		{"80,443", "80 443"},
		{"5060,5061", "5060 5061"},
		{"25,110,143", "25 110 143"},
		{"80,443-445,8080", "80 443-445 8080"},
		{"443,8080, 50,000-59,999", "443 8080 50000-59999"},
		{"22, 443", "22 443"},
		{"1,024,5061x", "'5061x' is not a port" EXAMPLES},
		{"22,443", "'22,443' may be one port or two, expected '22443' or '22, 443'"},
		{"7,443", "'7,443' may be one port or two, expected '7443' or '7, 443'"},
		{"5-6,443", "'5-6,443' may be one port or two, expected '5-6443' or '5-6, 443'"},
		{"80, 22,443", "'22,443' may be one port or two, expected '22443' or '22, 443'"},
		{"70,000", "port '70000' is out of range, expected 1-65535"},
		{"80,70000", "port '70000' is out of range, expected 1-65535"},
		{"5,060,5,061", "port '060' begins with 0, expected '60'"},
		{"5060,000", "port '000' is out of range, expected 1-65535"},
		{"0,443", "port '0443' begins with 0, expected '443'"},
	};

	assert_rows(rows, G_N_ELEMENTS(rows), ports_parse);
}

static void reads_the_protocols_that_ports_carry(void **state)
{
	static const struct row rows[] = {
		{"443/TCP", "443/tcp"},
		{"25/TCP (SMTP)", "25/tcp"},
		{"443/TCP/UDP", "443/both"},
		{"443/TCP, UDP", "443/both"},
		{"443 tcp and udp", "443/both"},
		{"443/TCP, 53/UDP", "443/tcp 53/udp"},
		{"443 TCP, 53 UDP", "443/tcp 53/udp"},
		{"5000-5010/UDP", "5000-5010/udp"},
		{"67/68/UDP", "67/udp 68/udp"},
		{"80/TCP/68/UDP", "80/tcp 68/udp"},
		{"80,443/TCP", "80/tcp 443/tcp"},
		{"80, 443/TCP", "80 443/tcp"},
		{"443/TCP\n53/UDP", "443/tcp 53/udp"},
		{"TCP 443", "443/tcp"},
		{"TCP/443", "443/tcp"},
		{"tcp-443", "443/tcp"},
		{"UDP: 50,000-59,999", "50000-59999/udp"},
		{"TCP port 443", "443/tcp"},
		{"TCP/UDP 443", "443/both"},
		{"TCP 80, 443; UDP 53", "80/tcp 443/tcp 53/udp"},
		{"TCP 443/UDP 53", "443/tcp 53/udp"},
		{"Any/TCP", "any: 1-65535/tcp"},
		{"TCP Any", "any: 1-65535/tcp"},
		{"443/TCP, UDP 53", "'UDP' stands before its port and other protocols after "
				    "theirs, expected one order"},
		{"443 TCP 53", "'53' follows without a separator, expected ',' before it"},
		{"TCP 443 UDP 53", "'UDP' follows without a separator, expected ',' before it"},
		{"TCP", "'TCP' has no port after it" EXAMPLES},
		{"TCP 443, UDP", "'UDP' has no port after it" EXAMPLES},
		{"443/SCTP", "'SCTP' is not a port" EXAMPLES},
	};

	assert_rows(rows, G_N_ELEMENTS(rows), ports_parse);
}

static void passes_over_marks_and_brackets(void **state)
{
	static const struct row rows[] = {
		{"1024-65535 *", "1024-65535"},
		{"443*", "443"},
		{"443\xe2\x80\xa0, 444\xe2\x80\xa1", "443 444"},
		{"443\xc2\xb9", "443"}, /* a raised 1 */
		{"443 (TLS)", "443"},
		{"443 [1]", "443"},
		{"443 (80 (or 81))", "443"},
		{"5060 (TCP) - 5070", "5060-5070"},
		{"443\xc2\xa0", "443"},
		{"44*3", "'44 3' are two numbers with only a space between, expected '44, 3' or "
			 "'44-3'"},
		{"443(a)444", "'443 444' are two numbers with only a space between, expected "
			      "'443, 444' or '443-444'"},
		{"443 (TLS", "'443 (TLS' opens a bracket and does not close it, expected ')' after "
			     "it"},
		{"443)", "'443)' is not a port" EXAMPLES},
		{"(443)", "the port is empty" EXAMPLES},
	};

	assert_rows(rows, G_N_ELEMENTS(rows), ports_parse);
}

static void reads_any(void **state)
{
	static const struct row rows[] = {
		{"Any", "any: 1-65535"},
		{"all ports", "any: 1-65535"},
		{"1-65535", "1-65535"},
		{"443, any", "any: 443 1-65535"},
	};

	assert_rows(rows, G_N_ELEMENTS(rows), ports_parse);
}

static void refuses_what_is_no_port(void **state)
{
	static const struct row rows[] = {
		{"", "the port is empty" EXAMPLES},
		{" ", "the port is empty" EXAMPLES},
		{"*", "the port is empty" EXAMPLES},
		{"Dynamic", "'Dynamic' is not a port" EXAMPLES},
		{"N/A", "'N/A' is not a port" EXAMPLES},
		{"-", "'-' is not a port" EXAMPLES},
		{"80x", "'80x' is not a port" EXAMPLES},
		{"0x50", "'0x50' is not a port" EXAMPLES},
		{"1.5", "'1.5' is not a port" EXAMPLES},
		{"-5", "'-5' is not a port" EXAMPLES},
		{"443:444", "':444' is not a port" EXAMPLES},
		{"443 Dynamic", "'Dynamic' is not a port" EXAMPLES},
		{"0", "port '0' is out of range, expected 1-65535"},
		{"65536", "port '65536' is out of range, expected 1-65535"},
		{"1-65536", "port '65536' is out of range, expected 1-65535"},
		{"99999999999999999999", "port '99999999999999999999' is out of range, expected "
					 "1-65535"},
		{"0443", "port '0443' begins with 0, expected '443'"},
		{"9-5", "range '9-5' runs backwards, expected '5-9'"},
		{"59,999-50,000", "range '59,999-50,000' runs backwards, expected '50000-59999'"},
		{"5-", "'5-' is not a range" EXAMPLES},
		{"5 to", "'5 to' is not a range" EXAMPLES},
		{"1-2-3", "'1-2-3' is not a range" EXAMPLES},
		{"80 443", "'80 443' are two numbers with only a space between, expected "
			   "'80, 443' or '80-443'"},
		{"47994+", "'47994+' has no end, expected a range such as 47994-65535"},
		{"443, 47994+, 80", "'47994+' has no end, expected a range such as 47994-65535"},
		{"443/TCP+", "'+' has no port after it" EXAMPLES},
		{"443,", "',' has no port after it" EXAMPLES},
		{"443 and", "'and' has no port after it" EXAMPLES},
		{",443", "',' is not a port" EXAMPLES},
		{"\xff", "the port is not written in UTF-8, expected a number such as 443"},
	};

	assert_rows(rows, G_N_ELEMENTS(rows), ports_parse);
}

static void cuts_what_messages_quote(void **state)
{
	g_autofree char *cell = g_strnfill(1000, 'x');
	struct port_list list;
	g_autofree char *error = NULL;

	assert_int_equal(ports_parse(cell, &list, &error), -EINVAL);
	assert_string_equal(error, "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
				   "\xe2\x80\xa6' is not a port" EXAMPLES);
}

/* Nothing in the grammar may cost the square of a cell's length. */
static void reads_long_cells(void **state)
{
	static const char *const parts[] = {"1,",     "1/TCP/", "1/", "1-", ",", "TCP/",
					    "1/TCP,", "(",      "()", "1 ", "+", "*"};

	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++) {
		GString *cell = g_string_new("1/TCP/");
		struct port_list list = {0};
		g_autofree char *error = NULL;

		while (cell->len < 1 << 20)
			g_string_append(cell, parts[i]);
		g_string_append(cell, "1");
		if (!ports_parse(cell->str, &list, &error))
			g_array_unref(list.ranges);
		g_string_free(cell, TRUE);
	}
}

static void reads_our_own_lists(void **state)
{
	static const struct row rows[] = {
		{"tcp/5061", "5061/tcp"},
		{"tcp/5061, udp/49152-65535", "5061/tcp 49152-65535/udp"},
		{"TCP/5061\nudp/53", "5061/tcp 53/udp"},
		{"tcp/1,udp/2,\ntcp/3", "1/tcp 2/udp 3/tcp"},
		{"", "the port is empty" ENTRIES},
		{"444", "port '444' has no protocol, expected 'tcp/444' or 'udp/444'"},
		{"tcp/80,443", "port '443' has no protocol, expected 'tcp/443' or 'udp/443'"},
		{"tcp", "'tcp' has no port after it" ENTRIES},
		{"tcp/", "'tcp' has no port after it" ENTRIES},
		{"tcp/any", "'tcp' has no port after it" ENTRIES},
		{"tcp 443", "'tcp' has no port after it" ENTRIES},
		{"sctp/443", "'sctp' is not a port" ENTRIES},
		{"both/443", "'both' is not a port" ENTRIES},
		{"tcp/1 udp/2", "'udp' follows without a separator, expected ',' before it"},
		{"tcp/1-2-3", "'-' follows without a separator, expected ',' before it"},
		{"tcp/1,", "',' has no port after it" ENTRIES},
		{"tcp/0", "port '0' is out of range, expected 1-65535"},
		{"tcp/65536", "port '65536' is out of range, expected 1-65535"},
		{"tcp/9-5", "range '9-5' runs backwards, expected '5-9'"},
		{"tcp/5-", "'5-' is not a range" EXAMPLES},
	};

	assert_rows(rows, G_N_ELEMENTS(rows), port_list_parse);
}

/* What is printed can be read back. */
static void formats_ranges(void **state)
{
	g_autofree char *port = port_range_format(TRANSPORT_TCP, 5061, 5061);
	g_autofree char *range = port_range_format(TRANSPORT_UDP, 49152, 65535);
	const struct row rows[] = {{port, "5061/tcp"}, {range, "49152-65535/udp"}};

	assert_string_equal(port, "tcp/5061");
	assert_string_equal(range, "udp/49152-65535");
	assert_rows(rows, G_N_ELEMENTS(rows), port_list_parse);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lists_and_ranges),
		cmocka_unit_test(reads_commas_the_one_way_they_can_be),
		cmocka_unit_test(reads_the_protocols_that_ports_carry),
		cmocka_unit_test(passes_over_marks_and_brackets),
		cmocka_unit_test(reads_any),
		cmocka_unit_test(refuses_what_is_no_port),
		cmocka_unit_test(cuts_what_messages_quote),
		cmocka_unit_test(reads_long_cells),
		cmocka_unit_test(reads_our_own_lists),
		cmocka_unit_test(formats_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
