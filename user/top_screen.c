/* SPDX-License-Identifier: GPL-2.0-only */
/* The full screen on a terminal, by ncurses. */
#include "top_screen.h"

#include <curses.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "top_keys.h"

/* How long the rest of a key's sequence may take to come after Esc: also over a slow line. */
#define ESCAPE_MILLISECONDS 50

struct top_screen {
	SCREEN *terminal;
	bool colours;
	sigset_t waiting; /* the signals that are let through while we wait */
};

static volatile sig_atomic_t ended;

static void end(int signal)
{
	ended = 1;
}

/* They come only while we wait, so that none is missed between looking and waiting. */
static void catch_signals(struct top_screen *screen)
{
	static const int signals[] = {SIGINT, SIGTERM, SIGHUP};
	const struct sigaction action = {.sa_handler = end};
	sigset_t blocked;

	sigemptyset(&blocked);
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++) {
		sigaddset(&blocked, signals[i]);
		sigaction(signals[i], &action, NULL);
	}
	/* ncurses' own handler of a new size must end the waiting, too. */
	sigaddset(&blocked, SIGWINCH);
	sigprocmask(SIG_BLOCK, &blocked, &screen->waiting);
	for (size_t i = 0; i < G_N_ELEMENTS(signals); i++)
		sigdelset(&screen->waiting, signals[i]);
	sigdelset(&screen->waiting, SIGWINCH);
}

/* See https://no-color.org: set and not empty. */
static bool start_colours(void)
{
	static const short colours[] = {COLOR_RED, COLOR_YELLOW, COLOR_GREEN};
	const char *none = getenv("NO_COLOR");

	if ((none && *none) || !has_colors() || start_color() == ERR)
		return false;
	use_default_colors();
	for (short i = 0; i < (short)G_N_ELEMENTS(colours); i++)
		init_pair(i + 1, colours[i], -1);
	return true;
}

struct top_screen *top_screen_open(void)
{
	struct top_screen *screen = g_new0(struct top_screen, 1);

	catch_signals(screen);
	screen->terminal = newterm(NULL, stdout, stdin);
	if (!screen->terminal) {
		sigprocmask(SIG_SETMASK, &screen->waiting, NULL);
		g_free(screen);
		return NULL;
	}
	screen->colours = start_colours();
	set_escdelay(ESCAPE_MILLISECONDS);
	cbreak();
	noecho();
	nonl();
	curs_set(0);
	keypad(stdscr, TRUE);
	nodelay(stdscr, TRUE);
	return screen;
}

void top_screen_close(struct top_screen *screen)
{
	if (!screen)
		return;
	/* A terminal that does not bring back what it showed before goes on in the last line. */
	move(LINES - 1, 0);
	clrtoeol();
	refresh();
	endwin();
	delscreen(screen->terminal);
	sigprocmask(SIG_SETMASK, &screen->waiting, NULL);
	g_free(screen);
}

struct top_shape top_screen_shape(const struct top_screen *screen)
{
	return (struct top_shape){.width = COLS, .height = LINES, .utf8 = g_get_charset(NULL)};
}

static attr_t attributes(const struct top_screen *screen, unsigned int looks)
{
	attr_t attributes = 0;

	if (looks & TOP_BOLD)
		attributes |= A_BOLD;
	if (looks & TOP_REVERSE)
		attributes |= A_REVERSE;
	if (looks & TOP_DIM)
		attributes |= A_DIM;
	if (screen->colours && looks & TOP_RED)
		attributes |= COLOR_PAIR(1);
	if (screen->colours && looks & TOP_YELLOW)
		attributes |= COLOR_PAIR(2);
	if (screen->colours && looks & TOP_GREEN)
		attributes |= COLOR_PAIR(3);
	return attributes;
}

void top_screen_draw(struct top_screen *screen, const GPtrArray *lines)
{
	erase();
	for (guint y = 0; y < lines->len; y++) {
		const struct top_line *line = lines->pdata[y];

		move((int)y, 0);
		for (guint i = 0; i < line->spans->len; i++) {
			const struct top_span *span =
				&g_array_index(line->spans, struct top_span, i);

			attrset(attributes(screen, span->looks));
			addstr(span->text);
		}
	}
	attrset(A_NORMAL);
	refresh();
}

static const struct {
	wint_t curses;
	gunichar key;
} special_keys[] = {
	{KEY_UP, TOP_KEY_UP},
	{KEY_DOWN, TOP_KEY_DOWN},
	{KEY_PPAGE, TOP_KEY_PAGE_UP},
	{KEY_NPAGE, TOP_KEY_PAGE_DOWN},
	{KEY_HOME, TOP_KEY_HOME},
	{KEY_END, TOP_KEY_END},
	{KEY_BACKSPACE, TOP_KEY_BACKSPACE},
	{KEY_ENTER, TOP_KEY_ENTER},
};

/* What comes as a character but is none; else the character. */
static gunichar plain_key(wint_t character)
{
	switch (character) {
	case '\b':
	case 0x7f: return TOP_KEY_BACKSPACE;
	case '\r':
	case '\n': return TOP_KEY_ENTER;
	case 0x1b: return TOP_KEY_ESCAPE;
	default: return (gunichar)character;
	}
}

static enum top_event read_key(gunichar *key)
{
	wint_t found;
	int kind = get_wch(&found);

	if (kind == ERR)
		return TOP_EVENT_TIME;
	*key = kind == KEY_CODE_YES ? 0 : plain_key(found);
	if (kind == KEY_CODE_YES && found == KEY_RESIZE)
		return TOP_EVENT_SHAPE;
	for (size_t i = 0; kind == KEY_CODE_YES && i < G_N_ELEMENTS(special_keys); i++)
		if (special_keys[i].curses == found)
			*key = special_keys[i].key;
	return TOP_EVENT_KEY;
}

enum top_event top_screen_wait(struct top_screen *screen, gint64 microseconds, gunichar *key)
{
	const struct timespec patience = {.tv_sec = microseconds / G_USEC_PER_SEC,
					  .tv_nsec = microseconds % G_USEC_PER_SEC * 1000};
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	enum top_event event = read_key(key); /* ncurses may hold some already */

	if (event == TOP_EVENT_TIME && microseconds > 0 && !ended) {
		ppoll(&input, 1, &patience, &screen->waiting);
		event = read_key(key);
	}
	return ended || input.revents & (POLLHUP | POLLERR) ? TOP_EVENT_END : event;
}
