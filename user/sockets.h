/* SPDX-License-Identifier: GPL-2.0-only */
/* The TCP and UDP sockets of this host, from the kernel's own tables, and who holds them. */
#ifndef PORTCULLIS_SOCKETS_H
#define PORTCULLIS_SOCKETS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "netlink.h"
#include "number.h"

struct host_socket {
	struct prefix local, remote; /* of full length; never ::ffff:0:0/96 */
	uint16_t local_port;         /* host byte order, as all here */
	uint16_t remote_port;        /* 0: listening, or UDP that is not connected */
	uint8_t transport;           /* enum transport */
	bool outgoing;               /* connected, and nothing listens on the local port */
	bool ssh;                    /* held by an SSH server, or on a port of one */
	bool knocking;               /* to SSH, which still asks who it is, as far as can be told */
	uint32_t interface;          /* the index of the interface it is bound to; 0: to none */
	uint32_t inode;              /* 0: held by no process (a handshake, the kernel's own) */
	uint32_t uid;
	int pid;          /* of one process that holds it; 0: not known */
	char process[16]; /* its name; what is not printable ASCII is '?' */
};

/*
 * The sockets of this network namespace that packets can come in for: TCP listening, established
 * or in the handshake, UDP bound; as struct host_socket, to be freed with g_array_unref(). 0 or
 * -errno.
 */
int sockets_read(GArray **out);

/* One message of the kernel's answer, appended to out (GArray of struct host_socket). */
int socket_parse(const struct nlmsghdr *message, void *out);

/* Fills outgoing and completes ssh from the sockets among each other, once ssh tells the holder. */
void sockets_relate(GArray *sockets);

/* Whether packets are expected from anyone, rather than from the one remote end. */
bool socket_is_listening(const struct host_socket *socket);

/* "tcp 10.0.0.1:22 from 10.9.9.9:51514 (sshd, pid 812)"; the caller frees it. */
char *socket_describe(const struct host_socket *socket);

#endif
