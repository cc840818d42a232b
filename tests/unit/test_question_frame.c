/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/question_frame.c: each frame byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "question_frame.h"

#define ETHERNET "000000000000000000000000"
#define V4       "cb007107c6336401" /* 203.0.113.7, 198.51.100.1 */
#define V6       "20010db800000000000000000000000720010db8000000000000000000000001"

/* The frame of a question between two addresses, in hexadecimal. */
static void check_frame(struct question question, const char *source, const char *destination,
			const char *expected)
{
	unsigned char frame[QUESTION_FRAME_MAX];
	GString *text = g_string_new(NULL);
	size_t size;

	assert_int_equal(prefix_parse(source, &question.source), 0);
	assert_int_equal(prefix_parse(destination, &question.destination), 0);
	size = question_frame(&question, frame);
	assert_true(size <= sizeof(frame));
	for (size_t i = 0; i < size; i++)
		g_string_append_printf(text, "%02x", frame[i]);
	assert_string_equal(text->str, expected);
	g_string_free(text, TRUE);
}

static void check4(struct question question, const char *expected)
{
	check_frame(question, "203.0.113.7", "198.51.100.1", expected);
}

static void check6(struct question question, const char *expected)
{
	check_frame(question, "2001:db8::7", "2001:db8::1", expected);
}

static void tcp(void **state)
{
	struct question question = {.transport = TRANSPORT_TCP, .port = 5061};

	/* 40000 is 9c40, 5061 is 13c5; 50 and 02: five words, SYN */
	check4(question, ETHERNET "0800"
				  "45000028000000004006"
				  "0000" V4 "9c4013c5"
				  "0000000000000000"
				  "5002"
				  "000000000000");
	question.answer = true;
	question.source_port = 80;
	check6(question, ETHERNET "86dd"
				  "6000000000140640" V6 "005013c5"
				  "0000000000000000"
				  "5010"
				  "000000000000");
}

static void udp(void **state)
{
	struct question question = {.transport = TRANSPORT_UDP, .port = 50000};

	check4(question, ETHERNET "0800"
				  "4500001d000000004011"
				  "0000" V4 "9c40c350"
				  "0009"
				  "0000"
				  "80");
	check6(question, ETHERNET "86dd"
				  "6000000000091140" V6 "9c40c350"
				  "0009"
				  "0000"
				  "80");
}

static void icmp(void **state)
{
	struct question question = {.kind = QUESTION_ICMP, .icmp_type = 8};

	check4(question, ETHERNET "0800"
				  "4500001c000000004001"
				  "0000" V4 "0800000000000000");
	question.icmp_type = 135;
	check6(question, ETHERNET "86dd"
				  "6000000000083a40" V6 "8700000000000000");
}

static void other_protocols(void **state)
{
	struct question question = {.kind = QUESTION_PROTOCOL, .protocol = 50};

	check4(question, ETHERNET "0800"
				  "45000014000000004032"
				  "0000" V4);
	check6(question, ETHERNET "86dd"
				  "6000000000003240" V6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp),
		cmocka_unit_test(udp),
		cmocka_unit_test(icmp),
		cmocka_unit_test(other_protocols),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
