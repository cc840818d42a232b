/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/sockets.c: messages as the kernel sends them, and sockets of this very process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <linux/types.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "layout.h"
#include "sockets.h"

static struct prefix v4(const char *text)
{
	struct prefix prefix = {.family = AF_INET, .length = 32};

	assert_int_equal(inet_pton(AF_INET, text, prefix.bytes), 1);
	return prefix;
}

static struct prefix v6(const char *text)
{
	struct prefix prefix = {.family = AF_INET6, .length = 128};

	assert_int_equal(inet_pton(AF_INET6, text, prefix.bytes), 1);
	return prefix;
}

static void test_parse_mapped(void **state)
{
	g_autoptr(GArray) out = g_array_new(false, false, sizeof(struct host_socket));
	struct netlink_request buffer;
	struct nlmsghdr *message = netlink_prepare(&buffer, SOCK_DIAG_BY_FAMILY, 0);
	struct inet_diag_msg *diag = mnl_nlmsg_put_extra_header(message, sizeof(*diag));
	const struct prefix local = v4("10.0.0.1"), remote = v4("10.9.9.9");
	const struct host_socket *socket;

	diag->idiag_family = AF_INET6;
	diag->id.idiag_sport = htons(22);
	diag->id.idiag_dport = htons(51514);
	inet_pton(AF_INET6, "::ffff:10.0.0.1", diag->id.idiag_src);
	inet_pton(AF_INET6, "::ffff:10.9.9.9", diag->id.idiag_dst);
	diag->id.idiag_if = 4;
	diag->idiag_inode = 4711;
	diag->idiag_uid = 1000;
	assert_int_equal(socket_parse(message, out), MNL_CB_OK);
	assert_int_equal(out->len, 1);
	socket = &g_array_index(out, struct host_socket, 0);
	assert_memory_equal(&socket->local, &local, sizeof(local));
	assert_memory_equal(&socket->remote, &remote, sizeof(remote));
	assert_int_equal(socket->local_port, 22);
	assert_int_equal(socket->remote_port, 51514);
	assert_int_equal(socket->interface, 4);
	assert_int_equal(socket->inode, 4711);
	assert_int_equal(socket->uid, 1000);
	assert_false(socket_is_listening(socket));
}

static void test_describe(void **state)
{
	const struct {
		struct host_socket socket;
		const char *text;
	} rows[] = {
		{{.local = v4("10.0.0.1"),
		  .local_port = 22,
		  .remote = v4("10.9.9.9"),
		  .remote_port = 51514,
		  .process = "sshd",
		  .pid = 812},
		 "tcp 10.0.0.1:22 from 10.9.9.9:51514 (sshd, pid 812)"},
		{{.local = v6("2001:db8::1"),
		  .local_port = 40000,
		  .remote = v6("2001:db8::9"),
		  .remote_port = 443,
		  .process = "curl",
		  .pid = 9,
		  .outgoing = true},
		 "tcp [2001:db8::1]:40000 to [2001:db8::9]:443 (curl, pid 9)"},
		{{.transport = TRANSPORT_UDP, .local = v6("::"), .local_port = 51820},
		 "udp [::]:51820"},
		{{.local = v4("0.0.0.0"), .local_port = 22, .process = "systemd", .pid = 1},
		 "tcp 0.0.0.0:22 (systemd, pid 1)"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = socket_describe(&rows[i].socket);

		assert_string_equal(text, rows[i].text);
	}
}

static void test_relate(void **state)
{
	/* local port, remote port, transport, held by an SSH server; then what must follow */
	static const struct {
		uint16_t local, remote;
		uint8_t transport;
		bool held, ssh, outgoing;
	} rows[] = {
		{22, 0, TRANSPORT_TCP, false, true, false},     /* systemd listens for it */
		{22, 50000, TRANSPORT_TCP, false, true, false}, /* a handshake */
		{2222, 0, TRANSPORT_TCP, true, true, false},    /* sshd on another port */
		{2222, 50000, TRANSPORT_TCP, false, true, false},
		{2222, 50000, TRANSPORT_UDP, false, false, true},
		{22, 0, TRANSPORT_UDP, false, false, false},
		{443, 0, TRANSPORT_TCP, false, false, false},
		{443, 50000, TRANSPORT_TCP, false, false, false},
		{443, 50000, TRANSPORT_UDP, false, false, true},
		{40000, 22, TRANSPORT_TCP, false, false, true}, /* this host is the client */
		{2022, 50000, TRANSPORT_TCP, true, true, true}, /* its listener is gone */
	};
	g_autoptr(GArray) sockets = g_array_new(false, false, sizeof(struct host_socket));

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct host_socket socket = {.local_port = rows[i].local,
					     .remote_port = rows[i].remote,
					     .transport = rows[i].transport,
					     .ssh = rows[i].held};

		g_array_append_val(sockets, socket);
	}
	sockets_relate(sockets);
	for (guint i = 0; i < sockets->len; i++) {
		const struct host_socket *socket = &g_array_index(sockets, struct host_socket, i);

		assert_int_equal(socket->ssh, rows[i].ssh);
		assert_int_equal(socket->outgoing, rows[i].outgoing);
	}
}

/* --- sockets of this process --- */

static ino_t inode_of(int descriptor)
{
	struct stat status;

	assert_int_equal(fstat(descriptor, &status), 0);
	return status.st_ino;
}

static const struct host_socket *find(const GArray *sockets, ino_t inode)
{
	for (guint i = 0; i < sockets->len; i++) {
		const struct host_socket *socket = &g_array_index(sockets, struct host_socket, i);

		if (socket->inode == inode)
			return socket;
	}
	fail_msg("no socket with inode %lu", (unsigned long)inode);
	return NULL;
}

/* A socket bound to a port of 127.0.0.1 that the kernel chooses, which *address then holds. */
static int bound(int type, struct sockaddr_in *address)
{
	int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	socklen_t size = sizeof(*address);

	*address = (struct sockaddr_in){.sin_family = AF_INET,
					.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_true(descriptor >= 0);
	assert_int_equal(bind(descriptor, (struct sockaddr *)address, size), 0);
	assert_int_equal(getsockname(descriptor, (struct sockaddr *)address, &size), 0);
	return descriptor;
}

static void assert_held(const struct host_socket *socket, const char *process)
{
	assert_int_equal(socket->pid, getpid());
	assert_string_equal(socket->process, process);
	assert_int_equal(socket->uid, getuid());
}

static void test_tcp(void **state)
{
	g_autoptr(GArray) sockets = NULL;
	const struct host_socket *here, *there;
	struct sockaddr_in address;
	int listener = bound(SOCK_STREAM, &address), accepted;
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	prctl(PR_SET_NAME, "sshd-session");
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	accepted = accept(listener, NULL, NULL);
	assert_int_equal(sockets_read(&sockets), 0);

	here = find(sockets, inode_of(listener));
	assert_true(socket_is_listening(here));
	assert_int_equal(here->local_port, ntohs(address.sin_port));
	assert_int_equal(here->transport, TRANSPORT_TCP);
	assert_held(here, "sshd-session");
	assert_true(here->ssh);

	here = find(sockets, inode_of(accepted));
	there = find(sockets, inode_of(client));
	assert_false(socket_is_listening(here));
	assert_int_equal(here->local_port, ntohs(address.sin_port));
	assert_int_equal(here->remote_port, there->local_port);
	assert_int_equal(there->remote_port, here->local_port);
	assert_memory_equal(&here->local, &there->remote, sizeof(here->local));
	assert_false(here->outgoing);
	assert_true(here->ssh);
	assert_true(there->outgoing);
	close(accepted);
	close(client);
	close(listener);
}

static char *title; /* as /proc shows it */

/* Whether a socket that a process of that name and title holds, too, is one of who only knocks. */
static bool knocks(ino_t inode, const char *name, const char *its_title)
{
	g_autoptr(GArray) sockets = NULL;
	int ready[2];
	pid_t child;
	bool found;
	char byte;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (!child) {
		prctl(PR_SET_NAME, name);
		strcpy(title, its_title);
		if (write(ready[1], "", 1) == 1)
			pause();
		_exit(1);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	assert_int_equal(sockets_read(&sockets), 0);
	found = find(sockets, inode)->knocking;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	close(ready[0]);
	close(ready[1]);
	return found;
}

/* Who has a connection to an SSH server is not logged in for that. */
static void test_knocking(void **state)
{
	struct sockaddr_in address;
	int listener = bound(SOCK_STREAM, &address), accepted;
	int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	ino_t inode;

	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof(address)), 0);
	accepted = accept(listener, NULL, NULL);
	inode = inode_of(accepted);
	assert_true(knocks(inode, "sshd", "sshd: a [net]"));
	assert_true(knocks(inode, "sshd", "sshd: [accepted]"));
	assert_true(knocks(inode, "sshd-auth", "sshd-auth: a"));
	assert_false(knocks(inode, "sshd", "sshd: a@pts/0"));
	assert_false(knocks(inode, "sshd", "sshd: a [priv]"));
	assert_false(knocks(inode, "web", "web: a [net]"));
	close(accepted);
	close(client);
	close(listener);
}

static void test_udp(void **state)
{
	g_autoptr(GArray) sockets = NULL;
	const struct host_socket *found;
	struct sockaddr_in address, peer;
	int waiting = bound(SOCK_DGRAM, &address), connected = bound(SOCK_DGRAM, &peer);

	prctl(PR_SET_NAME, "evil\033[2J\nname");
	assert_int_equal(connect(connected, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(sockets_read(&sockets), 0);

	found = find(sockets, inode_of(waiting));
	assert_int_equal(found->transport, TRANSPORT_UDP);
	assert_true(socket_is_listening(found));
	assert_held(found, "evil?[2J?name");
	assert_false(found->ssh);

	found = find(sockets, inode_of(connected));
	assert_false(socket_is_listening(found));
	assert_int_equal(found->local_port, ntohs(peer.sin_port));
	assert_int_equal(found->remote_port, ntohs(address.sin_port));
	assert_true(found->outgoing);

	/* SSH is TCP, whoever holds the socket. */
	prctl(PR_SET_NAME, "sshd");
	g_clear_pointer(&sockets, g_array_unref);
	assert_int_equal(sockets_read(&sockets), 0);
	found = find(sockets, inode_of(connected));
	assert_held(found, "sshd");
	assert_false(found->ssh);
	close(waiting);
	close(connected);
}

int main(int count, char **arguments)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_mapped), cmocka_unit_test(test_describe),
		cmocka_unit_test(test_relate),       cmocka_unit_test(test_tcp),
		cmocka_unit_test(test_udp),          cmocka_unit_test(test_knocking),
	};

	title = arguments[0];

	return cmocka_run_group_tests(tests, NULL, NULL);
}
