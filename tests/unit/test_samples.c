/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/samples.c: which packets a policy gives, one a line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <netinet/in.h>
#include <sys/socket.h>

#include "block.h"
#include "generation_text.h"
#include "samples.h"

/* "closed tcp/1 203.0.113.7 > 198.51.100.1" and the reason that the policy gives */
static void add_line(GString *text, const struct sample *sample)
{
	static const char *const reasons[] = {
#define REASON(symbol, name, verdict, meaning) name,
		PORTCULLIS_REASONS(REASON)
#undef REASON
	};
	const struct question *question = &sample->question;
	char source[PREFIX_TEXT_SIZE], destination[PREFIX_TEXT_SIZE];

	g_string_append_printf(text, "%s %s/%u %s > %s %s\n", sample_kind_name(sample->kind),
			       transport_name(question->transport), question->port,
			       prefix_format(&question->source, source),
			       prefix_format(&question->destination, destination),
			       reasons[sample->judgement.reason]);
}

static void check_samples_on(struct choice *choice, guint interface, const GArray *blocks,
			     const char *expected)
{
	struct generation *generation = compile(choice);
	g_autoptr(GArray) samples = samples_of(generation, interface, blocks);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < samples->len; i++)
		add_line(text, &g_array_index(samples, struct sample, i));
	assert_string_equal(text->str, expected);
	g_string_free(text, TRUE);
	generation_free(generation);
}

static void check_samples(struct choice *choice, const char *expected)
{
	check_samples_on(choice, 0, NULL, expected);
}

static void one_profile(void **state)
{
	struct choice *choice = choose_profile("voice");

	check_samples(choice_copy(choice),
		      "closed tcp/1 203.0.113.7 > 198.51.100.1 not-published\n"
		      "closed udp/1 203.0.113.7 > 198.51.100.1 not-published\n"
		      "service tcp/5061 203.0.113.7 > 198.51.100.1 published\n"
		      "media udp/5000 203.0.113.7 > 198.51.100.1 published\n"
		      "closed tcp/1 2001:db8:ffff::7 > 2001:db8::1 not-published\n"
		      "closed udp/1 2001:db8:ffff::7 > 2001:db8::1 not-published\n"
		      "service tcp/5061 2001:db8:ffff::7 > 2001:db8::1 published\n"
		      "media udp/5000 2001:db8:ffff::7 > 2001:db8::1 published\n");
	choice_set_interface(choice, "card1", "closed", ATTACH_AUTO);
	check_samples_on(choice, 1, NULL,
			 "closed tcp/1 203.0.113.7 > 198.51.100.1 not-published\n"
			 "closed udp/1 203.0.113.7 > 198.51.100.1 not-published\n"
			 "closed tcp/1 2001:db8:ffff::7 > 2001:db8::1 not-published\n"
			 "closed udp/1 2001:db8:ffff::7 > 2001:db8::1 not-published\n");
}

/* Ports that Management opens to some are not closed ones. */
static void management(void **state)
{
	struct choice *choice = choose_profile("closed");

	choice->management = g_strdup("203.0.113.0/24, tcp/1-21, tcp/23-65535, udp/1-65535");
	check_samples(choice, "closed tcp/22 203.0.113.7 > 198.51.100.1 not-published\n"
			      "closed tcp/22 2001:db8:ffff::7 > 2001:db8::1 not-published\n");
}

#define SERVERS "| Server | Address | Profile |\n|---|---|---|\n"

static void a_site(void **state)
{
	check_samples(choose_site(SERVERS
				  "| a | 10.0.1.1 | web |\n| b | 2001:db8:1::/64 | voice |\n"
				  "| c | 10.0.1.2, 2001:db8:2::1 | voice |\n"),
		      "closed tcp/1 203.0.113.7 > 10.0.1.1 not-published\n"
		      "closed udp/1 203.0.113.7 > 10.0.1.1 not-published\n"
		      "service tcp/443 203.0.113.7 > 10.0.1.1 published\n"
		      "closed tcp/1 2001:db8:ffff::7 > 2001:db8:1:: not-published\n"
		      "closed udp/1 2001:db8:ffff::7 > 2001:db8:1:: not-published\n"
		      "service tcp/5061 2001:db8:ffff::7 > 2001:db8:1:: published\n"
		      "media udp/5000 2001:db8:ffff::7 > 2001:db8:1:: published\n");
}

/* Guarded ports are apart, and come from where the guard lets in. */
static void guards(void **state)
{
	check_samples(
		choose_site(SERVERS
			    "| a | 10.0.1.1, 2001:db8:1::1 | web |\n| b | 10.0.1.2 | voice |\n\n"
			    "| Guard | Ports | Sources | Payload |\n|---|---|---|---|\n"
			    "| g | tcp/443 | 10.9.0.0/16 | |\n| m | udp/5000-5999 | | media |\n"),
		"closed tcp/1 203.0.113.7 > 10.0.1.1 not-published\n"
		"closed udp/1 203.0.113.7 > 10.0.1.1 not-published\n"
		"service tcp/8000 203.0.113.7 > 10.0.1.1 published\n"
		"guarded tcp/443 10.9.0.0 > 10.0.1.1 published\n"
		"closed tcp/1 2001:db8:ffff::7 > 2001:db8:1::1 not-published\n"
		"closed udp/1 2001:db8:ffff::7 > 2001:db8:1::1 not-published\n"
		"service tcp/8000 2001:db8:ffff::7 > 2001:db8:1::1 published\n"
		"guarded tcp/443 2001:db8:ffff::7 > 2001:db8:1::1 source-not-allowed\n");
}

static void add_block(GArray *blocks, const char *prefix)
{
	struct block block = {};

	assert_int_equal(prefix_parse(prefix, &block.prefix), 0);
	g_array_append_val(blocks, block);
}

/* Nobody who is a server, or whom the site or the block list blocks. */
static void sources(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	add_block(blocks, "1.0.0.0/8");
	check_samples_on(choose_site(SERVERS "| a | 203.0.113.7 | web |\n\n| Blocked |\n|---|\n"
					     "| 2.0.0.0/8 |\n| 3.0.0.0/8 |\n"),
			 0, blocks,
			 "closed tcp/1 4.0.113.7 > 203.0.113.7 not-published\n"
			 "closed udp/1 4.0.113.7 > 203.0.113.7 not-published\n"
			 "service tcp/443 4.0.113.7 > 203.0.113.7 published\n");
}

/* Where all are blocked, somebody is taken all the same. */
static void everybody_is_blocked(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	add_block(blocks, "0.0.0.0/1");
	add_block(blocks, "128.0.0.0/1");
	check_samples_on(choose_site(SERVERS "| a | 10.0.1.1 | closed |\n"), 0, blocks,
			 "closed tcp/1 222.0.113.7 > 10.0.1.1 not-published\n"
			 "closed udp/1 222.0.113.7 > 10.0.1.1 not-published\n");
}

/* The shortest frames there are, padded with zeros, unless the headers are longer. */
static void frames(void **state)
{
	struct generation *generation = compile(choose_profile("voice"));
	g_autoptr(GArray) samples = samples_of(generation, 0, NULL);

	for (guint i = 0; i < samples->len; i++) {
		const struct sample *one = &g_array_index(samples, struct sample, i);
		bool v6 = one->question.destination.family == AF_INET6;
		size_t headers =
			14 + (v6 ? 40 : 20) + (one->question.transport == TRANSPORT_TCP ? 20 : 9);

		assert_int_equal(one->size, MAX(headers, 60));
		for (size_t at = headers; at < one->size; at++)
			assert_int_equal(one->frame[at], 0);
	}
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_profile), cmocka_unit_test(management),
		cmocka_unit_test(a_site),      cmocka_unit_test(guards),
		cmocka_unit_test(sources),     cmocka_unit_test(everybody_is_blocked),
		cmocka_unit_test(frames),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
