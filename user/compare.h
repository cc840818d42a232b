/* SPDX-License-Identifier: GPL-2.0-only */
/* Two compiled generations side by side: what the second opens and closes, asks and sets. Pure. */
#ifndef PORTCULLIS_COMPARE_H
#define PORTCULLIS_COMPARE_H

#include <json-c/json.h>
#include <stdbool.h>

#include "generation.h"

/*
 * Adds "same" and the lists "roles" (where a side has no profiles), "profiles", "interfaces",
 * "servers", "guards" and "settings", each with only what differs. Texts of rows that open the same
 * do not. Returns whether nothing does. An interface whose name is "" stands for any, and only what
 * its profiles open is compared.
 */
bool compare_generations(struct json_object *json, const struct generation *before,
			 const struct generation *after);

/* Prints that, "no difference" where there is none. */
void compare_print(struct json_object *json);

#endif
