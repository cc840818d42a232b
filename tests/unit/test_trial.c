/* SPDX-License-Identifier: GPL-2.0-only */
/* A profile or a site, told apart, on an interface that stands for any. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib/gstdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "policy_text.h"
#include "trial.h"

#define DOCUMENT                                                             \
	"| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n\n" \
	"| Profile | Roles |\n|---|---|\n| web | Web |\n"
#define SITE "| Server | Address | Profile |\n|---|---|---|\n| a | 10.0.1.11 | web |\n"

static char folder[] = "/tmp/portcullis-trial-XXXXXX";

static int make_files(void **state)
{
	return !mkdtemp(folder) || chdir(folder) ||
	       !g_file_set_contents("d.md", DOCUMENT, -1, NULL) ||
	       !g_file_set_contents("site.md", SITE, -1, NULL) ||
	       !g_file_set_contents("web", SITE, -1, NULL);
}

static int remove_files(void **state)
{
	return g_remove("d.md") || g_remove("site.md") || g_remove("web") || chdir("/") ||
	       g_rmdir(folder);
}

static const struct {
	const char *policy;
	bool site;
	const char *profile;
} cases[] = {
	{"web", false, "web"}, /* there is such a file, too */
	{"WEB", false, "WEB"},
	{"site.md", true, NULL},
	{"no-such", false, "no-such"}, /* which is said when it is compiled */
};

static void tells_profiles_from_sites(void **state)
{
	char *documents[] = {"d.md", NULL};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct messages *messages = messages_new();
		struct choice *choice = trial_choice(documents, cases[i].policy, "card0", messages);
		g_autofree char *said = all_messages(messages);

		assert_string_equal(said, "");
		assert_int_equal(choice_is_site(choice), cases[i].site);
		assert_int_equal(choice->interfaces->len, 1);
		assert_non_null(choice_interface(choice, "card0"));
		if (g_strcmp0(choice_interface(choice, "card0")->profile, cases[i].profile))
			fail_msg("%s: %s", cases[i].policy,
				 choice_interface(choice, "card0")->profile);
		choice_free(choice);
		messages_free(messages);
	}
}

static void says_what_cannot_be_read(void **state)
{
	char *documents[] = {"none.md", NULL};
	struct messages *messages = messages_new();
	struct choice *choice = trial_choice(documents, "web", "card0", messages);

	assert_non_null(choice);
	assert_true(messages->errors > 0);
	choice_free(choice);
	messages_free(messages);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_profiles_from_sites),
		cmocka_unit_test(says_what_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
