/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/guards.h: who may, what passes as media, and what is asked first. */
#include "harness.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <glib.h>
#include <linux/bpf.h>

#define TO4 "ip4 dst=10.0.1.21 "
#define TO6 "ip6 dst=2001:db8:1::21 "

static int set_up(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	return 0;
}

static void test_sources(void **state)
{
	static const struct row rows[] = {
		{TO4 "tcp to=7000", REASON_PUBLISHED},
		{TO6 "tcp to=7000", REASON_PUBLISHED},
		{TO4 "src=203.0.113.1 tcp to=7001", REASON_PUBLISHED},
		{TO4 "src=203.0.113.255 tcp to=7001", REASON_PUBLISHED},
		{TO4 "src=198.18.5.5 tcp to=7001", REASON_PUBLISHED},
		{TO4 "src=198.18.5.4 tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
		{TO6 "src=2001:db8:b0::5 tcp to=7001", REASON_PUBLISHED},
		{TO6 "src=2001:db8:b0::4 tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
		{TO4 "src=203.0.112.255 tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
		{TO4 "src=203.0.114.0 tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
		{TO4 "tcp to=7001 flags=A", REASON_SOURCE_NOT_ALLOWED},
		{TO6 "src=2001:db8:a0::1 tcp to=7001", REASON_PUBLISHED},
		{TO6 "src=2001:db8:a0:ffff:ffff:ffff:ffff:ffff tcp to=7001", REASON_PUBLISHED},
		{TO6 "src=2001:db8:a1::1 tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
		{TO6 "src=2001:db8:9f::1 tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
		/* the words of an IPv4 source in an IPv6 one */
		{TO6 "src=cb00:7101:: tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
		/* one set does not stand for another */
		{TO4 "src=198.18.0.1 tcp to=7002", REASON_PUBLISHED},
		{TO6 "src=2001:db8:a0::1 tcp to=7002", REASON_SOURCE_NOT_ALLOWED},
		/* other servers have not that port */
		{"ip4 src=203.0.113.1 tcp to=7001", REASON_NOT_PUBLISHED},
		{TO4 "src=203.0.113.1 tcp to=7008", REASON_SOURCE_NOT_ALLOWED},
		/* behind options and extension headers */
		{TO4 "src=203.0.113.1 options=40 tcp to=7001", REASON_PUBLISHED},
		{TO6 "src=2001:db8:a0::1 hop=8 dest=16 tcp to=7001", REASON_PUBLISHED},
		{TO6 "hop=8 dest=16 tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
		{"vlan=88a8 vlan=8100 " TO4 "tcp to=7001", REASON_SOURCE_NOT_ALLOWED},
	};

	harness_rows(*state, rows);
}

/* RFC 7983, section 7, written as it stands there. */
static bool stands_in_rfc7983(unsigned int first)
{
	return first <= 3 ||                   /* STUN */
	       (first >= 16 && first <= 19) || /* ZRTP */
	       (first >= 20 && first <= 63) || /* DTLS */
	       (first >= 64 && first <= 79) || /* TURN channel */
	       (first >= 128 && first <= 191); /* RTP, RTCP */
}

static void check_first(struct portcullis *program, const char *to, unsigned int first)
{
	static struct frame frame;
	g_autofree char *text = g_strdup_printf("%sudp to=7006 data=1 first=%x", to, first);

	frame_build(&frame, text);
	if (harness_verdict(program, frame.bytes, frame.size) !=
	    (stands_in_rfc7983(first) ? XDP_PASS : XDP_DROP))
		fail_msg("%s", text);
}

static void test_media_by_first_byte(void **state)
{
	for (unsigned int first = 0; first < 256; first++) {
		check_first(*state, TO4, first);
		check_first(*state, TO6, first);
	}
}

static void test_media_is_counted(void **state)
{
	static const struct row rows[] = {
		{TO4 "udp to=7006 data=1 first=3", REASON_PUBLISHED},
		{TO4 "udp to=7006 data=1 first=4", REASON_NOT_MEDIA},
		{TO6 "udp to=7006 data=20 first=bf", REASON_PUBLISHED},
		{TO6 "udp to=7006 data=20 first=c0", REASON_NOT_MEDIA},
	};

	harness_rows(*state, rows);
}

static void test_media_must_be_there(void **state)
{
	static const struct row rows[] = {
		{TO4 "udp to=7006", REASON_NOT_MEDIA},
		{TO6 "udp to=7006", REASON_NOT_MEDIA},
		/* behind the packet, or behind the datagram, is not in it */
		{TO4 "udp length=8 to=7006 data=9 first=80", REASON_NOT_MEDIA},
		{TO4 "udp to=7006 pad=9 first=80", REASON_NOT_MEDIA},
		{TO4 "udp length=9 to=7006 data=9 first=80", REASON_PUBLISHED},
		{TO4 "total=28 udp to=7006 length=8 data=9 first=80", REASON_NOT_MEDIA},
		{TO6 "udp length=8 to=7006 data=9 first=80", REASON_NOT_MEDIA},
		{TO4 "options=40 udp to=7006 data=9 first=80", REASON_PUBLISHED},
		{TO4 "options=40 udp to=7006", REASON_NOT_MEDIA},
		{TO6 "hop=8 dest=16 udp to=7006 data=9 first=80", REASON_PUBLISHED},
		{TO6 "hop=8 dest=16 udp to=7006", REASON_NOT_MEDIA},
		/* a first fragment that ends with its header, then one that does not */
		{TO4 "id=1 fragment=0/1 udp length=16 to=7006", REASON_NOT_MEDIA},
		{TO4 "id=1 fragment=0/1 udp length=16 to=7006 pad=9 first=80", REASON_NOT_MEDIA},
		{TO4 "id=1 fragment=1/0 udp", REASON_FRAGMENT_NO_FIRST},
		{TO4 "id=2 fragment=0/1 udp length=32 to=7006 data=8 first=80", REASON_PUBLISHED},
		{TO4 "id=2 fragment=2/0 udp", REASON_FRAGMENT_FOLLOWS},
		{TO6 "frag=0/1 id=3 udp length=16 to=7006", REASON_NOT_MEDIA},
		{TO6 "frag=0/1 id=4 udp length=32 to=7006 data=8 first=80", REASON_PUBLISHED},
		{TO4 "udp to=7006 data=9000 first=80", REASON_PUBLISHED},
		{TO4 "udp to=7006 data=9000 first=50", REASON_NOT_MEDIA},
		{TO4 "tcp to=7009 length=9 first=80", REASON_NOT_MEDIA},
	};

	harness_rows(*state, rows);
}

/*
 * A card may put headers and payload into buffers of their own. Only kernels from 6.18 on have a
 * test run do so: there data_end says how much is in the first.
 */
static void test_media_in_another_buffer(void **state)
{
	static const struct {
		const char *frame;
		uint32_t verdict;
	} cases[] = {
		{TO4 "udp to=7006 data=9 first=80", XDP_PASS},
		{TO4 "udp to=7006 data=9 first=50", XDP_DROP},
		{TO6 "udp to=7006 data=9 first=80", XDP_PASS},
		{TO6 "udp to=7006 data=9 first=50", XDP_DROP},
	};
	struct portcullis *program = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct frame frame;
		struct xdp_md md = {};
		LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.bytes, .ctx_in = &md,
			    .ctx_size_in = sizeof(md));
		int err;

		frame_build(&frame, cases[i].frame);
		run.data_size_in = frame.size;
		md.data_end = frame.layer + 8;
		err = bpf_prog_test_run_opts(bpf_program__fd(program->progs.portcullis), &run);
		if (err == -EINVAL)
			skip();
		assert_int_equal(err, 0);
		if (run.retval != cases[i].verdict)
			fail_msg("%s: verdict %u", cases[i].frame, run.retval);
	}
}

/* A row so many times. */
static void repeat(struct portcullis *program, unsigned int times, enum reason reason,
		   const char *frame)
{
	while (times--)
		harness_check(program, reason, "%s", frame);
}

/* A packet that is dropped for its source or payload takes no token. */
static void test_order(void **state)
{
	const char *const media = TO4 "src=203.0.113.1 udp to=7007 data=1 first=80";

	repeat(*state, 3, REASON_SOURCE_NOT_ALLOWED, TO4 "udp to=7007 data=1 first=ff");
	repeat(*state, 3, REASON_NOT_MEDIA, TO4 "src=203.0.113.1 udp to=7007 data=1 first=ff");
	repeat(*state, 2, REASON_PUBLISHED, media);
	harness_check(*state, REASON_NOT_MEDIA, TO4 "src=203.0.113.1 udp to=7007");
	harness_check(*state, REASON_OVER_LIMIT, "%s", media);
}

/* Without guards their code is not there: a segment that asks for it is a closed port. */
static void test_without_guards(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->have_guards = false;
	harness_load(program);
	harness_check(program, REASON_NOT_PUBLISHED, TO4 "src=203.0.113.1 tcp to=7001");
	harness_check(program, REASON_PUBLISHED, TO4 "src=203.0.113.1 tcp to=7000");
}

/* With Unlisted drop, what nothing opens is not-listed; a guard's refusal stays its own. */
static void test_unlisted(void **state)
{
	struct portcullis *program = *state = harness_open();

	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, GUARDED, 0);
	program->rodata->unlisted_drop = true;
	harness_load(program);
	harness_check(program, REASON_SOURCE_NOT_ALLOWED, "ip4 tcp to=7001");
	harness_check(program, REASON_NOT_LISTED, "ip4 tcp to=6999");
}

static void test_monitor(void **state)
{
	struct portcullis *program = *state = harness_open();

	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, GUARDED, 1);
	program->rodata->monitor = true;
	harness_load(program);
	harness_check(program, REASON_SOURCE_NOT_ALLOWED, "ip4 tcp to=7001");
	harness_check(program, REASON_NOT_MEDIA, "ip4 udp to=7006");
	repeat(program, 3, REASON_PUBLISHED, "ip4 tcp to=7003");
	harness_check(program, REASON_OVER_LIMIT, "ip4 tcp to=7003");
}

#define guard_test(test) cmocka_unit_test_setup_teardown(test, set_up, harness_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		guard_test(test_sources),
		guard_test(test_media_by_first_byte),
		guard_test(test_media_is_counted),
		guard_test(test_media_must_be_there),
		guard_test(test_media_in_another_buffer),
		guard_test(test_order),
		cmocka_unit_test_teardown(test_without_guards, harness_close),
		cmocka_unit_test_teardown(test_unlisted, harness_close),
		cmocka_unit_test_teardown(test_monitor, harness_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
