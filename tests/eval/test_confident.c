/* Confident learning against cleanlab 2: thresholds, the confident joint, and its estimate over all
 * rows; classes without rows, rows without a label, and rows of which no class is confident. */
#include "oddlot/eval/confident.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"
#include "oddlot_test_mpi.h"

#include <math.h>

const char *odd_test_name = "eval/confident";

#define WORLD MPI_COMM_WORLD
enum { ROWS = 60, CLASSES = 4 };

/* The joint of these rows of all ranks. @collective */
static odd_status joint_of(int64_t n, int64_t k, const int32_t label[], const int32_t confident[],
                           odd_confident_joint *out)
{
    const odd_partition part = odd_partition_rows(WORLD, n);
    return odd_confident_joint_of(WORLD, part.n_local, k, label + part.row0, confident + part.row0,
                                  out);
}

/* @collective */
static odd_status thresholds_of(int64_t n, int64_t k, const int32_t label[], const double own[],
                                double threshold[])
{
    const odd_partition part = odd_partition_rows(WORLD, n);
    return odd_confident_thresholds(WORLD, part.n_local, k, label + part.row0, own + part.row0,
                                    threshold);
}

/* The class that a row shows, and the one that it is labelled with. */
static int32_t shown(int i)
{
    const int t = (i * i + i / 3) % 7;
    return t < CLASSES - 1 ? t : CLASSES - 1;
}

static int32_t labelled(int i)
{
    return i * 11 % 13 < 3 ? (shown(i) + 1 + i % 2) % CLASSES : shown(i);
}

static void predict(int i, double p[CLASSES])
{
    double sum = 0;
    for (int c = 0; c < CLASSES; c++) {
        p[c] = 1 + (i * 37 + c * 101) % 97 / 12.0 + (c == shown(i) ? 14 : 0);
        sum += p[c];
    }
    for (int c = 0; c < CLASSES; c++)
        p[c] /= sum;
}

/* cleanlab.count.get_confident_thresholds, compute_confident_joint(calibrate=False), and
 * n estimate_joint, which it rounds to whole rows */
static const double their_threshold[CLASSES] = {0.43668887536495254, 0.31835723861369486,
                                                0.46248901395638015, 0.5457271886458505};
static const int64_t their_joint[CLASSES][CLASSES] = {
    {8, 0, 0, 2}, {2, 6, 0, 3}, {1, 1, 5, 0}, {0, 1, 1, 16}};
static const double their_estimate[CLASSES][CLASSES] = {
    {10, 0, 0, 2}, {2, 7, 0, 3}, {1, 1, 5, 0}, {0, 1, 2, 26}};

static void as_cleanlab(void)
{
    int32_t label[ROWS], confident[ROWS];
    double own[ROWS], p[CLASSES], threshold[CLASSES];
    odd_confident_joint joint;
    int64_t found = 0, theirs = 0;
    for (int i = 0; i < ROWS; i++) {
        predict(i, p);
        label[i] = labelled(i);
        own[i] = p[label[i]];
    }
    CU_ASSERT_EQUAL(thresholds_of(ROWS, CLASSES, label, own, threshold), ODD_OK);
    for (int c = 0; c < CLASSES; c++)
        CU_ASSERT_DOUBLE_EQUAL(threshold[c], their_threshold[c], 1e-14);
    for (int i = 0; i < ROWS; i++) {
        predict(i, p);
        confident[i] = odd_confident_class(CLASSES, p, threshold);
    }
    if (!check_all(WORLD, joint_of(ROWS, CLASSES, label, confident, &joint) == ODD_OK)) return;
    for (int64_t i = 0; i < joint.count; i++) {
        const odd_confident_entry *e = &joint.entry[i];
        CU_ASSERT_EQUAL(e->rows, their_joint[e->label][e->other]);
        CU_ASSERT(fabs(e->estimated - their_estimate[e->label][e->other]) < 1);
        found += e->rows;
    }
    for (int a = 0; a < CLASSES; a++)
        for (int b = 0; b < CLASSES; b++)
            theirs += their_joint[a][b];
    CU_ASSERT_EQUAL(found, odd_rank(WORLD) == 0 ? theirs : 0);
    odd_confident_joint_free(&joint);
}

/* All rows of a label are shared out, however few of them are counted. */
static void estimates_add_up(void)
{
    const int32_t label[] = {0, 0, 0, 0, 2, 2, 2, -1}, confident[] = {0, 2, -1, -1, 2, 2, -1, 0};
    odd_confident_joint joint;
    if (!check_all(WORLD, joint_of(8, 3, label, confident, &joint) == ODD_OK)) return;
    CU_ASSERT_EQUAL(joint.count, odd_rank(WORLD) == 0 ? 3 : 0);
    if (joint.count != 3) return odd_confident_joint_free(&joint);
    CU_ASSERT_EQUAL(joint.entry[0].other, 0);
    CU_ASSERT_EQUAL(joint.entry[0].estimated, 2);
    CU_ASSERT_EQUAL(joint.entry[1].other, 2);
    CU_ASSERT_EQUAL(joint.entry[1].estimated, 2);
    CU_ASSERT_EQUAL(joint.entry[2].label, 2);
    CU_ASSERT_EQUAL(joint.entry[2].rows, 2);
    CU_ASSERT_EQUAL(joint.entry[2].estimated, 3);
    odd_confident_joint_free(&joint);
}

static void few_rows_and_many_classes(void)
{
    const int32_t label[] = {1, -1}, none[] = {-1, -1};
    const double own[] = {0.5, NAN}, p[] = {0.4, 0.4, 0.2}, low[] = {0.3, 0.3, NAN};
    double threshold[3];
    odd_confident_joint joint;
    CU_ASSERT_EQUAL(thresholds_of(2, 3, label, own, threshold), ODD_OK);
    CU_ASSERT(isnan(threshold[0]));
    CU_ASSERT_EQUAL(threshold[1], 0.5);
    CU_ASSERT_EQUAL(odd_confident_class(3, p, low), 0);        /* of equal ones the first */
    CU_ASSERT_EQUAL(odd_confident_class(3, p, threshold), -1); /* none reaches its own */
    CU_ASSERT_EQUAL(joint_of(2, 1000000, label, none, &joint), ODD_OK);
    CU_ASSERT_EQUAL(joint.count, 0);
    odd_confident_joint_free(&joint);
    CU_ASSERT_EQUAL(joint_of(0, 0, label, none, &joint), ODD_OK);
    odd_confident_joint_free(&joint);
}

CU_TestInfo odd_tests[] = {
    {"as cleanlab", as_cleanlab},
    {"estimates add up", estimates_add_up},
    {"few rows, many classes", few_rows_and_many_classes},
    CU_TEST_INFO_NULL,
};
