/* Checkpoints of a training: what is saved is loaded whole, by this very job only; others and
 * broken ones do no harm. */
#include "oddlot/store/file.h"
#include "training_fixture.h"

#include <stdio.h>
#include <unistd.h>

const char *odd_test_name = "stage/train_checkpoint";

#define CHECKPOINT "run/checkpoints/train"

static const char *const sets[] = {"train.network=[dense 2]", "train.epochs=5", "train.folds=3",
                                   NULL};

static double note[IMAGES];
static int64_t notes = IMAGES;

static int list_notes(const odd_training *t, odd_train_array array[ODD_MAX_TRAIN_ARRAYS])
{
    (void)t;
    array[0] = (odd_train_array){"notes", ODD_F64, notes, note};
    return 1;
}

static const odd_train_task plain = {.settings = &(const odd_part){.name = "plain"}};
static const odd_train_task with_notes = {.settings = &(const odd_part){.name = "with notes"},
                                          .checkpoint_arrays = list_notes};

/* A state that anyone can check; `best` may be empty. */
static odd_train_state state_of(int64_t fold, int64_t epochs, bool best)
{
    odd_train_state s = {.fold = fold, .epochs = epochs};
    float *weight;
    ODD_CHECK(odd_bundle_add(&s.trainer, "weights", ODD_F32, "test", &weight, 1, (int64_t)7) ==
              ODD_OK);
    for (int i = 0; i < 7; i++)
        weight[i] = (float)i / 3;
    ODD_CHECK(odd_bundle_add_i64(&s.trainer, "step", "test", 1234567890123) == ODD_OK);
    if (best) ODD_CHECK(odd_bundle_add_f64(&s.best, "weights", "test", 0.1) == ODD_OK);
    return s;
}

static void fill_results(odd_train_curves *r)
{
    for (int64_t i = 0; i < ODD_CURVES * r->networks * r->epochs; i++)
        r->curve[i] = i % 4 ? 1. / (double)(i + 1) : NAN;
    for (int64_t f = 0; f < r->networks; f++)
        r->best[f] = (int32_t)(f + 1);
    for (int i = 0; i < IMAGES; i++)
        note[i] = i * 0.25;
}

static bool has_results(const odd_train_curves *r)
{
    bool good = true;
    for (int64_t i = 0; i < ODD_CURVES * r->networks * r->epochs; i++)
        good = good && (i % 4 ? r->curve[i] == 1. / (double)(i + 1) : isnan(r->curve[i]) != 0);
    for (int64_t f = 0; f < r->networks; f++)
        good = good && r->best[f] == f + 1;
    return good;
}

/* Keep a state as this task would. */
static odd_status keep(const odd_train_task *goal, const odd_train_state *state)
{
    training t;
    training_open(WORLD, sets, goal, &t);
    fill_results(&t.t.curves);
    const odd_status st = odd_train_checkpoint_save(&t.t, state);
    training_close(&t);
    return st;
}

static void test_save_and_load(void)
{
    for (int best = 0; best < 2; best++) {
        training t;
        odd_train_state before = state_of(2, 4, best), after;
        make_run_folder();
        if (!check_all(WORLD, keep(&with_notes, &before) == ODD_OK)) return;
        memset(note, 0, sizeof note);
        training_open(WORLD, sets, &with_notes, &t);
        check_all(WORLD, odd_train_checkpoint_load(&t.t, &after) == ODD_OK);
        check_all(WORLD, after.fold == 2 && after.epochs == 4 && has_results(&t.t.curves));
        check_all(WORLD, same_bundles(&before.trainer, &after.trainer) &&
                             same_bundles(&before.best, &after.best));
        check_all(WORLD, note[39] == 39 * 0.25);
        odd_train_state_free(&before);
        odd_train_state_free(&after);
        training_close(&t);
        check_all(WORLD, odd_store_open_objects() == 0);
        fixture_remove(WORLD);
    }
}

/* The newest one counts, and the older one is gone. */
static void test_save_again(void)
{
    training t;
    odd_train_state first = state_of(0, 1, true), second = state_of(1, 2, false), after;
    make_run_folder();
    bool good = keep(&plain, &first) == ODD_OK;
    good = keep(&plain, &second) == ODD_OK && good;
    training_open(WORLD, sets, &plain, &t);
    good = odd_train_checkpoint_load(&t.t, &after) == ODD_OK && good;
    check_all(WORLD, good && after.fold == 1 && after.epochs == 2 && after.best.count == 0);
    odd_train_state_free(&after);
    if (odd_rank(WORLD) == 0) odd_train_checkpoint_remove(&t.t);
    MPI_Barrier(WORLD);
    check_all(WORLD, !fixture_exists(WORLD, fixture_path(CHECKPOINT)));
    check_all(WORLD, odd_train_checkpoint_load(&t.t, &after) == ODD_OK && after.epochs == 0);
    if (odd_rank(WORLD) == 0)
        odd_train_checkpoint_remove(&t.t); /* nothing is there: nothing happens */
    odd_train_state_free(&first);
    odd_train_state_free(&second);
    training_close(&t);
    fixture_remove(WORLD);
}

/* Beginning anew is right where there is none, or one of other settings. */
static void test_of_another_job(void)
{
    training t;
    odd_provenance other = fixture_from;
    odd_train_state before = state_of(1, 2, true), after;
    make_run_folder();
    training_open(WORLD, sets, &plain, &t);
    check_all(WORLD, odd_train_checkpoint_load(&t.t, &after) == ODD_OK && after.epochs == 0);
    if (!check_all(WORLD, keep(&plain, &before) == ODD_OK)) return;
    other.fingerprint = "ffeeddccbbaa99887766554433221100";
    t.t.from = &other;
    check_all(WORLD, odd_train_checkpoint_load(&t.t, &after) == ODD_OK);
    check_all(WORLD, after.fold == 0 && after.epochs == 0 && after.trainer.count == 0);
    odd_train_state_free(&before);
    training_close(&t);
    fixture_remove(WORLD);
}

/* ---- what is not right ---- */

static void refused(const odd_train_task *goal, odd_status status, const char *words)
{
    training t;
    odd_train_state after;
    training_open(WORLD, sets, goal, &t);
    const odd_status st = odd_train_checkpoint_load(&t.t, &after);
    check_all(WORLD, st == status && strstr(odd_fail_reason(), words));
    check_all(WORLD, strstr(odd_fail_reason(), "checkpoints/train") &&
                         strstr(odd_fail_reason(), "remove this file"));
    odd_train_state_free(&after);
    training_close(&t);
    check_all(WORLD, odd_store_open_objects() == 0);
}

static void test_impossible(void)
{
    static const int64_t wrong[][2] = {{-1, 2}, {3, 2}, {1, 0}, {1, 6}, {INT64_MAX, 1}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        odd_train_state state = state_of(wrong[i][0], wrong[i][1], false);
        make_run_folder();
        check_all(WORLD, keep(&plain, &state) == ODD_OK);
        refused(&plain, ODD_FORMAT, "impossible place");
        odd_train_state_free(&state);
        fixture_remove(WORLD);
    }
}

static void test_of_another_task(void)
{
    odd_train_state state = state_of(1, 2, false);
    make_run_folder();
    check_all(WORLD, keep(&plain, &state) == ODD_OK);
    refused(&with_notes, ODD_FORMAT, "notes");
    notes = IMAGES - 1;
    check_all(WORLD, keep(&with_notes, &state) == ODD_OK);
    notes = IMAGES;
    refused(&with_notes, ODD_FORMAT, "'notes' is of another training");
    odd_train_state_free(&state);
    fixture_remove(WORLD);
}

/* Told with the file's name, or begun anew: never half. */
static void check_cut(int64_t left)
{
    training t;
    odd_train_state after;
    const char *path = fixture_path(CHECKPOINT);
    if (odd_rank(WORLD) == 0) CU_ASSERT(truncate(path, left) == 0);
    MPI_Barrier(WORLD);
    training_open(WORLD, sets, &plain, &t);
    const odd_status st = odd_train_checkpoint_load(&t.t, &after);
    check_all(WORLD, st != ODD_OK || (after.epochs == 0 && after.trainer.count == 0));
    check_all(WORLD, st == ODD_OK || strstr(odd_fail_reason(), "checkpoints/train"));
    odd_train_state_free(&after);
    training_close(&t);
    check_all(WORLD, odd_store_open_objects() == 0);
}

static void test_broken(void)
{
    static const int64_t left[] = {0, 100, 2000, 3000, 6000, 9000};
    odd_train_state state = state_of(1, 2, true);
    make_run_folder();
    for (size_t i = 0; i < sizeof left / sizeof *left; i++) {
        check_all(WORLD, keep(&plain, &state) == ODD_OK);
        check_cut(left[i]);
    }
    odd_train_state_free(&state);
    fixture_remove(WORLD);
}

/* A value that is another one than was written, with all else as it was. */
static void test_damaged(void)
{
    odd_train_state state = state_of(1, 2, true);
    make_run_folder();
    check_all(WORLD, keep(&plain, &state) == ODD_OK);
    if (odd_rank(WORLD) == 0) {
        static const float was = 5.f / 3, is = 5.f / 3 + 1;
        static char content[1 << 20];
        FILE *file = fopen(fixture_path(CHECKPOINT), "r+");
        const size_t size = file ? fread(content, 1, sizeof content, file) : 0;
        char *found = memmem(content, size, &was, sizeof was);
        CU_ASSERT(found && fseek(file, found - content, SEEK_SET) == 0);
        CU_ASSERT(found && fwrite(&is, sizeof is, 1, file) == 1);
        if (file) fclose(file);
    }
    MPI_Barrier(WORLD);
    refused(&plain, ODD_FORMAT, "is damaged: its checksum is wrong");
    odd_train_state_free(&state);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"what is saved is loaded", test_save_and_load},
    {"the newest counts", test_save_again},
    {"of another job", test_of_another_job},
    {"at an impossible place", test_impossible},
    {"of another task", test_of_another_task},
    {"broken", test_broken},
    {"damaged", test_damaged},
    CU_TEST_INFO_NULL,
};
