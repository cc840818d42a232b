/* SPDX-License-Identifier: GPL-2.0-only */
/* Why something in the gate's folder cannot be opened or pinned, and what to do about it. */
#ifndef PORTCULLIS_PIN_H
#define PORTCULLIS_PIN_H

#include "message.h"

/* Adds an error that the mount of bpffs is read-only. */
void pin_say_read_only(const char *bpffs, struct messages *messages);

/*
 * Adds an error that a step ("open the pinned map") failed at a path in the folder that lies in
 * the mount, for the reason that errno tells.
 */
void pin_say_failed(const char *path, const char *step, struct messages *messages);

#endif
