/* SPDX-License-Identifier: GPL-2.0-only */
/* How fast counters grow, and a ring of how fast they did. */
#include "rates.h"

#include <stdlib.h>

/* A flood to random ports must not fill our memory: so many are remembered of each reading. */
#define PORTS_REMEMBERED 1000

/* One rate of the past that was not zero. */
struct memory {
	guint32 key; /* what, and its index */
	float packets;
};

#define KEY_INDEX_BITS 28

struct rates {
	struct totals *now, *before; /* NULL: not read yet */
	gint64 taken;                /* now */
	double seconds;              /* between them */
	GQueue past;                 /* GArray * of struct memory by key; the oldest first */
};

struct speed speed_of(struct count now, struct count before, double seconds)
{
	__u64 packets = now.packets, bytes = now.bytes;

	if (seconds <= 0)
		return (struct speed){};
	if (packets >= before.packets && bytes >= before.bytes) {
		packets -= before.packets;
		bytes -= before.bytes;
	}
	return (struct speed){(double)packets / seconds, 8 * (double)bytes / seconds};
}

char *rates_text(double number)
{
	static const char *const units[] = {"", "k", "M", "G", "T"};
	guint unit = 0;

	/* Not 1000: what would be rounded to it has the next unit. */
	for (; number >= 999.5 && unit + 1 < G_N_ELEMENTS(units); unit++)
		number /= 1000;
	if (number > 0 && number < 0.05)
		return g_strdup("<0.1");
	if (number >= 9.95 || (!unit && number == (double)(guint64)number))
		return g_strdup_printf("%.0f%s", number, units[unit]);
	return g_strdup_printf("%.1f%s", number, units[unit]);
}

struct rates *rates_new(void)
{
	return g_new0(struct rates, 1);
}

static void free_memories(gpointer memories)
{
	g_array_unref(memories);
}

void rates_clear(struct rates *rates)
{
	totals_free(rates->now);
	totals_free(rates->before);
	rates->now = rates->before = NULL;
	g_queue_clear_full(&rates->past, free_memories);
}

void rates_free(struct rates *rates)
{
	if (!rates)
		return;
	rates_clear(rates);
	g_free(rates);
}

static struct count count_of(const struct totals *totals, enum rates_what what, guint index)
{
	switch (what) {
	case RATES_SLOT: return totals_slot(totals, index);
	case RATES_PASSED: return totals_server(totals, index).passed;
	case RATES_DROPPED: return totals_server(totals, index).dropped;
	case RATES_ENFORCED: return totals->reasons.enforced[index];
	case RATES_MONITORED: return totals->reasons.monitored[index];
	default:
		if (index < totals->dropped_ports->len)
			return (struct count){
				.packets = g_array_index(totals->dropped_ports, __u64, index)};
		return (struct count){};
	}
}

guint rates_size(const struct rates *rates, enum rates_what what)
{
	if (!rates->now)
		return 0;
	switch (what) {
	case RATES_SLOT: return rates->now->slots->len;
	case RATES_PASSED:
	case RATES_DROPPED: return rates->now->servers->len;
	case RATES_PORT: return rates->now->dropped_ports->len;
	default: return REASON_COUNT;
	}
}

bool rates_known(const struct rates *rates)
{
	return rates->before;
}

struct count rates_count(const struct rates *rates, enum rates_what what, guint index)
{
	return rates->now ? count_of(rates->now, what, index) : (struct count){};
}

struct speed rates_speed(const struct rates *rates, enum rates_what what, guint index)
{
	if (!rates->before)
		return (struct speed){};
	return speed_of(count_of(rates->now, what, index), count_of(rates->before, what, index),
			rates->seconds);
}

/* --- the past --- */

static guint32 key_of(enum rates_what what, guint index)
{
	return (guint32)what << KEY_INDEX_BITS | index;
}

static int by_packets(gconstpointer a, gconstpointer b)
{
	float left = ((const struct memory *)a)->packets;
	float right = ((const struct memory *)b)->packets;

	return left < right ? 1 : left > right ? -1 : 0;
}

static int by_key(gconstpointer a, gconstpointer b)
{
	guint32 left = ((const struct memory *)a)->key, right = ((const struct memory *)b)->key;

	return left < right ? -1 : left > right ? 1 : 0;
}

static void remember(const struct rates *rates, enum rates_what what, GArray *memories)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(struct memory));

	for (guint i = 0; i < rates_size(rates, what); i++) {
		struct memory memory = {key_of(what, i),
					(float)rates_speed(rates, what, i).packets};

		if (memory.packets > 0)
			g_array_append_val(found, memory);
	}
	if (what == RATES_PORT && found->len > PORTS_REMEMBERED) {
		g_array_sort(found, by_packets);
		g_array_set_size(found, PORTS_REMEMBERED);
		g_array_sort(found, by_key);
	}
	g_array_append_vals(memories, found->data, found->len);
}

void rates_add(struct rates *rates, struct totals *totals, gint64 microseconds)
{
	GArray *memories;

	totals_free(rates->before);
	rates->before = rates->now;
	rates->now = totals;
	rates->seconds = (double)(microseconds - rates->taken) / G_USEC_PER_SEC;
	rates->taken = microseconds;
	if (!rates->before)
		return;
	if (rates->past.length == RATES_HISTORY)
		free_memories(g_queue_pop_head(&rates->past));
	memories = g_array_new(FALSE, FALSE, sizeof(struct memory));
	for (enum rates_what what = 0; what < RATES_WHAT; what++)
		remember(rates, what, memories);
	g_queue_push_tail(&rates->past, memories);
}

guint rates_past(const struct rates *rates)
{
	return rates->past.length;
}

void rates_add_history(const struct rates *rates, enum rates_what what, guint index,
		       double *history)
{
	const struct memory wanted = {.key = key_of(what, index)};

	for (const GList *at = rates->past.head; at; at = at->next, history++) {
		const GArray *memories = at->data;
		const struct memory *found = NULL;

		if (memories->len)
			found = bsearch(&wanted, memories->data, memories->len,
					sizeof(struct memory), by_key);
		if (found)
			*history += (double)found->packets;
	}
}
