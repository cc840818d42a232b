/* SPDX-License-Identifier: GPL-2.0-only */
/* Expectations of a policy: which lines hold, and what is said of those that do not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "expectations.h"
#include "generation_text.h"
#include "json.h"

#define SITE                                                                                       \
	"| Server | Address | Profile | Mode |\n|---|---|---|---|\n"                               \
	"| a | 10.0.0.1, 2001:db8::1 | narrow | |\n| b | 10.0.0.2 | web | monitor |\n\n"           \
	"| Guard | Ports | Sources | Limit |\n|---|---|---|---|\n"                                 \
	"| g | tcp/443 | 10.9.0.0/16 | |\n| h | tcp/8000 | | 5/s |\n\n"                            \
	"| Setting | Value |\n|---|---|\n| Unlisted | drop |\n| Management | 10.9.0.0/16, tcp/22 " \
	"|\n"

/* What is said of a text, and how many lines hold: "1/2". Frees the choice. */
static char *judge_text(struct choice *choice, const char *text, char **held)
{
	struct messages *messages = messages_new();
	struct json_object *json = json_object_new_object();
	char *said;

	expectations_check(json, choice, "f", text, messages);
	said = all_messages(messages);
	*held = g_strdup_printf("%u/%u", (unsigned int)json_number(json, "held"),
				(unsigned int)json_number(json, "expected"));
	json_object_put(json);
	messages_free(messages);
	choice_free(choice);
	return said;
}

static void check(struct choice *choice, const char *text, const char *held, const char *messages)
{
	g_autofree char *found = NULL;
	g_autofree char *said = judge_text(choice, text, &found);

	assert_string_equal(said, messages);
	assert_string_equal(found, held);
}

static void holds_what_is_so(void **state)
{
	check(choose(DOCUMENT, SITE),
	      "pass from 10.9.0.1 to a tcp/443\n"
	      "drop from 10.8.0.1 to a tcp/443\n"
	      "drop from 10.8.0.1:5000 to 10.0.0.1 tcp/443\n"
	      "pass to a tcp/8000\n" /* within the limit */
	      "drop to a tcp/8005\n"
	      "pass to B tcp/8005\n"
	      "drop to b tcp/1\n" /* it only monitors; that is no pass */
	      "pass from 2001:db8:1::1 to a udp/443\n"
	      "pass to a icmp/8\npass to a icmp6/135\ndrop to a ip/esp\n"
	      "drop to 192.0.2.1 tcp/22\npass from 10.9.0.1 to 192.0.2.1 tcp/22\n"
	      "drop from 10.0.0.2 to a udp/443\n", /* a server's address, from outside */
	      "14/14", "");
}

static void passes_over_comments_and_space(void **state)
{
	check(choose(DOCUMENT, SITE),
	      "# nothing but words\n"
	      "\n"
	      "   \t\r\n"
	      "  pass\tto  a   tcp/8000 \r\n"
	      "pass to a tcp/8001# right behind\n"
	      "# pass to a tcp/1\n"
	      "pass to a tcp/8002 # no end of line",
	      "3/3", "");
	check(choose(DOCUMENT, SITE), "", "0/0", "");
}

static void says_who_decides(void **state)
{
	check(choose(DOCUMENT, SITE),
	      "drop to a tcp/8004\n"
	      "pass to a tcp/8004\n"
	      "pass to a tcp/443\n"
	      "pass to a tcp/8005\n"
	      "pass to b udp/1\n"
	      "pass to 192.0.2.1 tcp/1\n"
	      "drop to a icmp/8\n",
	      "1/7",
	      "f:1: error: expected drop, the verdict is pass: published (a row of the document "
	      "opens the port), server a, profile narrow, by d.md:3\n"
	      "f:3: error: expected pass, the verdict is drop: source-not-allowed (a guard's "
	      "Sources do not name the source), server a, profile narrow, by d.md:3 s.md:8\n"
	      "f:4: error: expected pass, the verdict is drop: not-published (no row of the "
	      "profile "
	      "opens the port), server a, profile narrow, by the Except at d.md:14\n"
	      "f:5: error: expected pass, the verdict is drop: not-published (no row of the "
	      "profile "
	      "opens the port), server b, profile web\n"
	      "f:6: error: expected pass, the verdict is drop: not-listed (the destination is no "
	      "server of the site, and Unlisted is drop)\n"
	      "f:7: error: expected drop, the verdict is pass: icmp (an ICMP or ICMPv6 type that "
	      "hosts need (RFC 4890)), server a, profile narrow\n");
}

/* Each is one that does not hold, and the others are judged all the same. */
static void says_what_it_does_not_understand(void **state)
{
	check(choose(DOCUMENT, SITE),
	      "Pass to a tcp/8000\n"
	      "pass\n"
	      "pass to a\n"
	      "pass to tcp/8000\n"
	      "pass tcp/8000\n"
	      "pass web to a tcp/8000\n"
	      "pass to c tcp/8000\n"
	      "pass to a tcp/8000-8001\n"
	      "pass from 10.9.0.0/16 to a tcp/8000\n"
	      "pass to a tcp/8000\n",
	      "1/10",
	      "f:1: error: 'Pass' is no verdict, expected pass or drop\n"
	      "f:2: error: 'pass' asks for nothing, expected tcp/5061, udp/3478, icmp/8, "
	      "icmp6/135, "
	      "ip/esp or the like at the end\n"
	      "f:3: error: 'pass to a' asks for nothing, expected tcp/5061, udp/3478, icmp/8, "
	      "icmp6/135, ip/esp or the like at the end\n"
	      "f:4: error: 'pass to tcp/8000' asks for nothing, expected tcp/5061, udp/3478, "
	      "icmp/8, icmp6/135, ip/esp or the like at the end\n"
	      "f:5: error: to which server? expected 'pass … to SERVER tcp/8000'\n"
	      "f:6: error: 'web' is too much, expected 'pass [from …] to … tcp/8000'\n"
	      "f:7: error: 'c' is neither an address nor a server of the site\n"
	      "f:8: error: 'tcp/8000-8001' is more than one port, expected one like tcp/5061\n"
	      "f:9: error: '10.9.0.0/16' is no address, expected one like 192.0.2.7, "
	      "192.0.2.7:40000 or [2001:db8::7]:40000\n");
}

/* Of documents, each line says which profile is meant. */
static void judges_documents(void **state)
{
	check(choose(DOCUMENT, NULL),
	      "pass web tcp/8005\n"
	      "drop narrow tcp/8005\n"
	      "pass extra + NARROW from 192.0.2.7 tcp/8443\n"
	      "pass voice udp/5999\n"
	      "drop closed tcp/443\n"
	      "pass web tcp/5061\n"
	      "drop tcp/1\n"
	      "drop wep tcp/1\n"
	      "drop extra tcp/1\n",
	      "5/9",
	      "f:6: error: expected pass, the verdict is drop: not-published (no row of the "
	      "profile "
	      "opens the port), profile web\n"
	      "f:7: error: of which profile? expected 'drop PROFILE … tcp/1'\n"
	      "f:8: error: no profile 'wep', did you mean 'web'?\n"
	      "f:9: error: 'extra' is an add-on: write 'web + extra'\n");
}

static void lists_what_does_not_hold(void **state)
{
	struct choice *choice = choose(DOCUMENT, SITE);
	struct messages *messages = messages_new();
	struct json_object *json = json_object_new_object(), *unmet, *one;

	expectations_check(json, choice, "f", "\npass to a tcp/443 # x\npass to a tcp/8000\n?\n",
			   messages);
	unmet = json_member(json, "unmet");
	assert_int_equal(json_object_array_length(unmet), 1);
	one = json_object_array_get_idx(unmet, 0);
	assert_string_equal(json_string(one, "file"), "f");
	assert_int_equal(json_number(one, "line"), 2);
	assert_string_equal(json_string(one, "text"), "pass to a tcp/443");
	assert_string_equal(json_string(one, "expected"), "pass");
	assert_string_equal(json_string(one, "reason"), "source-not-allowed");
	json_object_put(json);
	messages_free(messages);
	choice_free(choice);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_what_is_so),
		cmocka_unit_test(passes_over_comments_and_space),
		cmocka_unit_test(says_who_decides),
		cmocka_unit_test(says_what_it_does_not_understand),
		cmocka_unit_test(judges_documents),
		cmocka_unit_test(lists_what_does_not_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
