/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of an image that remembers what was open a moment ago. */
#ifndef PORTCULLIS_IMAGE_WITHDRAWN_H
#define PORTCULLIS_IMAGE_WITHDRAWN_H

#include "image.h"

/*
 * Marks the UDP ports that a generation's image closes and that previous (NULL: none) opened for
 * the same interface or server, until a time in seconds since boot. Pure.
 */
void image_withdraw(struct image *image, const struct generation *next,
		    const struct generation *previous, __u32 until);

#endif
