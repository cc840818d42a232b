/* SPDX-License-Identifier: GPL-2.0-only */
/* Attaches, finds and removes the tc filter that learns replies. */
#include "egress.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <unistd.h>

#include "netlink.h"

/*
 * The first of clsact's filters: a packet that one behind us drops was meant to leave all the same.
 * tcx programs (Linux 6.6) come before; one that ends the run hides the packet from us.
 */
#define PRIORITY 1

/*
 * The filter's handle is a number that nobody else would take, and says whose the qdisc is: what
 * made it may remove it.
 */
enum {
	HANDLE_QDISC_FOUND = 0x70637401,
	HANDLE_QDISC_MADE = 0x70637402,
};

static const __u32 handles[] = {HANDLE_QDISC_FOUND, HANDLE_QDISC_MADE};

#define HOOK(name, index) \
	LIBBPF_OPTS(bpf_tc_hook, name, .ifindex = (index), .attach_point = BPF_TC_EGRESS)

/* The name as the kernel cuts it off. 0, -EEXIST if it is another's, or -errno. */
static int check_ours(int program)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		return -errno;
	return strncmp(info.name, "portcullis_egress", sizeof(info.name) - 1) ? -EEXIST : 0;
}

static int query(int ifindex, __u32 handle, struct egress *out)
{
	HOOK(hook, ifindex);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = handle, .priority = PRIORITY);
	int err = bpf_tc_query(&hook, &options);

	if (err)
		return err;
	out->program = bpf_prog_get_fd_by_id(options.prog_id);
	out->handle = handle;
	if (out->program < 0)
		return -errno;
	err = check_ours(out->program);
	if (err) {
		close(out->program);
		out->program = -1;
	}
	return err;
}

/* Whether an error only says that there is no qdisc, or no such filter. */
static bool is_absence(int err)
{
	return err == -ENOENT || err == -EINVAL || err == -ENODEV;
}

int egress_find(int ifindex, struct egress *out)
{
	out->program = -1;
	for (size_t i = 0; i < G_N_ELEMENTS(handles); i++) {
		int err = query(ifindex, handles[i], out);

		if (!is_absence(err))
			return err;
	}
	return 0;
}

static int add_priority(const struct nlmsghdr *message, void *out)
{
	const struct tcmsg *filter = mnl_nlmsg_get_payload(message);
	__u32 priority = TC_H_MAJ(filter->tcm_info) >> 16;

	if (message->nlmsg_type == RTM_NEWTFILTER)
		g_array_append_val((GArray *)out, priority);
	return MNL_CB_OK;
}

/* The filters on one side of the clsact qdisc, of one priority or, if it is 0, of all; -errno. */
static int count_filters(int ifindex, __u32 side, __u32 priority)
{
	g_autoptr(GArray) priorities = g_array_new(FALSE, FALSE, sizeof(__u32));
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(&request, RTM_GETTFILTER, NLM_F_DUMP);
	struct tcmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));
	int err, count = 0;

	message->tcm_ifindex = ifindex;
	message->tcm_parent = TC_H_MAKE(TC_H_CLSACT, side);
	err = netlink_run(NETLINK_ROUTE, header, add_priority, priorities);
	for (guint i = 0; i < priorities->len; i++)
		count += !priority || g_array_index(priorities, __u32, i) == priority;
	return err ? err : count;
}

static int remove_qdisc(int ifindex)
{
	LIBBPF_OPTS(bpf_tc_hook, hook, .ifindex = ifindex,
		    .attach_point = BPF_TC_INGRESS | BPF_TC_EGRESS);

	if (count_filters(ifindex, TC_H_MIN_INGRESS, 0) ||
	    count_filters(ifindex, TC_H_MIN_EGRESS, 0))
		return 0;
	return bpf_tc_hook_destroy(&hook);
}

static int attach(int ifindex, int program, __u32 handle, __u32 flags)
{
	HOOK(hook, ifindex);
	LIBBPF_OPTS(bpf_tc_opts, options, .handle = handle, .priority = PRIORITY,
		    .prog_fd = program, .flags = flags);

	return bpf_tc_attach(&hook, &options);
}

int egress_attach(int ifindex, int program)
{
	HOOK(hook, ifindex);
	struct egress there;
	bool made;
	int err = egress_find(ifindex, &there);

	if (err)
		return err;
	if (there.program >= 0) {
		close(there.program);
		return attach(ifindex, program, there.handle, BPF_TC_F_REPLACE);
	}
	err = bpf_tc_hook_create(&hook);
	if (err && err != -EEXIST)
		return err;
	made = !err;
	err = attach(ifindex, program, made ? HANDLE_QDISC_MADE : HANDLE_QDISC_FOUND, 0);
	/* filters of one priority are of one kind and protocol */
	if (err == -EINVAL && count_filters(ifindex, TC_H_MIN_EGRESS, PRIORITY) > 0)
		err = -EEXIST;
	if (err && made)
		remove_qdisc(ifindex);
	return err;
}

int egress_detach(int ifindex)
{
	HOOK(hook, ifindex);
	LIBBPF_OPTS(bpf_tc_opts, options, .priority = PRIORITY);
	struct egress there;
	int err = egress_find(ifindex, &there);

	if (err || there.program < 0)
		return err == -EEXIST ? 0 : err;
	close(there.program);
	options.handle = there.handle;
	err = bpf_tc_detach(&hook, &options);
	if (err || there.handle != HANDLE_QDISC_MADE)
		return err;
	return remove_qdisc(ifindex);
}
