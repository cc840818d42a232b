/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of a limit: a number per unit of time, and how many may come at once. */
#include "limit.h"

#include <errno.h>
#include <glib.h>
#include <string.h>

#include "number.h"

#define SECOND UINT64_C(1000000000)

static const struct {
	const char *name;
	uint64_t ns;
} units[] = {
	{"s", SECOND},
	{"min", 60 * SECOND},
	{"h", 3600 * SECOND},
};

static int refuse(const char *text, char **error)
{
	*error = g_strdup_printf("'%s' is no limit, expected one such as 50/s, 10/min or 100/h, or "
				 "with a burst 50/s burst 100",
				 text);
	return -EINVAL;
}

static int read_number(const char *text, const char *word, uint64_t *number, char **error)
{
	int err = number_parse(word, LIMIT_NUMBER_MAX, number);

	if (err == -EINVAL)
		return refuse(text, error);
	if (!err && *number)
		return 0;
	*error = g_strdup_printf("'%s' in '%s' is out of range, expected 1-%d", word, text,
				 LIMIT_NUMBER_MAX);
	return -EINVAL;
}

static int read_unit(const char *text, const char *word, uint64_t *ns, char **error)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(units); i++) {
		if (!g_ascii_strcasecmp(word, units[i].name)) {
			*ns = units[i].ns;
			return 0;
		}
	}
	*error = g_strdup_printf("no unit of time '%s' in '%s', expected s, min or h", word, text);
	return -EINVAL;
}

/* "50 / s": the number and the unit, either of which may have spaces about it. */
static int read_rate(const char *text, const char *rate, uint64_t *number, uint64_t *ns,
		     char **error)
{
	g_auto(GStrv) parts = g_strsplit(rate, "/", 2);

	if (!parts[0] || !parts[1])
		return refuse(text, error);
	return read_number(text, g_strstrip(parts[0]), number, error) ||
			       read_unit(text, g_strstrip(parts[1]), ns, error)
		       ? -EINVAL
		       : 0;
}

int limit_parse(const char *text, struct rate *out, char **error)
{
	g_autofree char *folded = g_ascii_strdown(text, -1);
	char *burst = strstr(folded, "burst");
	uint64_t number, most, ns;

	if (burst) {
		*burst = '\0';
		burst = g_strstrip(burst + strlen("burst"));
	}
	if (read_rate(text, folded, &number, &ns, error))
		return -EINVAL;
	most = number;
	if (burst && read_number(text, burst, &most, error))
		return -EINVAL;
	*out = (struct rate){.interval = ns / number, .burst = most};
	return 0;
}
