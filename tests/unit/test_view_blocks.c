/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked sources as JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "json.h"
#include "policy_text.h"
#include "view_blocks.h"

#define PORTS                                                              \
	"| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n" \
	"\n| Profile | Roles |\n|---|---|\n| web | Web |\n"
#define SITE                                                                        \
	"| Server | Address | Profile |\n|---|---|---|\n| a | 10.0.0.1 | web |\n\n" \
	"| Blocked | Reason |\n|---|---|\n| 2001:db8:7::/48 | |\n| 192.0.2.0/24 | Scans |\n"

#define SECOND UINT64_C(1000000000)

/* 2026-11-24T10:00:00Z */
static const struct moment now = {.boot = 7 * SECOND, .unix_time = 1795514400};

static void add(GArray *blocks, const char *text, uint64_t expires, const char *reason)
{
	struct block block = {.value = {.expires = expires, .added = now.unix_time - 60}};

	assert_int_equal(prefix_parse(text, &block.prefix), 0);
	strcpy(block.value.reason, reason);
	g_array_append_val(blocks, block);
}

static void lists_both_in_one_order(void **state)
{
	struct reading_result result = read_right(PORTS, SITE);
	struct json_object *json = json_object_new_object();
	g_autoptr(GArray) blocks = blocks_new();

	add(blocks, "192.0.2.0/24", now.boot + 60 * SECOND, "");
	add(blocks, "192.0.2.7", now.boot + 60 * SECOND + 1, "guessed");
	add(blocks, "203.0.113.0/24", BLOCKED_FOR_GOOD, "");
	view_add_blocks(json, result.policy, blocks, &now);
	assert_string_equal(
		json_object_to_json_string_ext(json, JSON_C_TO_STRING_NOSLASHESCAPE),
		"{\"blocks\":["
		"{\"prefix\":\"192.0.2.0/24\",\"owner\":\"site\",\"since\":null,\"expires\":null,"
		"\"reason\":\"Scans\",\"file\":\"s.md\",\"line\":8},"
		"{\"prefix\":\"192.0.2.0/24\",\"owner\":\"live\","
		"\"since\":\"2026-11-24T09:59:00Z\",\"expires\":\"2026-11-24T10:01:00Z\","
		"\"reason\":null,\"file\":null,\"line\":null},"
		"{\"prefix\":\"192.0.2.7\",\"owner\":\"live\","
		"\"since\":\"2026-11-24T09:59:00Z\",\"expires\":\"2026-11-24T10:01:01Z\","
		"\"reason\":\"guessed\",\"file\":null,\"line\":null},"
		"{\"prefix\":\"203.0.113.0/24\",\"owner\":\"live\","
		"\"since\":\"2026-11-24T09:59:00Z\",\"expires\":null,"
		"\"reason\":null,\"file\":null,\"line\":null},"
		"{\"prefix\":\"2001:db8:7::/48\",\"owner\":\"site\",\"since\":null,"
		"\"expires\":null,\"reason\":null,\"file\":\"s.md\",\"line\":7}]}");
	json_object_put(json);
	free_result(&result);
}

static void tells_the_end(void **state)
{
	struct json_object *json = json_object_new_object();
	g_autofree char *never = NULL, *end = NULL;

	json_object_object_add(json, "expires", NULL);
	never = view_block_end(json);
	json_add_string(json, "expires", "2026-11-24T10:01:00Z");
	end = view_block_end(json);
	assert_string_equal(never, "for good");
	assert_true(g_str_has_prefix(end, "until 2026-11-2"));
	json_object_put(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_both_in_one_order),
		cmocka_unit_test(tells_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
