/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Groups choose their displacements in turn, the largest first, while there is most room
 * (Belazzougui, Botelho, Dietzfelbinger, "Hash, Displace, and Compress", 2009).
 */
#include "perfect_hash.h"

#include <string.h>

#include "server_table.h"

/* Groups have four members at most on average: one of so many is no work of chance. */
#define GROUP_MAX 64

struct search {
	const __u64 *hashes;
	__u32 mask;    /* places less one */
	guint *first;  /* by group: where its members begin, and after the last where they end */
	guint *member; /* indexes of hashes, group by group */
	bool *taken;   /* by place */
};

static __u32 place_of(const struct search *search, guint member, __u32 displacement)
{
	return hash_place(search->hashes[member], displacement, search->mask);
}

/* Sorts the hashes by their groups, of which first[] has room for two more. */
static void sort_by_group(struct search *search, guint count)
{
	guint *next = search->first + 2;

	for (guint i = 0; i < count; i++)
		next[hash_group(search->hashes[i], search->mask)]++;
	for (guint group = 1; group <= search->mask / GROUP_PLACES; group++)
		next[group] += next[group - 1];
	next--;
	for (guint i = 0; i < count; i++)
		search->member[next[hash_group(search->hashes[i], search->mask)]++] = i;
}

static guint group_size(const struct search *search, guint group)
{
	return search->first[group + 1] - search->first[group];
}

static int by_size(gconstpointer a, gconstpointer b, gpointer search)
{
	guint size = group_size(search, *(const guint *)a);
	guint other = group_size(search, *(const guint *)b);

	return size > other ? -1 : size < other;
}

/* Who is in one place with an earlier member is so by any displacement. */
static bool has_twin(const struct search *search, const guint *members, guint i)
{
	for (guint j = 0; j < i; j++)
		if (place_of(search, members[i], 0) == place_of(search, members[j], 0))
			return true;
	return false;
}

static bool fits(const struct search *search, const guint *members, guint size, __u32 displacement)
{
	for (guint i = 0; i < size; i++)
		if (search->taken[place_of(search, members[i], displacement)])
			return false;
	return true;
}

/* Without twins: their displacement, or DISPLACEMENTS if there is none. */
static __u32 settle(struct search *search, const guint *members, guint size)
{
	const __u32 most = MIN(DISPLACEMENTS, search->mask + 1); /* more go round once again */
	__u32 displacement = 0;

	while (displacement < most && !fits(search, members, size, displacement))
		displacement++;
	if (displacement == most)
		return DISPLACEMENTS;
	for (guint i = 0; i < size; i++)
		search->taken[place_of(search, members[i], displacement)] = true;
	return displacement;
}

/* Takes out of the group whom no displacement would part from another; how many are left. */
static guint drop_twins(const struct search *search, guint *members, guint size, GArray *left_over)
{
	guint left = 0;

	for (guint i = 0; i < size; i++) {
		members[left] = members[i];
		if (left < GROUP_MAX && !has_twin(search, members, left))
			left++;
		else if (left_over)
			g_array_append_val(left_over, members[left]);
	}
	return left;
}

/* False if not all of the group have places, and nobody may be left over. */
static bool place_group(struct search *search, guint group, __u16 *displacement, GArray *left_over)
{
	guint *members = search->member + search->first[group];
	guint all = group_size(search, group), size;
	__u32 found;

	size = drop_twins(search, members, all, left_over);
	if (size < all && !left_over)
		return false;
	while ((found = settle(search, members, size)) == DISPLACEMENTS) {
		if (!left_over)
			return false;
		g_array_append_val(left_over, members[--size]);
	}
	*displacement = (__u16)found;
	return true;
}

bool perfect_hash_find(const __u64 *hashes, guint count, __u32 places, __u16 *displacements,
		       GArray *left_over)
{
	guint groups = places / GROUP_PLACES;
	g_autofree guint *first = g_new0(guint, groups + 2);
	g_autofree guint *member = g_new(guint, count);
	g_autofree guint *order = g_new(guint, groups);
	g_autofree bool *taken = g_new0(bool, places);
	struct search search = {hashes, places - 1, first, member, taken};

	sort_by_group(&search, count);
	for (guint group = 0; group < groups; group++)
		order[group] = group;
	g_qsort_with_data(order, (gint)groups, sizeof(*order), by_size, &search);
	for (guint i = 0; i < groups; i++)
		if (!place_group(&search, order[i], &displacements[order[i]], left_over))
			return false;
	return true;
}
