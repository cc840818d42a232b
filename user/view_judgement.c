/* SPDX-License-Identifier: GPL-2.0-only */
/* Judgements as JSON: the verdict, its reason, and the lines that decide. */
#include <linux/types.h>

#include "json.h"
#include "layout.h"
#include "view.h"

static const struct {
	const char *name, *meaning;
} reasons[] = {
#define REASON(symbol, name, verdict, meaning) {name, meaning},
	PORTCULLIS_REASONS(REASON)
#undef REASON
};

void view_add_reason(struct json_object *json, enum reason reason)
{
	bool pass = reason_verdict(reason) == VERDICT_PASS;

	json_add_string(json, "verdict", pass ? "pass" : "drop");
	json_add_string(json, "reason", reasons[reason].name);
	json_add_string(json, "meaning", reasons[reason].meaning);
}

/* Whether what decided is a row that opens the port, or what guards ask there. */
static bool is_of_rows(enum reason reason)
{
	return reason == REASON_PUBLISHED || reason == REASON_SOURCE_NOT_ALLOWED ||
	       reason == REASON_OVER_LIMIT || reason == REASON_NOT_MEDIA;
}

static void add_excepted(struct json_object *json, const struct excepted *excepted)
{
	json_add_string(json, "protocol", transport_name(excepted->transport));
	json_add_number(json, "first", excepted->first);
	json_add_number(json, "last", excepted->last);
	json_add_string(json, "profile", excepted->profile->name);
	json_add_string(json, "file", excepted->profile->place.file);
	json_add_number(json, "line", (uint64_t)excepted->profile->place.line);
	view_add_services(json, excepted->rows);
}

void view_add_judgement(struct json_object *json, const struct judgement *judgement)
{
	view_add_reason(json, judgement->reason);
	json_add_string(json, "mode", judgement->monitor ? "monitor" : "enforce");
	json_add_string(json, "profile", judgement->profile ? judgement->profile->name : NULL);
	json_add_string(json, "server", judgement->server ? judgement->server->name : NULL);
	if (judgement->opening && is_of_rows(judgement->reason))
		view_add_opening(json_add_object(json, "segment"), judgement->opening);
	else
		json_object_object_add(json, "segment", NULL);
	view_add_guards(json, &judgement->guarding);
	if (judgement->excepted && !judgement->opening)
		add_excepted(json_add_object(json, "excepted"), judgement->excepted);
}
