/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts the guarded profile of policies.h, which harness.c does not know, into the program's maps.
 */
#ifndef PORTCULLIS_TEST_GUARDING_H
#define PORTCULLIS_TEST_GUARDING_H

#include "harness.h"

/* Room for it, after harness_open(); what it holds, after harness_load(). */
void guarding_open(struct portcullis *program);
void guarding_load(struct portcullis *program);

#endif
