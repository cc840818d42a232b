/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of services and IPsec tables, right and wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "layout.h"
#include "policy_text.h"

#define HEADER "# T\n\n| Role | Service | Port | Protocol | Notes |\n|---|---|---|---|---|\n"

static const struct row *row_at(const struct reading_result *result, unsigned int i)
{
	assert_true(i < result->policy->rows->len);
	return result->policy->rows->pdata[i];
}

static void check_range(const struct row *row, unsigned int i, uint16_t first, uint16_t last,
			unsigned int transports)
{
	const struct port_range *range = &g_array_index(row->ranges, struct port_range, i);

	assert_true(i < row->ranges->len);
	assert_int_equal(range->first, first);
	assert_int_equal(range->last, last);
	assert_int_equal(range->transports, transports);
}

static void reads_a_row(void **state)
{
	struct reading_result result = read_right(
		HEADER "| Web *servers* | Pages | 80, 443-445 | TCP/UDP | All<br/>of them |\n",
		NULL);
	const struct row *row = row_at(&result, 0);

	assert_int_equal(result.policy->rows->len, 1);
	assert_string_equal(row->place.file, "d.md");
	assert_int_equal(row->place.line, 5);
	assert_string_equal(row->title, "T");
	assert_string_equal(row->role, "Web servers");
	assert_string_equal(row->service, "Pages");
	assert_string_equal(row->source, "");
	assert_string_equal(row->notes, "All of them");
	assert_false(row->outgoing);
	assert_false(row->media);
	assert_int_equal(row->ranges->len, 2);
	check_range(row, 0, 80, 80, TRANSPORT_BOTH);
	check_range(row, 1, 443, 445, TRANSPORT_BOTH);
	free_result(&result);
}

static void one_line_is_many_roles(void **state)
{
	struct reading_result result = read_right(
		HEADER "| A phone  <br/> B phone (desk)  <br/> | | 67/68 | DHCP | |\n", NULL);

	assert_int_equal(result.policy->rows->len, 2);
	assert_int_equal(result.policy->roles->len, 2);
	assert_string_equal(row_at(&result, 0)->role, "A phone");
	assert_string_equal(row_at(&result, 1)->role, "B phone (desk)");
	assert_int_equal(row_at(&result, 1)->order, 1);
	check_range(row_at(&result, 1), 1, 68, 68, TRANSPORT_BIT(TRANSPORT_UDP));
	free_result(&result);
}

static void the_title_is_the_role(void **state)
{
	struct reading_result result =
		read_right("## Relay\n\n| Port | Protocol |\n|---|---|\n| 443 | TCP |\n", NULL);

	assert_string_equal(row_at(&result, 0)->role, "Relay");
	assert_string_equal(row_at(&result, 0)->title, "Relay");
	free_result(&result);
}

static void the_same_twice_is_two_rows(void **state)
{
	struct reading_result result =
		read_right(HEADER "| A | | 1434 | UDP | |\n| A | | 1434 | UDP | |\n", NULL);

	assert_int_equal(result.policy->rows->len, 2);
	assert_int_equal(result.policy->roles->len, 1);
	free_result(&result);
}

static void a_port_has_its_own_protocol(void **state)
{
	struct reading_result result = read_right(
		HEADER "| A | | 443/TCP, 3478/UDP, 80 | TCP/UDP | |\n| A | | 25/TCP | | |\n", NULL);

	check_range(row_at(&result, 0), 0, 443, 443, TRANSPORT_BIT(TRANSPORT_TCP));
	check_range(row_at(&result, 0), 1, 3478, 3478, TRANSPORT_BIT(TRANSPORT_UDP));
	check_range(row_at(&result, 0), 2, 80, 80, TRANSPORT_BOTH);
	check_range(row_at(&result, 1), 0, 25, 25, TRANSPORT_BIT(TRANSPORT_TCP));
	free_result(&result);
}

static void knows_directions(void **state)
{
	static const struct {
		const char *cell;
		bool outgoing;
	} cases[] = {
		{"out", true},
		{"Outbound", true},
		{"OUTGOING", true},
		{"egress", true},
		{"in", false},
		{"Inbound", false},
		{"incoming", false},
		{"ingress", false},
		{"both", false},
		{"in/out", false},
		{"bidirectional", false},
		{"Inbound and outbound", false},
		{"out & in", false},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(
			"| Role | Port | Protocol | Direction |\n|---|---|---|---|\n"
			"| A | 443 | TCP | %s |\n",
			cases[i].cell);
		struct reading_result result = read_right(text, NULL);

		assert_int_equal(row_at(&result, 0)->outgoing, cases[i].outgoing);
		free_result(&result);
	}
}

static void marks_media(void **state)
{
	static const struct {
		const char *service, *notes;
		bool media;
	} cases[] = {
		{"Audio/Video", "", true}, {"x", "MEDIA range", true}, {"x", "Carries RTP.", true},
		{"video", "", true},       {"x", "SRTP", false},       {"Multimedia", "", false},
		{"", "", false},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(HEADER "| A | %s | 443 | TCP | %s |\n",
							cases[i].service, cases[i].notes);
		struct reading_result result = read_right(text, NULL);

		assert_int_equal(row_at(&result, 0)->media, cases[i].media);
		free_result(&result);
	}
}

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		{HEADER "| | | 443 | TCP | |\n", NULL,
		 "d.md:5: error: the role is empty, expected a name\n"},
		{HEADER "| A | | 443 | SIP<br/>RCC | |\n", NULL,
		 "d.md:5: error: protocol 'SIP RCC' is unknown, expected TCP or UDP\n"},
		{HEADER "| A | | 0 | TCP | |\n", NULL,
		 "d.md:5: error: port '0' is out of range, expected 1-65535\n"},
		{HEADER "| A | | 443/UDP | TCP | |\n", NULL,
		 "d.md:5: error: port 443 has a protocol of its own that 'TCP' contradicts, "
		 "expected the same in both\n"},
		{HEADER "| A | | 443/TCP | ICMP | |\n", NULL,
		 "d.md:5: error: port 443 has a protocol of its own that 'ICMP' contradicts, "
		 "expected the same in both\n"},
		{"| Role | Port |\n|---|---|\n| A | 443/TCP, 80-81 |\n", NULL,
		 "d.md:3: error: the protocol of port 80-81 is not written, expected '80-81/TCP', "
		 "'80-81/UDP' or a column Protocol\n"},
		{"| Role | Port | Protocol | Direction |\n|---|---|---|---|\n"
		 "| A | 443 | TCP | sideways |\n| A | 443 | TCP | |\n",
		 NULL,
		 "d.md:3: error: unknown direction 'sideways', expected in, out or both\n"
		 "d.md:4: error: unknown direction '', expected in, out or both\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void warns(void **state)
{
	static const struct said_case cases[] = {
		{HEADER "| A | | Any | TCP | |\n| A | Video | any | TCP | |\n", NULL,
		 "d.md:5: warning: 'Any' opens the ports 1-65535\n"
		 "d.md:6: warning: 'any' opens the ports 1-65535\n"},
		{HEADER "| A | | n/a | ICMP | |\n| A | | | ESP | |\n| A | | 7 | GRE | |\n", NULL,
		 "d.md:5: warning: protocol 'ICMP' has no ports, the row opens nothing\n"
		 "d.md:6: warning: protocol 'ESP' has no ports, the row opens nothing\n"
		 "d.md:7: warning: protocol 'GRE' has no ports, the row opens nothing\n"},
		{HEADER "| A<br/>B | Audio | 5000-5018 | UDP | |\n"
			"| A | Audio | 5000-5019 | UDP | |\n"
			"| A | Audio | 5000 | UDP | |\n"
			"| A | Audio | 1-32768 | UDP | |\n"
			"| A | Audio | 1-32769 | UDP | |\n"
			"| A | Files | 1-65535 | UDP | |\n",
		 NULL,
		 "d.md:5: warning: the media range 5000-5018 has 19 ports, expected at least 20\n"
		 "d.md:9: warning: the media range 1-32769 is a placeholder, to be narrowed in a "
		 "site to the range that is set up (at least 20 ports for each kind of media)\n"},
		{"| Role | Notes | Port | Protocol | Direction |\n|---|---|---|---|---|\n"
		 "| A | Audio | 5000-5001 | UDP | out |\n| A | | Any | TCP | out |\n",
		 NULL, ""},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void protocols_without_ports_open_nothing(void **state)
{
	struct reading_result result = read_texts(HEADER "| A | | 7 | ICMP | |\n", NULL);

	assert_int_equal(result.messages->errors, 0);
	assert_int_equal(row_at(&result, 0)->ranges->len, 0);
	free_result(&result);
}

static void reads_ipsec(void **state)
{
	struct reading_result result = read_right(
		"| Rule name | Source IP | Destination IP | Protocol | Source port | Destination "
		"port | Authentication Requirement |\n|---|---|---|---|---|---|---|\n"
		"| In | Any | Mediation<br/>Server(s) | UDP &amp; TCP | 1 | 2 | None |\n"
		"| Out | A | B | ESP | | | |\n\n"
		"| Role | Port | Protocol |\n|---|---|---|\n| A | 443 | TCP |\n",
		NULL);
	const struct ipsec_exception *exception = result.policy->ipsec->pdata[0];

	assert_int_equal(result.policy->ipsec->len, 2);
	assert_int_equal(exception->place.line, 3);
	assert_string_equal(exception->rule, "In");
	assert_string_equal(exception->source, "Any");
	assert_string_equal(exception->destination, "Mediation Server(s)");
	assert_string_equal(exception->source_port, "1");
	assert_string_equal(exception->destination_port, "2");
	assert_string_equal(exception->authentication, "None");
	assert_int_equal(exception->transports, TRANSPORT_BOTH);
	exception = result.policy->ipsec->pdata[1];
	assert_int_equal(exception->transports, 0);
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_row),
		cmocka_unit_test(one_line_is_many_roles),
		cmocka_unit_test(the_title_is_the_role),
		cmocka_unit_test(the_same_twice_is_two_rows),
		cmocka_unit_test(a_port_has_its_own_protocol),
		cmocka_unit_test(knows_directions),
		cmocka_unit_test(marks_media),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(warns),
		cmocka_unit_test(protocols_without_ports_open_nothing),
		cmocka_unit_test(reads_ipsec),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
