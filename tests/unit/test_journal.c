/* SPDX-License-Identifier: GPL-2.0-only */
/* What a change looks like in the journal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "journal.h"

static void check(const char *entry, const char *expected)
{
	struct json_object *json = json_tokener_parse(entry);
	g_autoptr(GPtrArray) list = NULL;
	g_autofree char *text = NULL;

	assert_non_null(json);
	list = journal_fields(json);
	g_ptr_array_add(list, NULL);
	text = g_strjoinv("\n", (char **)list->pdata);
	assert_string_equal(text, expected);
	json_object_put(json);
}

#define COMMON "SYSLOG_IDENTIFIER=portcullis\nMESSAGE_ID=cb0ac5bc7a0642ebb7ed0c0bb45e4f64"

static void has_a_field_for_each_thing(void **state)
{
	check("{\"time\": \"T\", \"event\": \"enforced\", \"message\": \"m\", \"old\": 1,"
	      "\"generation\": 2, \"confirm\": 60, \"by\": \"tom\", \"login_uid\": 0,"
	      "\"sudo_user\": \"tom\", \"from\": \"192.0.2.7\", \"command\": \"swap web\","
	      "\"reason\": null, \"opened\": [{\"names\": [\"a\"], \"ports\": [\"tcp/1\"]},"
	      "{\"names\": [\"b\", \"c\"], \"more_names\": 3, \"ports\": [\"tcp/2\", \"udp/3-4\"],"
	      "\"more_ports\": 5}], \"closed\": [{\"names\": [\"d\"], \"ports\": [\"udp/6\"]}]}",
	      "MESSAGE=m\nPORTCULLIS_EVENT=enforced\nPORTCULLIS_COMMAND=swap web\n"
	      "PORTCULLIS_OLD_GENERATION=1\nPORTCULLIS_GENERATION=2\n"
	      "PORTCULLIS_CONFIRM_SECONDS=60\nPORTCULLIS_BY=tom\nPORTCULLIS_LOGIN_UID=0\n"
	      "PORTCULLIS_SUDO_USER=tom\nPORTCULLIS_FROM=192.0.2.7\n"
	      "PORTCULLIS_OPENED=tcp/1 on a\n"
	      "PORTCULLIS_OPENED=tcp/2, udp/3-4 and 5 more on b, c and 3 more\n"
	      "PORTCULLIS_CLOSED=udp/6 on d\nPRIORITY=5\n" COMMON);
}

static void tells_of_the_block_list(void **state)
{
	check("{\"event\": \"blocked\", \"prefix\": null, \"added\": 2, \"prolonged\": 1,"
	      "\"removed\": 0, \"opened\": [], \"closed\": []}",
	      "PORTCULLIS_EVENT=blocked\nPORTCULLIS_BLOCKS_ADDED=2\n"
	      "PORTCULLIS_BLOCKS_PROLONGED=1\nPORTCULLIS_BLOCKS_REMOVED=0\nPRIORITY=5\n" COMMON);
	check("{\"event\": \"unblocked\", \"prefix\": \"192.0.2.1\", \"opened\": [],"
	      "\"closed\": []}",
	      "PORTCULLIS_EVENT=unblocked\nPORTCULLIS_PREFIX=192.0.2.1\nPRIORITY=5\n" COMMON);
}

static void warns_of_what_went_another_way(void **state)
{
	check("{\"event\": \"undone\", \"old\": 2, \"generation\": null, \"opened\": [],"
	      "\"closed\": []}",
	      "PORTCULLIS_EVENT=undone\nPORTCULLIS_OLD_GENERATION=2\nPRIORITY=4\n" COMMON);
	check("{\"event\": \"refused\", \"reason\": \"no\", \"opened\": [], \"closed\": []}",
	      "PORTCULLIS_EVENT=refused\nPORTCULLIS_REASON=no\nPRIORITY=4\n" COMMON);
	check("{\"event\": \"fell-back\", \"opened\": [], \"closed\": []}",
	      "PORTCULLIS_EVENT=fell-back\nPRIORITY=3\n" COMMON);
	check("{\"event\": \"rolled-back\", \"opened\": [], \"closed\": []}",
	      "PORTCULLIS_EVENT=rolled-back\nPRIORITY=5\n" COMMON);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_field_for_each_thing),
		cmocka_unit_test(tells_of_the_block_list),
		cmocka_unit_test(warns_of_what_went_another_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
