/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells a profile from a site. */
#include "trial.h"

#include <string.h>

#include "inputs.h"
#include "profile.h"

struct choice *trial_choice(char **documents, const char *policy, const char *interface,
			    struct messages *messages)
{
	struct choice *choice = choice_new();
	g_autoptr(GPtrArray) sources = inputs_read(documents, NULL, messages);
	struct messages *unheard = messages_new();
	struct policy *shipped = policy_read(sources, unheard);
	g_autofree char *error = NULL;
	g_autofree char *canonical = profile_canonical(shipped, policy, false, &error);

	g_ptr_array_unref(choice->sources);
	if (canonical || (strcmp(policy, "-") && !g_file_test(policy, G_FILE_TEST_EXISTS))) {
		choice->sources = g_ptr_array_ref(sources);
		choice_set_interface(choice, interface, policy, ATTACH_AUTO);
	} else {
		choice->sources = inputs_read(documents, policy, messages);
		choice_set_interface(choice, interface, NULL, ATTACH_AUTO);
	}
	policy_unref(shipped);
	messages_free(unheard);
	return choice;
}
