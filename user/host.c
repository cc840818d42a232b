/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of a generation are told of this host: interfaces, secret, clock. */
#include "host.h"

#include <string.h>
#include <time.h>

#include "interface.h"

/* An interface and all that is stacked on it: the kernel says which of them a packet entered by. */
static void add_stack(struct load_host *host, const GArray *all, int index)
{
	g_autoptr(GArray) stack = interface_stack(all, index);

	for (guint i = 0; i < stack->len; i++) {
		__u32 gated = (__u32)g_array_index(stack, int, i);

		g_array_append_val(host->gated, gated);
	}
}

static void add_interfaces(struct load_host *host, const struct generation *generation,
			   const struct image *image, const GArray *all)
{
	const GPtrArray *chosen = generation->choice->interfaces;

	for (guint i = 0; i < chosen->len; i++) {
		const struct choice_interface *choice = chosen->pdata[i];
		const struct interface *interface = interface_by_name(all, choice->name);
		int index = interface ? interface->index : 0;

		g_array_append_val(host->indexes, index);
		if (index && !g_array_index(image->inside, bool, i))
			add_stack(host, all, index);
	}
}

bool host_describe(const struct generation *generation, const struct image *image,
		   const struct shared *shared, struct load_host *host, struct messages *messages)
{
	g_autoptr(GArray) all = NULL;
	int error = interfaces_read(&all);

	*host = (struct load_host){
		.pickup_until = generation->pickup_until,
		.indexes = g_array_new(FALSE, TRUE, sizeof(int)),
		.gated = g_array_new(FALSE, TRUE, sizeof(__u32)),
	};
	if (error) {
		message_add(messages, SEVERITY_ERROR, "netlink", 0,
			    "cannot read this host's interfaces: %s", strerror(-error));
		return false;
	}
	add_interfaces(host, generation, image, all);
	return shared_secret(shared, host->secret, messages);
}

void host_clear(struct load_host *host)
{
	g_clear_pointer(&host->indexes, g_array_unref);
	g_clear_pointer(&host->gated, g_array_unref);
}

uint32_t host_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec;
}
