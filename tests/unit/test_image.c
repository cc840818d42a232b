/* SPDX-License-Identifier: GPL-2.0-only */
/* Images: port tables and segments against a plain model, what each setting becomes, and bounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/socket.h>

#include "generation_text.h"
#include "image.h"

#define SERVERS                                           \
	"| Server | Address | Profile |\n|---|---|---|\n" \
	"| fe01 | 10.0.1.11 | web |\n| fe02 | 10.0.1.12 | voice |\n\n"
#define SETTING "| Setting | Value |\n|---|---|\n"

static struct image *build(const struct generation *generation)
{
	struct messages *messages = messages_new();
	struct image *image = image_build(generation, messages);
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, "");
	assert_non_null(image);
	messages_free(messages);
	return image;
}

/* --- port tables, port by port --- */

/* What a port of a profile must lead to, found without any table; kind < 0: nothing. */
struct expected {
	int kind;
	uint32_t slot;
};

static const struct expected nothing = {.kind = -1};

static struct expected expect_opening(const struct generation *generation,
				      const struct compiled *compiled, unsigned int transport,
				      unsigned int port)
{
	for (guint i = 0; compiled && i < compiled->openings->len; i++) {
		const struct opening *opening = compiled->openings->pdata[i];

		if (opening->transport == transport && opening->first <= port &&
		    port <= opening->last)
			return (struct expected){SEGMENT_PUBLISHED,
						 slots_segment(generation->slots, compiled->name,
							       transport, opening->first,
							       opening->last)};
	}
	return nothing;
}

static struct expected expect_host_life(const struct generation *generation, unsigned int transport,
					unsigned int port)
{
	const GArray *ports = generation->policy->settings.management.ports;

	if (transport == TRANSPORT_UDP && (port == 68 || port == 546))
		return (struct expected){SEGMENT_DHCP_CLIENT, 0};
	for (guint i = 0; i < ports->len; i++) {
		struct port_range range = g_array_index(ports, struct port_range, i);

		if (range.transports >> transport & 1 && range.first <= port && port <= range.last)
			return (struct expected){SEGMENT_MANAGEMENT, 0};
	}
	return nothing;
}

static void check_port(const struct image *image, uint32_t profile, unsigned int transport,
		       unsigned int port, struct expected expected)
{
	uint16_t by = image->ports[profile].opened_by[transport][port];
	struct expected found = nothing;

	if (by >= PORT_SEGMENTS) {
		const struct segment *segment =
			&g_array_index(image->segments, struct segment, by - PORT_SEGMENTS);

		assert_true(by < PORT_SEGMENTS + image->segments->len);
		found = (struct expected){(int)segment->kind, segment->slot};
	} else if (by) {
		found = (struct expected){SEGMENT_PUBLISHED, by};
	}
	if (found.kind != expected.kind || found.slot != expected.slot)
		fail_msg("profile %u, transport %u, port %u: kind %d, slot %u, expected %d, %u",
			 profile, transport, port, found.kind, found.slot, expected.kind,
			 expected.slot);
}

/* One table, all ports of it; compiled NULL: what no profile has. */
static void check_table(const struct generation *generation, const struct image *image,
			uint32_t profile, const struct compiled *compiled, bool host_life)
{
	for (unsigned int transport = 0; transport < TRANSPORTS; transport++) {
		for (unsigned int port = 0; port < 65536; port++) {
			struct expected expected =
				expect_opening(generation, compiled, transport, port);

			if (expected.kind < 0 && host_life)
				expected = expect_host_life(generation, transport, port);
			check_port(image, profile, transport, port, expected);
		}
	}
}

static void check_tables(struct generation *generation, bool host_life, bool unlisted)
{
	struct image *image = build(generation);
	uint32_t profiles = generation->profiles->len;

	assert_int_equal(image->tables, profiles + unlisted);
	for (uint32_t i = 0; i < profiles; i++)
		check_table(generation, image, i, generation->profiles->pdata[i], host_life);
	if (unlisted)
		check_table(generation, image, profiles, NULL, true);
	image_free(image);
	generation_free(generation);
}

static void opens_the_ports_of_profiles(void **state)
{
	struct choice *choice = choose_profile("web + extra");

	choice_set_interface(choice, "card1", "narrow", ATTACH_AUTO);
	choice_set_interface(choice, "card2", "voice", ATTACH_AUTO);
	choice_set_interface(choice, "card3", "closed", ATTACH_AUTO);
	check_tables(compile(choice), true, false);
}

static void opens_the_ends_of_the_range(void **state)
{
	static const char document[] =
		"| Role | Port | Protocol |\n|---|---|---|\n| A | 1, 3, 65535 | TCP |\n"
		"| A | 1-65535 | UDP |\n| A | 67-69 | UDP |\n\n"
		"| Profile | Roles |\n|---|---|\n| a | A |\n";
	struct choice *choice = choose(document, NULL);

	choice_set_interface(choice, "card0", "a", ATTACH_AUTO);
	choice->management = g_strdup("tcp/1, tcp/2-4, udp/5000, tcp/65534-65535, tcp/3-9");
	check_tables(compile(choice), true, false);
}

static void lets_management_and_dhcp_live(void **state)
{
	struct choice *choice = choose_profile("web");

	choice->management = g_strdup("10.0.9.0/24, tcp/22, tcp/440-445, udp/161, udp/60-70");
	check_tables(compile(choice), true, false);
}

static void gives_servers_their_ports_alone(void **state)
{
	check_tables(compile(choose_site(SERVERS SETTING "| Management | tcp/22 |\n")), false,
		     false);
}

static void gives_the_unlisted_a_table(void **state)
{
	check_tables(
		compile(choose_site(SERVERS SETTING
				    "| Management | 10.0.9.0/24, tcp/22 |\n| Unlisted | drop |\n")),
		false, true);
}

/* --- everything else --- */

static __u32 everyone(const struct image *image, guint interface)
{
	return g_array_index(image->everyone, __u32, interface);
}

static void leads_everyone_to_the_interfaces_profile(void **state)
{
	struct choice *choice = choose_profile("web");
	struct generation *generation;
	struct image *image;

	choice_set_interface(choice, "card1", "voice", ATTACH_AUTO);
	choice_set_interface(choice, "card2", "web", ATTACH_AUTO);
	generation = compile(choice);
	image = build(generation);
	assert_int_equal(image->everyone->len, 3);
	assert_int_equal(everyone(image, 0), target_make(SERVER_WHOLE_INTERFACE, 0, 0));
	assert_int_equal(everyone(image, 1), target_make(SERVER_WHOLE_INTERFACE, 1, 0));
	assert_int_equal(everyone(image, 2), target_make(SERVER_WHOLE_INTERFACE, 0, 0));
	assert_int_equal(image->slots, generation->slots->segments->len + 1);
	assert_int_equal(image->numbers, SERVER_FIRST);
	assert_int_equal(image->index4.places, 0);
	assert_int_equal(image->index6.places, 0);
	assert_int_equal(image->prefixes4->len + image->prefixes6->len, 0);
	assert_false(image->monitor || image->unlisted_drop || image->non_ip_drop);
	image_free(image);
	choice->monitor = true;
	image = build(generation);
	assert_true(image->monitor);
	assert_int_equal(everyone(image, 1), target_make(SERVER_WHOLE_INTERFACE, 1, 1));
	image_free(image);
	generation_free(generation);
}

static void takes_the_sites_settings(void **state)
{
	static const struct {
		const char *setting;
		bool monitor, unlisted_drop, non_ip_drop;
		__u32 everyone;
		__u64 protocols; /* 0-63 */
	} cases[] = {
		{"Mode | enforce", false, false, false, TARGET_NONE, 0},
		{"Mode | monitor", true, false, false, TARGET_NONE, 0},
		{"Unlisted | drop", false, true, false,
		 SERVER_WHOLE_INTERFACE << (TARGET_PROFILE_BITS + 1) | 2 << 1, 0},
		{"Unlisted | drop |\n| Mode | monitor", true, true, false,
		 SERVER_WHOLE_INTERFACE << (TARGET_PROFILE_BITS + 1) | 2 << 1 | 1, 0},
		{"Unlisted | drop |\n| Interface | card0 |\n| Inside | card0", false, true, false,
		 TARGET_NONE, 0},
		{"Non-IP | drop", false, false, true, TARGET_NONE, 0},
		{"Protocols | esp, ah", false, false, false, TARGET_NONE, 3ULL << 50},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *site =
			g_strdup_printf(SERVERS SETTING "| %s |\n", cases[i].setting);
		struct generation *generation = compile(choose_site(site));
		struct image *image = build(generation);

		assert_true(image->count_ports);
		if (image->monitor != cases[i].monitor ||
		    image->unlisted_drop != cases[i].unlisted_drop ||
		    image->non_ip_drop != cases[i].non_ip_drop ||
		    everyone(image, 0) != cases[i].everyone ||
		    image->protocols[0] != cases[i].protocols)
			fail_msg("%s", cases[i].setting);
		assert_int_equal(image->numbers, SERVER_FIRST + 2);
		image_free(image);
		generation_free(generation);
	}
}

static void counts_no_ports_if_told_so(void **state)
{
	struct generation *generation =
		compile(choose_site(SERVERS SETTING "| Port counters | off |\n"));
	struct image *image = build(generation);

	assert_false(image->count_ports);
	image_free(image);
	generation_free(generation);
}

static void lists_whom_management_lets_in(void **state)
{
	struct choice *choice = choose_profile("web");
	struct generation *generation;
	struct image *image;

	choice->management = g_strdup("10.0.9.0/24, 2001:db8:9::/48, 192.0.2.1, tcp/22");
	generation = compile(choice);
	image = build(generation);
	assert_int_equal(image->management4->len, 2);
	assert_memory_equal(image->management4->data,
			    "\x18\0\0\0\x0a\0\x09\0\x20\0\0\0\xc0\0\x02\x01", 16);
	assert_int_equal(image->management6->len, 1);
	assert_memory_equal(image->management6->data,
			    "\x30\0\0\0\x20\x01\x0d\xb8\0\x09\0\0\0\0\0\0\0\0\0\0", 20);
	image_free(image);
	generation_free(generation);

	/* No network named: anyone. */
	choice = choose_profile("web");
	choice->management = g_strdup("tcp/22");
	generation = compile(choice);
	image = build(generation);
	assert_int_equal(image->management4->len, 1);
	assert_int_equal(g_array_index(image->management4, struct prefix4, 0).length, 0);
	assert_int_equal(image->management6->len, 1);
	assert_int_equal(g_array_index(image->management6, struct prefix6, 0).length, 0);
	image_free(image);
	generation_free(generation);
}

static void lists_whom_the_site_blocks(void **state)
{
	struct generation *generation = compile(choose_site(
		SERVERS
		"\n| Blocked |\n|---|\n| 192.0.2.0/24 |\n| 192.0.2.7 |\n| 2001:db8:9::/48 |\n"));
	struct image *image = build(generation);

	assert_int_equal(image->blocked4->len, 2);
	assert_memory_equal(image->blocked4->data, "\x18\0\0\0\xc0\0\x02\0\x20\0\0\0\xc0\0\x02\x07",
			    16);
	assert_int_equal(image->blocked6->len, 1);
	assert_memory_equal(image->blocked6->data,
			    "\x30\0\0\0\x20\x01\x0d\xb8\0\x09\0\0\0\0\0\0\0\0\0\0", 20);
	image_free(image);
	generation_free(generation);
}

static void counts_slots_of_the_past(void **state)
{
	struct generation *first = compile(choose_site(SERVERS));
	struct generation *second = compile_after(choose_profile("voice"), first);
	struct image *image = build(second);

	assert_int_equal(image->slots, 6); /* web's three, voice's two, and slot 0 */
	assert_int_equal(image->numbers, SERVER_FIRST + 2);
	assert_int_equal(image->ports[0].opened_by[TRANSPORT_TCP][5061], 4);
	image_free(image);
	generation_free(first);
	generation_free(second);
}

/* --- bounds --- */

static struct opening *opening_new(uint8_t transport, uint16_t first, uint16_t last)
{
	struct opening *opening = g_new0(struct opening, 1);

	opening->transport = transport;
	opening->first = first;
	opening->last = last;
	opening->rows = g_ptr_array_new();
	return opening;
}

/* Gives the first profile as many segments as said, of one port each, tcp before udp. */
static void set_openings(struct generation *generation, unsigned int count)
{
	struct compiled *compiled = generation->profiles->pdata[0];

	g_ptr_array_set_size(compiled->openings, 0);
	for (unsigned int i = 0; i < count; i++)
		g_ptr_array_add(compiled->openings,
				opening_new(i >= 65000, (uint16_t)(1 + i % 65000),
					    (uint16_t)(1 + i % 65000)));
}

/* What is said of a generation that is too large; "" if it is not. */
static char *said_of(const struct generation *generation)
{
	struct messages *messages = messages_new();
	struct image *image = image_build(generation, messages);
	char *said = all_messages(messages);

	assert_int_equal(image == NULL, messages->errors == 1);
	image_free(image);
	messages_free(messages);
	return said;
}

static void check_said_of(const struct generation *generation, const char *expected)
{
	g_autofree char *said = said_of(generation);

	assert_string_equal(said, expected);
}

/* Gives slots to so many segments of the past that the first profile's follow them. */
static void use_up_slots(struct generation *generation, unsigned int count)
{
	while (generation->slots->segments->len < count) {
		g_autofree char *profile =
			g_strdup_printf("past%u", generation->slots->segments->len);

		slots_segment(generation->slots, profile, TRANSPORT_TCP, 1, 1);
	}
}

/* What no port table can name goes the longer way, by `segments`. */
static void names_late_slots_by_segments(void **state)
{
	struct generation *generation = compile(choose_profile("closed"));
	const struct segment *late;
	struct image *image;

	use_up_slots(generation, PORT_SEGMENTS - 2);
	set_openings(generation, 3);
	image = build(generation);
	assert_int_equal(image->ports[0].opened_by[TRANSPORT_TCP][1], PORT_SEGMENTS - 1);
	assert_int_equal(image->ports[0].opened_by[TRANSPORT_TCP][2], PORT_SEGMENTS + 2);
	assert_int_equal(image->ports[0].opened_by[TRANSPORT_TCP][3], PORT_SEGMENTS + 3);
	assert_int_equal(image->segments->len, 4);
	late = &g_array_index(image->segments, struct segment, 3);
	assert_int_equal(late->kind, SEGMENT_PUBLISHED);
	assert_int_equal(late->slot, PORT_SEGMENTS + 1);
	image_free(image);
	generation_free(generation);
}

static void holds_so_many_segments(void **state)
{
	struct generation *generation = compile(choose_profile("closed"));
	struct image *image;

	/* two of the entries past the slots are the host's own */
	set_openings(generation, 65533);
	image = build(generation);
	assert_int_equal(image->ports[0].opened_by[TRANSPORT_TCP][1], 1);
	assert_int_equal(image->ports[0].opened_by[TRANSPORT_UDP][533], 65535);
	image_free(image);
	set_openings(generation, 65534);
	check_said_of(generation, "the policy: error: 4097 segments that port tables cannot "
				  "name directly are too many, expected at most 4096\n");
	generation_free(generation);
}

static void holds_so_many_profiles(void **state)
{
	struct generation *generation =
		compile(choose_site(SERVERS SETTING "| Unlisted | drop |\n"));

	while (generation->profiles->len < TARGET_PROFILES_MAX - 1)
		g_ptr_array_add(generation->profiles,
				profile_compile(generation->policy, "closed"));
	check_said_of(generation, "");
	g_ptr_array_add(generation->profiles, profile_compile(generation->policy, "closed"));
	check_said_of(generation,
		      "the policy: error: 2049 profiles are too many, expected at most 2048\n");
	generation_free(generation);
}

static void holds_so_many_servers(void **state)
{
	struct generation *generation = compile(choose_site(SERVERS));

	/* Only their number is looked at. */
	g_ptr_array_set_size(generation->slots->servers, TARGET_SERVERS_MAX - SERVER_FIRST);
	check_said_of(generation, "");
	g_ptr_array_set_size(generation->slots->servers, TARGET_SERVERS_MAX - SERVER_FIRST + 1);
	check_said_of(generation, "the policy: error: 1048575 servers are too many, expected at "
				  "most 1048574: 'portcullis down --all' forgets those of earlier "
				  "policies, their counters with them\n");
	generation_free(generation);
}

static void frees_nothing(void **state)
{
	image_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_the_ports_of_profiles),
		cmocka_unit_test(opens_the_ends_of_the_range),
		cmocka_unit_test(lets_management_and_dhcp_live),
		cmocka_unit_test(gives_servers_their_ports_alone),
		cmocka_unit_test(gives_the_unlisted_a_table),
		cmocka_unit_test(leads_everyone_to_the_interfaces_profile),
		cmocka_unit_test(takes_the_sites_settings),
		cmocka_unit_test(counts_no_ports_if_told_so),
		cmocka_unit_test(lists_whom_management_lets_in),
		cmocka_unit_test(lists_whom_the_site_blocks),
		cmocka_unit_test(counts_slots_of_the_past),
		cmocka_unit_test(holds_so_many_segments),
		cmocka_unit_test(names_late_slots_by_segments),
		cmocka_unit_test(holds_so_many_profiles),
		cmocka_unit_test(holds_so_many_servers),
		cmocka_unit_test(frees_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
