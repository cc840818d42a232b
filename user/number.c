/* SPDX-License-Identifier: GPL-2.0-only */
/* Text becomes numbers, addresses and prefixes, and back; nothing here asks a name server. */
#include "number.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

int number_parse(const char *text, uint64_t max, uint64_t *out)
{
	uint64_t value = 0;
	bool above = false;

	if (!*text)
		return -EINVAL;
	for (; *text; text++) {
		unsigned int digit = (unsigned char)*text - '0';

		if (digit > 9)
			return -EINVAL;
		if (above || digit > max || value > (max - digit) / 10)
			above = true;
		else
			value = value * 10 + digit;
	}
	if (above)
		return -ERANGE;
	*out = value;
	return 0;
}

int duration_parse(const char *text, uint64_t *seconds)
{
	static const struct {
		const char *unit;
		uint64_t seconds;
	} units[] = {{"s", 1}, {"min", 60}, {"h", 3600}, {"d", 24 * 3600}};
	size_t digits = strspn(text, "0123456789");
	char number[20];
	uint64_t count;
	int err;

	if (!digits || digits >= sizeof(number))
		return digits ? -ERANGE : -EINVAL;
	memcpy(number, text, digits);
	number[digits] = 0;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(text + digits, units[i].unit))
			continue;
		err = number_parse(number, DURATION_MAX / units[i].seconds, &count);
		if (err || !count)
			return -ERANGE;
		*seconds = count * units[i].seconds;
		return 0;
	}
	return -EINVAL;
}

static unsigned int family_bits(uint8_t family)
{
	return family == AF_INET ? 32 : 128;
}

static int address_parse(const char *text, struct prefix *out)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};

	for (size_t i = 0; i < sizeof(families); i++) {
		memset(out, 0, sizeof(*out));
		if (inet_pton(families[i], text, out->bytes) != 1)
			continue;
		out->family = families[i];
		out->length = family_bits(out->family);
		return 0;
	}
	return -EINVAL;
}

/* Clears the bits past the length; whether any was set. */
static bool prefix_trim(struct prefix *prefix)
{
	bool set = false;

	for (unsigned int bit = prefix->length; bit < family_bits(prefix->family); bit++) {
		uint8_t mask = 0x80 >> bit % 8;

		set |= prefix->bytes[bit / 8] & mask;
		prefix->bytes[bit / 8] &= ~mask;
	}
	return set;
}

static bool prefix_is_mapped(const struct prefix *prefix)
{
	static const struct prefix mapped = {AF_INET6, 96, {[10] = 0xff, [11] = 0xff}};

	return prefix_contains(&mapped, prefix);
}

int prefix_parse(const char *text, struct prefix *out)
{
	char address[INET6_ADDRSTRLEN];
	const char *slash = strchr(text, '/');
	size_t size = slash ? (size_t)(slash - text) : strlen(text);
	struct prefix prefix;
	uint64_t length;
	bool trimmed;
	int err;

	if (size >= sizeof(address))
		return -EINVAL;
	memcpy(address, text, size);
	address[size] = 0;
	err = address_parse(address, &prefix);
	if (err)
		return err;
	if (slash) {
		err = number_parse(slash + 1, prefix.length, &length);
		if (err)
			return err;
		prefix.length = length;
	}
	if (prefix_is_mapped(&prefix))
		return -EINVAL;
	trimmed = prefix_trim(&prefix);
	*out = prefix;
	return trimmed ? -EDOM : 0;
}

bool prefix_is_address(const struct prefix *prefix)
{
	return prefix->length == family_bits(prefix->family);
}

bool prefix_contains(const struct prefix *outer, const struct prefix *inner)
{
	unsigned int bytes = outer->length / 8;
	unsigned int rest = outer->length % 8;

	if (outer->family != inner->family || outer->length > inner->length)
		return false;
	if (memcmp(outer->bytes, inner->bytes, bytes))
		return false;
	return !rest || (outer->bytes[bytes] ^ inner->bytes[bytes]) >> (8 - rest) == 0;
}

const char *prefix_format(const struct prefix *prefix, char buffer[PREFIX_TEXT_SIZE])
{
	inet_ntop(prefix->family, prefix->bytes, buffer, PREFIX_TEXT_SIZE);
	if (!prefix_is_address(prefix)) {
		size_t end = strlen(buffer);

		snprintf(buffer + end, PREFIX_TEXT_SIZE - end, "/%u", prefix->length);
	}
	return buffer;
}
