/* SPDX-License-Identifier: GPL-2.0-only */
/* What the keys of the full screen do. Pure. */
#ifndef PORTCULLIS_TOP_KEYS_H
#define PORTCULLIS_TOP_KEYS_H

#include "top.h"

/* Besides characters, whose numbers are smaller. */
enum top_key {
	TOP_KEY_UP = 0x110000,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_BACKSPACE,
	TOP_KEY_ENTER,
	TOP_KEY_ESCAPE,
};

struct top_state *top_state_new(void);
void top_state_free(struct top_state *state);

/* Does what a key says; false if it ends the program. */
bool top_key(struct top_state *state, gunichar key);

/* What the keys do: pairs of keys and words, the most important first; ends with NULLs. */
struct top_help {
	const char *keys, *brief, *meaning; /* brief: for the last line; NULL: not there */
};
extern const struct top_help top_helps[];

#endif
