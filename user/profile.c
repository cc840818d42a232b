/* SPDX-License-Identifier: GPL-2.0-only */
/* What a compiled expression holds: looked up by port, and freed. */
#include "profile.h"

#include <stdlib.h>

void compiled_free(struct compiled *compiled)
{
	if (!compiled)
		return;
	g_free(compiled->name);
	g_ptr_array_unref(compiled->openings);
	g_ptr_array_unref(compiled->excepted);
	g_free(compiled);
}

struct wanted {
	unsigned int transport;
	uint16_t port;
};

static int compare_wanted(const struct wanted *wanted, unsigned int transport, uint16_t first,
			  uint16_t last)
{
	if (wanted->transport != transport)
		return wanted->transport < transport ? -1 : 1;
	if (wanted->port < first)
		return -1;
	return wanted->port > last;
}

static int compare_opening(const void *key, const void *member)
{
	const struct opening *opening = *(const struct opening *const *)member;

	return compare_wanted(key, opening->transport, opening->first, opening->last);
}

static int compare_excepted(const void *key, const void *member)
{
	const struct excepted *excepted = *(const struct excepted *const *)member;

	return compare_wanted(key, excepted->transport, excepted->first, excepted->last);
}

static void *find(const GPtrArray *sorted, unsigned int transport, uint16_t port,
		  int (*compare)(const void *, const void *))
{
	const struct wanted wanted = {transport, port};
	void **found = NULL;

	if (sorted->len)
		found = bsearch(&wanted, sorted->pdata, sorted->len, sizeof(*sorted->pdata),
				compare);
	return found ? *found : NULL;
}

const struct opening *compiled_find(const struct compiled *compiled, unsigned int transport,
				    uint16_t port)
{
	return find(compiled->openings, transport, port, compare_opening);
}

const struct excepted *compiled_find_excepted(const struct compiled *compiled,
					      unsigned int transport, uint16_t port)
{
	return find(compiled->excepted, transport, port, compare_excepted);
}
