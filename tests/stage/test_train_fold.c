/* One network of a training: it learns from its images alone, its best epoch is kept, patience
 * ends, and a stop at any epoch leaves no trace in what comes of it. */
#include "oddlot/base/bundle.h"
#include "scripted_task.h"

#include "oddlot/par/fault.h"

#include <stdio.h>

const char *odd_test_name = "stage/train_fold";

/* ---- which epochs: on one rank, as starting each epoch's checkpoint takes many a while ---- */

/* Train a fold of a new training on rank 0; the others wait. */
static odd_status train_one(const char *const sets[], int64_t fold, training *t)
{
    odd_train_state state = {.fold = fold};
    if (odd_rank(WORLD) > 0) return ODD_OK;
    training_open(SELF, sets, &task, t);
    const odd_status st = odd_train_fold(&t->t, &state);
    const int64_t next = st == ODD_OK ? fold + 1 : fold;
    CU_ASSERT(state.fold == next && (st != ODD_OK || state.trainer.count == 0));
    odd_train_state_free(&state);
    return st;
}

static void close_one(training *t)
{
    if (odd_rank(WORLD) == 0) training_close(t);
    script_end();
}

static void test_best_epoch(void)
{
    static const struct {
        double loss[EPOCHS];
        int best;
    } cases[] = {
        {{3, 1, 2, 5}, 2},         {{6, 5, 4, 3}, 4},
        {{1, 2, 3, 4}, 1},         {{2, 1, 1, 1}, 2}, /* the first of equal ones */
        {{NAN, NAN, NAN, NAN}, 4},                    /* none chooses: the last */
    };
    make_run_folder();
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        training t;
        const int best = cases[c].best;
        script_begin(cases[c].loss);
        CU_ASSERT_EQUAL(train_one(usual, 1, &t), ODD_OK);
        CU_ASSERT(odd_rank(WORLD) > 0 ||
                  (t.t.curves.best[1] == best && script.evaluated == EPOCHS &&
                   same_bundles(&script.finished[1], &script.weights[best - 1])));
        close_one(&t);
    }
    fixture_remove(WORLD);
}

/* The better one is not reached. */
static void test_patience(void)
{
    static const double loss[EPOCHS] = {3, 1, 2, 0};
    training t;
    make_run_folder();
    script_begin(loss);
    CU_ASSERT_EQUAL(train_one(patient, 0, &t), ODD_OK);
    if (odd_rank(WORLD) == 0) {
        const double *seen = odd_train_curve(&t.t.curves, ODD_CURVE_TRAINING_LOSS, 0);
        CU_ASSERT(script.evaluated == 3 && t.t.curves.best[0] == 2);
        CU_ASSERT(same_bundles(&script.finished[0], &script.weights[1]));
        CU_ASSERT(isfinite(seen[2]) && isnan(seen[3]));
    }
    close_one(&t);
    fixture_remove(WORLD);
}

/* Where no curve chooses, patience does not end and the last network is kept. */
static void test_last_epoch(void)
{
    training t;
    make_run_folder();
    script_begin(NULL);
    CU_ASSERT_EQUAL(train_one(patient, 0, &t), ODD_OK);
    CU_ASSERT(odd_rank(WORLD) > 0 ||
              (script.evaluated == EPOCHS && t.t.curves.best[0] == EPOCHS &&
               same_bundles(&script.finished[0], &script.weights[EPOCHS - 1])));
    close_one(&t);
    fixture_remove(WORLD);
}

/* ---- which images ---- */

/* Of 39 readable images (0 ... 39 without 13), by hand, fold 1: of the 20 odd rows 13 is none, the
 * other 19 are held; of the even ones 0 is left out; 10, 20 and 30 choose. */
static void test_images(void)
{
    training t;
    make_run_folder();
    script_begin(NULL);
    CU_ASSERT_EQUAL(train_one(usual, 1, &t), ODD_OK);
    if (odd_rank(WORLD) == 0) {
        const double *loss = odd_train_curve(&t.t.curves, ODD_CURVE_TRAINING_LOSS, 1);
        CU_ASSERT(script.splits_are_right && script.held[1] == 19);
        CU_ASSERT_EQUAL(t.t.curves.learnt, EPOCHS * (39 - 19 - 1 - 3));
        CU_ASSERT(loss[EPOCHS - 1] < loss[0]); /* it learns that all targets are 0 */
    }
    close_one(&t);
    script_begin(NULL);
    script.all_held = true;
    if (odd_rank(WORLD) == 0) {
        CU_ASSERT_EQUAL(train_one(usual, 0, &t), ODD_USAGE);
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "all 39 are held out"));
    }
    close_one(&t);
    fixture_remove(WORLD);
}

/* ---- stops and ranks ---- */

/* All folds on these ranks, weights kept in `out`; a stop after so many epochs, then once more from
 * the checkpoint. */
static odd_status do_all(MPI_Comm comm, training *t)
{
    odd_train_state state;
    odd_status st;
    ODD_TRY(odd_train_checkpoint_load(&t->t, &state));
    while (state.fold < FOLDS)
        ODD_TRY(odd_train_fold(&t->t, &state));
    if (odd_rank(comm) == 0) odd_train_checkpoint_remove(&t->t);
    MPI_Barrier(comm);
done:
    odd_train_state_free(&state);
    return st;
}

static const double zigzag[EPOCHS] = {5, 2, 4, 3};

/* What an unbroken training on all ranks gives. */
static void reference(odd_bundle finished[FOLDS], odd_train_curves *result)
{
    training t;
    script_begin(zigzag);
    training_open(WORLD, usual, &task, &t);
    check_all(WORLD, do_all(WORLD, &t) == ODD_OK);
    for (int f = 0; f < FOLDS; f++) {
        finished[f] = script.finished[f];
        script.finished[f] = (odd_bundle)ODD_BUNDLE_EMPTY;
    }
    *result = t.t.curves; /* handed over */
    t.t.curves = (odd_train_curves){0};
    script_end();
    training_close(&t);
}

static bool as_reference(const odd_bundle finished[FOLDS], const odd_train_curves *result,
                         const odd_train_curves *r)
{
    bool same = memcmp(r->best, result->best, FOLDS * sizeof *r->best) == 0 &&
                memcmp(r->curve, result->curve,
                       (size_t)(ODD_CURVES * FOLDS * EPOCHS) * sizeof *r->curve) == 0;
    for (int f = 0; f < FOLDS; f++)
        same = same &&
               (script.finished[f].count == 0 || same_bundles(&script.finished[f], &finished[f]));
    return same;
}

/* A stop in the steps of an epoch, as if the machine had stopped; then the program is started
 * again. Of fold 0 (even rows are held) 18 images are learnt from, of fold 1 16: three steps of an
 * epoch, and two. */
static bool goes_on(MPI_Comm team, int steps, int evaluated, const odd_bundle finished[FOLDS],
                    const odd_train_curves *whole)
{
    training t;
    char fault[64];
    if (team == MPI_COMM_NULL) return true;
    snprintf(fault, sizeof fault, "train.step:after=%d", steps);
    script_begin(zigzag);
    training_open(team, usual, &task, &t);
    ODD_CHECK(odd_fault_setup(fault, odd_rank(WORLD)) == ODD_OK);
    bool good = do_all(team, &t) == ODD_IO && script.evaluated == evaluated;
    ODD_CHECK(odd_fault_setup(NULL, 0) == ODD_OK);
    training_close(&t);
    script_end();
    script_begin(zigzag);
    training_open(team, usual, &task, &t);
    good = do_all(team, &t) == ODD_OK && script.finished[FOLDS - 1].count > 0 && good;
    good = good && as_reference(finished, whole, &t.t.curves) &&
           script.evaluated == FOLDS * EPOCHS - evaluated;
    training_close(&t);
    script_end();
    return good;
}

static void test_stop(void)
{
    static const struct {
        int steps, evaluated;
    } stops[] = {{0, 0}, {4, 1}, {9, 3}, {12, 4}, {12 + 2 + 1, 5}};
    odd_bundle finished[FOLDS];
    odd_train_curves whole;
    make_run_folder();
    reference(finished, &whole);
    MPI_Comm team = test_team(2);
    for (size_t i = 0; i < sizeof stops / sizeof *stops; i++)
        check_all(WORLD, goes_on(team, stops[i].steps, stops[i].evaluated, finished, &whole));
    test_team_free(&team);
    for (int f = 0; f < FOLDS; f++)
        odd_bundle_free(&finished[f]);
    odd_train_curves_free(&whole);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static bool as_all(MPI_Comm team, const odd_bundle finished[FOLDS], const odd_train_curves *whole)
{
    training t;
    if (team == MPI_COMM_NULL) return true;
    script_begin(zigzag);
    training_open(team, usual, &task, &t);
    const bool same = do_all(team, &t) == ODD_OK && script.finished[0].count > 0 &&
                      as_reference(finished, whole, &t.t.curves);
    training_close(&t);
    script_end();
    return same;
}

static void test_ranks(void)
{
    odd_bundle finished[FOLDS];
    odd_train_curves whole;
    make_run_folder();
    reference(finished, &whole);
    for (int size = 1; size < odd_size(WORLD); size++) {
        MPI_Comm team = test_team(size);
        check_all(WORLD, as_all(team, finished, &whole));
        test_team_free(&team);
    }
    for (int f = 0; f < FOLDS; f++)
        odd_bundle_free(&finished[f]);
    odd_train_curves_free(&whole);
    fixture_remove(WORLD);
}

/* ---- failures ---- */

/* Which network and which epoch is told. */
static void test_no_number(void)
{
    static const char *const wild[] = {USUAL, "train.rate=1e6", "train.optimizer=sgd", NULL};
    training t;
    make_run_folder();
    script_begin(NULL);
    if (odd_rank(WORLD) == 0) {
        CU_ASSERT_EQUAL(train_one(wild, 1, &t), ODD_NUMERIC);
        CU_ASSERT(strncmp(odd_fail_reason(), "train: fold 2, epoch ", 21) == 0);
    }
    close_one(&t);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"the best epoch is kept", test_best_epoch},  {"patience ends", test_patience},
    {"the last epoch is kept", test_last_epoch},  {"which images it learns from", test_images},
    {"a stop leaves no trace", test_stop},        {"ranks do not show", test_ranks},
    {"a loss that is no number", test_no_number}, CU_TEST_INFO_NULL,
};
