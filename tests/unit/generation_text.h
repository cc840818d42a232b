/* SPDX-License-Identifier: GPL-2.0-only */
/* Generations compiled from texts in a test. Include cmocka.h first. */
#ifndef PORTCULLIS_GENERATION_TEXT_H
#define PORTCULLIS_GENERATION_TEXT_H

#include <linux/types.h>

#include "generation.h"
#include "layout.h"
#include "policy_text.h"

/* Profiles web (tcp/443, tcp/8000-8009, udp/443), voice (tcp/5061, the media range udp/5000-5999),
 * an add-on, and narrow, which is web but for tcp/8005. */
#define DOCUMENT                                                                        \
	"| Role | Service | Port | Protocol |\n|---|---|---|---|\n"                     \
	"| Web | pages | 443, 8000-8009 | TCP |\n| Web | pages | 443 | UDP |\n"         \
	"| Voice | signalling | 5061 | TCP |\n| Voice | audio | 5000-5999 | UDP |\n"    \
	"| Extra | console | 8443 | TCP |\n\n"                                          \
	"| Profile | Roles | Add-on | Except |\n|---|---|---|---|\n| web | Web | | |\n" \
	"| voice | Voice | | |\n| extra | Extra | yes | |\n| narrow | Web | | tcp/8005 |\n"

/* A choice of texts, either of which may be NULL; no interfaces yet. */
static inline struct choice *choose(const char *document, const char *site)
{
	struct choice *choice = choice_new();

	add_text(choice->sources, "d.md", SOURCE_DOCUMENT, document);
	add_text(choice->sources, "s.md", SOURCE_SITE, site);
	return choice;
}

/* DOCUMENT's profile on the interface card0. */
static inline struct choice *choose_profile(const char *profile)
{
	struct choice *choice = choose(DOCUMENT, NULL);

	choice_set_interface(choice, "card0", profile, ATTACH_AUTO);
	return choice;
}

/* A site with DOCUMENT on the interface card0. */
static inline struct choice *choose_site(const char *site)
{
	struct choice *choice = choose(DOCUMENT, site);

	choice_set_interface(choice, "card0", NULL, ATTACH_AUTO);
	return choice;
}

/* What follows previous (NULL: the first), compiled without an error. */
static inline struct generation *compile_after(struct choice *choice,
					       const struct generation *previous)
{
	struct generation *generation = generation_new(choice, previous);
	struct messages *messages = messages_new();
	bool compiled = generation_compile(generation, messages);
	g_autofree char *said = all_messages(messages);

	if (!compiled)
		fail_msg("%s", said);
	messages_free(messages);
	return generation;
}

static inline struct generation *compile(struct choice *choice)
{
	return compile_after(choice, NULL);
}

/* What a generation with errors says of itself. */
static inline char *compile_wrong(struct choice *choice)
{
	struct generation *generation = generation_new(choice, NULL);
	struct messages *messages = messages_new();
	char *said;

	assert_false(generation_compile(generation, messages));
	said = all_messages(messages);
	messages_free(messages);
	generation_free(generation);
	return said;
}

#endif
