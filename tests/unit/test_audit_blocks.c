/* SPDX-License-Identifier: GPL-2.0-only */
/* What is kept of a change of the block list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit_blocks.h"

static struct prefix prefix(const char *text)
{
	struct prefix parsed;

	assert_int_equal(prefix_parse(text, &parsed), 0);
	return parsed;
}

static void add(GArray *blocks, const char *text, uint64_t expires)
{
	const struct block block = {.prefix = prefix(text), .value.expires = expires};

	g_array_append_val(blocks, block);
}

static void check_text(const struct audit_blocks *blocks, const char *expected)
{
	g_autofree char *text = audit_blocks_text(blocks);

	assert_string_equal(text, expected);
}

static void counts_what_is_new(void **state)
{
	g_autoptr(GArray) before = blocks_new(), asked = blocks_new();
	const struct moment now = {.boot = 100};
	struct audit_blocks changed = {};

	add(before, "192.0.2.1", 100); /* over now, though not yet swept */
	add(before, "192.0.2.2", 150);
	add(before, "192.0.2.3", 150);
	add(before, "192.0.2.4", BLOCKED_FOR_GOOD);
	add(asked, "192.0.2.5", 200);
	add(asked, "192.0.2.5", 300);
	add(asked, "192.0.2.1", 200);
	add(asked, "192.0.2.2", 200);
	add(asked, "192.0.2.3", 150);
	add(asked, "192.0.2.4", 200);
	audit_blocks_note_asked(&changed, asked, before, &now);
	assert_int_equal(changed.added, 2);
	assert_int_equal(changed.prolonged, 1);
	assert_int_equal(changed.removed, 0);
	check_text(&changed, "3 prefixes blocked, 1 of them for longer");
}

static void names_the_only_one(void **state)
{
	const struct prefix one = prefix("2001:db8::/32"), other = prefix("192.0.2.1");
	struct audit_blocks changed = {};

	audit_blocks_note(&changed, &changed.removed, &one);
	check_text(&changed, "2001:db8::/32 unblocked");
	audit_blocks_note(&changed, &changed.removed, &other);
	check_text(&changed, "2 prefixes unblocked");
	changed = (struct audit_blocks){};
	audit_blocks_note(&changed, &changed.prolonged, &one);
	check_text(&changed, "2001:db8::/32 blocked for longer");
	audit_blocks_note(&changed, &changed.prolonged, &other);
	check_text(&changed, "2 prefixes blocked for longer");
	changed = (struct audit_blocks){};
	audit_blocks_note(&changed, &changed.added, &other);
	check_text(&changed, "192.0.2.1 blocked");
	audit_blocks_note(&changed, &changed.added, &one);
	check_text(&changed, "2 prefixes blocked");
}

static void reads_back_what_it_adds(void **state)
{
	const struct audit_blocks changed = {.added = 2, .prolonged = 1, .removed = 3};
	struct json_object *json = json_object_new_object();
	struct audit_blocks read;

	audit_blocks_add(json, &changed);
	assert_true(audit_blocks_read(&read, json));
	assert_memory_equal(&read, &changed, sizeof(read));
	json_object_put(json);
	json = json_object_new_object();
	audit_blocks_add(json, NULL);
	assert_false(audit_blocks_read(&read, json));
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN),
			    "{\"prefix\":null,\"added\":null,\"prolonged\":null,\"removed\":null}");
	json_object_put(json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_is_new),
		cmocka_unit_test(names_the_only_one),
		cmocka_unit_test(reads_back_what_it_adds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
