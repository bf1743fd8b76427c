/**
 * For the tests of training: a job, a run in the fixture's folder, and small images in memory whose
 * levels tell their rows.
 */
#ifndef ODDLOT_TRAINING_FIXTURE_H
#define ODDLOT_TRAINING_FIXTURE_H

#include "stage_fixture.h"

#include "stage/train/damage_training_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

enum { IMAGES = 40, SIDE = 6, LEVELS = SIDE * SIDE, UNREADABLE = 13 };

/* Level k of image i: its row first, then noise. */
static inline uint8_t level_of(int64_t row, int k)
{
    return k == 0 ? (uint8_t)row
                  : (uint8_t)odd_below(200, 4, ODD_STREAM_TEST, (uint64_t)row, (uint32_t)k);
}

/* All but one are readable. */
static inline odd_train_images images_in_memory(void)
{
    odd_train_images images = {
        .n = IMAGES, .bytes = LEVELS, .width = SIDE, .height = SIDE, .channels = 1};
    ODD_CHECK(ODD_NEW(images.all, IMAGES * LEVELS) == ODD_OK);
    ODD_CHECK(ODD_NEW(images.row, IMAGES) == ODD_OK);
    ODD_CHECK(ODD_NEW(images.held_out, IMAGES) == ODD_OK);
    for (int64_t i = 0; i < IMAGES; i++) {
        if (i != UNREADABLE) images.row[images.readable++] = i;
        for (int k = 0; k < LEVELS; k++)
            images.all[i * LEVELS + k] = level_of(i, k);
    }
    odd_input_preset("unit", 1, &images.levels);
    return images;
}

/* A training with its job; not moved after it was opened. */
typedef struct {
    odd_job *job;
    odd_run run;
    odd_training t;
} training;

static inline void training_open(MPI_Comm comm, const char *const sets[],
                                 const odd_train_task *goal, training *out)
{
    *out = (training){.job = job_of(sets)};
    out->run = (odd_run){.comm = comm,
                         .job = out->job,
                         .options = odd_job_section(out->job, ""),
                         .folder = (char *)fixture_path("run"),
                         .lock = -1};
    out->t = (odd_training){.run = &out->run,
                            .comm = comm,
                            .options = odd_job_section(out->job, "train"),
                            .from = &fixture_from,
                            .task = goal,
                            .images = images_in_memory()};
    ODD_CHECK(odd_train_curves_new(out->t.options->folds, out->t.options->epochs, &out->t.curves) ==
              ODD_OK);
    ODD_CHECK(odd_damage_result_new(&out->t) == ODD_OK);
}

static inline void training_close(training *t)
{
    odd_train_curves_free(&t->t.curves);
    odd_damage_result_free(&t->t);
    odd_train_images_close(&t->t.images);
    odd_job_free(&t->job);
}

/* The folder of the run, in the fixture's. @collective */
static inline void make_run_folder(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("run");
    ODD_CHECK(odd_agree(WORLD, odd_rank(WORLD) == 0 ? odd_folder_make(path) : ODD_OK) == ODD_OK);
}

/* In any order: that of a file is the one of the names. */
static inline bool same_bundles(const odd_bundle *a, const odd_bundle *b)
{
    bool same = a->count == b->count;
    for (int i = 0; same && i < a->count; i++) {
        const odd_array *x = &a->array[i], *y = odd_bundle_find(b, x->name);
        int64_t bytes, other;
        same = y && odd_shape_bytes(&x->shape, &bytes) == ODD_OK &&
               odd_shape_bytes(&y->shape, &other) == ODD_OK && bytes == other &&
               memcmp(x->data, y->data, (size_t)bytes) == 0;
    }
    return same;
}

#endif
