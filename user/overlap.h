/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and prefixes that more than one server has. */
#ifndef PORTCULLIS_OVERLAP_H
#define PORTCULLIS_OVERLAP_H

#include "policy.h"

/*
 * An address or prefix that stands twice is an error. A prefix that lies within that of a server
 * with another profile is a warning, an address that does a note: the longer prefix wins.
 */
void overlap_check(const struct policy *policy, struct messages *messages);

#endif
