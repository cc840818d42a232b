/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ns per packet, and what it takes to load: the readings of report.h on standard output.
 *
 *     bench [--quick] [GLOB]              test runs; of all rows, or those that match: 'features:
 * *' bench --site SERVERS CARD [every]   a site as text, with every shipped profile
 */
#include <sched.h>
#include <unistd.h>

#include "must.h"
#include "rows.h"
#include "run.h"
#include "site.h"

#define ROUNDS 8 /* each copy of a program twice */

static void stay_on_last_cpu(void)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET((int)sysconf(_SC_NPROCESSORS_ONLN) - 1, &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "stay on a CPU");
}

static int print_site(const char *servers, const char *card, bool every_profile)
{
	const struct site site = {.servers = atoi(servers), .every_profile = every_profile};
	g_autofree char *text = site_text(&site, card);

	must(site.servers > 0 && site.servers <= SERVERS_MAX, "make so many servers");
	fputs(text, stdout);
	return 0;
}

int main(int count, char **words)
{
	const bool quick = count > 1 && !strcmp(words[1], "--quick");
	const char *pattern = count > 1 + quick ? words[1 + quick] : NULL;

	if (count >= 4 && !strcmp(words[1], "--site"))
		return print_site(words[2], words[3], count > 4);
	stay_on_last_cpu();
	run_all(rows_readings(pattern, quick), ROUNDS);
	return 0;
}
