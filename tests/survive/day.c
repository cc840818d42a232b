/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A day in operation: OPERATIONS (100,000) random ones from SEED, and after each what packets are
 * let through on two cards, against a simple model of what should be. Policies are changed by the
 * command, PORTCULLIS; the block list, which is changed most, by the library.
 */
#include "../unit/own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <glib/gstdio.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/wait.h>

#include "../unit/own_gate.h" /* with generation_text.h */
#include "blocklist.h"
#include "standby.h"

#define SERVERS      6
#define UNLISTED     2
#define PREFIXES     64
#define PROBES       8
#define PROBES_AFTER 64 /* after a change of policy */

static const char *const profiles[] = {"web", "voice", "narrow", "closed"};
static const uint16_t ports[] = {443, 8000, 8005, 8009, 5061, 22};

/* What should be enforced. */
struct policy_state {
	unsigned int profile[SERVERS];
	bool monitored[SERVERS];
	bool monitor; /* the whole gate */
};

static struct {
	struct policy_state now, confirmed; /* the same unless a change waits */
	bool waits;
	bool undone;               /* the last change was */
	GHashTable *by_generation; /* number → struct policy_state */
	uint64_t blocked[PREFIXES];
	GRand *random;
	unsigned int counts[8];
} day;

/* --- the model --- */

static bool opens(unsigned int profile, uint16_t port)
{
	bool web = port == 443 || (port >= 8000 && port <= 8009);

	switch (profile) {
	case 0: return web;
	case 1: return port == 5061;
	case 2: return web && port != 8005;
	default: return false;
	}
}

/* Prefix n is 198.18.n.0/24 or, of the last quarter, a /25 in one of the first: nested. */
static void prefix_text(unsigned int n, char text[32])
{
	bool nested = n >= PREFIXES * 3 / 4;

	snprintf(text, 32, "198.18.%u.0/%d", nested ? n - PREFIXES * 3 / 4 : n, nested ? 25 : 24);
}

static bool is_blocked(uint8_t third, uint8_t fourth)
{
	const uint64_t now = standby_now();
	unsigned int nested = third + PREFIXES * 3 / 4;

	return day.blocked[third] > now ||
	       (nested < PREFIXES && fourth < 128 && day.blocked[nested] > now);
}

static bool passes(const uint8_t source[4], unsigned int server, uint16_t port)
{
	const struct policy_state *state = &day.now;

	if (server >= SERVERS)
		return state->monitor || !is_blocked(source[2], source[3]);
	if (state->monitor || state->monitored[server])
		return true;
	return !is_blocked(source[2], source[3]) && opens(state->profile[server], port);
}

/* --- packets --- */

static bool ask(int program, const uint8_t source[4], unsigned int server, uint16_t port)
{
	struct {
		struct ethhdr ethernet;
		struct iphdr ip;
		struct tcphdr tcp;
	} __attribute__((packed)) packet = {
		.ethernet.h_proto = htons(ETH_P_IP),
		.ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_TCP},
		.tcp = {.doff = 5, .syn = 1},
	};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &packet, .data_size_in = sizeof(packet),
		    .repeat = 1);

	packet.ip.tot_len = htons(sizeof(packet.ip) + sizeof(packet.tcp));
	memcpy(&packet.ip.saddr, source, 4);
	packet.ip.daddr = htonl(0x0a000001 + server);
	packet.tcp.source = htons(40000);
	packet.tcp.dest = htons(port);
	assert_int_equal(bpf_prog_test_run_opts(program, &run), 0);
	return run.retval == XDP_PASS;
}

static void probe_card(const char *card, int probes)
{
	int program = bpf_prog_get_fd_by_id(program_on(card));

	assert_true(program >= 0);
	for (int i = 0; i < probes; i++) {
		const uint8_t source[4] = {
			198, 18, (uint8_t)g_rand_int_range(day.random, 0, PREFIXES * 3 / 4),
			(uint8_t)g_rand_int_range(day.random, 1, 255)};
		unsigned int server =
			(unsigned int)g_rand_int_range(day.random, 0, SERVERS + UNLISTED);
		uint16_t port = ports[g_rand_int_range(day.random, 0, G_N_ELEMENTS(ports))];
		bool passed = ask(program, source, server, port);

		if (passed != passes(source, server, port))
			fail_msg("%s: 198.18.%u.%u to server %u, tcp/%u: %s", card, source[2],
				 source[3], server, port, passed ? "has passed" : "was dropped");
	}
	close(program);
}

/* --- operations --- */

/* The command's exit code. */
static int call(const char *format, ...) G_GNUC_PRINTF(1, 2);

static int call(const char *format, ...)
{
	va_list arguments;
	g_autofree char *words = NULL, *line = NULL;
	int status;

	va_start(arguments, format);
	words = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	line = g_strdup_printf("%s --bpffs %s %s >%s.said 2>&1", getenv("PORTCULLIS"), bpffs, words,
			       bpffs);
	status = system(line);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* What the last command has said, if it was right; the caller frees it. */
static char *must_call(int code, const char *words)
{
	g_autofree char *file = g_strdup_printf("%s.said", bpffs);
	char *said = NULL;

	g_file_get_contents(file, &said, NULL, NULL);
	if (code)
		fail_msg("'%s' exits with %d: %s", words, code, said);
	return said;
}

/* Remembers what the generation in force is to do. */
static void note_generation(void)
{
	struct gate *gate = open_gate(GATE_READ);
	struct policy_state *copy = g_memdup2(&day.now, sizeof(day.now));

	g_hash_table_insert(day.by_generation, GUINT_TO_POINTER(gate->generation->number), copy);
	gate_close(gate);
}

static bool maybe(int of)
{
	return !g_rand_int_range(day.random, 0, of);
}

static void write_site(const char *file, const struct policy_state *state)
{
	GString *text = g_string_new("| Setting | Value |\n|---|---|\n"
				     "| Interface | card0, card1 |\n"
				     "| Documents | d.md |\n\n"
				     "| Server | Address | Profile | Mode |\n|---|---|---|---|\n");

	for (unsigned int i = 0; i < SERVERS; i++)
		g_string_append_printf(text, "| s%u | 10.0.0.%u | %s | %s |\n", i, i + 1,
				       profiles[state->profile[i]],
				       state->monitored[i] ? "monitor" : "enforce");
	assert_true(g_file_set_contents(file, text->str, -1, NULL));
	g_string_free(text, TRUE);
}

static void draw(struct policy_state *state)
{
	for (unsigned int i = 0; i < SERVERS; i++) {
		state->profile[i] = (unsigned int)g_rand_int_range(day.random, 0, 4);
		state->monitored[i] = maybe(4);
	}
}

/* A change was made, to be confirmed or for good. */
static void changed(const struct policy_state *next, bool confirm)
{
	if (!day.waits)
		day.confirmed = day.now;
	day.now = *next;
	day.waits = confirm;
	day.undone = false;
	note_generation();
}

static void change(const char *words, const struct policy_state *next)
{
	bool confirm = maybe(3);
	g_autofree char *said = NULL;
	int code = call("%s%s", words, confirm ? " --confirm 3600" : "");

	if (day.waits && !confirm) {
		assert_int_equal(code, 1); /* refused while another waits */
		return;
	}
	said = must_call(code, words);
	/* another text is another generation, though it may do the same */
	if (!strstr(said, "unchanged"))
		changed(next, confirm);
}

static void reload(void)
{
	struct policy_state next = day.now;
	g_autofree char *file = g_strdup_printf("%s.folder/site.md", bpffs);
	g_autofree char *words = g_strdup_printf("reload %s", file);

	draw(&next);
	write_site(file, &next);
	change(words, &next);
}

static void swap_one(void)
{
	struct policy_state next = day.now;
	unsigned int server = (unsigned int)g_rand_int_range(day.random, 0, SERVERS);
	unsigned int profile = (unsigned int)g_rand_int_range(day.random, 0, 4);
	g_autofree char *words = g_strdup_printf("swap s%u %s", server, profiles[profile]);

	next.profile[server] = profile;
	change(words, &next);
}

static void swap_mode(void)
{
	struct policy_state next = day.now;

	next.monitor = !next.monitor;
	change(next.monitor ? "swap --monitor" : "swap --enforce", &next);
}

static void confirm(void)
{
	assert_int_equal(call("confirm"), day.undone); /* then it is too late */
	day.waits = false;
}

static void let_time_pass(void)
{
	struct gate *gate;

	if (!day.waits)
		return;
	gate = open_gate(GATE_READ);
	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		assert_int_equal(standby_set_deadline(link->program_fd, 1), 0);
	}
	gate_close(gate);
	day.now = day.confirmed;
	day.waits = false;
	day.undone = true;
}

static void roll_back(void)
{
	struct gate *gate = open_gate(GATE_READ);
	unsigned int before = gate->generation->previous[0];
	const struct policy_state *state =
		g_hash_table_lookup(day.by_generation, GUINT_TO_POINTER(before));
	g_autofree char *pin = NULL;

	pin = g_strdup_printf("%s/catalog-%u", gate->directory, before);
	gate_close(gate);
	if (!day.waits && !g_file_test(pin, G_FILE_TEST_EXISTS)) {
		assert_int_equal(call("rollback"), 1); /* as far back as it goes */
		return;
	}
	g_free(must_call(call("rollback"), "rollback"));
	assert_true(day.waits || state);
	day.now = day.waits ? day.confirmed : *state;
	day.undone = day.waits;
	day.waits = false;
	note_generation();
}

/* Blocks a prefix for an hour, for good or for no time at all, or takes a block back. */
static void change_block(void)
{
	struct messages *messages = messages_new();
	struct gate *gate =
		gate_open(bpffs, GATE_WRITE, messages); /* may tell of an undone change */
	unsigned int n = (unsigned int)g_rand_int_range(day.random, 0, PREFIXES);
	struct block block = {.value = {.added = 1, .reason = "day"}};
	struct blocklist list;
	g_autoptr(GArray) from = NULL, to = blocks_new();
	char text[32];

	assert_true(blocklist_open(&list, gate->directory, messages));
	from = blocklist_read(&list, messages);
	day.blocked[n] = maybe(2)   ? 0
			 : maybe(3) ? standby_now() + 3600ULL * 1000000000
			 : maybe(2) ? BLOCKED_FOR_GOOD
				    : 1;
	for (n = 0; n < PREFIXES; n++) {
		if (!day.blocked[n])
			continue;
		prefix_text(n, text);
		assert_int_equal(prefix_parse(text, &block.prefix), 0);
		block.value.expires = day.blocked[n];
		g_array_append_val(to, block);
	}
	blocks_sort(to);
	blocks_settle(to);
	assert_true(blocklist_write(&list, from, to, messages));
	assert_int_equal(messages->errors, 0);
	blocklist_close(&list);
	gate_close(gate);
	messages_free(messages);
}

static void operate(void)
{
	static void (*const rare[])(void) = {swap_one, swap_one,      reload,    swap_mode,
					     confirm,  let_time_pass, roll_back, swap_one};
	bool is_rare = maybe(60);
	unsigned int which = (unsigned int)g_rand_int_range(day.random, 0, G_N_ELEMENTS(rare));

	if (is_rare)
		rare[which]();
	else
		change_block();
	day.counts[is_rare ? which : 7]++;
	for (int i = 0; i < CARDS; i++)
		probe_card(cards[i], is_rare ? PROBES_AFTER : PROBES);
}

static unsigned int setting(const char *name, unsigned int otherwise)
{
	return getenv(name) ? (unsigned int)strtoul(getenv(name), NULL, 10) : otherwise;
}

static void survives_a_day(void **state)
{
	unsigned int operations = setting("OPERATIONS", 100000), seed = setting("SEED", 20150501);
	g_autofree char *folder = g_strdup_printf("%s.folder", bpffs);
	g_autofree char *document = g_strdup_printf("%s/d.md", folder);
	g_autofree char *site = g_strdup_printf("%s/site.md", folder);
	g_autofree char *cleaning = g_strdup_printf("rm -r %s.folder %s.said", bpffs, bpffs);

	day.random = g_rand_new_with_seed(seed);
	day.by_generation = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	assert_int_equal(g_mkdir(folder, 0700), 0);
	assert_true(g_file_set_contents(document, DOCUMENT, -1, NULL));
	write_site(site, &day.now);
	g_free(must_call(call("up %s", site), "up"));
	note_generation();
	for (unsigned int n = 0; n < operations; n++)
		operate();
	print_message("# %u operations of seed %u, %u of them on the block list\n", operations,
		      seed, day.counts[7]);
	g_free(must_call(call("down --all"), "down --all"));
	check_pins("");
	g_hash_table_destroy(day.by_generation);
	g_rand_free(day.random);
	run(cleaning);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(survives_a_day)};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
