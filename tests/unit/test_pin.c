/* SPDX-License-Identifier: GPL-2.0-only */
/* What is said of pins that cannot be opened or made. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include "pin.h"
#include "policy_text.h"

#define PIN "/bpf/portcullis/link-7"

static void names_what_is_wrong(void **state)
{
	static const struct {
		int error;
		const char *said;
	} cases[] = {
		{EROFS,
		 "/bpf: error: is mounted read-only: 'mount -o remount,rw /bpf' lets pins be "
		 "made and opened again; what is enforced stays so meanwhile\n"},
		{EACCES,
		 PIN ": error: is no pin, expected one or nothing: 'rm -r " PIN "' first\n"},
		{EEXIST, PIN ": error: cannot pin the link: something else is there: 'rm -r " PIN
			     "' first\n"},
		{EMFILE, PIN ": error: cannot pin the link: Too many open files\n"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct messages *messages = messages_new();
		g_autofree char *said = NULL;

		errno = cases[i].error;
		pin_say_failed(PIN, "pin the link", messages);
		said = all_messages(messages);
		assert_string_equal(said, cases[i].said);
		messages_free(messages);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
