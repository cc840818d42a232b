/* SPDX-License-Identifier: GPL-2.0-only */
/* Files, folders and standard input become texts that are worth parsing. */
#include "source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPECTED "expected a Markdown file, a folder of *.md files or '-'"

static void source_error(struct messages *messages, const char *file, const char *text)
{
	message_add(messages, SEVERITY_ERROR, file, 0, "%s", text);
}

static void system_error(struct messages *messages, const char *file, int err)
{
	if (err == ENOENT || err == ENOTDIR)
		source_error(messages, file, "does not exist, " EXPECTED);
	else
		message_add(messages, SEVERITY_ERROR, file, 0, "cannot be read: %s, " EXPECTED,
			    g_strerror(err));
}

struct source *source_new(const char *file, enum source_kind kind, const char *text, size_t size)
{
	struct source *source = g_new0(struct source, 1);

	source->file = g_strdup(file);
	source->kind = kind;
	source->text = g_malloc(size + 1);
	memcpy(source->text, text, size);
	source->text[size] = '\0';
	source->size = size;
	source->digest = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, size);
	return source;
}

void source_free(struct source *source)
{
	if (!source)
		return;
	g_free(source->file);
	g_free(source->text);
	g_free(source->digest);
	g_free(source);
}

GPtrArray *sources_new(void)
{
	return g_ptr_array_new_with_free_func((GDestroyNotify)source_free);
}

/* Reads until the end, or one byte more than a source may have; 0 or -errno. */
static int read_bytes(int fd, GByteArray *bytes)
{
	guint8 block[64 * 1024];

	while (bytes->len <= SOURCE_SIZE_MAX) {
		ssize_t size = read(fd, block, sizeof(block));

		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			return -errno;
		if (size == 0)
			break;
		g_byte_array_append(bytes, block, size);
	}
	return 0;
}

static int line_of(const char *text, const char *at)
{
	int line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

static bool is_blank(const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf"; /* of the byte order */

	if (size >= 3 && !memcmp(text, mark, 3))
		text += 3;
	return !text[strspn(text, " \t\r\n")];
}

/* Whether the bytes, which a 0 follows, are a text; else says what they are. */
static bool check_text(const char *file, const char *text, size_t size, struct messages *messages)
{
	const char *end;

	if (size > SOURCE_SIZE_MAX) {
		message_add(messages, SEVERITY_ERROR, file, 0,
			    "is larger than %u MiB, expected at most that", SOURCE_SIZE_MAX >> 20);
		return false;
	}
	if (!g_utf8_validate(text, size, &end)) {
		message_add(messages, SEVERITY_ERROR, file, line_of(text, end),
			    "holds a byte 0x%02x that is no text, expected UTF-8",
			    (unsigned char)*end);
		return false;
	}
	if (is_blank(text, size)) {
		source_error(messages, file, "is empty, expected Markdown with tables");
		return false;
	}
	return true;
}

static bool read_open(int fd, const char *file, enum source_kind kind, GPtrArray *sources,
		      struct messages *messages)
{
	g_autoptr(GByteArray) bytes = g_byte_array_new();
	int err = read_bytes(fd, bytes);
	guint size = bytes->len;

	if (err) {
		system_error(messages, file, -err);
		return false;
	}
	g_byte_array_append(bytes, (const guint8 *)"", 1);
	if (!check_text(file, (const char *)bytes->data, size, messages))
		return false;
	g_ptr_array_add(sources, source_new(file, kind, (const char *)bytes->data, size));
	return true;
}

static bool read_file(const char *path, enum source_kind kind, GPtrArray *sources,
		      struct messages *messages)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	bool right;

	if (fd < 0) {
		system_error(messages, path, errno);
		return false;
	}
	right = read_open(fd, path, kind, sources, messages);
	close(fd);
	return right;
}

static bool read_path(const char *path, enum source_kind kind, GPtrArray *sources,
		      struct messages *messages)
{
	struct stat status;

	if (stat(path, &status)) {
		system_error(messages, path, errno);
		return false;
	}
	if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode)) {
		source_error(messages, path, "is neither a file nor a pipe, " EXPECTED);
		return false;
	}
	return read_file(path, kind, sources, messages);
}

static gint by_name(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The paths of the *.md in a folder, in the order of their bytes. */
static GPtrArray *folder_list(const char *path, DIR *folder)
{
	GPtrArray *files = g_ptr_array_new_with_free_func(g_free);
	const struct dirent *entry;

	while ((entry = readdir(folder))) {
		if (*entry->d_name != '.' && g_str_has_suffix(entry->d_name, ".md"))
			g_ptr_array_add(files, g_build_filename(path, entry->d_name, NULL));
	}
	g_ptr_array_sort(files, by_name);
	return files;
}

static bool read_folder(const char *path, DIR *folder, enum source_kind kind, GPtrArray *sources,
			struct messages *messages)
{
	g_autoptr(GPtrArray) files = folder_list(path, folder);
	bool right = true;

	if (!files->len) {
		source_error(messages, path, "holds no *.md file, expected at least one");
		return false;
	}
	for (guint i = 0; i < files->len; i++)
		right &= read_path(files->pdata[i], kind, sources, messages);
	return right;
}

bool source_read(const char *path, enum source_kind kind, GPtrArray *sources,
		 struct messages *messages)
{
	DIR *folder;
	bool right;

	if (!strcmp(path, "-"))
		return read_open(STDIN_FILENO, path, kind, sources, messages);
	folder = opendir(path);
	if (!folder && errno != ENOTDIR) {
		system_error(messages, path, errno);
		return false;
	}
	if (!folder)
		return read_path(path, kind, sources, messages);
	right = read_folder(path, folder, kind, sources, messages);
	closedir(folder);
	return right;
}
