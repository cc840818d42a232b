/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Maps of one entry that programs read without a look-up: where they name such a map, the address
 * of its value is put, as libbpf does for global variables. Those it cannot have as large as a
 * policy needs in every version we build with (1.1 to this day), so that maps they are.
 */
#ifndef PORTCULLIS_DIRECT_H
#define PORTCULLIS_DIRECT_H

#include <bpf/libbpf.h>

/*
 * Has the programs of objects that are opened from now on address the values of the maps "ports",
 * "servers4" and "servers6". 0 or -errno.
 */
int direct_register(void);

/* Of the object that is loaded next. */
void direct_expect(struct bpf_object *object);

#endif
