/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was asked to be enforced: all that a generation is made from, documents included as they
 * were read. The same choice always compiles to the same policy, so a swap needs no file on disk.
 */
#ifndef PORTCULLIS_CHOICE_H
#define PORTCULLIS_CHOICE_H

#include <glib.h>
#include <json-c/json.h>
#include <stdbool.h>

#include "policy.h"

struct choice_interface {
	char *name;
	char *profile; /* canonical; NULL: the site's servers have theirs */
	enum attach_mode attach;
};

/* A server whose profile was swapped: it differs from its site until the site is read again. */
struct choice_swap {
	char *server;
	char *profile; /* canonical */
};

struct choice {
	GPtrArray *sources;    /* struct source *; with a SOURCE_SITE among them it is a site */
	GPtrArray *interfaces; /* struct choice_interface * */
	GPtrArray *awaited;    /* likewise: those that were not here at boot, once they are */
	GPtrArray *swaps;      /* struct choice_swap * */
	bool monitor;          /* the whole gate counts and drops nothing */
	bool replies_off;      /* interface mode: the setting Replies */
	char *management; /* interface mode: the texts of the settings of these names; or NULL */
	char *protocols;
};

struct choice *choice_new(void);
struct choice *choice_copy(const struct choice *choice);
void choice_free(struct choice *choice);
bool choice_is_site(const struct choice *choice);

/* Adds the interface, or replaces what was chosen for it. */
void choice_set_interface(struct choice *choice, const char *name, const char *profile,
			  enum attach_mode attach);
/* Removes the interface, be it awaited or not. */
void choice_remove_interface(struct choice *choice, const char *name);
struct choice_interface *choice_interface(const struct choice *choice, const char *name);

/* Whether an interface is awaited; makes one of those chosen that; makes all awaited chosen. */
bool choice_awaits(const struct choice *choice, const char *name);
void choice_await(struct choice *choice, const char *name);
void choice_welcome(struct choice *choice);

/* Sets a server's swap; with a profile of NULL takes it back. */
void choice_set_swap(struct choice *choice, const char *server, const char *profile);
/* The profile that a server was swapped to, or NULL. */
const char *choice_swapped(const struct choice *choice, const char *server);

const char *attach_mode_name(enum attach_mode mode);
/* 0 or -EINVAL */
int attach_mode_parse(const char *text, enum attach_mode *out);

struct json_object *choice_to_json(const struct choice *choice);
/* NULL if json is not of that form. */
struct choice *choice_from_json(struct json_object *json);

#endif
