/* SPDX-License-Identifier: GPL-2.0-only */
/* The numbers of a port cell: ranges, lists, and commas that part thousands. */
#ifndef PORTCULLIS_PORT_CHAIN_H
#define PORTCULLIS_PORT_CHAIN_H

#include <glib.h>
#include <stdbool.h>

#include "port_tokens.h"
#include "ports.h"

#define PORT_MAX 65535

/* What messages give as what was expected. */
#define PORT_EXAMPLES "expected a number such as 443 or a range such as 5000-5010"

/*
 * Reads "443" or "5000-5010" from a TOKEN_NUMBER on, and leaves *token behind it; with joined,
 * commas part thousands. 0, or -EINVAL with *error set, which the caller frees.
 */
int port_range_read(const struct token **token, bool joined, struct port_range *range,
		    char **error);

/*
 * Reads numbers joined by dashes and by commas without a space, likewise: the commas of
 * "50,000-59,999" part thousands, those of "80,443" are separators, and "22,443" is an error.
 * Ranges (struct port_range), or NULL with *error set.
 */
GArray *port_chain_read(const struct token **token, char **error);

#endif
