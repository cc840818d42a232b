/* SPDX-License-Identifier: GPL-2.0-only */
/* The policies that frames meet in turn, in the model's words. */
#ifndef PORTCULLIS_TEST_POLICIES_H
#define PORTCULLIS_TEST_POLICIES_H

#include "generate.h"
#include "harness.h"
#include "model.h"

/*
 * The servers of the profile GUARDED, whose ports are the model's own here, not those of harness.h;
 * the second server is only counted.
 */
#define SERVER_GUARDED_2 (SERVERS_PER_BLOCK + 8)
#define GUARDED4         "10.0.1.21"
#define GUARDED6         "2001:db8:1::21"
#define GUARDED4_2       "10.9.21.0"
#define GUARDED6_2       "2001:db8:9:21::"
#define GUARDED4_2_BITS  24
#define GUARDED6_2_BITS  64

#define POLICIES GENERATED_TURN
extern const struct model_policy policies[POLICIES];

/* What opens ports, of all profiles. */
extern const struct model_ports model_ports[];
extern const size_t model_ports_count;

/* Those that model_ports refers to, each once. */
#define MODEL_GUARDS 5
extern const struct model_guard model_guards[MODEL_GUARDS];

#define MODEL_SOURCES 2
extern const struct model_sources model_sources[MODEL_SOURCES];

#endif
