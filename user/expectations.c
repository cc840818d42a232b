/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads expectations line by line, and compares them with what the policy says. */
#include "expectations.h"

#include <string.h>

#include "generation.h"
#include "json.h"
#include "judge.h"
#include "profile.h"
#include "question.h"
#include "text.h"
#include "view.h"

/* One line, taken apart. */
struct expectation {
	int line;
	char *text; /* without its comment */
	bool pass;
	struct words words;
	GPtrArray *parts; /* char *, which the words point into */
	char *profile;    /* canonical; NULL: the site's servers have theirs */
	char *error;      /* why it cannot be understood; or NULL */
};

/* What they are about, and what is said of them. */
struct check {
	const char *file;
	struct messages *messages;
	GPtrArray *expectations; /* struct expectation * */
	unsigned int held;
};

static void expectation_free(gpointer data)
{
	struct expectation *expectation = data;

	g_free(expectation->text);
	g_free(expectation->words.policy);
	g_ptr_array_unref(expectation->parts);
	g_free(expectation->profile);
	g_free(expectation->error);
	g_free(expectation);
}

/* --- what is expected --- */

static void split(struct expectation *expectation)
{
	char **parts = (char **)expectation->parts->pdata;
	int count = (int)expectation->parts->len;

	expectation->pass = !strcmp(parts[0], "pass");
	if (!expectation->pass && strcmp(parts[0], "drop"))
		expectation->error =
			g_strdup_printf("'%s' is no verdict, expected pass or drop", parts[0]);
	else if (!question_split(count - 1, parts + 1, &expectation->words))
		expectation->error =
			g_strdup_printf("'%s' asks for nothing, expected tcp/5061, udp/3478, "
					"icmp/8, icmp6/135, ip/esp or the like at the end",
					expectation->text);
}

/* A site's servers have their profiles. */
static void check_server(struct expectation *expectation)
{
	const struct words *words = &expectation->words;

	if (words->policy)
		expectation->error = g_strdup_printf(
			"'%s' is too much, expected '%s [from …] to … %s'", words->policy,
			expectation->pass ? "pass" : "drop", words->port);
	else if (!words->to)
		expectation->error =
			g_strdup_printf("to which server? expected '%s … to SERVER %s'",
					expectation->pass ? "pass" : "drop", words->port);
}

/* Of documents, the line says which profile is meant. */
static void choose_profile(struct expectation *expectation, const struct policy *policy)
{
	const struct words *words = &expectation->words;

	if (words->policy)
		expectation->profile =
			profile_canonical(policy, words->policy, false, &expectation->error);
	else
		expectation->error =
			g_strdup_printf("of which profile? expected '%s PROFILE … %s'",
					expectation->pass ? "pass" : "drop", words->port);
}

/* What stands on a line; NULL if nothing does. */
static struct expectation *read_line(const char *line)
{
	g_autofree char *text = g_strndup(line, strcspn(line, "#"));
	GPtrArray *parts = text_split(text, " \t\r");
	struct expectation *expectation;

	if (!parts->len) {
		g_ptr_array_unref(parts);
		return NULL;
	}
	expectation = g_new0(struct expectation, 1);
	expectation->text = g_strdup(g_strstrip(text));
	expectation->parts = parts;
	split(expectation);
	return expectation;
}

static void read_lines(struct check *check, const struct choice *choice, const char *text)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	struct messages *unheard = messages_new();
	struct policy *policy = policy_read(choice->sources, unheard);

	for (int i = 0; lines[i]; i++) {
		struct expectation *expectation = read_line(lines[i]);

		if (!expectation)
			continue;
		expectation->line = i + 1;
		if (!expectation->error && choice_is_site(choice))
			check_server(expectation);
		else if (!expectation->error)
			choose_profile(expectation, policy);
		g_ptr_array_add(check->expectations, expectation);
	}
	policy_unref(policy);
	messages_free(unheard);
}

/* --- what the policy says --- */

/* With an interface for each profile that is meant, and one for a site. */
static struct generation *compile(const struct check *check, const struct choice *choice)
{
	struct generation *generation = generation_new(choice_copy(choice), NULL);
	struct messages *unheard = messages_new();

	if (choice_is_site(choice))
		choice_set_interface(generation->choice, "", NULL, ATTACH_AUTO);
	for (guint i = 0; i < check->expectations->len; i++) {
		const struct expectation *expectation = check->expectations->pdata[i];

		if (expectation->profile)
			choice_set_interface(generation->choice, expectation->profile,
					     expectation->profile, ATTACH_AUTO);
	}
	generation_compile(generation, unheard);
	messages_free(unheard);
	return generation;
}

static guint find_interface(const struct generation *generation, const char *profile)
{
	guint at = 0;

	if (profile)
		g_ptr_array_find(generation->choice->interfaces,
				 choice_interface(generation->choice, profile), &at);
	return at;
}

/* Who says so: the server and its profile, then the lines that decide. */
static char *describe(struct json_object *json)
{
	const char *server = json_string(json, "server"), *profile = json_string(json, "profile");
	struct json_object *segment = json_member(json, "segment");
	struct json_object *guards = json_member(json, "guards");
	struct json_object *excepted = json_member(json, "excepted");
	GString *text = g_string_new(NULL);

	if (server)
		g_string_append_printf(text, ", server %s", server);
	if (profile)
		g_string_append_printf(text, ", profile %s", profile);
	if (segment) {
		g_autofree char *places = view_places(json_member(segment, "services"));
		g_autofree char *guarded = view_places(guards);

		g_string_append_printf(text, ", by %s%s%s", places, *guarded ? " " : "", guarded);
	}
	if (excepted)
		g_string_append_printf(text, ", by the Except at %s:%" G_GUINT64_FORMAT,
				       json_string(excepted, "file"),
				       json_number(excepted, "line"));
	return g_string_free(text, FALSE);
}

static void say(const struct check *check, const struct expectation *expectation,
		const char *format, ...) G_GNUC_PRINTF(3, 4);

static void say(const struct check *check, const struct expectation *expectation,
		const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list arguments;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	message_add(check->messages, SEVERITY_ERROR, check->file, expectation->line, "%s", text);
}

static void add_unmet(struct json_object *unmet, const struct check *check,
		      const struct expectation *expectation, const struct judgement *judgement)
{
	struct json_object *json = json_append_object(unmet);
	const char *expected = expectation->pass ? "pass" : "drop";
	g_autofree char *by = NULL;

	json_add_string(json, "file", check->file);
	json_add_number(json, "line", (uint64_t)expectation->line);
	json_add_string(json, "text", expectation->text);
	json_add_string(json, "expected", expected);
	view_add_judgement(json, judgement);
	by = describe(json);
	say(check, expectation, "expected %s, the verdict is %s: %s (%s)%s", expected,
	    json_string(json, "verdict"), json_string(json, "reason"), json_string(json, "meaning"),
	    by);
}

static void judge_one(struct check *check, const struct generation *generation,
		      struct expectation *expectation, struct json_object *unmet)
{
	struct question question = {};
	struct judgement judgement;

	if (!expectation->error)
		question_read(&expectation->words, generation, &question, &expectation->error);
	if (expectation->error) {
		say(check, expectation, "%s", expectation->error);
		return;
	}
	question.interface = find_interface(generation, expectation->profile);
	judgement = judge(generation, &question);
	if (expectation->pass == (reason_verdict(judgement.reason) == VERDICT_PASS))
		check->held++;
	else
		add_unmet(unmet, check, expectation, &judgement);
}

void expectations_check(struct json_object *json, const struct choice *choice, const char *file,
			const char *text, struct messages *messages)
{
	struct check check = {.file = file, .messages = messages};
	struct json_object *unmet = json_object_new_array();
	struct generation *generation;

	check.expectations = g_ptr_array_new_with_free_func(expectation_free);
	read_lines(&check, choice, text);
	generation = compile(&check, choice);
	for (guint i = 0; i < check.expectations->len; i++)
		judge_one(&check, generation, check.expectations->pdata[i], unmet);
	json_add_number(json, "expected", check.expectations->len);
	json_add_number(json, "held", check.held);
	json_object_object_add(json, "unmet", unmet);
	generation_free(generation);
	g_ptr_array_unref(check.expectations);
}
