/* SPDX-License-Identifier: GPL-2.0-only */
/* A question as a frame that a program can be given. Pure. */
#ifndef PORTCULLIS_QUESTION_FRAME_H
#define PORTCULLIS_QUESTION_FRAME_H

#include <stddef.h>

#include "judge.h"

#define QUESTION_FRAME_MAX 128

/*
 * Writes an Ethernet frame of at most QUESTION_FRAME_MAX bytes, without padding, and returns its
 * size. Source and destination must be addresses of one family. UDP carries one byte, as media
 * begins.
 */
size_t question_frame(const struct question *question, unsigned char *frame);

#endif
