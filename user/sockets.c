/* SPDX-License-Identifier: GPL-2.0-only */
/* The TCP and UDP sockets of this host, by sock_diag, and who holds them, by /proc. */
#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/types.h>
#include <netinet/tcp.h>
#include <string.h>

#include "layout.h"
#include "ports.h"
#include "sockets.h"

#define SSH_PORT 22 /* an SSH server's even if systemd listens in its place */

/* --- what the kernel says --- */

int socket_parse(const struct nlmsghdr *message, void *out)
{
	const struct inet_diag_msg *diag = mnl_nlmsg_get_payload(message);
	struct host_socket socket = {
		.local_port = ntohs(diag->id.idiag_sport),
		.remote_port = ntohs(diag->id.idiag_dport),
		.interface = diag->id.idiag_if,
		.inode = diag->idiag_inode,
		.uid = diag->idiag_uid,
	};

	netlink_address(diag->idiag_family, diag->id.idiag_src, &socket.local);
	netlink_address(diag->idiag_family, diag->id.idiag_dst, &socket.remote);
	g_array_append_val(out, socket);
	return MNL_CB_OK;
}

static int read_kind(uint8_t family, uint8_t transport, GArray *sockets)
{
	const guint start = sockets->len;
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(&request, SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
	struct inet_diag_req_v2 *wanted = mnl_nlmsg_put_extra_header(header, sizeof(*wanted));
	int err;

	wanted->sdiag_family = family;
	wanted->sdiag_protocol = transport == TRANSPORT_TCP ? IPPROTO_TCP : IPPROTO_UDP;
	/* UDP knows TCP's names: ESTABLISHED is connected, CLOSE is not. */
	wanted->idiag_states = 1U << TCP_ESTABLISHED;
	wanted->idiag_states |= transport == TRANSPORT_TCP ? 1U << TCP_LISTEN | 1U << TCP_SYN_RECV
							   : 1U << TCP_CLOSE;
	err = netlink_run(NETLINK_SOCK_DIAG, header, socket_parse, sockets);
	for (guint i = start; i < sockets->len; i++)
		g_array_index(sockets, struct host_socket, i).transport = transport;
	return err;
}

/* --- who holds them --- */

static bool is_ssh_server(const char *process)
{
	/* OpenSSH: sshd, and for one connection sshd-session and sshd-auth. */
	return g_str_has_prefix(process, "sshd") || !strcmp(process, "dropbear");
}

/* Anyone may name a process; what is printed must not steer a terminal. */
static void read_process_name(int pid, char name[16])
{
	g_autofree char *path = g_strdup_printf("/proc/%d/comm", pid);
	g_autofree char *text = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return;
	g_strlcpy(name, g_strchomp(text), 16);
	for (char *c = name; *c; c++)
		if (!g_ascii_isprint(*c))
			*c = '?';
}

/*
 * Whether a process of an SSH server is the one that has nobody logged in yet: OpenSSH's says so in
 * its title, from version 9.8 on in its name.
 */
static bool is_knocked_at(int pid, const char *process)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/cmdline", pid);
	g_autofree char *title = NULL;

	if (!strcmp(process, "sshd-auth"))
		return true;
	return g_str_has_prefix(process, "sshd") && g_file_get_contents(path, &title, NULL, NULL) &&
	       (strstr(title, "[net]") || strstr(title, "[accepted]"));
}

/* The first holder found counts, but an SSH server before others and anyone before init. */
static void add_holder(struct host_socket *socket, int pid, const char name[16])
{
	bool ssh = socket->transport == TRANSPORT_TCP && is_ssh_server(name);

	if (socket->ssh || (socket->pid > 1 && !ssh))
		return;
	socket->pid = pid;
	socket->ssh = ssh;
	g_strlcpy(socket->process, name, sizeof(socket->process));
}

/* The inode of a socket that a process holds as descriptor name; 0 if that is none. */
static uint32_t socket_inode(int folder, const char *name)
{
	static const char prefix[] = "socket:[";
	char link[64];
	ssize_t size = readlinkat(folder, name, link, sizeof(link));
	uint64_t inode;

	if (size < (ssize_t)sizeof(prefix) || size == sizeof(link) ||
	    memcmp(link, prefix, strlen(prefix)))
		return 0;
	link[size - 1] = '\0'; /* the closing bracket */
	return number_parse(link + strlen(prefix), UINT32_MAX, &inode) ? 0 : (uint32_t)inode;
}

static void read_descriptors(int pid, GHashTable *by_inode)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/fd", pid);
	DIR *descriptors = opendir(path);
	const struct dirent *entry;
	char name[16] = "";

	if (!descriptors) /* gone meanwhile, or not ours to see */
		return;
	while ((entry = readdir(descriptors))) {
		uint32_t inode = socket_inode(dirfd(descriptors), entry->d_name);
		struct host_socket *socket = g_hash_table_lookup(by_inode, GUINT_TO_POINTER(inode));

		if (!socket)
			continue;
		if (!*name)
			read_process_name(pid, name);
		add_holder(socket, pid, name);
		socket->knocking |= is_knocked_at(pid, name);
	}
	closedir(descriptors);
}

static void find_holders(GArray *sockets)
{
	g_autoptr(GHashTable) by_inode = g_hash_table_new(NULL, NULL);
	DIR *processes = opendir("/proc");
	const struct dirent *entry;
	uint64_t pid;

	for (guint i = 0; i < sockets->len; i++) {
		struct host_socket *socket = &g_array_index(sockets, struct host_socket, i);

		if (socket->inode)
			g_hash_table_insert(by_inode, GUINT_TO_POINTER(socket->inode), socket);
	}
	while (processes && (entry = readdir(processes)))
		if (!number_parse(entry->d_name, G_MAXINT, &pid))
			read_descriptors((int)pid, by_inode);
	if (processes)
		closedir(processes);
}

/* --- what follows from it --- */

bool socket_is_listening(const struct host_socket *socket)
{
	return !socket->remote_port;
}

static size_t port_index(uint8_t transport, uint16_t port)
{
	return transport * 65536U + port;
}

void sockets_relate(GArray *sockets)
{
	enum {
		LISTENING = 1,
		SSH = 2
	};
	g_autofree uint8_t *ports = g_malloc0(TRANSPORTS * 65536);

	ports[port_index(TRANSPORT_TCP, SSH_PORT)] = SSH;
	for (guint i = 0; i < sockets->len; i++) {
		const struct host_socket *socket = &g_array_index(sockets, struct host_socket, i);

		if (socket_is_listening(socket))
			ports[port_index(socket->transport, socket->local_port)] |=
				LISTENING | (socket->ssh ? SSH : 0);
	}
	for (guint i = 0; i < sockets->len; i++) {
		struct host_socket *socket = &g_array_index(sockets, struct host_socket, i);
		uint8_t port = ports[port_index(socket->transport, socket->local_port)];

		socket->ssh |= !!(port & SSH);
		socket->outgoing = !socket_is_listening(socket) && !(port & LISTENING);
	}
}

int sockets_read(GArray **out)
{
	static const uint8_t families[] = {AF_INET, AF_INET6};
	g_autoptr(GArray) sockets = g_array_new(false, false, sizeof(struct host_socket));

	for (uint8_t transport = 0; transport < TRANSPORTS; transport++)
		for (size_t i = 0; i < G_N_ELEMENTS(families); i++) {
			int err = read_kind(families[i], transport, sockets);

			if (err)
				return err;
		}
	find_holders(sockets);
	sockets_relate(sockets);
	*out = g_steal_pointer(&sockets);
	return 0;
}

static void append_end(GString *text, const struct prefix *address, uint16_t port)
{
	char buffer[PREFIX_TEXT_SIZE];
	bool v6 = address->family == AF_INET6;

	g_string_append_printf(text, "%s%s%s:%u", v6 ? "[" : "", prefix_format(address, buffer),
			       v6 ? "]" : "", port);
}

char *socket_describe(const struct host_socket *socket)
{
	GString *text = g_string_new(transport_name(socket->transport));

	g_string_append_c(text, ' ');
	append_end(text, &socket->local, socket->local_port);
	if (!socket_is_listening(socket)) {
		g_string_append(text, socket->outgoing ? " to " : " from ");
		append_end(text, &socket->remote, socket->remote_port);
	}
	if (socket->pid)
		g_string_append_printf(text, " (%s, pid %d)", socket->process, socket->pid);
	return g_string_free(text, false);
}
