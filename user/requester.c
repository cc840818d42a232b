/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds out who asks: from the kernel's login id, from what sudo says, from what sshd has set. */
#include "requester.h"

#include <glib.h>
#include <pwd.h>
#include <string.h>
#include <unistd.h>

#include "number.h"

/* No chain of parents is longer; /proc may change as we walk. */
#define PARENTS_MAX 64

#define SSH_CONNECTION "SSH_CONNECTION"

char *requester_client(const char *connection)
{
	g_auto(GStrv) words = connection ? g_strsplit(connection, " ", 2) : NULL;

	/* anybody may set it to anything */
	return words && words[0] && g_hostname_is_ip_address(words[0]) ? g_strdup(words[0]) : NULL;
}

/* What a variable of another process was set to as that began; NULL if it was not. */
static char *variable_of(unsigned int process, const char *name)
{
	g_autofree char *path = g_strdup_printf("/proc/%u/environ", process);
	g_autofree char *block = NULL;
	size_t size, length = strlen(name);

	if (!g_file_get_contents(path, &block, &size, NULL))
		return NULL;
	for (const char *at = block; at < block + size; at += strlen(at) + 1)
		if (!strncmp(at, name, length) && at[length] == '=')
			return g_strdup(at + length + 1);
	return NULL;
}

/* 0: it has none that we can see. */
static unsigned int parent_of(unsigned int process)
{
	g_autofree char *path = g_strdup_printf("/proc/%u/stat", process);
	g_autofree char *text = NULL;
	g_auto(GStrv) words = NULL;
	const char *behind_name;
	uint64_t parent;

	if (!g_file_get_contents(path, &text, NULL, NULL))
		return 0;
	behind_name = strrchr(text, ')'); /* the name itself may hold anything */
	words = behind_name ? g_strsplit(behind_name, " ", 4) : NULL;
	if (!words || g_strv_length(words) < 3 || number_parse(words[2], G_MAXINT32, &parent))
		return 0;
	return (unsigned int)parent;
}

/* sudo clears the environment: the shell that it was called from still has it. */
static char *find_client(void)
{
	char *client = requester_client(g_getenv(SSH_CONNECTION));
	unsigned int process = (unsigned int)getppid();

	for (int i = 0; !client && process && i < PARENTS_MAX; i++) {
		g_autofree char *connection = variable_of(process, SSH_CONNECTION);

		client = requester_client(connection);
		process = parent_of(process);
	}
	return client;
}

static uint32_t read_login(void)
{
	g_autofree char *text = NULL;
	uint64_t uid;

	if (g_file_get_contents("/proc/self/loginuid", &text, NULL, NULL) &&
	    !number_parse(g_strchomp(text), G_MAXUINT32, &uid))
		return (uint32_t)uid;
	return REQUESTER_NO_LOGIN;
}

struct requester requester_read(void)
{
	const char *sudo = g_getenv("SUDO_USER");
	struct requester requester = {
		.login_uid = read_login(),
		.sudo_user = sudo && *sudo ? g_strdup(sudo) : NULL,
		.from = find_client(),
	};
	uid_t uid = requester.login_uid == REQUESTER_NO_LOGIN ? getuid() : requester.login_uid;
	const struct passwd *user;

	if (requester.sudo_user) {
		requester.name = g_strdup(requester.sudo_user);
		return requester;
	}
	user = getpwuid(uid);
	requester.name =
		user ? g_strdup(user->pw_name) : g_strdup_printf("uid %u", (unsigned int)uid);
	return requester;
}

void requester_clear(struct requester *requester)
{
	g_free(requester->name);
	g_free(requester->sudo_user);
	g_free(requester->from);
}
