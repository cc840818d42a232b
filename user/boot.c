/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes the choices that a boot falls back to. */
#include "boot.h"

#include "admission.h"
#include "inputs.h"

/* Adds interfaces of a policy's settings that a choice lacks. */
static void add_named(struct choice *choice, const struct settings *settings, const char *profile)
{
	struct choice *named = choice_new();

	for (guint i = 0; i < settings->interfaces->len; i++)
		choice_set_interface(named, settings->interfaces->pdata[i], profile,
				     settings->attach);
	admission_use_real_names(named);
	for (guint i = 0; i < named->interfaces->len; i++) {
		const struct choice_interface *one = named->interfaces->pdata[i];

		if (!choice_interface(choice, one->name))
			choice_set_interface(choice, one->name, profile, one->attach);
	}
	choice_free(named);
}

struct choice *boot_complete(const struct choice *choice)
{
	struct choice *complete = choice_copy(choice);
	struct messages *unheard = messages_new();
	struct policy *policy;

	if (choice_is_site(choice)) {
		policy = policy_read(choice->sources, unheard);
		add_named(complete, &policy->settings, NULL);
		policy_free(policy);
	}
	messages_free(unheard);
	return complete;
}

void boot_leave_out(struct choice *choice, struct messages *messages)
{
	for (guint i = choice->interfaces->len; i-- > 0;) {
		const struct choice_interface *one = choice->interfaces->pdata[i];

		if (admission_is_interface(one->name))
			continue;
		message_add(messages, SEVERITY_WARNING, one->name, 0,
			    "there is no such interface yet: 'portcullis boot' enforces on it once "
			    "it is there");
		choice_remove_interface(choice, one->name);
	}
}

GPtrArray *boot_awaited(const struct generation *generation)
{
	const GPtrArray *named = generation->policy->settings.interfaces;
	GPtrArray *awaited = g_ptr_array_new();

	for (guint i = 0; i < named->len; i++) {
		/* one that was here and has gone is told of by its link */
		if (!choice_interface(generation->choice, named->pdata[i]) &&
		    !admission_is_interface(named->pdata[i]))
			g_ptr_array_add(awaited, named->pdata[i]);
	}
	return awaited;
}

bool boot_is_closed(const struct policy *site, const struct policy *last)
{
	if (site->settings.boot == BOOT_UNSAID && last)
		return last->settings.boot == BOOT_CLOSED;
	return site->settings.boot == BOOT_CLOSED;
}

struct choice *boot_closed(const struct policy *site, const struct choice *last,
			   const struct policy *last_policy)
{
	bool by_site = site->settings.interfaces->len || !last;
	const struct settings *settings = by_site ? &site->settings : &last_policy->settings;
	struct choice *choice = choice_new();

	inputs_add_shipped(choice->sources);
	add_named(choice, settings, "closed");
	for (guint i = 0; !by_site && i < last->interfaces->len; i++) {
		const struct choice_interface *one = last->interfaces->pdata[i];

		choice_set_interface(choice, one->name, "closed", one->attach);
	}
	choice->monitor = settings->monitor || (!by_site && last->monitor);
	choice->replies_off = settings->replies_off || (!by_site && last->replies_off);
	choice->management = management_format(&settings->management);
	if (!choice->management && !by_site)
		choice->management = g_strdup(last->management);
	return choice;
}
