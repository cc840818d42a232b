/* SPDX-License-Identifier: GPL-2.0-only */
/* What is chosen at boot where the site itself cannot be: of what was in force last, or by default.
 */
#ifndef PORTCULLIS_BOOT_H
#define PORTCULLIS_BOOT_H

#include <stdbool.h>

#include "choice.h"
#include "message.h"
#include "policy.h"

/*
 * Has interfaces that this host does not have (yet) awaited, each with a warning; only those that
 * another choice awaits already, unless that is NULL.
 */
void boot_leave_out(struct choice *choice, const struct choice *awaiting,
		    struct messages *messages);

/*
 * Whether everything is to be closed if neither a site nor what was in force last can be enforced:
 * as the site says, however much of it can be read, else as the other (NULL: there is none) does.
 */
bool boot_is_closed(const struct policy *site, const struct policy *last);

/*
 * The choice that then closes the interfaces that a site names, or failing these those of the last
 * choice (NULL: there is none, nor its policy), but lets in what Management there does.
 */
struct choice *boot_closed(const struct policy *site, const struct choice *last,
			   const struct policy *last_policy);

#endif
