/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What the shipped document and the vendor's page itself compile to, with the shipped profiles, is
 * what tests/expected/ says; that was typed from the page, never printed by this code.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "policy.h"
#include "profile.h"
#include "source.h"

#define SHIPPED  "policies/skype-for-business-2015.md"
#define PROFILES "policies/skype-for-business-profiles.md"
#define VENDORS  "../shared/documents/port-and-protocol-requirements.md"

static const struct count_expected {
	const char *profile;
	unsigned int tcp, udp, segments;
	bool add_on;
} counts[] = {
	{"front-end", 16411, 16385, 32, false},
	{"collocated-mediation", 5, 0, 5, true},
	{"cms", 1, 0, 1, true},
	{"director", 5, 1, 6, false},
	{"mediation", 8352, 8350, 6, false},
	{"persistent-chat", 3, 1, 4, false},
	{"office-web-apps", 1, 0, 1, false},
	{"client", 64513, 64514, 10, false},
	{"phone", 0, 2, 1, false},
	{"hlb-front-end", 14, 0, 14, false},
	{"hlb-mediation", 1, 0, 1, false},
	{"hlb-director", 4, 0, 4, false},
	{"hlb-collocated-mediation", 1, 0, 1, true},
	{"dnslb-front-end", 4, 0, 4, false},
	{"dnslb-director", 2, 0, 2, false},
};

static void add_file(GPtrArray *sources, const char *path)
{
	g_autofree char *text = NULL;
	size_t size;

	if (!g_file_get_contents(path, &text, &size, NULL))
		fail_msg("%s cannot be read", path);
	g_ptr_array_add(sources, source_new(path, SOURCE_DOCUMENT, text, size));
}

/* Reads a document with the profiles; it may have warnings but no errors. */
static struct policy *read_with_profiles(const char *path)
{
	struct messages *messages = messages_new();
	g_autoptr(GPtrArray) sources = sources_new();
	struct policy *policy;

	add_file(sources, path);
	add_file(sources, PROFILES);
	policy = policy_read(sources, messages);
	for (unsigned int i = 0; i < messages->list->len; i++) {
		g_autofree char *line = message_format(messages->list->pdata[i]);

		print_message("%s\n", line);
	}
	assert_int_equal(messages->errors, 0);
	messages_free(messages);
	return policy;
}

static char *print_openings(const struct compiled *compiled)
{
	GString *out = g_string_new(NULL);

	for (unsigned int i = 0; i < compiled->openings->len; i++) {
		const struct opening *opening = compiled->openings->pdata[i];

		g_string_append_printf(out, "%s %u %u\n", transport_name(opening->transport),
				       opening->first, opening->last);
	}
	return g_string_free(out, FALSE);
}

static void check_segments(const char *name, const struct compiled *compiled)
{
	g_autofree char *path = g_strdup_printf("tests/expected/%s.txt", name);
	g_autofree char *printed = print_openings(compiled);
	g_autofree char *expected = NULL;

	if (!g_file_get_contents(path, &expected, NULL, NULL))
		fail_msg("%s cannot be read", path);
	if (strcmp(printed, expected))
		fail_msg("%s\n--- expected\n%s--- compiled\n%s---", name, expected, printed);
}

static void check_profile(const struct policy *policy, const struct count_expected *count)
{
	const struct profile *profile = policy_profile(policy, count->profile);
	struct compiled *compiled;

	assert_non_null(profile);
	assert_int_equal(profile->add_on, count->add_on);
	compiled = profile_compile(policy, count->profile);
	check_segments(count->profile, compiled);
	assert_int_equal(compiled->ports[TRANSPORT_TCP], count->tcp);
	assert_int_equal(compiled->ports[TRANSPORT_UDP], count->udp);
	assert_int_equal(compiled->openings->len, count->segments);
	assert_int_equal(compiled->excepted->len, 0);
	compiled_free(compiled);
}

static void check_document(const char *path)
{
	struct policy *policy = read_with_profiles(path);

	assert_int_equal(policy->profiles->len, G_N_ELEMENTS(counts) + 1); /* and closed */
	for (unsigned int i = 0; i < G_N_ELEMENTS(counts); i++)
		check_profile(policy, &counts[i]);
	policy_unref(policy);
}

static void shipped_document(void **state)
{
	check_document(SHIPPED);
}

/* The page is not part of this project; where a copy lies beside it, it is read. */
static void vendors_page(void **state)
{
	if (!g_file_test(VENDORS, G_FILE_TEST_EXISTS)) {
		print_message("%s is missing\n", VENDORS);
		skip();
	}
	check_document(VENDORS);
}

static void vendors_ipsec(void **state)
{
	struct policy *policy;
	const struct ipsec_exception *exception;

	if (!g_file_test(VENDORS, G_FILE_TEST_EXISTS))
		skip();
	policy = read_with_profiles(VENDORS);
	assert_int_equal(policy->ipsec->len, 15);
	assert_int_equal(policy->ignored->len, 0);
	exception = policy->ipsec->pdata[4];
	assert_string_equal(exception->rule, "Mediation Server Inbound");
	assert_string_equal(exception->source, "Any");
	assert_string_equal(exception->destination, "Mediation Server(s)");
	assert_string_equal(exception->source_port, "Any");
	assert_string_equal(exception->destination_port, "Any");
	assert_string_equal(exception->authentication, "Do not authenticate");
	assert_int_equal(exception->transports, TRANSPORT_BOTH);
	exception = policy->ipsec->pdata[14];
	assert_string_equal(exception->source_port, "Specified media port range");
	assert_int_equal(exception->transports, TRANSPORT_BIT(TRANSPORT_UDP));
	policy_unref(policy);
}

static void add_ons_name_their_profiles(void **state)
{
	static const struct {
		const char *add_on, *error;
	} cases[] = {
		{"cms", "'cms' is an add-on: write 'front-end + cms'"},
		{"collocated-mediation",
		 "'collocated-mediation' is an add-on: write 'front-end + collocated-mediation'"},
		{"hlb-collocated-mediation",
		 "'hlb-collocated-mediation' is an add-on: write 'hlb-front-end + "
		 "hlb-collocated-mediation'"},
	};
	struct policy *policy = read_with_profiles(SHIPPED);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *error = NULL;

		assert_null(profile_canonical(policy, cases[i].add_on, false, &error));
		assert_string_equal(error, cases[i].error);
	}
	policy_unref(policy);
}

/* Both say the same of IPsec, row by row. */
static void shipped_ipsec_is_the_vendors(void **state)
{
	struct policy *shipped, *vendors;

	if (!g_file_test(VENDORS, G_FILE_TEST_EXISTS))
		skip();
	shipped = read_with_profiles(SHIPPED);
	vendors = read_with_profiles(VENDORS);
	assert_int_equal(shipped->ipsec->len, vendors->ipsec->len);
	for (unsigned int i = 0; i < shipped->ipsec->len; i++) {
		const struct ipsec_exception *ours = shipped->ipsec->pdata[i];
		const struct ipsec_exception *theirs = vendors->ipsec->pdata[i];

		assert_string_equal(ours->rule, theirs->rule);
		assert_string_equal(ours->source, theirs->source);
		assert_string_equal(ours->destination, theirs->destination);
		assert_int_equal(ours->transports, theirs->transports);
	}
	policy_unref(shipped);
	policy_unref(vendors);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shipped_document),
		cmocka_unit_test(vendors_page),
		cmocka_unit_test(vendors_ipsec),
		cmocka_unit_test(add_ons_name_their_profiles),
		cmocka_unit_test(shipped_ipsec_is_the_vendors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
