/* SPDX-License-Identifier: GPL-2.0-only */
/* Guards and settings of two generations side by side. Pure. */
#ifndef PORTCULLIS_COMPARE_TERMS_H
#define PORTCULLIS_COMPARE_TERMS_H

#include <json-c/json.h>
#include <stdbool.h>

#include "generation.h"

/* Adds an array "guards" of those that came, went or ask something else; whether there are any. */
bool compare_guards(struct json_object *json, const struct policy *before,
		    const struct policy *after);

/*
 * Adds an array "settings" of those with another value, options of the command line included;
 * whether there are any. In what order a list is written makes no difference.
 */
bool compare_settings(struct json_object *json, const struct generation *before,
		      const struct generation *after);

/* Adds an array of prefixes (struct prefix) as text, ordered and each once. */
void compare_add_prefixes(struct json_object *json, const char *key, const GArray *prefixes);

#endif
