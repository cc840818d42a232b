/* SPDX-License-Identifier: GPL-2.0-only */
/* By which interface this host's routes lead to an address. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <net/if.h>

#include "route.h"

static int asked(const char *address)
{
	struct prefix prefix;

	assert_int_equal(prefix_parse(address, &prefix), 0);
	return route_interface(&prefix);
}

static void follows_routes(void **state)
{
	run("ip link set lo up && ip addr add 192.0.2.1/24 dev card0 && "
	    "ip addr add 2001:db8::1/64 dev card1 nodad && "
	    "ip route add 10.0.0.0/8 via 192.0.2.2");
	assert_int_equal(asked("192.0.2.77"), if_nametoindex("card0"));
	assert_int_equal(asked("10.1.2.3"), if_nametoindex("card0"));
	assert_int_equal(asked("10.1.2.0/24"), if_nametoindex("card0"));
	assert_int_equal(asked("2001:db8::7"), if_nametoindex("card1"));
	assert_int_equal(asked("192.0.2.1"), if_nametoindex("lo"));
	assert_int_equal(asked("203.0.113.1"), 0);
	assert_int_equal(asked("2001:db8:1::1"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_routes),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
