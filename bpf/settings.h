/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Settings, written by the loader before the program is loaded. The verifier removes the code of
 * what is off.
 */
#ifndef PORTCULLIS_SETTINGS_H
#define PORTCULLIS_SETTINGS_H

#include "vmlinux.h"

#include "layout.h"

/* What a destination leads to that no table has. TARGET_NONE: it passes as unlisted. */
const volatile __u32 everyone = TARGET_NONE;
/* Refusals of everyone have the reason not-listed. */
const volatile bool unlisted_drop = false;
/* Nothing is dropped, only counted; a target can say so for one server. */
const volatile bool monitor = false;
/* Frames that are neither IP nor ARP are dropped. */
const volatile bool non_ip_drop = false;

const volatile bool have_prefixes4 = false;
const volatile bool have_prefixes6 = false;
const volatile bool have_management4 = false;
const volatile bool have_management6 = false;
const volatile bool have_guards = false;
const volatile bool have_blocked4 = false;
const volatile bool have_blocked6 = false;

/* How many tables `ports` has. */
const volatile __u32 profiles = 1;

/*
 * Of servers4 and servers6: how many places less one (a power of two), and the hash's seed, 0 where
 * there are no such servers.
 */
const volatile __u32 mask4 = 0;
const volatile __u32 mask6 = 0;
const volatile __u64 seed4 = 0;
const volatile __u64 seed6 = 0;

/* Answers to what servers begin themselves pass, and nobody else may use their addresses. */
const volatile bool replies = false;
/* Servers are reached through this interface: what comes in may have their addresses. */
const volatile bool inside = false;
/* By network: whether a server has an address in it. */
const volatile __u8 source_filter4[SOURCE_NETWORKS] = {};
const volatile __u8 source_filter6[SOURCE_NETWORKS] = {};
/* Drops are counted by their destination ports, too. */
const volatile bool count_ports = true;
/* Its number, for who looks on. */
const volatile __u32 generation = 0;
/*
 * Those above that few policies have, SPECIAL_*, for the fast path to read in one step; by
 * object_load(), which makes it of the others.
 */
const volatile __u32 special = ~0U;
/* A secret of the gate, and the same mixed with the interface's number. */
const volatile __u64 secret[2] = {};
const volatile __u64 flow_seed = 0;
/* Until then, in seconds since boot, connections older than the gate are taken over. */
const volatile __u32 pickup_until = 0;

/* A bit for each IP protocol that passes to guarded servers, besides those judged here. */
const volatile __u64 protocols[4] = {};

/* Which entry of standby and standby_egress is this interface's. */
const volatile __u32 standby_entry = 0;

#endif
