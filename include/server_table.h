/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tables of exact addresses, `servers4` and `servers6`: a perfect hash by displacement (Pagh,
 * "Hash and Displace", 1999). A hash tells an address's group and, once the group's displacement is
 * added, its place, which is no other address's. So a look-up reads one displacement and one place,
 * and the table has few empty places: it stays in the processor's cache. The loader finds a seed
 * and the displacements.
 *
 * Include vmlinux.h or <linux/types.h> first.
 */
#ifndef PORTCULLIS_SERVER_TABLE_H
#define PORTCULLIS_SERVER_TABLE_H

/* An empty place has address 0 and TARGET_NONE. */
struct server4 {
	__be32 address;
	__u32 target;
};

/* Not padded: what is denser is missed less often, though some lie across two cache lines. */
struct server6 {
	__be32 address[4];
	__u32 target;
};
_Static_assert(sizeof(struct server6) == 20, "no padding");

/* So many places, a power of two, have one displacement: with more, each would be harder to find.
 */
#define GROUP_PLACES  4
#define PLACES_MIN    GROUP_PLACES
#define PLACES_MAX    (1U << 22) /* as many as the hash's upper bits tell apart */
#define DISPLACEMENTS 65536

/*
 * Multiplicative hashing: a product mixes upwards, so an address's last bytes, which differ most,
 * are made its low ones, and the product's low bits are not used. The seed is the multiplier, any
 * odd number: another one spreads the same addresses otherwise.
 */
static inline __u64 server_hash4(__be32 address, __u64 seed)
{
	return __builtin_bswap32(address) * seed;
}

/* What differs in the upper half of a number, brought down where a product does not leave it. */
static inline __u64 hash_fold(__u64 number)
{
	return number ^ number >> 32;
}

/*
 * The halves of an address of 16 bytes, as they lie in memory, each with a multiplier of its own:
 * so the processor has both products at once.
 */
static inline __u64 server_hash6(__u64 subnet, __u64 host, __u64 seed)
{
	return hash_fold(__builtin_bswap64(subnet)) * __builtin_bswap64(seed) +
	       hash_fold(__builtin_bswap64(host)) * seed;
}

/* `mask`: places less one. */
static inline __u32 hash_group(__u64 hash, __u32 mask)
{
	return hash >> 22 & mask / GROUP_PLACES;
}

static inline __u32 hash_place(__u64 hash, __u32 displacement, __u32 mask)
{
	return ((hash >> 42) + displacement) & mask;
}

#endif
