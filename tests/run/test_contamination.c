/* Contamination: which images it takes, by hand-counted catalogues, each rank with a part of them.
 */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/detect/detector.h"
#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"
#include "run/catalogue_cut_internal.h"
#include "run/selection_internal.h"

#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD

/* 60 shoes, 30 hats and 9 bags in turn by a fixed pattern, and one image without a label. */
enum { SHOES = 60, HATS = 30, BAGS = 9, ALL = SHOES + HATS + BAGS + 1 };

static const char *label_of(int i)
{
    if (i == 50) return "";
    int j = i - (i > 50);
    return j % 11 == 10 ? "bag" : j % 11 % 3 == 2 ? "hat" : j < 93 ? "shoe" : "hat";
}

static int count_label(const char *label)
{
    int count = 0;
    for (int i = 0; i < ALL; i++)
        count += strcmp(label_of(i), label) == 0;
    return count;
}

static void name_image(int64_t item, char name[static 32])
{
    snprintf(name, 32, "image-%03d.png", (int)item);
}

static void add_image(int i, odd_catalogue *c)
{
    odd_item *item;
    int64_t label, split;
    char name[32];
    name_image(i, name);
    CU_ASSERT_EQUAL_FATAL(odd_catalogue_add(c, name, name, &item), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_catalogue_string(c, label_of(i), &label), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(odd_catalogue_string(c, i % 5 == 4 ? "test" : "train", &split), ODD_OK);
    item->label = label;
    item->split = split;
    item->verified = i == 3 ? ODD_VERIFIED_ODD : ODD_UNVERIFIED;
}

/* As it was listed: the first rank has few, the second none. */
static odd_selection *catalogue(void)
{
    static const int cut[][5] = {{0, ALL}, {0, 7, ALL}, {0, 7, 7, ALL}, {0, 7, 7, 51, ALL}};
    const int *first = cut[odd_size(WORLD) - 1] + odd_rank(WORLD);
    odd_selection *a = odd_alloc(1, sizeof *a);
    for (int i = first[0]; i < first[1]; i++)
        add_image(i, &a->list);
    odd_catalogue_number(WORLD, &a->list);
    return a;
}

/* The rows of all ranks. */
typedef struct {
    int64_t rows;
    odd_selected *row;
} taken;

/* Where each rank has those that it should, and of each what the catalogue says of it. */
static bool is_in_place(const odd_selection *s)
{
    const odd_partition part = odd_partition_images(WORLD, s->part.n);
    bool good = s->part.row0 == part.row0 && s->list.count == part.n_local &&
                s->list.first == part.row0 && s->list.all == part.n;
    for (int64_t row = part.row0; good && row < part.row0 + part.n_local; row++) {
        const int64_t item = odd_selection_item(s, row);
        char name[32];
        name_image(item, name);
        good = strcmp(odd_selection_name(s, row), name) == 0 &&
               strcmp(odd_selection_label(s, row), label_of((int)item)) == 0;
    }
    return good;
}

/* What the --set words, given one by one up to NULL, take; *a is owned by the caller. */
static odd_status take(const char *const sets[], taken **a)
{
    int count = 0, sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_job *job;
    while (sets[count])
        count++;
    CU_ASSERT_EQUAL_FATAL(odd_job_load(NULL, sets, count, section, sections, &job), ODD_OK);
    odd_selection *s = catalogue();
    *a = odd_alloc(1, sizeof **a);
    odd_status st = odd_contaminate(WORLD, job, s);
    if (st == ODD_OK) {
        check_all(WORLD, is_in_place(s));
        CU_ASSERT_EQUAL(odd_share_rows(WORLD, s->row, s->part.n_local, sizeof *s->row,
                                       (void **)&(*a)->row, &(*a)->rows),
                        ODD_OK);
    }
    odd_selection_free(&s);
    odd_job_free(&job);
    return st;
}

static void taken_free(taken **a)
{
    odd_free((*a)->row);
    odd_free(*a);
}

#define TAKE(a, ...) take((const char *const[]){__VA_ARGS__, NULL}, &(a))

static int count_truth(const taken *a, int truth)
{
    int count = 0;
    for (int64_t i = 0; i < a->rows; i++)
        count += a->row[i].truth == truth;
    return count;
}

static const char *row_label(const taken *a, int64_t row)
{
    return label_of((int)a->row[row].item);
}

/* Rows rise, and their truth is what their label says. */
static void check_rows(const taken *a, const char *theme)
{
    for (int64_t i = 0; i < a->rows; i++) {
        CU_ASSERT(i == 0 || a->row[i].item > a->row[i - 1].item);
        int truth = strcmp(row_label(a, i), theme) == 0 ? ODD_TRUTH_THEME : ODD_TRUTH_ODD;
        CU_ASSERT_EQUAL(a->row[i].truth, truth);
        CU_ASSERT(*row_label(a, i));
    }
}

static void test_everything(void)
{
    taken *a;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "seed=1"), ODD_OK);
    CU_ASSERT_EQUAL(a->rows, ALL);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_UNKNOWN), ALL);
    for (int i = 0; i < ALL; i++) {
        CU_ASSERT_EQUAL(a->row[i].item, i);
        CU_ASSERT_EQUAL(a->row[i].verified, i == 3 ? ODD_VERIFIED_ODD : ODD_UNVERIFIED);
    }
    taken_free(&a);
}

static void test_classes(void)
{
    const int shoes = count_label("shoe"), hats = count_label("hat"), bags = count_label("bag");
    taken *a;
    CU_ASSERT_EQUAL(shoes + hats + bags, ALL - 1);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.anomaly=bag"), ODD_OK);
    CU_ASSERT_EQUAL(a->rows, shoes + bags);
    check_rows(a, "shoe");
    taken_free(&a);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe"), ODD_OK);
    CU_ASSERT_EQUAL(a->rows, ALL - 1); /* the one without a label is neither */
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_ODD), hats + bags);
    check_rows(a, "shoe");
    taken_free(&a);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.anomaly=[shoe, bag]"), ODD_OK);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_THEME), hats);
    check_rows(a, "hat");
    taken_free(&a);
}

static void test_counts(void)
{
    taken *a;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.theme_count=40",
                               "contamination.anomaly_count=7"),
                          ODD_OK);
    CU_ASSERT_EQUAL(a->rows, 47);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_ODD), 7);
    check_rows(a, "shoe");
    taken_free(&a);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.theme_count=40",
                               "contamination.anomaly_share=0.2"),
                          ODD_OK);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_ODD), 10); /* 10 of 50 are 0.2 */
    taken_free(&a);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.anomaly_share=0"),
                          ODD_OK);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_ODD), 0);
    CU_ASSERT_EQUAL(a->rows, count_label("shoe"));
    taken_free(&a);
}

static bool same_items(const taken *a, const taken *b)
{
    bool same = a->rows == b->rows;
    for (int64_t i = 0; same && i < a->rows; i++)
        same = a->row[i].item == b->row[i].item;
    return same;
}

/* But for what they say of the images. */
static bool same_marks(const taken *a, const taken *b)
{
    bool same = same_items(a, b);
    for (int64_t i = 0; same && i < a->rows; i++)
        same = a->row[i].verified == b->row[i].verified && a->row[i].held_out == b->row[i].held_out;
    return same;
}

static void test_seed(void)
{
    static const char theme[] = "contamination.theme=shoe",
                      count[] = "contamination.theme_count=25",
                      odd[] = "contamination.anomaly_count=5";
    taken *a, *b, *c;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, theme, count, odd, "contamination.seed=4"), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(TAKE(b, theme, count, odd, "contamination.seed=4", "seed=9"), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(TAKE(c, theme, count, odd, "contamination.seed=5"), ODD_OK);
    CU_ASSERT(same_items(a, b)); /* the seed of the job does not matter */
    CU_ASSERT(!same_items(a, c));
    taken_free(&a);
    taken_free(&b);
    taken_free(&c);
}

static int count_verified(const taken *a, int mark, int truth)
{
    int count = 0;
    for (int64_t i = 0; i < a->rows; i++)
        count += a->row[i].verified == mark && a->row[i].truth == truth;
    return count;
}

static void test_verified(void)
{
    taken *a, *b;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=hat", "contamination.anomaly=bag",
                               "contamination.verified_theme=6", "contamination.verified_odd=2"),
                          ODD_OK);
    CU_ASSERT_EQUAL(count_verified(a, ODD_VERIFIED_THEME, ODD_TRUTH_THEME), 6);
    CU_ASSERT_EQUAL(count_verified(a, ODD_VERIFIED_ODD, ODD_TRUTH_ODD), 2);
    CU_ASSERT_EQUAL(count_verified(a, ODD_VERIFIED_THEME, ODD_TRUTH_ODD), 0);
    CU_ASSERT_EQUAL_FATAL(TAKE(b, "contamination.theme=hat", "contamination.anomaly=bag",
                               "contamination.verified_theme=6", "contamination.verified_odd=2",
                               "contamination.seed=2"),
                          ODD_OK);
    CU_ASSERT(!same_marks(a, b));
    taken_free(&a);
    taken_free(&b);
}

static int count_held_out(const taken *a, int truth)
{
    int count = 0;
    for (int64_t i = 0; i < a->rows; i++)
        count += a->row[i].held_out && a->row[i].truth == truth;
    return count;
}

static void test_held_out(void)
{
    taken *a, *b;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.theme_count=50",
                               "contamination.held_out=0.2", "contamination.verified_theme=40"),
                          ODD_OK);
    CU_ASSERT_EQUAL(count_held_out(a, ODD_TRUTH_THEME), 10);
    CU_ASSERT_EQUAL(count_held_out(a, ODD_TRUTH_ODD), count_truth(a, ODD_TRUTH_ODD));
    for (int64_t i = 0; i < a->rows; i++) /* what people verified is learnt from */
        CU_ASSERT(!(a->row[i].held_out && a->row[i].verified == ODD_VERIFIED_THEME));
    CU_ASSERT_EQUAL_FATAL(TAKE(b, "contamination.theme=shoe", "contamination.theme_count=50",
                               "contamination.held_out=0.2", "contamination.seed=2"),
                          ODD_OK);
    CU_ASSERT(!same_marks(a, b));
    taken_free(&a);
    taken_free(&b);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.held_out_split=test"), ODD_OK);
    CU_ASSERT_EQUAL(count_held_out(a, ODD_TRUTH_UNKNOWN), ALL / 5);
    CU_ASSERT(a->row[4].held_out && !a->row[5].held_out);
    taken_free(&a);
}

static void refused(odd_status st, taken *a, const char *reason)
{
    CU_ASSERT_EQUAL(st, ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), reason));
    taken_free(&a);
}

static void test_refused(void)
{
    taken *a;
    odd_status st = TAKE(a, "contamination.theme=sock");
    refused(st, a, "--set contamination.theme=sock: no image has the label 'sock'");
    st = TAKE(a, "contamination.theme=shoe", "contamination.anomaly=sock");
    refused(st, a, "no image has the label 'sock'");
    st = TAKE(a, "contamination.theme=[shoe, bag]", "contamination.anomaly=bag");
    refused(st, a, "'bag' is both theme and odd");
    st = TAKE(a, "contamination.theme=shoe", "contamination.theme_count=61");
    refused(st, a, "61 theme images wanted");
    st = TAKE(a, "contamination.theme=shoe", "contamination.anomaly=bag",
              "contamination.anomaly_count=10");
    refused(st, a, "10 odd images wanted, 9 are there");
    st = TAKE(a, "contamination.theme=shoe", "contamination.anomaly=bag",
              "contamination.anomaly_share=0.5");
    refused(st, a, "odd images wanted, 9 are there");
    st = TAKE(a, "contamination.theme=shoe", "contamination.anomaly=bag",
              "contamination.verified_odd=10");
    refused(st, a, "10 images to verify, only 9 are there");
    st = TAKE(a, "contamination.held_out=0.5");
    refused(st, a, "is a share of the theme: give contamination.theme or contamination.anomaly");
    st = TAKE(a, "contamination.held_out_split=later");
    refused(st, a, "no image has the split 'later'");
    st = TAKE(a, "contamination.theme=shoe", "contamination.theme_count=0",
              "contamination.held_out=0.5");
    refused(st, a, "are held out: nothing is left to learn from");
}

const char *odd_test_name = "contamination";
CU_TestInfo odd_tests[] = {
    {"everything", test_everything}, {"classes", test_classes},
    {"counts", test_counts},         {"seed", test_seed},
    {"verified", test_verified},     {"held out", test_held_out},
    {"refused", test_refused},       CU_TEST_INFO_NULL,
};
