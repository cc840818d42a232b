/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaches a program to an interface by a link: native first, generic if the driver has no XDP. */
#include "attach.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/if_link.h>
#include <string.h>

#include "interface.h"
#include "interface_fit.h"

static int create_link(unsigned int ifindex, int program, __u32 flags)
{
	LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags);

	return bpf_link_create(program, (int)ifindex, BPF_XDP, &options);
}

static char *why_not_native(unsigned int ifindex, int error)
{
	g_autoptr(GArray) all = NULL;

	if (interfaces_read(&all))
		return g_strdup(strerror(error));
	return interface_native_refusal(interface_by_index(all, (int)ifindex), error);
}

int attach_program(const struct choice_interface *interface, unsigned int ifindex, int program,
		   struct messages *messages)
{
	g_autofree char *why = NULL;
	int link = -1;

	if (interface->attach != ATTACH_GENERIC) {
		link = create_link(ifindex, program, XDP_FLAGS_DRV_MODE);
		if (link >= 0 || errno == EBUSY || errno == EEXIST)
			goto out;
		why = why_not_native(ifindex, errno);
		if (interface->attach == ATTACH_NATIVE) {
			message_add(messages, SEVERITY_ERROR, interface->name, 0,
				    "cannot attach the program: %s", why);
			return -1;
		}
		message_add(messages, SEVERITY_WARNING, interface->name, 0,
			    "no native XDP here (%s): attached in generic mode, which is slower",
			    why);
	}
	link = create_link(ifindex, program, XDP_FLAGS_SKB_MODE);
out:
	if (link < 0)
		message_add(messages, SEVERITY_ERROR, interface->name, 0, "cannot %s: %s",
			    errno == EBUSY || errno == EEXIST ? "attach beside another XDP program"
							      : "attach the program",
			    strerror(errno));
	return link;
}
