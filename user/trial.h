/* SPDX-License-Identifier: GPL-2.0-only */
/* A policy that is tried, not enforced. */
#ifndef PORTCULLIS_TRIAL_H
#define PORTCULLIS_TRIAL_H

#include "choice.h"
#include "message.h"

/*
 * What a PROFILE or a SITE (a file, a folder or "-") stands for, on an interface of that name.
 * Where a profile and a file have the same name, the profile is meant. What cannot be read becomes
 * an error message; always a choice.
 */
struct choice *trial_choice(char **documents, const char *policy, const char *interface,
			    struct messages *messages);

#endif
