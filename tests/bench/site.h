/* SPDX-License-Identifier: GPL-2.0-only */
/* Sites and documents as text, and their way into the kernel. */
#ifndef PORTCULLIS_BENCH_SITE_H
#define PORTCULLIS_BENCH_SITE_H

#include <stdbool.h>

#include "load.h"

struct site {
	const char *profile; /* of the whole interface; NULL: of servers */
	int ranges;          /* the profile "many", of so many tcp ranges; 0: a shipped one */
	int servers;         /* neighbours from SERVER4 and SERVER6 on */
	bool every_profile;  /* servers have the shipped profiles in turn, else front-end */
	bool replies;
	bool guarded;
	bool monitor;
	bool ports_uncounted;
};

/* The site as a file would have it, for an interface; the caller frees it. Only of servers. */
char *site_text(const struct site *site, const char *interface);

/*
 * Loads it, attached to nothing; ends the bench if it cannot. Unconfirmed, it waits to be
 * confirmed; uncounted, no server has counters of its own, which the product does not offer.
 */
struct load *site_load(const struct site *site, bool unconfirmed, bool uncounted);

#endif
