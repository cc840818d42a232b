/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF object that this binary carries, opened and loaded by libbpf. Where its programs name
 * "ports", "watch", "flow_peers" or a map of the server tables, the address of the map's one value
 * is put instead, as libbpf does for global variables: those would do, but their size cannot be
 * chosen when a policy is loaded, not in libbpf 1.1.
 */
#ifndef PORTCULLIS_OBJECT_H
#define PORTCULLIS_OBJECT_H

#include <linux/types.h>

#include "layout.h"
#include "portcullis.skel.h"

/* NULL with errno; to be freed by portcullis__destroy(). */
struct portcullis *object_open(void);

/* What follows from the constants set so far is set, too. 0 or -errno. */
int object_load(struct portcullis *object);

#endif
