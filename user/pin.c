/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells what is wrong with a pin, or with where it lies. */
#include "pin.h"

#include <errno.h>
#include <string.h>

void pin_say_read_only(const char *bpffs, struct messages *messages)
{
	message_add(messages, SEVERITY_ERROR, bpffs, 0,
		    "is mounted read-only: 'mount -o remount,rw %s' lets pins be made and opened "
		    "again; what is enforced stays so meanwhile",
		    bpffs);
}

void pin_say_failed(const char *path, const char *step, struct messages *messages)
{
	const int error = errno;
	g_autofree char *folder = g_path_get_dirname(path);
	g_autofree char *bpffs = g_path_get_dirname(folder);

	switch (error) {
	case EROFS: pin_say_read_only(bpffs, messages); break;
	case EACCES: /* of what the kernel did not pin, such as a folder */
		message_add(messages, SEVERITY_ERROR, path, 0,
			    "is no pin, expected one or nothing: 'rm -r %s' first", path);
		break;
	case EEXIST:
		message_add(messages, SEVERITY_ERROR, path, 0,
			    "cannot %s: something else is there: 'rm -r %s' first", step, path);
		break;
	default:
		message_add(messages, SEVERITY_ERROR, path, 0, "cannot %s: %s", step,
			    strerror(error));
	}
}
