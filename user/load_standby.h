/* SPDX-License-Identifier: GPL-2.0-only */
/* What is loaded for a generation that has to be confirmed, and for any other. */
#ifndef PORTCULLIS_LOAD_STANDBY_H
#define PORTCULLIS_LOAD_STANDBY_H

#include <stdbool.h>

#include "image.h"
#include "load.h"
#include "message.h"
#include "portcullis.skel.h"

/* Which programs will be loaded, and that they have the maps they use. False with a message. */
bool standby_choose_programs(struct portcullis *skeleton, const struct image *image,
			     const struct load_standby *standby, struct messages *messages);

/* Fills the maps of a loaded generation with those who stand by. False with a message. */
bool standby_fill(const struct portcullis *skeleton, const struct load_standby *standby,
		  struct messages *messages);

#endif
