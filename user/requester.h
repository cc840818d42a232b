/* SPDX-License-Identifier: GPL-2.0-only */
/* Who asks for a change, and from where. */
#ifndef PORTCULLIS_REQUESTER_H
#define PORTCULLIS_REQUESTER_H

#include <stdint.h>

/* Of no login: started at boot. */
#define REQUESTER_NO_LOGIN UINT32_MAX

struct requester {
	char *name; /* who logged in, behind sudo or su too; of no login, whose process it is */
	uint32_t login_uid; /* as the kernel's audit keeps it, or REQUESTER_NO_LOGIN */
	char *sudo_user;    /* as sudo says; NULL: it was not used */
	char *from;         /* the address that the SSH connection came from; NULL: by none */
};

/* Of this process. Never asks a name service beyond passwd. */
struct requester requester_read(void);
void requester_clear(struct requester *requester);

/* The address of the client in what sshd sets SSH_CONNECTION to; NULL if it is none. The caller
 * frees it. */
char *requester_client(const char *connection);

#endif
