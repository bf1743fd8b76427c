/**
 * plan_internal: a program made into oneDNN primitives for one batch size.
 *
 * Legend. A tensor is a value of the graph; a *value* of a plan is a tensor (or a part, a copy in
 * another layout, a scratchpad) with its layout and its place in memory. Values that share bytes
 * have the same root. Operations run in order, those of a section for its images at a time; each is
 * a primitive or a loop of our own.
 */
#ifndef ODDLOT_NN_PLAN_INTERNAL_H
#define ODDLOT_NN_PLAN_INTERNAL_H

#include "nn/exec/dnnl_internal.h"
#include "nn/exec/program_internal.h"
#include "nn/exec/weights_internal.h"
#include "oddlot/nn/net.h"

typedef enum {
    ODD_HOME_ARENA,    /* computed; in the arena of the plan */
    ODD_HOME_CONSTANT, /* in the graph or among the net's weights */
    ODD_HOME_VARIABLE, /* weights that learn: at `data`, other ones in each run */
    ODD_HOME_SCRATCH,  /* the scratchpad that all operations share */
    ODD_HOME_INPUT,    /* the caller's images */
    ODD_HOME_OUTPUT    /* the caller's results */
} odd_home;

typedef struct {
    odd_desc desc;
    odd_home home;
    int root;        /* the value whose bytes it shares; its own number if none */
    int next_form;   /* the same contents in another layout; -1: no more */
    int until;       /* of a root: last step that may read a tensor in it; -1: this one only */
    bool stays;      /* of a root: nothing else takes its place, so that the next run has it too */
    bool joins;      /* of a root: a section fills it, part by part, for the next one */
    int first, last; /* of a root: operations that touch it first and last; -1: none */
    int64_t start;   /* first byte in the root, for the first images */
    int64_t pace;    /* bytes that it is further on for each image; 0: it is always there */
    int section;     /* that it was made in */
    int number;      /* of an OUTPUT: which one */
    int64_t bytes;   /* of a root */
    int64_t offset;  /* of an ARENA root: in the arena */
    void *data;      /* CONSTANT, VARIABLE */
    dnnl_memory_t memory;
} odd_value;

typedef struct {
    int arg; /* DNNL_ARG_... */
    int value;
} odd_argument;

typedef struct {
    dnnl_primitive_t primitive; /* NULL: a loop of our own */
    void (*run)(const void *settings, float *const data[]);
    void *settings; /* owned */
    int arguments;
    odd_argument *argument; /* owned */
    dnnl_exec_arg_t *exec;  /* (arguments) owned; or */
    float **data;           /* (arguments) owned, for a loop */
    int step;               /* for messages */
    bool of_weights;        /* copies weights that learn to a place that stays */
    const char *what;       /* "convolution", "reorder"; static */
    double seconds;         /* of the CPU so far, where the plan is watched */
} odd_operation;

typedef struct {
    int64_t n; /* images that what is being planned takes; in the end the batch size */
    odd_value *value;
    int values, value_room;
    odd_operation *operation;
    int operations, operation_room;
    struct {
        int64_t images;
        int end; /* behind its last operation */
    } section[ODD_SECTIONS];
    int sections; /* 0: all operations run once */
    bool watched; /* operations are timed */
    void *arena;
    int64_t arena_bytes, scratch_bytes;
} odd_plan;

/* What the layers need while a plan is made. */
typedef struct {
    const odd_graph *graph;
    const odd_program *program;
    odd_weights *weights;
    dnnl_engine_t engine;
    dnnl_prop_kind_t prop;     /* forward inference; training keeps what backward needs */
    dnnl_data_type_t products; /* type of what convolutions and products read */
    odd_plan *plan;
    int *holds; /* (tensors) value that holds a tensor; -1: none yet */
    int step;   /* being planned */
} odd_planner;

/** Plan a program that was cut for the images of its last section. ODD_FORMAT naming the layer for
 *  what oneDNN cannot do, ODD_NUMERIC, ODD_NOMEM. */
odd_status odd_plan_new(const odd_graph *graph, const odd_program *program, odd_weights *weights,
                        dnnl_data_type_t products, odd_plan **out);
void odd_plan_free(odd_plan **plan);
/** Go on with the next section of the program (plan_sections.c). */
odd_status odd_plan_next_section(odd_planner *p);
/** Give each value its place in the arena, reusing bytes whose readers are done (plan_memory.c). */
odd_status odd_plan_place(odd_plan *plan, dnnl_engine_t engine);
/** `same_weights`: what learns is as in the last run, whose copies of it are taken. */
odd_status odd_plan_run(odd_plan *plan, const odd_program *program, dnnl_stream_t stream,
                        const float input[], float *const output[], bool same_weights);

/** Add the seconds of the operations to the shares of their layers' kinds, new ones at the end;
 *  `share` has room for all pairs of kind and part (plan_shares.c). */
void odd_plan_shares(const odd_plan *plan, const odd_program *program, odd_net_share share[],
                     int *shares);

/* ---- For the layers ---- */

/** Dimensions of a tensor with the batch filled in; returns the rank, at least 1. */
int odd_plan_dims(const odd_planner *p, int tensor, dnnl_dims_t dims);
const odd_desc *odd_plan_desc(const odd_planner *p, int value);

/** A new place in the arena; another view of the same bytes. */
odd_status odd_plan_value(odd_planner *p, const odd_desc *desc, int *value);
odd_status odd_plan_alias(odd_planner *p, int of, const odd_desc *desc, int *value);
/** The part of a value that begins at this byte. */
odd_status odd_plan_part(odd_planner *p, int of, const odd_desc *desc, int64_t start, int *value);
/** True if the bytes may be overwritten: nothing after this step reads them. */
bool odd_plan_is_free(const odd_planner *p, int value);
bool odd_plan_share(const odd_planner *p, int a, int b);

/** The value that holds an input, in whatever layout it has; row-major float32; float32. */
odd_status odd_plan_input(odd_planner *p, int tensor, int *value);
odd_status odd_plan_plain(odd_planner *p, int tensor, int *value);
odd_status odd_plan_float(odd_planner *p, int tensor, int *value);
/** The same contents in this layout: itself, an earlier copy, or a reorder (done now and kept by
 *  the net where it is a constant). */
odd_status odd_plan_reorder(odd_planner *p, int value, const odd_desc *desc, int *out);
/** As above, times `scale`, always a copy unless it is 1. */
odd_status odd_plan_scaled(odd_planner *p, int value, const odd_desc *desc, float scale, int *out);
/** A fresh copy in this layout that may be overwritten. */
odd_status odd_plan_copy(odd_planner *p, int value, const odd_desc *desc, int *out);
/** The contents of one value into another that exists. */
odd_status odd_plan_reorder_into(odd_planner *p, int from, int to);
/** This value holds the tensor from now on. */
void odd_plan_bind(odd_planner *p, int tensor, int value);

/** Add a primitive; its scratchpad is added for it. */
odd_status odd_plan_primitive(odd_planner *p, const_dnnl_primitive_desc_t pd, int arguments,
                              const odd_argument argument[], const char *what);
/** Add a loop of our own over float32 values; settings are given (freed also on failure). */
odd_status odd_plan_loop(odd_planner *p, void (*run)(const void *settings, float *const data[]),
                         void *settings, int values, const int value[]);

/** As odd_pd_new(), with the plan's engine. */
odd_status odd_plan_pd(const odd_planner *p, const odd_primitive *primitive,
                       const_dnnl_primitive_attr_t attr, const char *what,
                       dnnl_primitive_desc_t *pd);

#endif
