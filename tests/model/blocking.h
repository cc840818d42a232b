/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked sources in the program's maps. */
#ifndef PORTCULLIS_TEST_BLOCKING_H
#define PORTCULLIS_TEST_BLOCKING_H

#include "harness.h"
#include "model.h"

/* Sizes maps, before the program is loaded. */
void blocking_open(struct portcullis *program, const struct model_policy *policy);

/* Fills them. */
void blocking_load(struct portcullis *program, const struct model_policy *policy);

#endif
