/* SPDX-License-Identifier: GPL-2.0-only */
/* Whose packets leave by the gated interface, told by their source. Pure. */
#ifndef PORTCULLIS_SENDERS_H
#define PORTCULLIS_SENDERS_H

#include <glib.h>
#include <stdbool.h>

#include "number.h"
#include "policy.h"

struct senders;

/* The servers of a policy, and hosts (struct prefix) besides. */
struct senders *senders_new(const struct policy *policy, const GArray *hosts);
void senders_free(struct senders *senders);

/* Whether an address is one of theirs; one of family 0 is nobody's. */
bool senders_have(const struct senders *senders, const struct prefix *address);

#endif
