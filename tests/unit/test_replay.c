/* SPDX-License-Identifier: GPL-2.0-only */
/* Packets through programs of a replay's own: who is answered, what is told of drops, what counts.
 */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/ip.h>
#include <linux/tcp.h>
#include <linux/udp.h>

#include "ageing.h"
#include "generation_text.h"
#include "replay.h"

#define SERVERS                                   \
	"| Server | Address | Profile | Mode |\n" \
	"|---|---|---|---|\n"                     \
	"| fe01 | 10.0.1.11 | web | enforce |\n"  \
	"| fe02 | 10.0.1.12 | voice | monitor |\n"
#define SETTING(name, value) "\n| Setting | Value |\n|---|---|\n| " name " | " value " |\n"
#define LIMITED              "\n| Guard | Ports | Limit |\n|---|---|---|\n| g | tcp/443 | 1/min |\n"

#define SECOND 1000000000ULL
#define BEGIN  (1700000000 * SECOND)

/* What the program is asked. */
struct asked {
	const char *from, *to;
	int protocol;
	uint16_t source_port, port;
	bool syn;
	size_t payload; /* how many bytes of it, so that frames of all sizes are sent */
};

static uint8_t bytes[LINK_FRAME_MAX], room[LINK_FRAME_MAX];

static struct link_frame frame_of(const struct asked *asked)
{
	bool tcp = asked->protocol == IPPROTO_TCP;
	size_t size = (tcp ? sizeof(struct tcphdr) : sizeof(struct udphdr)) + asked->payload;
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = (__u8)asked->protocol};
	struct tcphdr tcp_header = {.source = htons(asked->source_port),
				    .dest = htons(asked->port),
				    .doff = 5,
				    .syn = asked->syn,
				    .ack = !asked->syn};
	struct udphdr udp = {htons(asked->source_port), htons(asked->port), htons(size), 0};

	memset(bytes, 0, sizeof(bytes));
	bytes[12] = 8;
	ip.tot_len = htons((uint16_t)(sizeof(ip) + size));
	assert_int_equal(inet_pton(AF_INET, asked->from, &ip.saddr), 1);
	assert_int_equal(inet_pton(AF_INET, asked->to, &ip.daddr), 1);
	memcpy(bytes + 14, &ip, sizeof(ip));
	if (tcp)
		memcpy(bytes + 34, &tcp_header, sizeof(tcp_header));
	else
		memcpy(bytes + 34, &udp, sizeof(udp));
	size += 14 + sizeof(ip);
	return (struct link_frame){bytes, size, size, WAY_UNTOLD};
}

static struct replay *replay_right(const struct generation *generation, bool drops)
{
	struct messages *messages = messages_new();
	struct replay *replay = replay_new(generation, drops, messages);
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, "");
	assert_non_null(replay);
	messages_free(messages);
	return replay;
}

/* At a second of the capture. */
static void arrive(struct replay *replay, unsigned int second, const struct asked *asked,
		   const struct event **drop)
{
	struct messages *messages = messages_new();
	struct link_frame frame = frame_of(asked);
	const struct event *unused;

	assert_true(replay_arrive(replay, &frame, BEGIN + second * SECOND, drop ? drop : &unused,
				  messages));
	messages_free(messages);
}

static void leave(struct replay *replay, unsigned int second, const struct asked *asked)
{
	struct messages *messages = messages_new();
	struct link_frame frame = frame_of(asked);

	assert_true(replay_leave(replay, &frame, BEGIN + second * SECOND, room, messages));
	messages_free(messages);
}

/* How many packets had a reason, dropped or not. */
static __u64 counted(const struct replay *replay, enum reason reason)
{
	struct messages *messages = messages_new();
	struct totals *totals = replay_totals(replay, messages);
	__u64 packets;

	assert_non_null(totals);
	packets = totals->reasons.enforced[reason].packets +
		  totals->reasons.monitored[reason].packets;
	totals_free(totals);
	messages_free(messages);
	return packets;
}

static const struct asked opened = {"192.0.2.7", "10.0.1.11", IPPROTO_TCP, 40000, 443, true, 0};
static const struct asked closed = {"192.0.2.7", "10.0.1.11", IPPROTO_TCP, 40000, 23, true, 0};
static const struct asked would_drop = {"192.0.2.7", "10.0.1.12", IPPROTO_UDP, 40000, 9, false, 4};
static const struct asked elsewhere = {"192.0.2.7", "10.0.1.99", IPPROTO_TCP, 40000, 23, true, 0};

/* Ports, too, whatever the site says of a card. */
static void counts(void **state)
{
	struct generation *generation =
		compile(choose_site(SERVERS SETTING("Port counters", "off")));
	struct replay *replay = replay_right(generation, false);
	struct messages *messages = messages_new();
	struct totals *totals;
	const struct event *drop;

	arrive(replay, 0, &opened, &drop);
	assert_null(drop);
	arrive(replay, 0, &closed, &drop);
	assert_null(drop); /* nobody wants to be told */
	arrive(replay, 0, &closed, NULL);
	arrive(replay, 0, &would_drop, NULL);
	arrive(replay, 0, &elsewhere, NULL);
	totals = replay_totals(replay, messages);
	assert_int_equal(totals->reasons.enforced[REASON_PUBLISHED].packets, 1);
	assert_int_equal(totals->reasons.enforced[REASON_NOT_PUBLISHED].packets, 2);
	assert_int_equal(totals->reasons.enforced[REASON_NOT_PUBLISHED].bytes, 80);
	assert_int_equal(totals->reasons.monitored[REASON_NOT_PUBLISHED].packets, 1);
	assert_int_equal(totals->reasons.enforced[REASON_UNLISTED].packets, 1);
	assert_int_equal(totals_server(totals, SERVER_FIRST).dropped.packets, 2);
	assert_int_equal(totals_server(totals, SERVER_FIRST + 1).passed.packets, 1);
	assert_int_equal(g_array_index(totals->dropped_ports, __u64, 23), 2);
	totals_free(totals);
	messages_free(messages);
	replay_free(replay);
	generation_free(generation);
	replay_free(NULL);
}

static void tells_drops(void **state)
{
	struct generation *generation = compile(choose_site(SERVERS));
	struct replay *replay = replay_right(generation, true);
	const struct event *drop;

	/* more than fit into the ring buffer at once */
	for (unsigned int i = 0; i < 2 * EVENTS_BYTES / sizeof(struct event); i++) {
		arrive(replay, 0, &closed, &drop);
		assert_non_null(drop);
		assert_int_equal(drop->reason, REASON_NOT_PUBLISHED);
		assert_int_equal(target_server(drop->target), SERVER_FIRST);
		assert_false(drop->monitored);
	}
	arrive(replay, 0, &opened, &drop);
	assert_null(drop);
	arrive(replay, 0, &would_drop, &drop);
	assert_non_null(drop);
	assert_true(drop->monitored);
	assert_int_equal(target_server(drop->target), SERVER_FIRST + 1);
	replay_free(replay);
	generation_free(generation);
}

/* A server asks, and is answered: also if it sends more at once than the kernel takes. */
static void passes_answers(void **state)
{
	static const size_t sizes[] = {0, 1400, 2048, 9000, 65000};
	struct generation *generation = compile(choose_site(SERVERS));
	struct replay *replay = replay_right(generation, false);

	for (guint i = 0; i < G_N_ELEMENTS(sizes); i++) {
		uint16_t port = (uint16_t)(50000 + i);
		const struct asked question = {"10.0.1.11", "192.0.2.53", IPPROTO_UDP, port,
					       53,          false,        sizes[i]};
		const struct asked answer = {"192.0.2.53", "10.0.1.11", IPPROTO_UDP, 53,
					     port,         false,       sizes[i]};

		arrive(replay, 100, &answer, NULL);
		assert_int_equal(counted(replay, REASON_NO_SUCH_FLOW), i + 1);
		leave(replay, 100, &question);
		arrive(replay, 100, &answer, NULL);
		assert_int_equal(counted(replay, REASON_REPLY), i + 1);
	}
	replay_free(replay);
	generation_free(generation);
}

/* By the capture's clock, in which hours pass here within a moment. */
static void forgets_what_was_asked(void **state)
{
	const struct asked question = {"10.0.1.11", "192.0.2.53", IPPROTO_UDP, 50000, 53, false, 0};
	const struct asked answer = {"192.0.2.53", "10.0.1.11", IPPROTO_UDP, 53, 50000, false, 0};
	struct generation *generation = compile(choose_site(SERVERS));
	struct replay *replay = replay_right(generation, false);

	leave(replay, 100, &question);
	arrive(replay, 100 + FLOW_UDP_SECONDS - AGEING_STEP, &answer, NULL);
	assert_int_equal(counted(replay, REASON_REPLY), 1);
	arrive(replay, 100 + FLOW_UDP_SECONDS + AGEING_STEP, &answer, NULL);
	assert_int_equal(counted(replay, REASON_REPLY), 1);
	assert_int_equal(counted(replay, REASON_NO_SUCH_FLOW), 1);
	replay_free(replay);
	generation_free(generation);
}

static void passes_none_without_replies(void **state)
{
	const struct asked question = {"10.0.1.11", "192.0.2.53", IPPROTO_UDP, 50000, 53, false, 0};
	const struct asked answer = {"192.0.2.53", "10.0.1.11", IPPROTO_UDP, 53, 50000, false, 0};
	struct generation *generation = compile(choose_site(SERVERS SETTING("Replies", "off")));
	struct replay *replay = replay_right(generation, false);

	leave(replay, 0, &question);
	arrive(replay, 0, &answer, NULL);
	assert_int_equal(counted(replay, REASON_REPLY), 0);
	replay_free(replay);
	generation_free(generation);
}

/* A connection older than the capture is taken over in its first minute, and lives on. */
static void takes_connections_over(void **state)
{
	const struct asked goes_on = {"10.0.1.11", "192.0.2.8", IPPROTO_TCP, 50000, 25, false, 0};
	const struct asked too_late = {"10.0.1.11", "192.0.2.8", IPPROTO_TCP, 50001, 25, false, 0};
	struct asked answer = {"192.0.2.8", "10.0.1.11", IPPROTO_TCP, 25, 50000, false, 0};
	struct generation *generation = compile(choose_site(SERVERS));
	struct replay *replay = replay_right(generation, false);

	leave(replay, 0, &goes_on);
	leave(replay, PICKUP_SECONDS, &too_late);
	arrive(replay, PICKUP_SECONDS, &answer, NULL);
	assert_int_equal(counted(replay, REASON_REPLY), 1);
	answer.port = 50001;
	arrive(replay, PICKUP_SECONDS, &answer, NULL);
	assert_int_equal(counted(replay, REASON_REPLY), 1);
	leave(replay, PICKUP_SECONDS - 1, &too_late);
	arrive(replay, PICKUP_SECONDS, &answer, NULL);
	assert_int_equal(counted(replay, REASON_REPLY), 2);
	replay_free(replay);
	generation_free(generation);
}

static void knows_no_limits(void **state)
{
	struct generation *generation = compile(choose_site(SERVERS LIMITED));
	struct replay *replay = replay_right(generation, false);
	struct messages *messages = messages_new();
	struct asked other = opened;
	struct totals *totals;

	other.port = 8000;
	for (int i = 0; i < 20; i++)
		arrive(replay, 0, &opened, NULL);
	arrive(replay, 0, &other, NULL);
	assert_int_equal(counted(replay, REASON_OVER_LIMIT), 0);
	totals = replay_totals(replay, messages);
	assert_int_equal(replay_unlimited(replay, totals), 20);
	assert_int_equal(totals->reasons.enforced[REASON_PUBLISHED].packets, 21);
	totals_free(totals);
	messages_free(messages);
	replay_free(replay);
	generation_free(generation);
}

/* Frames larger than a page are judged as they are. */
static void judges_large_frames(void **state)
{
	struct generation *generation = compile(choose_profile("web"));
	struct replay *replay = replay_right(generation, false);
	struct asked large = opened;

	for (large.payload = 3000; large.payload <= 65000; large.payload += 15500)
		arrive(replay, 0, &large, NULL);
	assert_int_equal(counted(replay, REASON_PUBLISHED), 5);
	assert_int_equal(counted(replay, REASON_MALFORMED), 0);
	replay_free(replay);
	generation_free(generation);
}

static void says_what_fails(void **state)
{
	struct generation *generation = compile(choose_site(SERVERS));
	struct replay *replay = replay_right(generation, false);
	struct messages *messages = messages_new();
	const struct link_frame none = {bytes, 0, 0, WAY_UNTOLD};
	const struct event *drop;
	g_autofree char *said = NULL;

	assert_false(replay_arrive(replay, &none, 0, &drop, messages));
	said = all_messages(messages);
	assert_string_equal(said, "replay: error: cannot run the program: Invalid argument\n");
	messages_free(messages);
	replay_free(replay);
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts),
		cmocka_unit_test(tells_drops),
		cmocka_unit_test(passes_answers),
		cmocka_unit_test(forgets_what_was_asked),
		cmocka_unit_test(passes_none_without_replies),
		cmocka_unit_test(takes_connections_over),
		cmocka_unit_test(knows_no_limits),
		cmocka_unit_test(judges_large_frames),
		cmocka_unit_test(says_what_fails),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
