/* SPDX-License-Identifier: GPL-2.0-only */
/* What was asked to be enforced, kept with the generation that does. */
#include "choice.h"

#include <errno.h>
#include <string.h>

static void interface_free(gpointer data)
{
	struct choice_interface *interface = data;

	g_free(interface->name);
	g_free(interface->profile);
	g_free(interface);
}

static void swap_free(gpointer data)
{
	struct choice_swap *swap = data;

	g_free(swap->server);
	g_free(swap->profile);
	g_free(swap);
}

static struct choice_interface *find_interface(const GPtrArray *interfaces, const char *name)
{
	for (guint i = 0; i < interfaces->len; i++) {
		struct choice_interface *interface = interfaces->pdata[i];

		if (!strcmp(interface->name, name))
			return interface;
	}
	return NULL;
}

/* Adds it, or replaces the one of that name. */
static void set_interface(GPtrArray *interfaces, const char *name, const char *profile,
			  enum attach_mode attach)
{
	struct choice_interface *interface = find_interface(interfaces, name);

	if (!interface) {
		interface = g_new0(struct choice_interface, 1);
		interface->name = g_strdup(name);
		g_ptr_array_add(interfaces, interface);
	}
	g_free(interface->profile);
	interface->profile = g_strdup(profile);
	interface->attach = attach;
}

static void remove_interface(GPtrArray *interfaces, const char *name)
{
	struct choice_interface *interface = find_interface(interfaces, name);

	if (interface)
		g_ptr_array_remove(interfaces, interface);
}

struct choice *choice_new(void)
{
	struct choice *choice = g_new0(struct choice, 1);

	choice->sources = sources_new();
	choice->interfaces = g_ptr_array_new_with_free_func(interface_free);
	choice->awaited = g_ptr_array_new_with_free_func(interface_free);
	choice->swaps = g_ptr_array_new_with_free_func(swap_free);
	return choice;
}

void choice_free(struct choice *choice)
{
	if (!choice)
		return;
	g_ptr_array_unref(choice->sources);
	g_ptr_array_unref(choice->interfaces);
	g_ptr_array_unref(choice->awaited);
	g_ptr_array_unref(choice->swaps);
	g_free(choice->management);
	g_free(choice->protocols);
	g_free(choice);
}

struct choice *choice_copy(const struct choice *choice)
{
	struct choice *copy = choice_new();

	for (guint i = 0; i < choice->sources->len; i++) {
		const struct source *source = choice->sources->pdata[i];

		g_ptr_array_add(copy->sources,
				source_new(source->file, source->kind, source->text, source->size));
	}
	for (guint i = 0; i < choice->interfaces->len; i++) {
		const struct choice_interface *interface = choice->interfaces->pdata[i];

		choice_set_interface(copy, interface->name, interface->profile, interface->attach);
	}
	for (guint i = 0; i < choice->awaited->len; i++) {
		const struct choice_interface *interface = choice->awaited->pdata[i];

		set_interface(copy->awaited, interface->name, interface->profile,
			      interface->attach);
	}
	for (guint i = 0; i < choice->swaps->len; i++) {
		const struct choice_swap *swap = choice->swaps->pdata[i];

		choice_set_swap(copy, swap->server, swap->profile);
	}
	copy->monitor = choice->monitor;
	copy->replies_off = choice->replies_off;
	copy->management = g_strdup(choice->management);
	copy->protocols = g_strdup(choice->protocols);
	return copy;
}

bool choice_is_site(const struct choice *choice)
{
	for (guint i = 0; i < choice->sources->len; i++)
		if (((struct source *)choice->sources->pdata[i])->kind == SOURCE_SITE)
			return true;
	return false;
}

struct choice_interface *choice_interface(const struct choice *choice, const char *name)
{
	return find_interface(choice->interfaces, name);
}

void choice_set_interface(struct choice *choice, const char *name, const char *profile,
			  enum attach_mode attach)
{
	set_interface(choice->interfaces, name, profile, attach);
}

void choice_remove_interface(struct choice *choice, const char *name)
{
	remove_interface(choice->interfaces, name);
	remove_interface(choice->awaited, name);
}

bool choice_awaits(const struct choice *choice, const char *name)
{
	return find_interface(choice->awaited, name);
}

void choice_await(struct choice *choice, const char *name)
{
	const struct choice_interface *interface = choice_interface(choice, name);

	if (!interface)
		return;
	set_interface(choice->awaited, interface->name, interface->profile, interface->attach);
	remove_interface(choice->interfaces, name);
}

void choice_welcome(struct choice *choice)
{
	for (guint i = 0; i < choice->awaited->len; i++) {
		const struct choice_interface *interface = choice->awaited->pdata[i];

		choice_set_interface(choice, interface->name, interface->profile,
				     interface->attach);
	}
	g_ptr_array_set_size(choice->awaited, 0);
}

static struct choice_swap *find_swap(const struct choice *choice, const char *server)
{
	for (guint i = 0; i < choice->swaps->len; i++) {
		struct choice_swap *swap = choice->swaps->pdata[i];

		if (!g_ascii_strcasecmp(swap->server, server))
			return swap;
	}
	return NULL;
}

const char *choice_swapped(const struct choice *choice, const char *server)
{
	const struct choice_swap *swap = find_swap(choice, server);

	return swap ? swap->profile : NULL;
}

void choice_set_swap(struct choice *choice, const char *server, const char *profile)
{
	struct choice_swap *swap = find_swap(choice, server);

	if (swap)
		g_ptr_array_remove(choice->swaps, swap);
	if (!profile)
		return;
	swap = g_new0(struct choice_swap, 1);
	swap->server = g_strdup(server);
	swap->profile = g_strdup(profile);
	g_ptr_array_add(choice->swaps, swap);
}

static const char *const attach_names[] = {
	[ATTACH_AUTO] = "auto",
	[ATTACH_NATIVE] = "native",
	[ATTACH_GENERIC] = "generic",
};

const char *attach_mode_name(enum attach_mode mode)
{
	return attach_names[mode];
}

int attach_mode_parse(const char *text, enum attach_mode *out)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(attach_names); i++) {
		if (!strcmp(text, attach_names[i])) {
			*out = i;
			return 0;
		}
	}
	return -EINVAL;
}
