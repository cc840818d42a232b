/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy that is attached to nothing has counted of the packets it was run on. */
#ifndef PORTCULLIS_BENCH_COUNTED_H
#define PORTCULLIS_BENCH_COUNTED_H

#include <linux/types.h>

#include "load.h"

struct counted {
	__u64 passed; /* would-be drops among them */
	__u64 dropped;
	__u64 blocked; /* of those dropped */
};

/* Since it was loaded. */
struct counted counted_read(const struct load *load);

#endif
