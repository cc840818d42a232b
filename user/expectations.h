/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What people expect of a policy, a line each:
 *
 *   pass|drop [PROFILE] [from A[:PORT]] [to B | SERVER] tcp/5061 | icmp/8 | ip/esp   # why
 */
#ifndef PORTCULLIS_EXPECTATIONS_H
#define PORTCULLIS_EXPECTATIONS_H

#include <json-c/json.h>

#include "choice.h"
#include "message.h"

/*
 * Judges each line of a text by a choice that compiles: a site, whose lines say to which server, or
 * documents, whose lines begin with a profile. Adds "expected" (how many lines), "held" (how many
 * are so) and "unmet" (those that are not, with what is said of them). A line that is not so, or
 * that cannot be understood, is an error at its place in file. Pure.
 */
void expectations_check(struct json_object *json, const struct choice *choice, const char *file,
			const char *text, struct messages *messages);

#endif
