/* SPDX-License-Identifier: GPL-2.0-only */
/* The one place where text becomes numbers, addresses, prefixes and durations, and back. */
#ifndef PORTCULLIS_NUMBER_H
#define PORTCULLIS_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* An IPv4 or IPv6 prefix. Bits past the length are zero. */
struct prefix {
	uint8_t family;    /* AF_INET or AF_INET6 */
	uint8_t length;    /* in bits: at most 32 or 128 */
	uint8_t bytes[16]; /* network byte order; IPv4 uses the first four */
};

#define PREFIX_TEXT_SIZE 64 /* the longest prefix_format() writes, with its end */

/*
 * A whole decimal number from 0 to max: digits only, no sign, no space, nothing after it.
 * 0, or -EINVAL (not a number), -ERANGE (above max); *out is untouched on failure.
 */
int number_parse(const char *text, uint64_t max, uint64_t *out);

#define DURATION_EXPECTED "expected one such as 30s, 10min, 2h or 7d"
#define DURATION_MAX      UINT64_C(315360000) /* ten years of 365 days, in seconds */

/*
 * "30s", "10min", "2h", "7d": a number from 1 and a unit, nothing between them. 0 with seconds, or
 * -EINVAL (no duration), -ERANGE (0, or above DURATION_MAX); *seconds is untouched on failure.
 */
int duration_parse(const char *text, uint64_t *seconds);

/*
 * "10.0.0.1", "10.0.0.0/8", "2001:db8::1", "2001:db8::/32", never a name. An address is a prefix of
 * full length. 0, -EINVAL (not an address), -ERANGE (the length), -EDOM (bits set past the length;
 * *out then holds the prefix with those bits cleared, for the message). IPv4-mapped IPv6
 * (::ffff:0:0/96) is refused with -EINVAL: no packet on the wire carries it.
 */
int prefix_parse(const char *text, struct prefix *out);

/* Whether the prefix is one address. */
bool prefix_is_address(const struct prefix *prefix);

/* Whether every address of inner is in outer; never across families. */
bool prefix_contains(const struct prefix *outer, const struct prefix *inner);

/* Writes "10.0.0.0/8", or "10.0.0.1" for one address; returns buffer. */
const char *prefix_format(const struct prefix *prefix, char buffer[PREFIX_TEXT_SIZE]);

#endif
