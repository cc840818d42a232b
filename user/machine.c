/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a few files of /proc and /sys. */
#include "machine.h"

#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#define VULNERABILITIES "/sys/devices/system/cpu/vulnerabilities"

/* What the kernel says there of a mitigation that calls and returns pay for. */
static const struct {
	const char *file, *says, *name;
} dear[] = {
	{"spectre_v2", "Retpolines", "retpolines"},
	{"spectre_v2", "LFENCE", "LFENCE"},
	{"retbleed", "untrained return thunk", "untrained return thunk"},
	{"retbleed", "Mitigation: IBRS", "IBRS"},
	{"spec_rstack_overflow", "Safe RET", "Safe RET"},
	{"indirect_target_selection", "thunks", "aligned thunks"},
};

/* Without the end of its line; "" if there is none. The caller frees it. */
static char *read_file(const char *root, const char *path)
{
	g_autofree char *whole = g_strconcat(root, path, NULL);
	char *text = NULL;

	if (!g_file_get_contents(whole, &text, NULL, NULL))
		return g_strdup("");
	return g_strchomp(text);
}

static int read_number(const char *root, const char *path)
{
	g_autofree char *text = read_file(root, path);

	return (int)g_ascii_strtoll(text, NULL, 10);
}

/* "model name : …", which other processors than x86 do not have. */
static char *read_processor(const char *root)
{
	g_autofree char *text = read_file(root, "/proc/cpuinfo");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (char **line = lines; *line; line++) {
		const char *colon = strchr(*line, ':');

		if (colon && g_str_has_prefix(*line, "model name"))
			return g_strstrip(g_strdup(colon + 1));
	}
	return g_strdup("");
}

static GPtrArray *read_mitigations(const char *root)
{
	GPtrArray *mitigations = g_ptr_array_new();

	for (guint i = 0; i < G_N_ELEMENTS(dear); i++) {
		g_autofree char *path = g_strdup_printf("%s/%s", VULNERABILITIES, dear[i].file);
		g_autofree char *text = read_file(root, path);

		if (strstr(text, dear[i].says))
			g_ptr_array_add(mitigations, (char *)dear[i].name);
	}
	return mitigations;
}

void machine_read(const char *root, struct machine *machine)
{
	struct utsname name = {};

	uname(&name);
	*machine = (struct machine){
		.kernel = g_strdup(name.release),
		.processor = read_processor(root),
		.cpus = sysconf(_SC_NPROCESSORS_ONLN),
		.hardened = read_number(root, "/proc/sys/net/core/bpf_jit_harden") == 2,
		.counts_time = read_number(root, "/proc/sys/kernel/bpf_stats_enabled") == 1,
		.mitigations = read_mitigations(root),
	};
}

void machine_clear(struct machine *machine)
{
	g_clear_pointer(&machine->kernel, g_free);
	g_clear_pointer(&machine->processor, g_free);
	g_clear_pointer(&machine->mitigations, g_ptr_array_unref);
}
