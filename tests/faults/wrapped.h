/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every libbpf and system call that a load makes and that can fail. The Makefile reads the names
 * and has the linker lead each call here first. WRAP(name, its type, what failure returns,
 * parameters, arguments)
 *
 * Not here, of what gate.c, apply.c, egress.c, load.c, shared.c and the skeleton call: libbpf's
 * look-ups in its own memory (bpf_map__fd, bpf_object__find_map_by_name and the like), which fail
 * only for names that the program does not have; close, closedir and bpf_object__destroy_skeleton,
 * after which there is nothing left to do; readdir, which fails only for what is no folder's
 * descriptor; geteuid and libbpf_set_print, which cannot fail. GLib ends the program where memory
 * is out.
 */

/* clang-format off */
WRAP(bpf_link_create, int, -EIO, (int a, int b, enum bpf_attach_type c, const struct bpf_link_create_opts *d), (a, b, c, d))
WRAP(bpf_link_detach, int, -EIO, (int a), (a))
WRAP(bpf_link_update, int, -EIO, (int a, int b, const struct bpf_link_update_opts *c), (a, b, c))
WRAP(bpf_map__reuse_fd, int, -EIO, (struct bpf_map *a, int b), (a, b))
WRAP(bpf_map__set_max_entries, int, -EIO, (struct bpf_map *a, __u32 b), (a, b))
WRAP(bpf_map__set_value_size, int, -EIO, (struct bpf_map *a, __u32 b), (a, b))
WRAP(bpf_map_create, int, -EIO, (enum bpf_map_type a, const char *b, __u32 c, __u32 d, __u32 e, const struct bpf_map_create_opts *f), (a, b, c, d, e, f))
WRAP(bpf_map_freeze, int, -EIO, (int a), (a))
WRAP(bpf_map_get_fd_by_id, int, -EIO, (__u32 a), (a))
WRAP(bpf_map_lookup_elem, int, -EIO, (int a, const void *b, void *c), (a, b, c))
WRAP(bpf_map_update_elem, int, -EIO, (int a, const void *b, const void *c, __u64 d), (a, b, c, d))
WRAP(bpf_obj_get, int, -EIO, (const char *a), (a))
WRAP(bpf_obj_get_info_by_fd, int, -EIO, (int a, void *b, __u32 *c), (a, b, c))
WRAP(bpf_obj_pin, int, -EIO, (int a, const char *b), (a, b))
WRAP(bpf_object__load_skeleton, int, -EIO, (struct bpf_object_skeleton *a), (a))
WRAP(bpf_object__open_skeleton, int, -EIO, (struct bpf_object_skeleton *a, const struct bpf_object_open_opts *b), (a, b))
WRAP(bpf_prog_get_fd_by_id, int, -EIO, (__u32 a), (a))
WRAP(bpf_tc_attach, int, -EIO, (const struct bpf_tc_hook *a, struct bpf_tc_opts *b), (a, b))
WRAP(bpf_tc_detach, int, -EIO, (const struct bpf_tc_hook *a, const struct bpf_tc_opts *b), (a, b))
WRAP(bpf_tc_hook_create, int, -EIO, (struct bpf_tc_hook *a), (a))
WRAP(bpf_tc_hook_destroy, int, -EIO, (struct bpf_tc_hook *a), (a))
WRAP(bpf_tc_query, int, -EIO, (const struct bpf_tc_hook *a, struct bpf_tc_opts *b), (a, b))
WRAP(bpf_xdp_query, int, -EIO, (int a, int b, struct bpf_xdp_query_opts *c), (a, b, c))
WRAP(calloc, void *, NULL, (size_t a, size_t b), (a, b))
WRAP(flock, int, -1, (int a, int b), (a, b))
WRAP(fstat, int, -1, (int a, struct stat *b), (a, b))
WRAP(getrandom, ssize_t, -1, (void *a, size_t b, unsigned int c), (a, b, c))
WRAP(if_indextoname, char *, NULL, (unsigned int a, char *b), (a, b))
WRAP(if_nametoindex, unsigned int, 0, (const char *a), (a))
WRAP(mkdir, int, -1, (const char *a, mode_t b), (a, b))
WRAP(mmap, void *, MAP_FAILED, (void *a, size_t b, int c, int d, int e, off_t f), (a, b, c, d, e, f))
WRAP(munmap, int, -1, (void *a, size_t b), (a, b))
WRAP(open, int, -1, (const char *a, int b, ...), (a, b))
WRAP(opendir, DIR *, NULL, (const char *a), (a))
WRAP(rmdir, int, -1, (const char *a), (a))
WRAP(stat, int, -1, (const char *a, struct stat *b), (a, b))
WRAP(statfs, int, -1, (const char *a, struct statfs *b), (a, b))
WRAP(uname, int, -1, (struct utsname *a), (a))
WRAP(unlink, int, -1, (const char *a), (a))
