/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers joined by dashes and commas, where a comma may be a separator or part thousands. */
#include "port_chain.h"

#include <errno.h>
#include <string.h>

#include "number.h"

static int read_number(const char *digits, uint16_t *port, char **error)
{
	uint64_t number;

	if (number_parse(digits, PORT_MAX, &number) || number == 0) {
		g_autofree char *text = port_excerpt(digits, strlen(digits));

		*error =
			g_strdup_printf("port '%s' is out of range, expected 1-%d", text, PORT_MAX);
		return -EINVAL;
	}
	if (*digits == '0') {
		*error = g_strdup_printf("port '%s' begins with 0, expected '%u'", digits,
					 (unsigned int)number);
		return -EINVAL;
	}
	*port = number;
	return 0;
}

/* Whether a sign has a number behind it: "80,443x" ends at its comma. */
static bool goes_on(const struct token *token, enum token_kind sign)
{
	return token->kind == sign && token[1].kind == TOKEN_NUMBER;
}

/* One bound of a range; with joined, the commas in it are no separators. */
static int read_bound(const struct token **token, bool joined, uint16_t *port, char **error)
{
	g_autoptr(GString) digits = g_string_new_len((*token)->text, (*token)->length);

	for ((*token)++; joined && goes_on(*token, TOKEN_COMMA); *token += 2)
		g_string_append_len(digits, (*token)[1].text, (*token)[1].length);
	return read_number(digits->str, port, error);
}

static void fail_range(const struct token *from, const struct token *to, char **error)
{
	g_autofree char *text = port_excerpt_tokens(from, to);

	*error = g_strdup_printf("'%s' is not a range, " PORT_EXAMPLES, text);
}

int port_range_read(const struct token **token, bool joined, struct port_range *range, char **error)
{
	const struct token *first = *token;

	if (read_bound(token, joined, &range->first, error))
		return -EINVAL;
	range->last = range->first;
	if ((*token)->kind != TOKEN_DASH)
		return 0;
	if ((*token)[1].kind != TOKEN_NUMBER) {
		fail_range(first, *token, error);
		return -EINVAL;
	}
	(*token)++;
	if (read_bound(token, joined, &range->last, error))
		return -EINVAL;
	if (range->first > range->last) {
		g_autofree char *text = port_excerpt_tokens(first, *token - 1);

		*error = g_strdup_printf("range '%s' runs backwards, expected '%u-%u'", text,
					 range->last, range->first);
		return -EINVAL;
	}
	return 0;
}

/* The ranges of the chain from one token up to another; NULL after an error. */
static GArray *read_chain(const struct token *token, const struct token *end, bool joined,
			  char **error)
{
	g_autoptr(GArray) ranges = g_array_new(FALSE, FALSE, sizeof(struct port_range));
	const struct token *start = token;

	for (;; token++) {
		struct port_range range = {0};

		if (port_range_read(&token, joined, &range, error))
			return NULL;
		g_array_append_val(ranges, range);
		if (token == end)
			return g_steal_pointer(&ranges);
		if (token->kind == TOKEN_DASH) {
			fail_range(start, end - 1, error);
			return NULL;
		}
	}
}

/* Whether every comma may part thousands: "50,000-59,999". */
static bool is_grouped(const struct token *token, const struct token *end)
{
	for (; token + 2 < end; token += 2) {
		bool inside = token[1].kind == TOKEN_COMMA;

		if (inside && (token->length > 3 || token[2].length != 3))
			return false;
	}
	return true;
}

static bool has_comma(const struct token *token, const struct token *end)
{
	for (; token < end; token++) {
		if (token->kind == TOKEN_COMMA)
			return true;
	}
	return false;
}

static void fail_ambiguous(const struct token *token, const struct token *end, char **error)
{
	g_autofree char *text = port_excerpt_tokens(token, end - 1);
	g_auto(GStrv) parts = g_strsplit(text, ",", -1);
	g_autofree char *joined = g_strjoinv("", parts);
	g_autofree char *listed = g_strjoinv(", ", parts);

	*error = g_strdup_printf("'%s' may be one port or two, expected '%s' or '%s'", text, joined,
				 listed);
}

/* Reads the commas in the one way in which all of the chain is valid. */
static GArray *settle_chain(const struct token *token, const struct token *end, char **error)
{
	g_autofree char *joined_error = NULL, *listed_error = NULL;
	g_autoptr(GArray) listed = read_chain(token, end, false, &listed_error);
	g_autoptr(GArray) joined = NULL;
	bool grouped = has_comma(token, end) && is_grouped(token, end);

	if (grouped)
		joined = read_chain(token, end, true, &joined_error);
	if (joined && listed)
		fail_ambiguous(token, end, error);
	else if (joined)
		return g_steal_pointer(&joined);
	else if (listed)
		return g_steal_pointer(&listed);
	else
		*error = grouped ? g_steal_pointer(&joined_error) : g_steal_pointer(&listed_error);
	return NULL;
}

GArray *port_chain_read(const struct token **token, char **error)
{
	const struct token *end = *token + 1;
	GArray *ranges;

	while (goes_on(end, TOKEN_DASH) || goes_on(end, TOKEN_COMMA))
		end += 2;
	ranges = settle_chain(*token, end, error);
	*token = end;
	return ranges;
}
