/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be blocked: a line for each prefix, or the JSON that `blocks` prints. */
#include "block_input.h"

#include <errno.h>
#include <string.h>

#include "json.h"
#include "networks.h"

#define INPUT "-"

bool block_reason_check(const char *reason, char **error)
{
	size_t length = strlen(reason);

	if (!g_utf8_validate(reason, -1, NULL)) {
		*error = g_strdup("the reason is not UTF-8");
		return false;
	}
	for (const char *at = reason; *at; at = g_utf8_next_char(at)) {
		if (!g_unichar_iscntrl(g_utf8_get_char(at)))
			continue;
		*error = g_strdup("the reason has a control character, expected plain text");
		return false;
	}
	if (length < BLOCKED_REASON_SIZE)
		return true;
	*error = g_strdup_printf("the reason has %zu bytes, expected no more than %d", length,
				 BLOCKED_REASON_SIZE - 1);
	return false;
}

static uint64_t expiry_in(uint64_t seconds, const struct moment *now)
{
	return seconds ? now->boot + seconds * 1000000000 : BLOCKED_FOR_GOOD;
}

static bool set_reason(struct blocked *value, const char *reason, char **error)
{
	if (!block_reason_check(reason, error))
		return false;
	memset(value->reason, 0, sizeof(value->reason));
	memcpy(value->reason, reason, strlen(reason));
	return true;
}

bool block_request_read(const char *prefix, const struct block_defaults *defaults,
			struct block_request *request, char **error)
{
	*request = (struct block_request){
		.block.value = {.expires = expiry_in(defaults->seconds, &defaults->now),
				.added = (__u32)defaults->now.unix_time},
	};
	return !network_prefix(prefix, &request->block.prefix, error) &&
	       set_reason(&request->block.value, defaults->reason ? defaults->reason : "", error);
}

/* --- lines --- */

/* The next word of a text, which is moved behind it; NULL at the end. The caller frees it. */
static char *take_word(const char **text)
{
	const char *from = *text + strspn(*text, " \t\r");
	size_t length = strcspn(from, " \t\r");

	*text = from + length;
	return length ? g_strndup(from, length) : NULL;
}

/* What stands behind the prefix of a line. */
static bool read_words(const char *text, struct block_request *request,
		       const struct block_defaults *defaults, char **error)
{
	for (;;) {
		g_autofree char *word = take_word(&text), *value = NULL;
		uint64_t seconds;

		if (!word)
			return true;
		if (!strcmp(word, "reason")) {
			value = g_strstrip(g_strdup(text));
			return set_reason(&request->block.value, value, error);
		}
		if (strcmp(word, "for")) {
			*error = g_strdup_printf(
				"'%s' behind the prefix, expected 'for' and a duration, or "
				"'reason' and a text",
				word);
			return false;
		}
		value = take_word(&text);
		if (!value || duration_parse(value, &seconds)) {
			*error = g_strdup_printf("'for %s' is no duration, " DURATION_EXPECTED,
						 value ? value : "");
			return false;
		}
		request->block.value.expires = expiry_in(seconds, &defaults->now);
	}
}

static void read_line(struct block_input *input, const char *text, int line,
		      const struct block_defaults *defaults, struct messages *messages)
{
	g_autofree char *prefix = take_word(&text), *error = NULL;
	struct block_request request;

	if (!prefix || *prefix == '#')
		return;
	if (!block_request_read(prefix, defaults, &request, &error) ||
	    !read_words(text, &request, defaults, &error)) {
		message_add(messages, SEVERITY_ERROR, INPUT, line, "%s", error);
		return;
	}
	request.line = line;
	g_array_append_val(input->requests, request);
}

static void read_lines(struct block_input *input, const char *text,
		       const struct block_defaults *defaults, struct messages *messages)
{
	for (int line = 1; *text; line++) {
		size_t length = strcspn(text, "\n");
		g_autofree char *one = g_strndup(text, length);

		read_line(input, one, line, defaults, messages);
		text += length + (text[length] == '\n');
	}
}

/* --- JSON --- */

/* A time as JSON has it, in seconds since 1970. False with *error. */
static bool read_time(struct json_object *json, const char *key, __u64 *time, char **error)
{
	const char *text = json_string(json, key);
	g_autoptr(GDateTime) date = NULL;

	if (!json_member(json, key))
		return true;
	if (text)
		date = g_date_time_new_from_iso8601(text, NULL);
	if (!date || g_date_time_to_unix(date) < 0) {
		*error = g_strdup_printf("'%s' of %s is no time, expected one such as "
					 "2026-11-22T10:00:00Z",
					 text ? text : "", key);
		return false;
	}
	*time = (uint64_t)g_date_time_to_unix(date);
	return true;
}

/* Fills what JSON says besides the prefix; *expired if it is over already. False with *error. */
static bool read_members(struct json_object *json, struct block_request *request,
			 const struct block_defaults *defaults, bool *expired, char **error)
{
	const struct moment *now = &defaults->now;
	const char *reason = json_string(json, "reason");
	__u64 expires = 0, since = request->block.value.added;

	if (!read_time(json, "since", &since, error) ||
	    !read_time(json, "expires", &expires, error))
		return false;
	request->block.value.added = (__u32)MIN(since, UINT32_MAX);
	*expired = expires && expires <= now->unix_time;
	if (expires > now->unix_time + DURATION_MAX) {
		*error = g_strdup_printf("expires in more than ten years, expected less, or null "
					 "for good");
		return false;
	}
	if (!expires && json_object_object_get_ex(json, "expires", NULL))
		request->block.value.expires = BLOCKED_FOR_GOOD; /* null */
	if (expires && !*expired)
		request->block.value.expires = expiry_in(expires - now->unix_time, now);
	return !reason || set_reason(&request->block.value, reason, error);
}

static void read_object(struct block_input *input, struct json_object *json, guint number,
			const struct block_defaults *defaults, struct messages *messages)
{
	const char *prefix = json_string(json, "prefix"), *owner = json_string(json, "owner");
	g_autofree char *error = NULL;
	struct block_request request;
	bool expired = false;

	if (!g_strcmp0(owner, "site")) {
		input->sites++;
		return;
	}
	if (!prefix) {
		error = g_strdup("has no prefix, expected an object with one");
	} else if (block_request_read(prefix, defaults, &request, &error) &&
		   read_members(json, &request, defaults, &expired, &error)) {
		request.number = number;
		input->expired += expired;
		if (!expired)
			g_array_append_val(input->requests, request);
		return;
	}
	message_add(messages, SEVERITY_ERROR, INPUT, 0, "block %u: %s", number, error);
}

/* An object of ours, which lists them, an array of them, or one of them. */
static void read_value(struct block_input *input, struct json_object *json, guint *number,
		       const struct block_defaults *defaults, struct messages *messages)
{
	struct json_object *list =
		json_object_is_type(json, json_type_array) ? json : json_member(json, "blocks");

	if (!json_object_is_type(list, json_type_array)) {
		read_object(input, json, ++*number, defaults, messages);
		return;
	}
	for (size_t i = 0; i < json_object_array_length(list); i++)
		read_object(input, json_object_array_get_idx(list, i), ++*number, defaults,
			    messages);
}

static void read_json(struct block_input *input, const char *text,
		      const struct block_defaults *defaults, struct messages *messages)
{
	struct json_tokener *tokener = json_tokener_new();
	size_t size = strlen(text), at = strspn(text, " \t\r\n");
	guint number = 0;

	while (at < size) {
		struct json_object *json =
			json_tokener_parse_ex(tokener, text + at, (int)(size - at));
		enum json_tokener_error error = json_tokener_get_error(tokener);

		if (error != json_tokener_success) {
			message_add(messages, SEVERITY_ERROR, INPUT, 0,
				    "is no JSON behind block %u: %s", number,
				    error == json_tokener_continue
					    ? "it ends too early"
					    : json_tokener_error_desc(error));
			break;
		}
		read_value(input, json, &number, defaults, messages);
		json_object_put(json);
		at += json_tokener_get_parse_end(tokener);
		at += strspn(text + at, " \t\r\n");
	}
	json_tokener_free(tokener);
}

void block_input_read(struct block_input *input, const char *text,
		      const struct block_defaults *defaults, struct messages *messages)
{
	const char *begin = text + strspn(text, " \t\r\n");

	*input = (struct block_input){
		.requests = g_array_new(FALSE, FALSE, sizeof(struct block_request))};
	if (*begin == '{' || *begin == '[')
		read_json(input, text, defaults, messages);
	else
		read_lines(input, text, defaults, messages);
}

void block_input_clear(struct block_input *input)
{
	g_clear_pointer(&input->requests, g_array_unref);
}
