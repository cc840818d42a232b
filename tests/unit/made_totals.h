/* SPDX-License-Identifier: GPL-2.0-only */
/* Totals, and rates of them, made by hand. */
#ifndef PORTCULLIS_MADE_TOTALS_H
#define PORTCULLIS_MADE_TOTALS_H

#include "rates.h"

static inline void set_slot(struct totals *totals, guint slot, __u64 packets, __u64 bytes)
{
	if (totals->slots->len <= slot)
		g_array_set_size(totals->slots, slot + 1);
	g_array_index(totals->slots, struct count, slot) = (struct count){packets, bytes};
}

static inline void set_server(struct totals *totals, guint number, struct server_count count)
{
	if (totals->servers->len <= number)
		g_array_set_size(totals->servers, number + 1);
	g_array_index(totals->servers, struct server_count, number) = count;
}

static inline void set_dropped(struct totals *totals, guint transport, guint port, __u64 packets)
{
	if (!totals->dropped_ports->len)
		g_array_set_size(totals->dropped_ports, TRANSPORTS * 65536);
	g_array_index(totals->dropped_ports, __u64, transport * 65536 + port) = packets;
}

/* Two seconds after a reading of zeros. */
static inline struct rates *rates_of(struct totals *totals)
{
	struct rates *rates = rates_new();

	rates_add(rates, totals_new(), 5 * G_USEC_PER_SEC);
	rates_add(rates, totals, 7 * G_USEC_PER_SEC);
	return rates;
}

#endif
