/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The ICMP and ICMPv6 types that hosts need, for the program and for whoever explains it: types are
 * bits, so that one shift answers.
 *
 * Include vmlinux.h, or <linux/types.h> and <stdbool.h>, first.
 */
#ifndef PORTCULLIS_ICMP_H
#define PORTCULLIS_ICMP_H

/* ICMP types that hosts need: answers and errors, echo. */
#define ICMP_TYPES (1U << 0 | 1U << 3 | 1U << 8 | 1U << 11 | 1U << 12)

/* The same of ICMPv6 (RFC 4890, 4.4): its errors, and from 128 on, informational messages. */
#define ICMPV6_ERRORS (1U << 1 | 1U << 2 | 1U << 3 | 1U << 4)
#define ICMPV6_INFORMATION                                              \
	(0x1ffU     /* 128-136: echo, listeners, routers, neighbours */ \
	 | 7U << 13 /* 141-143: inverse neighbours, listeners */        \
	 | 3U << 20 /* 148-149: certification paths */                  \
	 | 7U << 23 /* 151-153: multicast routers */)

static inline bool icmp_type_needed(__u32 type)
{
	return type < 32 && ICMP_TYPES >> type & 1;
}

static inline bool icmpv6_type_needed(__u32 type)
{
	return type < 128 ? type < 32 && ICMPV6_ERRORS >> type & 1
			  : type < 160 && ICMPV6_INFORMATION >> (type - 128) & 1;
}

#endif
