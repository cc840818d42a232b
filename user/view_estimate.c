/* SPDX-License-Identifier: GPL-2.0-only */
/* The figures of an estimate, and what they do not say. */
#include "view_estimate.h"

#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "json.h"
#include "layout.h"
#include "obstacles.h"
#include "output.h"
#include "ports.h"
#include "view.h"

#define NS_PER_SECOND 1e9

/* --- JSON --- */

/* To a hundredth: what is behind it is noise. */
static void add_ns(struct json_object *json, const char *key, double ns)
{
	char text[G_ASCII_DTOSTR_BUF_SIZE];

	g_ascii_formatd(text, sizeof(text), "%.2f", ns);
	json_object_object_add(json, key, json_object_new_double_s(ns, text));
}

static void add_address(struct json_object *json, const char *key, const struct prefix *address)
{
	char text[PREFIX_TEXT_SIZE];

	json_add_string(json, key, prefix_format(address, text));
}

/* What the program has said; the policy says why, if it says the same. */
static void add_verdict(struct json_object *json, const struct judgement *judgement, __u32 verdict)
{
	bool drop = reason_verdict(judgement->reason) == VERDICT_DROP;
	bool dropped = verdict == XDP_DROP;

	if (dropped == (drop && !judgement->monitor)) {
		view_add_reason(json, judgement->reason);
		json_add_string(json, "mode", judgement->monitor ? "monitor" : "enforce");
		return;
	}
	json_add_string(json, "verdict", dropped ? "drop" : "pass");
	json_add_string(json, "reason", NULL);
	json_add_string(json, "meaning", NULL);
	json_add_string(json, "mode", NULL);
}

static void add_cost(struct json_object *json, const struct measured *cost)
{
	add_ns(json, "ns_above", cost->above);
	add_ns(json, "ns_above_low", cost->low);
	add_ns(json, "ns_above_high", cost->high);
}

static void add_packet(struct json_object *list, const struct sample *sample,
		       const struct measured *measured)
{
	const struct question *question = &sample->question;
	const struct judgement *judgement = &sample->judgement;
	struct json_object *json = json_append_object(list);

	json_add_string(json, "kind", sample_kind_name(sample->kind));
	json_add_string(json, "protocol", transport_name(question->transport));
	json_add_number(json, "port", question->port);
	add_address(json, "source", &question->source);
	add_address(json, "destination", &question->destination);
	json_add_string(json, "server", judgement->server ? judgement->server->name : NULL);
	json_add_string(json, "profile", judgement->profile->name);
	add_verdict(json, judgement, measured->verdict);
	add_ns(json, "ns", measured->ns);
	add_cost(json, measured);
	json_add_number(json, "packets_per_second_most", (uint64_t)(NS_PER_SECOND / measured->ns));
}

static void add_interface(struct json_object *list, const struct estimate_interface *interface)
{
	struct json_object *json = json_append_object(list), *packets;

	json_add_string(json, "name", interface->choice->name);
	json_add_string(json, "attach", interface->link->attach);
	json_add_string(json, "like", interface->like ? interface->like->choice->name : NULL);
	if (interface->like)
		interface = interface->like;
	packets = json_add_array(json, "packets");
	for (guint i = 0; i < interface->samples->len; i++)
		add_packet(packets, &g_array_index(interface->samples, struct sample, i),
			   &interface->measured[i]);
}

void view_add_estimate(struct json_object *json, const struct estimate *estimate,
		       const struct machine *machine)
{
	const struct measuring *measuring = &estimate->measuring;
	struct json_object *list;

	json_add_string(json, "kernel", machine->kernel);
	json_add_string(json, "processor", *machine->processor ? machine->processor : NULL);
	json_add_number(json, "cpu", (uint64_t)measuring->cpu);
	json_add_number(json, "rounds", measuring->rounds);
	json_add_number(json, "taken_again", measuring->again);
	json_add_bool(json, "disturbed", measuring->is_disturbed);
	add_ns(json, "ns_bare", measuring->bare);
	list = json_add_array(json, "interfaces");
	for (guint i = 0; i < estimate->interfaces->len; i++)
		add_interface(list, estimate->interfaces->pdata[i]);
}

void view_add_obstacles(struct json_object *json, const GPtrArray *obstacles)
{
	struct json_object *list = json_add_array(json, "obstacles");

	for (guint i = 0; i < obstacles->len; i++) {
		const struct obstacle *obstacle = obstacles->pdata[i];
		struct json_object *one = json_append_object(list);

		json_add_string(one, "obstacle", obstacle->name);
		json_add_string(one, "interface", obstacle->interface);
		json_add_string(one, "found", obstacle->found);
		json_add_string(one, "next", obstacle->next);
		if (obstacle->cost)
			add_cost(json_add_object(one, "cost"), obstacle->cost);
		else
			json_object_object_add(one, "cost", NULL);
	}
}

/* --- for people --- */

static double number(struct json_object *json, const char *key)
{
	return json_object_get_double(json_member(json, key));
}

static char *packet_text(struct json_object *packet)
{
	return g_strdup_printf("%s, %s/%" G_GUINT64_FORMAT ", IPv%c", json_string(packet, "kind"),
			       json_string(packet, "protocol"), json_number(packet, "port"),
			       strchr(json_string(packet, "destination"), ':') ? '6' : '4');
}

static char *verdict_text(struct json_object *packet)
{
	const char *verdict = json_string(packet, "verdict"),
		   *reason = json_string(packet, "reason");
	bool would = !g_strcmp0(json_string(packet, "mode"), "monitor") && !strcmp(verdict, "drop");

	return g_strdup_printf("%s%s%s%s", would ? "would drop" : verdict, reason ? " (" : "",
			       reason ? reason : "", reason ? ")" : "");
}

/* "3.4 (3.1 to 3.9)" */
static char *above_text(struct json_object *json)
{
	return g_strdup_printf("%.1f (%.1f to %.1f)", number(json, "ns_above"),
			       number(json, "ns_above_low"), number(json, "ns_above_high"));
}

static char *millions(double ns)
{
	return g_strdup_printf("%.1f million", NS_PER_SECOND / ns / 1e6);
}

static void print_packets(struct json_object *packets, double bare)
{
	struct listing *listing = listing_new(
		"PACKET|SERVER|VERDICT|>NS ABOVE BARE (MIDDLE HALF)|>NS|>AT MOST, A SECOND");

	for (size_t i = 0; i < json_object_array_length(packets); i++) {
		struct json_object *packet = json_object_array_get_idx(packets, i);
		double ns = number(packet, "ns");

		listing_add(listing, packet_text(packet), g_strdup(json_string(packet, "server")),
			    verdict_text(packet), above_text(packet), g_strdup_printf("%.1f", ns),
			    millions(ns));
	}
	listing_add(listing, g_strdup("any, a bare program"), g_strdup(""), g_strdup("drop"),
		    g_strdup(""), g_strdup_printf("%.1f", bare), millions(bare));
	listing_print(listing);
}

static void print_interface(struct json_object *interface, double bare)
{
	const char *like = json_string(interface, "like");

	printf("%s, %s mode", json_string(interface, "name"), json_string(interface, "attach"));
	if (like) {
		printf(": as %s, whose program is the same\n", like);
		return;
	}
	putchar('\n');
	print_packets(json_member(interface, "packets"), bare);
}

/* What the figures say, and what they do not. */
static void print_meaning(void)
{
	puts("\nThese are runs in a loop of the kernel's, on one core, with all that is read in "
	     "the "
	     "cache.\nA driver does more than that loop, and memory is slower: no core takes more "
	     "packets a\nsecond. Where a packet takes T ns with a bare program, it takes T + ABOVE "
	     "with the policy.");
}

static void print_obstacles(struct json_object *list)
{
	if (json_object_array_length(list))
		puts("\nin the way:");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		struct json_object *cost = json_member(one, "cost");
		const char *interface = json_string(one, "interface");
		g_autofree char *above = cost ? above_text(cost) : NULL;

		printf("  %s%s%s%s%s%s\n", interface ? interface : "", interface ? ": " : "",
		       json_string(one, "found"), above ? ": " : "", above ? above : "",
		       above ? " ns" : "");
		printf("    next: %s\n", json_string(one, "next"));
	}
}

void view_print_estimate(struct json_object *json)
{
	struct json_object *interfaces = json_member(json, "interfaces");
	const char *processor = json_string(json, "processor");

	printf("generation %" G_GUINT64_FORMAT " on CPU %" G_GUINT64_FORMAT "%s%s%s, Linux %s\n",
	       json_number(json, "generation"), json_number(json, "cpu"), processor ? " (" : "",
	       processor ? processor : "", processor ? ")" : "", json_string(json, "kernel"));
	for (size_t i = 0; i < json_object_array_length(interfaces); i++)
		print_interface(json_object_array_get_idx(interfaces, i), number(json, "ns_bare"));
	if (json_object_get_boolean(json_member(json, "disturbed")))
		puts("\nOthers used the processor all the time: the figures may be too high. Try "
		     "again when it is quiet.");
	print_meaning();
	print_obstacles(json_member(json, "obstacles"));
}
