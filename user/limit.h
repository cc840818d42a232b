/* SPDX-License-Identifier: GPL-2.0-only */
/* The text of a limit: "50/s", "10/min burst 20". */
#ifndef PORTCULLIS_LIMIT_H
#define PORTCULLIS_LIMIT_H

#include <stdint.h>

/* So many that no sum of times in ns overflows 64 bits. */
#define LIMIT_NUMBER_MAX 1000000

struct rate {
	uint64_t interval; /* of a token, in ns; 0: no limit */
	uint64_t burst;    /* how many tokens may be taken at once */
};

/* 0, or -EINVAL with *error to be freed and *out untouched. */
int limit_parse(const char *text, struct rate *out, char **error);

#endif
