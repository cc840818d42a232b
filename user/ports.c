/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The grammar of port cells. Nothing is guessed: what may be read in two ways, or not at all, is an
 * error.
 *
 *     cell   := item (separators item)*
 *     item   := ports protocols?      where the first item begins with its ports
 *             | protocols? ports      where it begins with protocols, which then go on
 *     ports  := "Any" | chain
 *     chain  := number (("-" | ",") number)*      commas without a space only
 */
#include "ports.h"

#include <errno.h>
#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "port_chain.h"
#include "port_tokens.h"

#define ENTRY_EXAMPLES "expected such as tcp/5061 or udp/49152-65535"

struct cell {
	const struct token *tokens; /* the last is TOKEN_END */
	guint at;
	GArray *ranges;
	bool any;
	bool leading;         /* protocols stand before their ports */
	unsigned int carried; /* the last protocols, if they do */
	guint run;            /* the first range of those that only '/' separates */
	char **error;
};

static const struct token *peek(const struct cell *cell, guint ahead)
{
	return &cell->tokens[cell->at + ahead];
}

static int fail(char **error, const struct token *from, const struct token *to, const char *wrong)
{
	g_autofree char *text = port_excerpt_tokens(from, to);

	*error = g_strdup_printf("'%s' %s", text, wrong);
	return -EINVAL;
}

static int fail_no_port(const struct cell *cell)
{
	const struct token *token = peek(cell, 0);
	struct token word = *token;

	word.length = MAX(token->length, strcspn(token->text, " \t\n,;"));
	if (token->kind == TOKEN_END && cell->at == 0)
		*cell->error = g_strdup("the port is empty, " PORT_EXAMPLES);
	else if (token->kind == TOKEN_END)
		return fail(cell->error, token - 1, token - 1,
			    "has no port after it, " PORT_EXAMPLES);
	else if (token->kind == TOKEN_TRANSPORT)
		return fail(cell->error, token, token,
			    "stands before its port and other protocols after theirs, expected "
			    "one order");
	else
		return fail(cell->error, &word, &word, "is not a port, " PORT_EXAMPLES);
	return -EINVAL;
}

static bool is_separator(const struct token *token)
{
	return token->kind == TOKEN_SEPARATOR || token->kind == TOKEN_COMMA ||
	       token->kind == TOKEN_SLASH || token->kind == TOKEN_PLUS;
}

static bool is_port(const struct token *token)
{
	return token->kind == TOKEN_NUMBER || token->kind == TOKEN_ANY;
}

/* "TCP", "TCP/UDP", "TCP and UDP"; where protocols stand last, not those of the next port. */
static unsigned int parse_protocols(struct cell *cell)
{
	unsigned int transports = 0;
	guint ahead = 0;

	while (peek(cell, ahead)->kind == TOKEN_TRANSPORT &&
	       (cell->leading || !transports || !is_port(peek(cell, ahead + 1)))) {
		transports |= peek(cell, ahead)->transports;
		cell->at += ahead + 1;
		for (ahead = 0; is_separator(peek(cell, ahead)); ahead++)
			;
	}
	return transports;
}

static int parse_numbers(struct cell *cell)
{
	const struct token *token = peek(cell, 0);
	g_autoptr(GArray) ranges = port_chain_read(&token, cell->error);

	if (!ranges)
		return -EINVAL;
	g_array_append_vals(cell->ranges, ranges->data, ranges->len);
	cell->at = token - cell->tokens;
	return 0;
}

static int parse_ports(struct cell *cell)
{
	struct port_range all = {.first = 1, .last = PORT_MAX};

	if (peek(cell, 0)->kind == TOKEN_NUMBER)
		return parse_numbers(cell);
	if (peek(cell, 0)->kind != TOKEN_ANY)
		return fail_no_port(cell);
	g_array_append_val(cell->ranges, all);
	cell->any = true;
	cell->at++;
	return 0;
}

static void set_transports(struct cell *cell, guint from, unsigned int transports)
{
	for (guint i = from; i < cell->ranges->len; i++) {
		struct port_range *range = &g_array_index(cell->ranges, struct port_range, i);

		if (!range->transports)
			range->transports = transports;
	}
}

/* "TCP 443", "TCP/443", "TCP: 443"; the next port may go without. */
static int parse_leading(struct cell *cell)
{
	guint from = cell->ranges->len;

	if (peek(cell, 0)->kind == TOKEN_TRANSPORT) {
		enum token_kind link;

		cell->carried = parse_protocols(cell);
		link = peek(cell, 0)->kind;
		if (link == TOKEN_SLASH || link == TOKEN_COLON || link == TOKEN_DASH)
			cell->at++;
	}
	if (parse_ports(cell))
		return -EINVAL;
	set_transports(cell, from, cell->carried);
	return 0;
}

/* "443/TCP", "67/68/UDP", "443 TCP". */
static int parse_trailing(struct cell *cell)
{
	if (parse_ports(cell))
		return -EINVAL;
	if (peek(cell, 0)->kind == TOKEN_SLASH && peek(cell, 1)->kind == TOKEN_TRANSPORT)
		cell->at++;
	if (peek(cell, 0)->kind == TOKEN_TRANSPORT) {
		set_transports(cell, cell->run, parse_protocols(cell));
		cell->run = cell->ranges->len;
	}
	return 0;
}

static int fail_separator(const struct cell *cell)
{
	const struct token *token = peek(cell, 0), *last = token - 1;
	g_autofree char *first = port_excerpt_tokens(last, last);
	g_autofree char *second = port_excerpt_tokens(token, token);

	if (token->kind == TOKEN_TRANSPORT || token->kind == TOKEN_ANY ||
	    (token->kind == TOKEN_NUMBER && last->kind != TOKEN_NUMBER))
		return fail(cell->error, token, token,
			    "follows without a separator, expected ',' before it");
	if (token->kind != TOKEN_NUMBER)
		return fail_no_port(cell);
	*cell->error = g_strdup_printf("'%s %s' are two numbers with only a space between, "
				       "expected '%s, %s' or '%s-%s'",
				       first, second, first, second, first, second);
	return -EINVAL;
}

/* "47994+" */
static int fail_open_end(const struct cell *cell)
{
	const struct token *plus = peek(cell, 0), *last = plus - 1;
	g_autofree char *number = port_excerpt_tokens(last, last);

	if (last->kind != TOKEN_NUMBER)
		return fail(cell->error, plus, plus, "has no port after it, " PORT_EXAMPLES);
	*cell->error = g_strdup_printf("'%s+' has no end, expected a range such as %s-%d", number,
				       number, PORT_MAX);
	return -EINVAL;
}

/* A run of separators is one: ", and". */
static int parse_separators(struct cell *cell)
{
	bool slashes = true;

	if (!is_separator(peek(cell, 0)))
		return fail_separator(cell);
	for (; is_separator(peek(cell, 0)); cell->at++) {
		const struct token *next = peek(cell, 1);

		if (peek(cell, 0)->kind == TOKEN_PLUS &&
		    (next->kind == TOKEN_END || is_separator(next)))
			return fail_open_end(cell);
		slashes &= peek(cell, 0)->kind == TOKEN_SLASH;
	}
	if (!slashes)
		cell->run = cell->ranges->len;
	return 0;
}

static int parse_cell(struct cell *cell)
{
	cell->leading = peek(cell, 0)->kind == TOKEN_TRANSPORT;
	for (;;) {
		if (cell->leading ? parse_leading(cell) : parse_trailing(cell))
			return -EINVAL;
		if (peek(cell, 0)->kind == TOKEN_END)
			return 0;
		if (parse_separators(cell))
			return -EINVAL;
	}
}

/* --- our own lists --- */

static int fail_no_entry(const struct cell *cell)
{
	const struct token *token = peek(cell, 0);
	g_autofree char *text = port_excerpt_tokens(token, token);

	if (token->kind == TOKEN_END && cell->at == 0)
		*cell->error = g_strdup("the port is empty, " ENTRY_EXAMPLES);
	else if (token->kind == TOKEN_END)
		return fail(cell->error, token - 1, token - 1,
			    "has no port after it, " ENTRY_EXAMPLES);
	else if (token->kind == TOKEN_NUMBER)
		*cell->error = g_strdup_printf("port '%s' has no protocol, expected 'tcp/%s' or "
					       "'udp/%s'",
					       text, text, text);
	else
		return fail(cell->error, token, token, "is not a port, " ENTRY_EXAMPLES);
	return -EINVAL;
}

/* "tcp/5061" */
static int parse_entry(struct cell *cell)
{
	struct port_range range = {.transports = peek(cell, 0)->transports};
	const struct token *token;

	if (!range.transports)
		return fail_no_entry(cell);
	if (peek(cell, 1)->kind != TOKEN_SLASH || peek(cell, 2)->kind != TOKEN_NUMBER)
		return fail(cell->error, peek(cell, 0), peek(cell, 0),
			    "has no port after it, " ENTRY_EXAMPLES);
	token = peek(cell, 2);
	if (port_range_read(&token, false, &range, cell->error))
		return -EINVAL;
	g_array_append_val(cell->ranges, range);
	cell->at = token - cell->tokens;
	return 0;
}

static int parse_entries(struct cell *cell)
{
	for (;;) {
		const struct token *next;

		if (parse_entry(cell))
			return -EINVAL;
		next = peek(cell, 0);
		if (next->kind == TOKEN_END)
			return 0;
		if (next->kind != TOKEN_SEPARATOR && next->kind != TOKEN_COMMA)
			return fail(cell->error, next, next,
				    "follows without a separator, expected ',' before it");
		while (is_separator(peek(cell, 0)))
			cell->at++;
	}
}

static int parse(const char *text, int (*grammar)(struct cell *cell), struct port_list *list,
		 char **error)
{
	g_autoptr(GArray) tokens = port_tokens(text, error);
	g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(struct port_range));
	struct cell cell = {.ranges = ranges, .error = error};

	if (!tokens)
		return -EINVAL;
	cell.tokens = (const struct token *)tokens->data;
	if (grammar(&cell))
		return -EINVAL;
	list->ranges = g_steal_pointer(&ranges);
	list->any = cell.any;
	return 0;
}

int ports_parse(const char *cell, struct port_list *list, char **error)
{
	return parse(cell, parse_cell, list, error);
}

int port_list_parse(const char *cell, struct port_list *list, char **error)
{
	return parse(cell, parse_entries, list, error);
}

bool port_list_is_item(const char *item)
{
	return !g_ascii_strncasecmp(item, "tcp/", 4) || !g_ascii_strncasecmp(item, "udp/", 4);
}

int port_list_append(const char *cell, GArray *ranges, char **error)
{
	struct port_list list = {0};
	int err = port_list_parse(cell, &list, error);

	if (err)
		return err;
	g_array_append_vals(ranges, list.ranges->data, list.ranges->len);
	g_array_unref(list.ranges);
	return 0;
}

char *port_range_format(unsigned int transport, uint16_t first, uint16_t last)
{
	const char *name = transport_name(transport);

	return first == last ? g_strdup_printf("%s/%u", name, first)
			     : g_strdup_printf("%s/%u-%u", name, first, last);
}
