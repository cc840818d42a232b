/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes the choices that a boot falls back to. */
#include "boot.h"

#include "admission.h"
#include "inputs.h"

void boot_leave_out(struct choice *choice, const struct choice *awaiting, struct messages *messages)
{
	for (guint i = choice->interfaces->len; i-- > 0;) {
		const struct choice_interface *one = choice->interfaces->pdata[i];

		if (admission_is_interface(one->name) ||
		    (awaiting && !choice_awaits(awaiting, one->name)))
			continue;
		message_add(messages, SEVERITY_WARNING, one->name, 0,
			    "there is no such interface yet: 'portcullis boot' enforces on it once "
			    "it is there");
		choice_await(choice, one->name);
	}
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
	for (guint i = 0; i < settings->interfaces->len; i++)
		choice_set_interface(choice, settings->interfaces->pdata[i], "closed",
				     settings->attach);
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
