/* SPDX-License-Identifier: GPL-2.0-only */
/* What is let onto an interface, on a host with cards, a bridge and an SSH connection. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "admission.h"
#include "own_gate.h"

/* --- the host --- */

static pid_t client;            /* in a network of its own, at the other end of card0's wire */
static int listening, accepted; /* an SSH server's sockets, as far as their port tells */
static uint16_t client_port;

static struct sockaddr_in address_of(const char *text, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};

	inet_pton(AF_INET, text, &address.sin_addr);
	return address;
}

/* Connects to port 22 of the host once its end of the wire is there, and stays. */
static void be_client(int start)
{
	const struct sockaddr_in server = address_of("192.0.2.1", 22);
	int connection;
	char byte;

	if (unshare(CLONE_NEWNET) || write(start, "", 1) != 1 || read(start, &byte, 1) != 1)
		_exit(1);
	run("ip address add 192.0.2.2/24 dev wire0 && ip link set wire0 up");
	connection = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(connection, (const struct sockaddr *)&server, sizeof(server)))
		_exit(1);
	pause();
	_exit(0);
}

static int start_client(void)
{
	int ends[2];
	char byte;
	g_autofree char *command = NULL;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -1;
	client = fork();
	if (!client)
		be_client(ends[1]);
	if (read(ends[0], &byte, 1) != 1)
		return -1;
	command = g_strdup_printf("ip link set wire0 netns %d", client);
	run(command);
	return write(ends[0], "", 1) != 1;
}

static int make_wired_host(void **state)
{
	struct sockaddr_in local = address_of("192.0.2.1", 22), remote;
	socklen_t size = sizeof(remote);

	if (make_host(state))
		return -1;
	run("ip address add 192.0.2.1/24 dev card0 && "
	    "ip link add name bridge type bridge && "
	    "ip link add port type veth peer name portpeer && ip link set port master bridge");
	listening = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(listening, (struct sockaddr *)&local, sizeof(local)) || listen(listening, 1) ||
	    start_client())
		return -1;
	accepted = accept(listening, (struct sockaddr *)&remote, &size);
	client_port = ntohs(remote.sin_port);
	return accepted < 0;
}

static int remove_wired_host(void **state)
{
	kill(client, SIGKILL);
	waitpid(client, NULL, 0);
	return remove_host(state);
}

/* --- admission --- */

/* Whether a choice is let in, and what is said of it. */
static void check_asked(struct choice *choice, bool allow_lockout, bool admitted,
			const char *expected)
{
	struct gate *gate = open_gate(GATE_READ);
	struct generation *next = compile_after(choice, gate->generation);
	struct messages *messages = messages_new();
	enum admission found = admission_check(gate, next, allow_lockout, messages);
	g_autofree char *said = all_messages(messages);

	generation_free(next);
	gate_close(gate);
	assert_string_equal(said, expected);
	assert_int_equal(found == ADMISSION_GRANTED, admitted);
	assert_int_equal(found == ADMISSION_LOCKOUT, strstr(expected, "insist with") != NULL);
	assert_int_equal(messages->errors, !admitted);
	messages_free(messages);
}

/* DOCUMENT's profile on one card, with what --management says. */
static struct choice *choose_on(const char *card, const char *management)
{
	struct choice *choice = choose(DOCUMENT, NULL);

	choice_set_interface(choice, card, "web", ATTACH_AUTO);
	choice->management = g_strdup(management);
	return choice;
}

static void admits_a_card(void **state)
{
	check_asked(choose_on("card1", NULL), false, true, "");
}

static void refuses_interfaces_that_do_not_fit(void **state)
{
	check_asked(choose_on("card7", NULL), true, false,
		    "card7: error: no interface 'card7', did you mean 'card0' or 'card1'?\n");
	check_asked(
		choose_on("port", NULL), true, false,
		"port: error: 'port' is a port of bridge 'bridge': attach to 'bridge', which sees "
		"what this host receives or routes, not what it bridges\n");
}

static void warns_of_a_bridge(void **state)
{
	check_asked(
		choose_on("bridge", NULL), true, true,
		"bridge: warning: 'bridge' is a bridge: packets for this host or routed by it are "
		"judged, those bridged between its ports are not\n");
}

static void refuses_beside_another_program(void **state)
{
	int program = load_other_program(), index = (int)if_nametoindex("card1");
	g_autofree char *expected =
		g_strdup_printf("card1: error: 'card1' has another XDP program, id %u (native "
				"mode): detach it first\n",
				program_id(program));

	assert_int_equal(bpf_xdp_attach(index, program, 0, NULL), 0);
	check_asked(choose_on("card1", NULL), true, false, expected);
	assert_int_equal(bpf_xdp_detach(index, 0, NULL), 0);
	close(program);
}

/* Our own is no hindrance; its mode stays. */
static void admits_what_replaces_ours(void **state)
{
	struct choice *choice = choose_on("card1", NULL);

	apply_right(choose_on("card1", NULL));
	check_asked(choose_on("card1", "tcp/22"), false, true, "");
	choice_set_interface(choice, "card1", "web", ATTACH_GENERIC);
	check_asked(
		choice, false, false,
		"card1: error: is attached in native mode, not generic: 'portcullis down card1' "
		"first to change that\n");
}

static void leaves_no_interface_out(void **state)
{
	apply_right(choose_on("card1", NULL));
	check_asked(choose_on("portpeer", NULL), false, false,
		    "card1: error: is enforced now and would no longer be: 'portcullis down card1' "
		    "first, or name it too\n");
}

static void says_that_an_interface_is_gone(void **state)
{
	run("ip link add card2 type veth peer name wire2");
	apply_right(choose_on("card2", NULL));
	run("ip link delete card2");
	check_asked(choose_on("card2", NULL), false, false,
		    "card2: error: no interface 'card2' any more: 'portcullis down card2' goes on "
		    "without it\n");
}

/* --- lockout --- */

/* The connection and the socket that listens, cut off ("cuts off", "would cut off"). */
static char *cut_off(const char *words)
{
	return g_strdup_printf(
		"card0: warning: %s tcp 192.0.2.1:22 from 192.0.2.2:%u (test_admission, pid %d)\n"
		"card0: warning: %s tcp 192.0.2.1:22 (test_admission, pid %d)\n",
		words, client_port, getpid(), words, getpid());
}

#define LOCKOUT                                                                                   \
	"card0: error: an SSH connection to this host would be cut off: let it in with "          \
	"--management '10.0.9.0/24, tcp/22' (your networks), try --monitor or --confirm SECONDS " \
	"first, or insist "                                                                       \
	"with --allow-lockout\n"

static void refuses_to_cut_ssh_off(void **state)
{
	g_autofree char *cut = cut_off("cuts off");
	g_autofree char *refused = g_strconcat(cut, LOCKOUT, NULL);

	check_asked(choose_on("card0", NULL), false, false, refused);
	check_asked(choose_on("card0", NULL), true, true, cut);
}

/* Who may connect is not whom this connection is from. */
static void refuses_management_from_elsewhere(void **state)
{
	g_autofree char *refused = g_strdup_printf(
		"card0: warning: cuts off tcp 192.0.2.1:22 from 192.0.2.2:%u (test_admission, pid "
		"%d)\n" LOCKOUT,
		client_port, getpid());

	check_asked(choose_on("card0", "192.0.3.0/24, tcp/22"), false, false, refused);
}

static void lets_ssh_in_by_management(void **state)
{
	check_asked(choose_on("card0", "192.0.2.0/24, tcp/22"), false, true, "");
	check_asked(choose_on("card0", "tcp/22"), false, true, "");
}

static void cuts_nothing_off_by_counting(void **state)
{
	g_autofree char *cut = cut_off("would cut off");
	struct choice *choice = choose_on("card0", NULL);

	choice->monitor = true;
	check_asked(choice, false, true, cut);
}

#define SITE "| Server | Address | Profile |\n|---|---|---|\n| fe01 | 10.0.1.11 | web |\n"

/* In a site this host is no server, unless what is unlisted is dropped. */
static void leaves_the_host_of_a_site_alone(void **state)
{
	g_autofree char *cut = cut_off("cuts off");
	g_autofree char *refused = g_strconcat(cut, LOCKOUT, NULL);

	check_asked(choose_site(SITE), false, true, "");
	check_asked(choose_site(SITE "\n| Setting | Value |\n|---|---|\n| Unlisted | drop |\n"),
		    false, false, refused);
}

/* A site on card0, whose servers are where the outsiders are: card0's wire leads to 192.0.2.0/24.
 */
static struct choice *choose_reached(const char *interface, const char *address,
				     const char *settings)
{
	g_autofree char *site = g_strdup_printf("| Server | Address | Profile |\n|---|---|---|\n"
						"| fe01 | %s | web |\n\n"
						"| Setting | Value |\n|---|---|\n"
						"| Interface | %s |\n%s",
						address, interface, settings);
	struct choice *choice = choose(DOCUMENT, site);

	choice_set_interface(choice, "card0", NULL, ATTACH_AUTO);
	return choice;
}

static void warns_of_servers_outside(void **state)
{
	g_autofree char *cut = cut_off("cuts off");
	g_autofree char *refused = g_strconcat(cut, LOCKOUT, NULL);
	static const char warning[] =
		"card0: warning: this host's routes lead to server 'fe01' through it: what servers "
		"send is dropped there as forged-source, unless the setting Inside names it\n";

	check_asked(choose_reached("card0", "10.0.1.11, 192.0.2.77", ""), false, true, warning);
	check_asked(choose_reached("card0", "192.0.2.64/28", ""), false, true, warning);
	check_asked(choose_reached("card0", "192.0.2.77", "| Inside | card0 |\n"), false, true, "");
	check_asked(choose_reached("card0", "192.0.2.77", "| Replies | off |\n"), false, true, "");
	/* by an alternative name it would be none of those that are gated */
	run("ip link property add dev card0 altname outer");
	check_asked(choose_reached("outer", "10.0.1.11", "| Inside | outer |\n"), false, false,
		    "s.md:8: error: Inside names 'outer' by an alternative name, expected the "
		    "interface's own\n");
	/* one that is not here is left out at boot */
	check_asked(choose_reached("gone", "10.0.1.11", "| Inside | gone |\n"), false, true, "");
	/* this host itself, which is cut off, and where no route leads */
	check_asked(choose_reached("card0", "192.0.2.1, 10.0.1.11, 2001:db8::1", ""), false, false,
		    refused);
}

#define SSH_DOCUMENT                                                          \
	"| Role | Port | Protocol |\n|---|---|---|\n| Shell | 22 | TCP |\n\n" \
	"| Profile | Roles |\n|---|---|\n| web | Shell |\n"
#define SSH_GUARD(cells) \
	SITE "\n| Guard | Ports | Sources | Limit |\n|---|---|---|---|\n| g | " cells " |\n"

/* A port that its profile opens, whoever comes, unless a guard names sources. */
static struct choice *choose_guarded(const char *site)
{
	struct choice *choice = choose(SSH_DOCUMENT, site);

	choice_set_interface(choice, "card0", "web", ATTACH_AUTO);
	return choice;
}

static void knows_whom_guards_let_in(void **state)
{
	g_autofree char *refused = g_strdup_printf(
		"card0: warning: cuts off tcp 192.0.2.1:22 from 192.0.2.2:%u (test_admission, pid "
		"%d)\n" LOCKOUT,
		client_port, getpid());

	check_asked(choose_guarded(SITE), false, true, "");
	check_asked(choose_guarded(SSH_GUARD("tcp/22 | 192.0.3.0/24 |")), false, false, refused);
	check_asked(choose_guarded(SSH_GUARD("tcp/22 | 192.0.2.0/24 |")), false, true, "");
	check_asked(choose_guarded(SSH_GUARD("tcp/22 | | 5/s")), false, true, "");
}

/* --- names --- */

static void knows_interfaces(void **state)
{
	assert_true(admission_is_interface("card0"));
	assert_true(admission_is_interface("lo"));
	assert_false(admission_is_interface("card"));
	assert_false(admission_is_interface(""));
	assert_false(admission_is_interface("web"));
}

static void uses_real_names(void **state)
{
	struct choice *choice = choose_on("uplink-of-the-edge", NULL);

	run("ip link property add dev card1 altname uplink-of-the-edge");
	choice_set_interface(choice, "card0", "voice", ATTACH_AUTO);
	choice_set_interface(choice, "card9", "voice", ATTACH_AUTO);
	admission_use_real_names(choice);
	assert_int_equal(choice->interfaces->len, 3);
	assert_string_equal(choice_interface(choice, "card1")->profile, "web");
	assert_string_equal(choice_interface(choice, "card0")->profile, "voice");
	assert_non_null(choice_interface(choice, "card9"));
	choice_free(choice);
}

#define test(name) cmocka_unit_test_teardown(name, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(admits_a_card),
		test(refuses_interfaces_that_do_not_fit),
		test(warns_of_a_bridge),
		test(refuses_beside_another_program),
		test(admits_what_replaces_ours),
		test(leaves_no_interface_out),
		test(says_that_an_interface_is_gone),
		test(refuses_to_cut_ssh_off),
		test(refuses_management_from_elsewhere),
		test(lets_ssh_in_by_management),
		test(cuts_nothing_off_by_counting),
		test(leaves_the_host_of_a_site_alone),
		test(warns_of_servers_outside),
		test(knows_whom_guards_let_in),
		test(knows_interfaces),
		test(uses_real_names),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_wired_host, remove_wired_host);
}
