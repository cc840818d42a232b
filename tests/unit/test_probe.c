/* SPDX-License-Identifier: GPL-2.0-only */
/* The program in force, asked without a trace: it says what the policy says. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "own_gate.h"
#include "probe.h"
#include "question.h"
#include "totals.h"

struct asked {
	const char *from, *to, *port;
	enum reason reason;
};

/* All that is counted. */
static char *counted(void)
{
	g_autofree char *folder = gate_folder();
	struct messages *messages = messages_new();
	struct totals *totals = totals_read(folder, messages);
	GChecksum *checksum = g_checksum_new(G_CHECKSUM_SHA256);
	char *digest;

	assert_non_null(totals);
	g_checksum_update(checksum, (void *)totals->slots->data,
			  totals->slots->len * sizeof(struct count));
	g_checksum_update(checksum, (void *)totals->servers->data,
			  totals->servers->len * sizeof(struct server_count));
	g_checksum_update(checksum, (void *)totals->dropped_ports->data,
			  totals->dropped_ports->len * sizeof(__u64));
	g_checksum_update(checksum, (void *)&totals->reasons, sizeof(totals->reasons));
	digest = g_strdup(g_checksum_get_string(checksum));
	g_checksum_free(checksum);
	totals_free(totals);
	messages_free(messages);
	return digest;
}

/* Asks the program on an interface, and the policy; both must say the same. */
static void ask(const struct gate *gate, guint interface, const struct asked *asked)
{
	const struct words words = {NULL, asked->from, asked->to, asked->port};
	struct messages *messages = messages_new();
	struct question question = {.interface = interface};
	g_autofree char *error = NULL, *said = NULL;
	enum reason reason = REASON_COUNT, judged;
	bool answered;

	assert_true(question_read(&words, gate->generation, &question, &error));
	judged = judge(gate->generation, &question).reason;
	answered =
		probe(gate_link(gate, cards[interface])->program_fd, &question, &reason, messages);
	said = all_messages(messages);
	if (!answered || reason != asked->reason || judged != asked->reason)
		fail_msg("from %s to %s %s: program %d, policy %d, expected %d; %s", asked->from,
			 asked->to, asked->port, reason, judged, asked->reason, said);
	messages_free(messages);
}

static void ask_each(struct choice *choice, guint interface, const struct asked *asked,
		     unsigned int count)
{
	g_autofree char *before = NULL, *after = NULL;
	struct gate *gate;

	apply_right(choice);
	before = counted();
	gate = open_gate(GATE_READ);
	for (unsigned int i = 0; i < count; i++)
		ask(gate, interface, &asked[i]);
	gate_close(gate);
	after = counted();
	assert_string_equal(before, after);
}

static void answers_for_an_interface(void **state)
{
	static const struct asked asked[] = {
		{NULL, NULL, "tcp/443", REASON_PUBLISHED},
		{NULL, NULL, "udp/443", REASON_PUBLISHED},
		{NULL, NULL, "tcp/444", REASON_NOT_PUBLISHED},
		{NULL, NULL, "tcp/8000", REASON_PUBLISHED},
		{NULL, NULL, "tcp/8005", REASON_NOT_PUBLISHED},
		{NULL, NULL, "tcp/8009", REASON_PUBLISHED},
		{NULL, NULL, "udp/8009", REASON_NOT_PUBLISHED},
		{NULL, NULL, "udp/65535", REASON_NOT_PUBLISHED},
		{"2001:db8:7::1", "2001:db8:8::1", "tcp/443", REASON_PUBLISHED},
		{"2001:db8:7::1", "2001:db8:8::1", "udp/5000", REASON_NOT_PUBLISHED},
		/* Management */
		{"10.0.9.7", NULL, "tcp/22", REASON_MANAGEMENT},
		{"10.0.10.7", NULL, "tcp/22", REASON_NOT_PUBLISHED},
		{"10.0.9.7", NULL, "udp/22", REASON_NOT_PUBLISHED},
		{"2001:db8:9::7", NULL, "tcp/22", REASON_MANAGEMENT},
		{"2001:db8:a::7", NULL, "tcp/22", REASON_NOT_PUBLISHED},
		{"10.0.9.7", NULL, "tcp/443", REASON_PUBLISHED},
		/* DHCP, by family */
		{"10.0.0.1:67", "10.0.0.2", "udp/68", REASON_DHCP},
		{"10.0.0.1:68", "10.0.0.2", "udp/68", REASON_NO_SUCH_FLOW},
		{"10.0.0.1:547", "10.0.0.2", "udp/546", REASON_NO_SUCH_FLOW},
		{"[fe80::1]:547", "fe80::2", "udp/546", REASON_DHCP},
		{"[fe80::1]:67", "fe80::2", "udp/68", REASON_NO_SUCH_FLOW},
		{"10.0.0.1:67", "10.0.0.2", "tcp/68", REASON_NOT_PUBLISHED},
		/* what has no ports */
		{NULL, NULL, "icmp/8", REASON_ICMP},
		{NULL, NULL, "icmp/5", REASON_ICMP_TYPE},
		{NULL, NULL, "icmp6/135", REASON_ICMP},
		{NULL, NULL, "icmp6/8", REASON_ICMP_TYPE},
		{NULL, NULL, "ip/47", REASON_PROTOCOL},
		{NULL, NULL, "ip/igmp", REASON_PROTOCOL_ALLOWED},
		{NULL, "2001:db8:8::1", "ip/vrrp", REASON_PROTOCOL_ALLOWED},
		{NULL, "2001:db8:8::1", "ip/59", REASON_PROTOCOL},
	};
	static const struct asked other[] = {
		{NULL, NULL, "tcp/443", REASON_NOT_PUBLISHED},
		{NULL, NULL, "udp/5999", REASON_PUBLISHED},
	};
	struct choice *choice = choose_profile("narrow");

	choice->management = g_strdup("10.0.9.0/24, 2001:db8:9::/48, tcp/20-22");
	choice_set_interface(choice, "card1", "voice", ATTACH_AUTO);
	ask_each(choice_copy(choice), 0, asked, G_N_ELEMENTS(asked));
	ask_each(choice, 1, other, G_N_ELEMENTS(other));
}

/* DHCP goes on although Management names its port for others. */
static void keeps_dhcp_beside_management(void **state)
{
	static const struct asked asked[] = {
		{"10.0.9.7:40000", "10.0.0.2", "udp/67", REASON_MANAGEMENT},
		{"10.0.8.7:40000", "10.0.0.2", "udp/67", REASON_NOT_PUBLISHED},
		{"10.0.9.7:40000", "10.0.0.2", "udp/68", REASON_NOT_PUBLISHED},
		{"10.0.8.7:67", "10.0.0.2", "udp/68", REASON_DHCP},
	};
	struct choice *choice = choose_profile("web");

	choice->management = g_strdup("10.0.9.0/24, udp/1-65535");
	ask_each(choice, 0, asked, G_N_ELEMENTS(asked));
}

/* The map of token buckets of the program in force. */
static int find_limits(const struct gate *gate)
{
	struct bpf_prog_info info = {};
	__u32 ids[64], size = sizeof(info);

	info.nr_map_ids = G_N_ELEMENTS(ids);
	info.map_ids = (__u64)(unsigned long)ids;
	assert_int_equal(
		bpf_obj_get_info_by_fd(gate_link(gate, cards[0])->program_fd, &info, &size), 0);
	for (__u32 i = 0; i < info.nr_map_ids; i++) {
		int fd = bpf_map_get_fd_by_id(ids[i]);
		struct bpf_map_info map = {};

		size = sizeof(map);
		assert_int_equal(bpf_obj_get_info_by_fd(fd, &map, &size), 0);
		if (!strcmp(map.name, "limits"))
			return fd;
		close(fd);
	}
	fail_msg("the program has no map limits");
	return -1;
}

#define SITE                                                         \
	"| Server | Address | Profile | Mode |\n|---|---|---|---|\n" \
	"| fe01 | 10.9.7.11, 2001:db8:9:7::11 | web | |\n"           \
	"| lab | 10.9.0.0/16, 2001:db8:9::/48 | voice | monitor |\n" \
	"| lab7 | 10.9.7.0/24, 2001:db8:9:7::/64 | narrow | |\n"
#define SETTINGS(more) "\n| Setting | Value |\n|---|---|\n" more

static void answers_for_a_site(void **state)
{
	static const struct asked asked[] = {
		{NULL, "fe01", "tcp/8005", REASON_PUBLISHED},
		{NULL, "10.9.7.12", "tcp/8005", REASON_NOT_PUBLISHED},
		{NULL, "10.9.8.12", "tcp/8000", REASON_NOT_PUBLISHED},
		{NULL, "10.9.8.12", "tcp/5061", REASON_PUBLISHED},
		{NULL, "10.8.8.12", "tcp/5061", REASON_UNLISTED},
		{NULL, "2001:db8:9:7::11", "tcp/8005", REASON_PUBLISHED},
		{NULL, "2001:db8:9:7::12", "tcp/8005", REASON_NOT_PUBLISHED},
		{NULL, "2001:db8:9:8::12", "udp/5000", REASON_PUBLISHED},
		{NULL, "2001:db8:8::12", "udp/5000", REASON_UNLISTED},
		{"10.0.9.7", "fe01", "tcp/22", REASON_NOT_PUBLISHED},
		{"10.0.0.1:67", "fe01", "udp/68", REASON_NO_SUCH_FLOW},
	};

	ask_each(choose_site(SITE SETTINGS("| Management | 10.0.9.0/24, tcp/22 |\n")), 0, asked,
		 G_N_ELEMENTS(asked));
}

/* The twin looks into the gate's own block list; it asks whom the site blocks first. */
static void answers_for_who_is_blocked(void **state)
{
	static const struct asked asked[] = {
		{"203.0.113.7", "fe01", "tcp/8005", REASON_BLOCKED},
		{"203.0.114.7", "fe01", "tcp/8005", REASON_PUBLISHED},
		{"2001:db8:cc::7", "2001:db8:9:7::11", "icmp6/128", REASON_BLOCKED},
		{"2001:db8:cd::7", "2001:db8:9:7::11", "tcp/8005", REASON_PUBLISHED},
		{"203.0.113.7", "10.8.8.12", "tcp/5061", REASON_BLOCKED},
		{"203.0.113.7", "10.9.8.12", "udp/9", REASON_BLOCKED},
		/* who is not named is none of them */
		{NULL, "fe01", "tcp/8005", REASON_PUBLISHED},
	};

	ask_each(choose_site(SITE "\n| Blocked |\n|---|\n| 203.0.113.0/24 |\n"
				  "| 2001:db8:cc::/48 |\n"),
		 0, asked, G_N_ELEMENTS(asked));
}

static void answers_where_the_unlisted_are_dropped(void **state)
{
	static const struct asked asked[] = {
		{NULL, "10.8.8.12", "tcp/5061", REASON_NOT_LISTED},
		{"10.0.9.7", "10.8.8.12", "tcp/22", REASON_MANAGEMENT},
		{"10.0.8.7", "10.8.8.12", "tcp/22", REASON_NOT_LISTED},
		{"10.0.0.1:67", "10.8.8.12", "udp/68", REASON_DHCP},
		{NULL, "fe01", "tcp/8005", REASON_PUBLISHED},
		{NULL, "fe01", "tcp/23", REASON_NOT_PUBLISHED},
		{NULL, "10.8.8.12", "icmp/8", REASON_ICMP},
		{NULL, "2001:db8:8::12", "icmp6/138", REASON_ICMP_TYPE},
		{NULL, "10.8.8.12", "ip/vrrp", REASON_PROTOCOL_ALLOWED},
		{NULL, "10.8.8.12", "ip/gre", REASON_PROTOCOL},
		{NULL, "fe01", "ip/vrrp", REASON_PROTOCOL},
	};

	ask_each(choose_site(SITE SETTINGS("| Management | 10.0.9.0/24, tcp/22 |\n"
					   "| Unlisted | drop |\n| Mode | monitor |\n")),
		 0, asked, G_N_ELEMENTS(asked));
}

/* Every type and protocol that can be asked for. */
static void answers_for_all_without_ports(void **state)
{
	static const char *const forms[] = {"icmp/%u", "icmp6/%u", "ip/%u"};
	static const char *const to[] = {"fe01", "2001:db8:9:7::11", "10.8.8.12"};
	struct gate *gate;

	apply_right(choose_site(SITE SETTINGS("| Protocols | esp, ospf, dccp, 255 |\n")));
	gate = open_gate(GATE_READ);
	for (unsigned int i = 0; i < 3 * 256; i += 5) {
		g_autofree char *what = g_strdup_printf(forms[i / 256], i % 256);
		const struct words words = {.to = to[i % 3], .port = what};
		struct question question = {};
		g_autofree char *error = NULL;
		struct asked asked = {NULL, to[i % 3], what, REASON_COUNT};

		if (!question_read(&words, gate->generation, &question, &error))
			continue;
		asked.reason = judge(gate->generation, &question).reason;
		ask(gate, 0, &asked);
	}
	gate_close(gate);
}

#define GUARDS                                                                                  \
	"\n| Guard | Ports | Server | Sources | Limit | Payload |\n|---|---|---|---|---|---|\n" \
	"| near | tcp/8000 | | 192.0.2.0/24, 2001:db8:7::/48 | | |\n"                           \
	"| own | tcp/8000 | fe01 | 192.0.3.0/24 | | |\n"                                        \
	"| calm | tcp/443 | | | 1/h | |\n| media | udp/5000-5009 | | | 1/h | media |\n"

/* Asking takes no token from anyone, and a datagram that is asked about is one of media. */
static void answers_for_guards(void **state)
{
	static const struct asked asked[] = {
		{NULL, "fe01", "tcp/8000", REASON_SOURCE_NOT_ALLOWED},
		{"192.0.2.7", "fe01", "tcp/8000", REASON_SOURCE_NOT_ALLOWED},
		{"192.0.3.7", "fe01", "tcp/8000", REASON_PUBLISHED},
		{"192.0.2.7", "lab7", "tcp/8000", REASON_PUBLISHED},
		{"192.0.3.7", "lab7", "tcp/8000", REASON_SOURCE_NOT_ALLOWED},
		{"2001:db8:7::1", "lab7", "tcp/8000", REASON_PUBLISHED},
		{"2001:db8:8::1", "lab7", "tcp/8000", REASON_SOURCE_NOT_ALLOWED},
		{"192.0.3.7", "lab7", "tcp/8001", REASON_PUBLISHED},
		{"192.0.3.7", "fe01", "tcp/443", REASON_PUBLISHED},
		{"192.0.3.7", "fe01", "tcp/443", REASON_PUBLISHED},
		{"192.0.3.7", "lab", "udp/5000", REASON_PUBLISHED},
		{"192.0.3.7", "lab", "udp/5000", REASON_PUBLISHED},
		{"192.0.3.7", "lab", "udp/5010", REASON_PUBLISHED},
		{"192.0.3.7", "lab", "tcp/443", REASON_NOT_PUBLISHED},
	};
	const char *const site = SITE GUARDS;
	struct gate *gate;
	__u32 taken = 0;
	int fd;

	ask_each(choose_site(site), 0, asked, G_N_ELEMENTS(asked));
	gate = open_gate(GATE_READ);
	fd = find_limits(gate);
	for (__u32 key = 0; key < LIMIT_BUCKETS; key++) {
		struct limit_bucket bucket;

		assert_int_equal(bpf_map_lookup_elem(fd, &key, &bucket), 0);
		for (int i = 0; i < BUCKET_LIMITS; i++)
			taken += bucket.limit[i].full != 0;
	}
	assert_int_equal(taken, 0);
	close(fd);
	gate_close(gate);
}

/* --- programs that cannot be asked --- */

static void check_refused(int program, const char *expected)
{
	const struct words words = {.port = "tcp/443"};
	struct generation *generation = compile(choose_profile("web"));
	struct messages *messages = messages_new();
	enum reason reason = REASON_COUNT;
	struct question question = {};
	g_autofree char *error = NULL, *said = NULL;

	assert_true(question_read(&words, generation, &question, &error));
	assert_false(probe(program, &question, &reason, messages));
	said = all_messages(messages);
	assert_string_equal(said, expected);
	assert_int_equal(reason, REASON_COUNT);
	messages_free(messages);
	generation_free(generation);
}

static void refuses_other_programs(void **state)
{
	int program = load_other_program();

	check_refused(program, "explain: error: the program in force is of another version of "
			       "portcullis: 'portcullis up' replaces it\n");
	close(program);
	check_refused(-1,
		      "explain: error: cannot read the program: File descriptor in bad state\n");
}

#define test(name) cmocka_unit_test_teardown(name, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(answers_for_an_interface),
		test(keeps_dhcp_beside_management),
		test(answers_for_a_site),
		test(answers_for_who_is_blocked),
		test(answers_where_the_unlisted_are_dropped),
		test(answers_for_all_without_ports),
		test(answers_for_guards),
		test(refuses_other_programs),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
