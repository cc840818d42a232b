/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes changes to the journal, in fields of their own. */
#include "journal.h"

/* Where in our source it is said is of no use to anybody. */
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <string.h>
#include <syslog.h>
#include <systemd/sd-journal.h>

#include "audit_ports.h"
#include "json.h"

/* By which `journalctl` finds our changes, whatever else we may say one day. */
#define CHANGE_ID "cb0ac5bc7a0642ebb7ed0c0bb45e4f64"

static const struct {
	const char *key, *field;
} fields[] = {
	{"message", "MESSAGE"},
	{"event", "PORTCULLIS_EVENT"},
	{"command", "PORTCULLIS_COMMAND"},
	{"old", "PORTCULLIS_OLD_GENERATION"},
	{"generation", "PORTCULLIS_GENERATION"},
	{"confirm", "PORTCULLIS_CONFIRM_SECONDS"},
	{"by", "PORTCULLIS_BY"},
	{"login_uid", "PORTCULLIS_LOGIN_UID"},
	{"sudo_user", "PORTCULLIS_SUDO_USER"},
	{"from", "PORTCULLIS_FROM"},
	{"reason", "PORTCULLIS_REASON"},
	{"prefix", "PORTCULLIS_PREFIX"},
	{"added", "PORTCULLIS_BLOCKS_ADDED"},
	{"prolonged", "PORTCULLIS_BLOCKS_PROLONGED"},
	{"removed", "PORTCULLIS_BLOCKS_REMOVED"},
};

/* A field stands there once for each of a list. */
static void add_ports(GPtrArray *list, const char *field, struct json_object *groups)
{
	for (size_t i = 0; i < json_object_array_length(groups); i++) {
		g_autofree char *text = audit_ports_text(json_object_array_get_idx(groups, i));

		g_ptr_array_add(list, g_strdup_printf("%s=%s", field, text));
	}
}

/* What went another way than was asked for is worth a look. */
static int priority(const char *event)
{
	if (!strcmp(event, "fell-back"))
		return LOG_ERR;
	return !strcmp(event, "undone") || !strcmp(event, "refused") ? LOG_WARNING : LOG_NOTICE;
}

GPtrArray *journal_fields(struct json_object *entry)
{
	GPtrArray *list = g_ptr_array_new_with_free_func(g_free);

	for (size_t i = 0; i < G_N_ELEMENTS(fields); i++) {
		struct json_object *value = json_member(entry, fields[i].key);

		if (value)
			g_ptr_array_add(list, g_strdup_printf("%s=%s", fields[i].field,
							      json_object_get_string(value)));
	}
	add_ports(list, "PORTCULLIS_OPENED", json_member(entry, "opened"));
	add_ports(list, "PORTCULLIS_CLOSED", json_member(entry, "closed"));
	g_ptr_array_add(list,
			g_strdup_printf("PRIORITY=%d", priority(json_string(entry, "event"))));
	g_ptr_array_add(list, g_strdup("SYSLOG_IDENTIFIER=portcullis"));
	g_ptr_array_add(list, g_strdup("MESSAGE_ID=" CHANGE_ID));
	return list;
}

void journal_send(struct json_object *entry)
{
	g_autoptr(GPtrArray) list = journal_fields(entry);
	g_autofree struct iovec *parts = g_new(struct iovec, list->len);

	for (guint i = 0; i < list->len; i++)
		parts[i] = (struct iovec){list->pdata[i], strlen(list->pdata[i])};
	sd_journal_sendv(parts, (int)list->len);
}
