/* SPDX-License-Identifier: GPL-2.0-only */
/* Expressions that join profiles: "front-end + cms". */
#ifndef PORTCULLIS_EXPRESSION_H
#define PORTCULLIS_EXPRESSION_H

#include "policy.h"

/*
 * The profiles (const struct profile *) that an expression names, in the policy's order, each once.
 * NULL with *error set, which the caller frees.
 */
GPtrArray *expression_parse(const struct policy *policy, const char *expression, char **error);

#endif
