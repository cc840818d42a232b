/* SPDX-License-Identifier: GPL-2.0-only */
/* Rates of counters, how they are written, and what is remembered of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "made_totals.h"

static void tells_speed(void **state)
{
	const struct count zero = {}, some = {10, 1000}, more = {25, 1600}, most = {~0ULL, ~0ULL};

	assert_true(speed_of(more, some, 2).packets == 7.5);
	assert_true(speed_of(more, some, 2).bits == 2400);
	assert_true(speed_of(some, some, 2).packets == 0);
	assert_true(speed_of(some, zero, 0.5).packets == 20);
	assert_true(speed_of(most, zero, 1).packets > 1.8e19);
	/* It went back: it began again at zero. */
	assert_true(speed_of(some, more, 2).packets == 5);
	assert_true(speed_of(some, more, 2).bits == 4000);
	assert_true(speed_of(zero, more, 2).packets == 0);
	assert_true(speed_of(zero, most, 2).bits == 0);
	/* No time has passed, or a clock went back. */
	assert_true(speed_of(more, some, 0).packets == 0);
	assert_true(speed_of(more, some, -1).bits == 0);
}

static void writes_numbers(void **state)
{
	static const struct {
		double number;
		const char *text;
	} cases[] = {
		{0, "0"},          {0.01, "<0.1"},  {0.05, "0.1"},    {0.5, "0.5"},
		{1, "1"},          {1.25, "1.2"},   {9.94, "9.9"},    {9.96, "10"},
		{10.4, "10"},      {999.4, "999"},  {999.6, "1.0k"},  {1000, "1.0k"},
		{9940, "9.9k"},    {9960, "10k"},   {999499, "999k"}, {999501, "1.0M"},
		{34000000, "34M"}, {2.5e9, "2.5G"}, {3e12, "3.0T"},   {4e15, "4000T"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = rates_text(cases[i].number);

		assert_string_equal(text, cases[i].text);
	}
}

static void needs_two_readings(void **state)
{
	struct rates *rates = rates_new();
	struct totals *totals = totals_new();

	assert_int_equal(rates_count(rates, RATES_SLOT, 1).packets, 0);
	assert_int_equal(rates_size(rates, RATES_PORT), 0);
	set_slot(totals, 1, 10, 1000);
	rates_add(rates, totals, 1000);
	assert_false(rates_known(rates));
	assert_int_equal(rates_count(rates, RATES_SLOT, 1).packets, 10);
	assert_true(rates_speed(rates, RATES_SLOT, 1).packets == 0);
	assert_int_equal(rates_past(rates), 0);
	rates_free(rates);
	rates_free(NULL);
}

/* Each counter, two seconds after zero. */
static void tells_each(void **state)
{
	struct totals *totals = totals_new();
	struct rates *rates;

	set_slot(totals, 3, 10, 1000);
	set_server(totals, 2, (struct server_count){{20, 2000}, {30, 3000}});
	set_dropped(totals, TRANSPORT_UDP, 53, 40);
	totals->reasons.enforced[REASON_ICMP] = (struct count){50, 5000};
	totals->reasons.monitored[REASON_ICMP] = (struct count){60, 6000};
	rates = rates_of(totals);
	assert_true(rates_known(rates));
	assert_true(rates_speed(rates, RATES_SLOT, 3).packets == 5);
	assert_true(rates_speed(rates, RATES_SLOT, 3).bits == 4000);
	assert_true(rates_speed(rates, RATES_SLOT, 2).packets == 0);
	assert_true(rates_speed(rates, RATES_PASSED, 2).packets == 10);
	assert_true(rates_speed(rates, RATES_DROPPED, 2).packets == 15);
	assert_true(rates_speed(rates, RATES_PORT, 65536 + 53).packets == 20);
	assert_true(rates_speed(rates, RATES_PORT, 53).packets == 0);
	assert_true(rates_speed(rates, RATES_ENFORCED, REASON_ICMP).packets == 25);
	assert_true(rates_speed(rates, RATES_MONITORED, REASON_ICMP).bits == 24000);
	assert_int_equal(rates_size(rates, RATES_SLOT), 4);
	assert_int_equal(rates_size(rates, RATES_DROPPED), 3);
	assert_int_equal(rates_size(rates, RATES_MONITORED), REASON_COUNT);
	assert_int_equal(rates_size(rates, RATES_PORT), 2 * 65536);
	rates_free(rates);
}

/* A reading a second, in which slot 1 has grown by so many. */
static void add_reading(struct rates *rates, guint second, __u64 packets)
{
	struct totals *totals = totals_new();

	set_slot(totals, 1, packets, 0);
	rates_add(rates, totals, second * G_USEC_PER_SEC);
}

static void remembers(void **state)
{
	double history[RATES_HISTORY] = {};
	struct rates *rates = rates_new();

	add_reading(rates, 1, 0);
	add_reading(rates, 2, 10);
	add_reading(rates, 4, 14);
	add_reading(rates, 5, 14);
	assert_int_equal(rates_past(rates), 3);
	history[2] = 100;
	rates_add_history(rates, RATES_SLOT, 1, history);
	assert_true(history[0] == 10 && history[1] == 2 && history[2] == 100);
	/* Nothing of another slot, or of another thing with this number. */
	rates_add_history(rates, RATES_SLOT, 2, history);
	rates_add_history(rates, RATES_PASSED, 1, history);
	assert_true(history[0] == 10 && history[1] == 2 && history[2] == 100);
	rates_clear(rates);
	assert_int_equal(rates_past(rates), 0);
	assert_false(rates_known(rates));
	rates_free(rates);
}

static void forgets_the_oldest(void **state)
{
	double history[RATES_HISTORY] = {};
	struct rates *rates = rates_new();

	for (guint i = 0; i <= RATES_HISTORY + 5; i++)
		add_reading(rates, i, (__u64)i * i);
	assert_int_equal(rates_past(rates), RATES_HISTORY);
	rates_add_history(rates, RATES_SLOT, 1, history);
	for (guint i = 0; i < RATES_HISTORY; i++)
		assert_true(history[i] == 2 * (i + 5) + 1);
	rates_free(rates);
}

/* A scan of all ports: what is remembered is bounded, and the most frequent stay. */
static void bounds_ports(void **state)
{
	struct totals *totals = totals_new();
	double sum = 0;
	struct rates *rates;

	for (guint port = 0; port < 65536; port++)
		set_dropped(totals, TRANSPORT_TCP, port, 2 * (port % 1000 == 7 ? 9 : 1));
	rates = rates_of(totals);
	for (guint port = 0; port < 65536; port++) {
		double history[RATES_HISTORY] = {};

		rates_add_history(rates, RATES_PORT, port, history);
		if (port % 1000 == 7)
			assert_true(history[0] == 9);
		sum += history[0];
	}
	assert_true(sum == 66 * 9 + (1000 - 66));
	rates_free(rates);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_speed),        cmocka_unit_test(writes_numbers),
		cmocka_unit_test(needs_two_readings), cmocka_unit_test(tells_each),
		cmocka_unit_test(remembers),          cmocka_unit_test(forgets_the_oldest),
		cmocka_unit_test(bounds_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
