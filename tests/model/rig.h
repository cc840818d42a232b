/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs under one policy, beside what the model knows of it. */
#ifndef PORTCULLIS_TEST_RIG_H
#define PORTCULLIS_TEST_RIG_H

#include "generate.h"
#include "harness.h"
#include "model.h"

/* A table as this process sees it too; NULL where there is none. */
struct flow_table {
	struct flow_bucket *buckets;
	size_t count;
};

struct limit_table {
	struct limit_bucket *buckets;
	size_t count;
};

struct rig {
	const struct model_policy *policy;
	struct model_memory memory;
	struct count published, refused;  /* by the model */
	struct portcullis *program;       /* NULL: only the model judges */
	const struct bpf_program *egress; /* for frames that leave; NULL: none */
	struct flow_table flows, inbound_flows;
	struct limit_table limits;
	struct reason_counts counted; /* so far */
};

/* What became of a frame. */
struct found {
	enum reason reason;
	bool drop, monitored;
	uint64_t length;
};

/* Loads the programs; rig_close() unloads them. */
void rig_open(struct rig *rig, const struct model_policy *policy);
void rig_close(struct rig *rig);

/* Forgets fragments, flows and who came how often. */
void rig_forget(struct rig *rig);

/* Lets time pass for flows. */
void rig_age(struct rig *rig, uint32_t seconds);

/* Runs a frame that enters. */
struct found rig_enter(struct rig *rig, const struct generated *frame);

/* Runs one that leaves; the verdict, which must always be the same. */
int rig_leave(const struct rig *rig, const struct generated *frame);

/* Whether as much was counted as the model says for the two reasons that no frame tells. */
bool rig_same_sums(const struct rig *rig);

_Static_assert((int)MODEL_DATAGRAMS == FLOW_UDP && (int)MODEL_OPENING == FLOW_TCP_OPENING &&
		       (int)MODEL_OPEN == FLOW_TCP_OPEN && (int)MODEL_CLOSING == FLOW_TCP_CLOSING,
	       "the model's stages are the program's states");

/* How many flows live in a table, by stage. */
void rig_count_live(const struct flow_table *table, size_t by_stage[MODEL_STAGES]);

#endif
