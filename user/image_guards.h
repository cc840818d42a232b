/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of an image that asks more of packets to ports which are open. */
#ifndef PORTCULLIS_IMAGE_GUARDS_H
#define PORTCULLIS_IMAGE_GUARDS_H

#include "guarding.h"
#include "image.h"

/* Fills sources4 and sources6 with what the generation's guards name. */
void image_add_sources(struct image *image, const struct policy *policy);

/* What a port table says of a slot whose ports are guarded so: a segment, which is added once. */
__u32 image_guarded_by(struct image *image, __u32 slot, const struct guarding *guarding);

#endif
