/* SPDX-License-Identifier: GPL-2.0-only */
/* The terminal: lines onto it, keys from it. The only file that knows of ncurses. */
#ifndef PORTCULLIS_TOP_SCREEN_H
#define PORTCULLIS_TOP_SCREEN_H

#include "top.h"

struct top_screen;

/*
 * Takes the terminal over; NULL if TERM says nothing that is known. From here on SIGINT, SIGTERM
 * and SIGHUP end the waiting, not the program.
 */
struct top_screen *top_screen_open(void);

/* Gives the terminal back as it was. */
void top_screen_close(struct top_screen *screen);

struct top_shape top_screen_shape(const struct top_screen *screen);

void top_screen_draw(struct top_screen *screen, const GPtrArray *lines);

enum top_event {
	TOP_EVENT_TIME,  /* it is over */
	TOP_EVENT_KEY,   /* *key */
	TOP_EVENT_SHAPE, /* another size */
	TOP_EVENT_END,   /* a signal, or nobody is there any more */
};

/* Waits for so many microseconds at most. */
enum top_event top_screen_wait(struct top_screen *screen, gint64 microseconds, gunichar *key);

#endif
