/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The whole way from the shipped document to verdicts: every profile that tests/expected/ lists is
 * compiled, laid out and loaded as the loader does, and every port is tried, TCP and UDP, IPv4 and
 * IPv6. Those files were typed from the vendor's page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <cmocka.h>
#include <linux/bpf.h>
#include <string.h>

#include "generation.h"
#include "image.h"
#include "inputs.h"
#include "load.h"

#include "frame.h"

#define EXPECTED "tests/expected"

static const char *const transports[TRANSPORTS] = {"tcp", "udp"};

/* Marks what a file like "tcp 5061 5061" lists; returns how many ports. */
static unsigned int read_expected(const char *profile, uint8_t open[TRANSPORTS][65536])
{
	g_autofree char *path = g_strdup_printf(EXPECTED "/%s.txt", profile);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;
	unsigned int ports = 0;

	memset(open, 0, (size_t)TRANSPORTS * 65536);
	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	lines = g_strsplit(g_strchomp(text), "\n", -1);
	for (char **line = lines; *line; line++) {
		unsigned int first, last;
		char transport[4];

		assert_int_equal(sscanf(*line, "%3s %u %u", transport, &first, &last), 3);
		assert_true(first >= 1 && first <= last && last <= 65535);
		ports += last - first + 1;
		memset(&open[!strcmp(transport, "udp")][first], 1, last - first + 1);
	}
	return ports;
}

/* Loads a profile for an interface; an add-on too, which the loader itself would not enforce. */
static struct load *load_profile(const char *profile)
{
	struct messages *messages = messages_new();
	struct choice *choice = choice_new();
	struct generation *generation = generation_new(choice, NULL);
	struct image *image;
	struct load *load;

	inputs_add_shipped(choice->sources);
	choice_set_interface(choice, "card", profile, ATTACH_AUTO);
	generation->policy = policy_read(choice->sources, messages);
	assert_int_equal(messages->errors, 0);
	g_ptr_array_add(generation->profiles, profile_compile(generation->policy, profile));
	image = image_build(generation, messages);
	assert_non_null(image);
	load = load_image(image, "{}", NULL, NULL, messages);
	assert_non_null(load);
	image_free(image);
	generation_free(generation);
	messages_free(messages);
	return load;
}

static void check_port(int program, struct frame *frame, unsigned int port, bool open,
		       const char *what)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame->bytes, .data_size_in = frame->size);

	frame->bytes[frame->layer + 2] = port >> 8;
	frame->bytes[frame->layer + 3] = port & 255;
	assert_int_equal(bpf_prog_test_run_opts(program, &run), 0);
	if (run.retval != (open ? XDP_PASS : XDP_DROP))
		fail_msg("%s/%u: verdict %u, expected %s", what, port, run.retval,
			 open ? "pass" : "drop");
}

static void check_all(const char *profile, int program, uint8_t open[TRANSPORTS][65536])
{
	static struct frame frame;

	for (int version = 4; version <= 6; version += 2) {
		for (int transport = 0; transport < TRANSPORTS; transport++) {
			g_autofree char *text =
				g_strdup_printf("ip%d %s", version, transports[transport]);
			g_autofree char *what = g_strdup_printf("%s: %s", profile, text);

			frame_build(&frame, text);
			for (unsigned int port = 0; port < 65536; port++)
				check_port(program, &frame, port, open[transport][port], what);
		}
	}
}

static void test_profiles(void **state)
{
	static uint8_t open[TRANSPORTS][65536];
	GDir *folder = g_dir_open(EXPECTED, 0, NULL);
	unsigned int profiles = 0;
	const char *name;

	assert_non_null(folder);
	while ((name = g_dir_read_name(folder))) {
		g_autofree char *profile = g_strndup(name, strcspn(name, "."));
		struct load *load;

		assert_true(g_str_has_suffix(name, ".txt"));
		assert_true(read_expected(profile, open) > 0);
		load = load_profile(profile);
		check_all(profile, load_program_fd(load, 0), open);
		load_free(load);
		profiles++;
	}
	assert_int_equal(profiles, 15);
	g_dir_close(folder);
}

/* Nothing is open that no row opens, and a port that is flipped is noticed. */
static void test_closed(void **state)
{
	static uint8_t open[TRANSPORTS][65536];
	struct load *load = load_profile("closed");

	check_all("closed", load_program_fd(load, 0), open);
	load_free(load);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_profiles),
		cmocka_unit_test(test_closed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
