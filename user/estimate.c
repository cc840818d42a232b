/* SPDX-License-Identifier: GPL-2.0-only */
/* Which packets are measured, through which programs. */
#include "estimate.h"

#include "blocklist.h"
#include "settings.h"

/* What is measured together, and what of it is let go of afterwards. */
struct taking {
	const struct gate *gate;
	struct estimate *estimate;
	GArray *indexes; /* guint: of the interfaces, in the choice */
	struct stand_in *whole;
	struct stand_in *without[PARTS]; /* NULL: the part is not in use */
	struct messages *messages;
};

static void interface_free(gpointer data)
{
	struct estimate_interface *interface = data;

	g_array_unref(interface->samples);
	g_free(interface->measured);
	g_free(interface);
}

/* --- packets --- */

/* The block list, sorted; NULL with a message, or if it is not in use. */
static GArray *read_blocks(const struct taking *taking)
{
	const struct moment now = moment_now();
	struct blocklist list;
	GArray *blocks;

	if (!(taking->estimate->parts & PART_BIT(PART_BLOCKS)) ||
	    !blocklist_open(&list, taking->gate->directory, taking->messages))
		return NULL;
	blocks = blocklist_read(&list, taking->messages);
	blocklist_close(&list);
	if (blocks) {
		blocks_sweep(blocks, &now);
		taking->estimate->blocked = blocks->len;
	}
	return blocks;
}

/* One before it whose program is the same; NULL if there is none. */
static const struct estimate_interface *find_like(const struct taking *taking,
						  const struct choice_interface *choice)
{
	const GPtrArray *before = taking->estimate->interfaces;
	const struct settings *settings = &taking->gate->generation->policy->settings;

	for (guint i = 0; i < before->len; i++) {
		const struct estimate_interface *other = before->pdata[i];

		if (!g_strcmp0(other->choice->profile, choice->profile) &&
		    settings_is_inside(settings, other->choice->name) ==
			    settings_is_inside(settings, choice->name))
			return other->like ? other->like : other;
	}
	return NULL;
}

static void add_interface(struct taking *taking, guint index, const GArray *blocks)
{
	const struct generation *generation = taking->gate->generation;
	struct estimate_interface *interface = g_new0(struct estimate_interface, 1);

	interface->choice = generation->choice->interfaces->pdata[index];
	interface->link = gate_link(taking->gate, interface->choice->name);
	interface->like = find_like(taking, interface->choice);
	interface->samples = samples_of(generation, index, blocks);
	interface->measured = g_new0(struct measured, interface->samples->len);
	g_ptr_array_add(taking->estimate->interfaces, interface);
	g_array_append_val(taking->indexes, index);
}

static bool choose_interfaces(struct taking *taking, guint wanted)
{
	const struct generation *generation = taking->gate->generation;
	const GPtrArray *interfaces = generation->choice->interfaces;
	g_autoptr(GArray) blocks = read_blocks(taking);

	if (taking->messages->errors)
		return false;
	for (guint i = 0; i < interfaces->len; i++) {
		const struct choice_interface *choice = interfaces->pdata[i];
		const struct gate_link *link = gate_link(taking->gate, choice->name);

		if ((wanted == ESTIMATE_ALL || wanted == i) && link &&
		    link->generation == generation->number)
			add_interface(taking, i, blocks);
	}
	if (taking->estimate->interfaces->len)
		return true;
	message_add(taking->messages, SEVERITY_ERROR, "portcullis", 0,
		    "no interface enforces what was loaded: see 'portcullis status'");
	return false;
}

/* What parts add to: a datagram to a closed port, which meets all of them; else any packet. */
static const struct sample *choose_part_sample(const struct estimate *estimate)
{
	const struct estimate_interface *first = estimate->interfaces->pdata[0];

	for (guint i = 0; i < first->samples->len; i++) {
		const struct sample *sample = &g_array_index(first->samples, struct sample, i);

		if (sample->kind == SAMPLE_CLOSED && sample->question.transport == TRANSPORT_UDP)
			return sample;
	}
	return &g_array_index(first->samples, struct sample, 0);
}

/* --- programs --- */

static bool load(struct taking *taking)
{
	const unsigned int parts = taking->estimate->parts;

	taking->whole = stand_in_new(taking->gate, taking->indexes, parts, NULL, taking->messages);
	if (!taking->whole)
		return false;
	for (enum part part = 0; part < PARTS; part++) {
		if (!(parts & PART_BIT(part)))
			continue;
		taking->without[part] =
			stand_in_new(taking->gate, taking->indexes, parts & ~PART_BIT(part),
				     taking->whole, taking->messages);
		if (!taking->without[part])
			return false;
	}
	return true;
}

/* --- measuring --- */

static void add_case(GArray *cases, const struct sample *sample, const int *programs, guint than)
{
	const struct measured one = {
		.programs = programs,
		.copies = STAND_IN_COPIES,
		.frame = sample->frame,
		.size = sample->size,
		.than = than,
	};

	g_array_append_val(cases, one);
}

/* All packets of all interfaces; then one of them without each part. */
static GArray *make_cases(const struct taking *taking)
{
	const struct estimate *estimate = taking->estimate;
	GArray *cases = g_array_new(FALSE, FALSE, sizeof(struct measured));
	guint whole = 0;

	for (guint i = 0; i < estimate->interfaces->len; i++) {
		const struct estimate_interface *interface = estimate->interfaces->pdata[i];

		for (guint j = 0; !interface->like && j < interface->samples->len; j++) {
			const struct sample *sample =
				&g_array_index(interface->samples, struct sample, j);

			if (sample == estimate->part_sample)
				whole = cases->len;
			add_case(cases, sample, stand_in_programs(taking->whole, i), MEASURE_BARE);
		}
	}
	for (enum part part = 0; part < PARTS; part++)
		if (taking->without[part])
			add_case(cases, estimate->part_sample,
				 stand_in_programs(taking->without[part], 0), whole);
	return cases;
}

/* In the order in which they were made. What is dearer without a part is cheaper with it. */
static void keep_results(const struct taking *taking, const struct measured *next)
{
	struct estimate *estimate = taking->estimate;

	for (guint i = 0; i < estimate->interfaces->len; i++) {
		struct estimate_interface *interface = estimate->interfaces->pdata[i];

		for (guint j = 0; !interface->like && j < interface->samples->len; j++)
			interface->measured[j] = *next++;
	}
	for (enum part part = 0; part < PARTS; part++) {
		if (!taking->without[part])
			continue;
		estimate->part[part] = *next;
		estimate->part[part].above = -next->above;
		estimate->part[part].low = -next->high;
		estimate->part[part].high = -next->low;
		next++;
	}
}

static bool take(struct taking *taking, double seconds)
{
	g_autoptr(GArray) cases = NULL;

	if (!load(taking))
		return false;
	cases = make_cases(taking);
	if (!measure((struct measured *)(void *)cases->data, cases->len, seconds,
		     &taking->estimate->measuring, taking->messages))
		return false;
	keep_results(taking, (const struct measured *)(const void *)cases->data);
	return true;
}

struct estimate *estimate_new(const struct gate *gate, guint interface, double seconds,
			      struct messages *messages)
{
	struct estimate *estimate = g_new0(struct estimate, 1);
	struct taking taking = {
		.gate = gate,
		.estimate = estimate,
		.indexes = g_array_new(FALSE, FALSE, sizeof(guint)),
		.messages = messages,
	};
	bool taken = false;

	estimate->interfaces = g_ptr_array_new_with_free_func(interface_free);
	if (stand_in_parts(gate, &estimate->parts, messages) &&
	    choose_interfaces(&taking, interface)) {
		estimate->part_sample = choose_part_sample(estimate);
		taken = take(&taking, seconds);
	}
	for (enum part part = 0; part < PARTS; part++)
		stand_in_free(taking.without[part]);
	stand_in_free(taking.whole);
	g_array_unref(taking.indexes);
	if (taken)
		return estimate;
	estimate_free(estimate);
	return NULL;
}

void estimate_free(struct estimate *estimate)
{
	if (!estimate)
		return;
	g_ptr_array_unref(estimate->interfaces);
	g_free(estimate);
}
