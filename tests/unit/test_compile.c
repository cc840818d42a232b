/* SPDX-License-Identifier: GPL-2.0-only */
/* Segments that expressions open, compared with what each port alone says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "layout.h"
#include "policy_text.h"
#include "profile.h"

#define PROFILES "\n| Profile | Roles | Except | Add-on |\n|---|---|---|---|\n"
#define TEXT                                                                        \
	"| Role | Notes | Port | Protocol |\n|---|---|---|---|\n"                   \
	"| A | | 443 | TCP |\n"                                                     \
	"| A | Media | 100-200 | TCP/UDP |\n"                                       \
	"| B | | 150-300, 443 | TCP |\n"                                            \
	"| B | Audio | 500, 501 | UDP |\n"                                          \
	"| C | | 1-65535 | UDP |\n"                                                 \
	"| D | | 10-20, 21-30, 15 | TCP |\n"                                        \
	"| E | | 30-40 | TCP |\n| E | | 20-35 | TCP |\n" PROFILES "| e | E | | |\n" \
	"| a | A | | |\n| b | B | | |\n| c | C | | |\n| d | D | | |\n"              \
	"| ax | A | tcp/443, udp/120-130 | |\n| bx | B | tcp/160-170, tcp/443 | |\n"

/* "tcp/100-149 m 4; …": transport, ports, media, lines. */
static char *print_openings(const struct compiled *compiled)
{
	GString *out = g_string_new(NULL);

	for (unsigned int i = 0; i < compiled->openings->len; i++) {
		const struct opening *opening = compiled->openings->pdata[i];

		g_string_append_printf(out, "%s%s/%u-%u%s", i ? "; " : "",
				       transport_name(opening->transport), opening->first,
				       opening->last, opening->media ? " m" : "");
		for (unsigned int j = 0; j < opening->rows->len; j++) {
			const struct row *row = opening->rows->pdata[j];

			g_string_append_printf(out, " %d", row->place.line);
		}
	}
	return g_string_free(out, FALSE);
}

static char *print_excepted(const struct compiled *compiled)
{
	GString *out = g_string_new(NULL);

	for (unsigned int i = 0; i < compiled->excepted->len; i++) {
		const struct excepted *excepted = compiled->excepted->pdata[i];

		g_string_append_printf(out, "%s%s/%u-%u %s", i ? "; " : "",
				       transport_name(excepted->transport), excepted->first,
				       excepted->last, excepted->profile->name);
		for (unsigned int j = 0; j < excepted->rows->len; j++) {
			const struct row *row = excepted->rows->pdata[j];

			g_string_append_printf(out, " %d", row->place.line);
		}
	}
	return g_string_free(out, FALSE);
}

static void compiles(void **state)
{
	static const struct {
		const char *expression, *openings, *excepted;
		unsigned int tcp, udp;
	} cases[] = {
		{"closed", "", "", 0, 0},
		{"a", "tcp/100-200 m 4; tcp/443-443 3; udp/100-200 m 4", "", 102, 101},
		{"b", "tcp/150-300 5; tcp/443-443 5; udp/500-501 6", "", 152, 2},
		{"c", "udp/1-65535 7", "", 0, 65535},
		{"d", "tcp/10-30 8", "", 21, 0},
		{"e", "tcp/20-29 10; tcp/30-35 9 10; tcp/36-40 9", "", 21, 0},
		{"a + b",
		 "tcp/100-149 m 4; tcp/150-200 m 4 5; tcp/201-300 5; tcp/443-443 3 5; "
		 "udp/100-200 m 4; udp/500-501 6",
		 "", 202, 103},
		{"ax", "tcp/100-200 m 4; udp/100-119 m 4; udp/131-200 m 4",
		 "tcp/443-443 ax 3; udp/120-130 ax 4", 101, 90},
		/* An Except closes its own profile's rows only. */
		{"a + bx",
		 "tcp/100-149 m 4; tcp/150-159 m 4 5; tcp/160-170 m 4; tcp/171-200 m 4 5; "
		 "tcp/201-300 5; tcp/443-443 3; udp/100-200 m 4; udp/500-501 6",
		 "", 202, 103},
		{"a + ax", "tcp/100-200 m 4; tcp/443-443 3; udp/100-200 m 4", "", 102, 101},
		{"ax + bx",
		 "tcp/100-149 m 4; tcp/150-159 m 4 5; tcp/160-170 m 4; tcp/171-200 m 4 5; "
		 "tcp/201-300 5; udp/100-119 m 4; udp/131-200 m 4; udp/500-501 6",
		 "tcp/443-443 ax 3; udp/120-130 ax 4", 201, 92},
	};
	struct reading_result result = read_right(TEXT, NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct compiled *compiled = profile_compile(result.policy, cases[i].expression);
		g_autofree char *openings = print_openings(compiled);
		g_autofree char *excepted = print_excepted(compiled);

		assert_string_equal(compiled->name, cases[i].expression);
		assert_string_equal(openings, cases[i].openings);
		assert_string_equal(excepted, cases[i].excepted);
		assert_int_equal(compiled->ports[TRANSPORT_TCP], cases[i].tcp);
		assert_int_equal(compiled->ports[TRANSPORT_UDP], cases[i].udp);
		compiled_free(compiled);
	}
	free_result(&result);
}

static void outgoing_rows_open_nothing(void **state)
{
	struct reading_result result =
		read_right("| Role | Port | Protocol | Direction |\n|---|---|---|---|\n| A | 25 | "
			   "TCP | out |\n"
			   "| A | 26 | TCP | in |\n\n| Profile | Roles |\n|---|---|\n| a | A |\n",
			   NULL);
	struct compiled *compiled = profile_compile(result.policy, "a");
	g_autofree char *openings = print_openings(compiled);

	assert_string_equal(openings, "tcp/26-26 4");
	compiled_free(compiled);
	free_result(&result);
}

/* No profile's Except has a say. */
static void compiles_roles(void **state)
{
	static const struct {
		const char *name, *openings;
	} cases[] = {
		{"A", "tcp/100-200 m 4; tcp/443-443 3; udp/100-200 m 4"},
		{"B", "tcp/150-300 5; tcp/443-443 5; udp/500-501 6"},
		{"C", "udp/1-65535 7"},
	};
	struct reading_result result = read_right(TEXT, NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct compiled *compiled = role_compile(result.policy->roles->pdata[i]);
		g_autofree char *openings = print_openings(compiled);

		assert_string_equal(compiled->name, cases[i].name);
		assert_string_equal(openings, cases[i].openings);
		assert_int_equal(compiled->excepted->len, 0);
		compiled_free(compiled);
	}
	free_result(&result);
}

static void the_first_and_last_port(void **state)
{
	struct reading_result result = read_right(
		"| Role | Port | Protocol |\n|---|---|---|\n| A | 65535, 1 | TCP |\n\n"
		"| Profile | Roles | Except |\n|---|---|---|\n| a | A | |\n| x | A | tcp/65535 |\n",
		NULL);
	struct compiled *compiled = profile_compile(result.policy, "a");
	struct compiled *excepting = profile_compile(result.policy, "x");
	g_autofree char *openings = print_openings(compiled);
	g_autofree char *excepted = print_excepted(excepting);

	assert_string_equal(openings, "tcp/1-1 3; tcp/65535-65535 3");
	assert_string_equal(excepted, "tcp/65535-65535 x 3");
	compiled_free(compiled);
	compiled_free(excepting);
	free_result(&result);
}

static bool row_covers(const struct row *row, unsigned int transport, uint16_t port)
{
	for (unsigned int i = 0; !row->outgoing && i < row->ranges->len; i++) {
		const struct port_range *range = &g_array_index(row->ranges, struct port_range, i);

		if (range->transports & TRANSPORT_BIT(transport) && range->first <= port &&
		    port <= range->last)
			return true;
	}
	return false;
}

static unsigned int count_covering(const struct profile *profile, unsigned int transport,
				   uint16_t port)
{
	unsigned int count = 0;

	for (unsigned int i = 0; i < profile->roles->len; i++) {
		const struct role *role = profile->roles->pdata[i];

		for (unsigned int j = 0; j < role->rows->len; j++)
			count += row_covers(role->rows->pdata[j], transport, port);
	}
	return count;
}

/* A profile of ranges drawn from a fixed sequence, without Except. */
static char *random_text(void)
{
	GString *text = g_string_new("| Role | Port | Protocol |\n|---|---|---|\n");
	uint32_t seed = 1;

	for (unsigned int i = 0; i < 1000; i++) {
		unsigned int first, last;

		seed = seed * 1664525 + 1013904223;
		first = 1 + (seed >> 8) % 65000;
		last = first + (seed >> 4) % 64;
		g_string_append_printf(text, "| A | %u-%u | %s |\n", first, last,
				       i % 3 ? "TCP" : "TCP/UDP");
	}
	g_string_append(text, "\n| Profile | Roles |\n|---|---|\n| a | A |\n");
	return g_string_free(text, FALSE);
}

static void agrees_with_each_port_alone(void **state)
{
	g_autofree char *text = random_text();
	struct reading_result result = read_right(text, NULL);
	const struct profile *profile = policy_profile(result.policy, "a");
	gint64 start = g_get_monotonic_time();
	struct compiled *compiled = profile_compile(result.policy, "a");

	print_message("1,000 ranges are compiled in %u us\n",
		      (unsigned int)(g_get_monotonic_time() - start));
	for (unsigned int port = 0; port < 65536; port += 7) {
		for (unsigned int transport = 0; transport < TRANSPORTS; transport++) {
			const struct opening *opening =
				compiled_find(compiled, transport, (uint16_t)port);
			unsigned int expected = count_covering(profile, transport, (uint16_t)port);

			assert_int_equal(opening ? opening->rows->len : 0, expected);
		}
	}
	compiled_free(compiled);
	free_result(&result);
}

static void unknown_profiles_compile_to_nothing(void **state)
{
	struct reading_result result = read_right(TEXT, NULL);

	assert_null(profile_compile(result.policy, "none"));
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiles),
		cmocka_unit_test(outgoing_rows_open_nothing),
		cmocka_unit_test(compiles_roles),
		cmocka_unit_test(the_first_and_last_port),
		cmocka_unit_test(agrees_with_each_port_alone),
		cmocka_unit_test(unknown_profiles_compile_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
