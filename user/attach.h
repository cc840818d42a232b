/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaches a program to an interface: in native mode, or as its choice says. */
#ifndef PORTCULLIS_ATTACH_H
#define PORTCULLIS_ATTACH_H

#include "choice.h"
#include "message.h"

/*
 * A link's descriptor, or -1 with a message. A fall back to generic mode is told in a warning.
 */
int attach_program(const struct choice_interface *interface, unsigned int ifindex, int program,
		   struct messages *messages);

#endif
