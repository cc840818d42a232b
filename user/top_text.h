/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for the full screen: cut and padded to columns, in UTF-8 or ASCII; sparklines. Pure. */
#ifndef PORTCULLIS_TOP_TEXT_H
#define PORTCULLIS_TOP_TEXT_H

#include <glib.h>
#include <stdbool.h>

/* The columns that a text takes on the screen, once it is cut. */
int top_width(const char *text);

/*
 * The text in at most, or with spaces at either end exactly, so many columns; what is cut off is
 * told by an ellipsis. Control characters, and for ASCII all others, become question marks. The
 * caller frees it.
 */
char *top_cut(const char *text, int width, bool utf8);
char *top_pad(const char *text, int width, bool right, bool utf8);

/* Numbers as heights, the largest of them highest; right-aligned. The caller frees it. */
char *top_sparkline(const double *numbers, guint count, int width, bool utf8);

/* The words, and a space, with which most of the names (char *) begin; "" if there are none. The
 * caller frees it. */
char *top_common(const GPtrArray *names);

#endif
