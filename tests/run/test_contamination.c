/* Contamination: which images it takes, by hand-counted catalogues. */
#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/detect/detector.h"
#include "oddlot/pipeline/pipelines.h"
#include "run/selection_internal.h"

#include <stdio.h>
#include <string.h>

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

static odd_selection *catalogue(void)
{
    odd_selection *a = odd_alloc(1, sizeof *a);
    odd_item *item;
    char name[32];
    for (int i = 0; i < ALL; i++) {
        snprintf(name, sizeof name, "image-%03d.png", i);
        CU_ASSERT_EQUAL_FATAL(odd_catalogue_add(&a->list, name, name, &item), ODD_OK);
        int64_t label;
        CU_ASSERT_EQUAL_FATAL(odd_catalogue_string(&a->list, label_of(i), &label), ODD_OK);
        a->list.item[i].label = label;
        CU_ASSERT_EQUAL_FATAL(odd_catalogue_string(&a->list, i % 5 == 4 ? "test" : "train", &label),
                              ODD_OK);
        a->list.item[i].split = label;
        a->list.item[i].verified = i == 3 ? ODD_VERIFIED_ODD : ODD_UNVERIFIED;
    }
    return a;
}

/* What the --set words, given one by one up to NULL, take; *a is owned by the caller. */
static odd_status take(const char *const sets[], odd_selection **a)
{
    int count = 0, sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_job *job;
    while (sets[count])
        count++;
    CU_ASSERT_EQUAL_FATAL(odd_job_load(NULL, sets, count, section, sections, &job), ODD_OK);
    *a = catalogue();
    odd_status st = odd_contaminate(job, *a);
    odd_job_free(&job);
    return st;
}

#define TAKE(a, ...) take((const char *const[]){__VA_ARGS__, NULL}, &(a))

static int count_truth(const odd_selection *a, int truth)
{
    int count = 0;
    for (int64_t i = 0; i < a->rows; i++)
        count += a->truth[i] == truth;
    return count;
}

static const char *row_label(const odd_selection *a, int64_t row)
{
    return odd_selection_label(a, row);
}

/* Rows rise, and their truth is what their label says. */
static void check_rows(const odd_selection *a, const char *theme)
{
    for (int64_t i = 0; i < a->rows; i++) {
        CU_ASSERT(i == 0 || a->item[i] > a->item[i - 1]);
        int truth = strcmp(row_label(a, i), theme) == 0 ? ODD_TRUTH_THEME : ODD_TRUTH_ODD;
        CU_ASSERT_EQUAL(a->truth[i], truth);
        CU_ASSERT(*row_label(a, i));
    }
}

static void test_everything(void)
{
    odd_selection *a;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "seed=1"), ODD_OK);
    CU_ASSERT_EQUAL(a->rows, ALL);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_UNKNOWN), ALL);
    for (int i = 0; i < ALL; i++) {
        CU_ASSERT_EQUAL(a->item[i], i);
        CU_ASSERT_EQUAL(a->verified[i], i == 3 ? ODD_VERIFIED_ODD : ODD_UNVERIFIED);
    }
    CU_ASSERT_STRING_EQUAL(odd_selection_name(a, 7), "image-007.png");
    odd_selection_free(&a);
}

static void test_classes(void)
{
    const int shoes = count_label("shoe"), hats = count_label("hat"), bags = count_label("bag");
    odd_selection *a;
    CU_ASSERT_EQUAL(shoes + hats + bags, ALL - 1);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.anomaly=bag"), ODD_OK);
    CU_ASSERT_EQUAL(a->rows, shoes + bags);
    check_rows(a, "shoe");
    odd_selection_free(&a);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe"), ODD_OK);
    CU_ASSERT_EQUAL(a->rows, ALL - 1); /* the one without a label is neither */
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_ODD), hats + bags);
    check_rows(a, "shoe");
    odd_selection_free(&a);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.anomaly=[shoe, bag]"), ODD_OK);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_THEME), hats);
    check_rows(a, "hat");
    odd_selection_free(&a);
}

static void test_counts(void)
{
    odd_selection *a;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.theme_count=40",
                               "contamination.anomaly_count=7"),
                          ODD_OK);
    CU_ASSERT_EQUAL(a->rows, 47);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_ODD), 7);
    check_rows(a, "shoe");
    odd_selection_free(&a);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.theme_count=40",
                               "contamination.anomaly_share=0.2"),
                          ODD_OK);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_ODD), 10); /* 10 of 50 are 0.2 */
    odd_selection_free(&a);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.anomaly_share=0"),
                          ODD_OK);
    CU_ASSERT_EQUAL(count_truth(a, ODD_TRUTH_ODD), 0);
    CU_ASSERT_EQUAL(a->rows, count_label("shoe"));
    odd_selection_free(&a);
}

static bool same_items(const odd_selection *a, const odd_selection *b)
{
    return a->rows == b->rows && memcmp(a->item, b->item, (size_t)a->rows * sizeof *a->item) == 0;
}

static void test_seed(void)
{
    static const char theme[] = "contamination.theme=shoe",
                      count[] = "contamination.theme_count=25",
                      odd[] = "contamination.anomaly_count=5";
    odd_selection *a, *b, *c;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, theme, count, odd, "contamination.seed=4"), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(TAKE(b, theme, count, odd, "contamination.seed=4", "seed=9"), ODD_OK);
    CU_ASSERT_EQUAL_FATAL(TAKE(c, theme, count, odd, "contamination.seed=5"), ODD_OK);
    CU_ASSERT(same_items(a, b)); /* the seed of the job does not matter */
    CU_ASSERT(!same_items(a, c));
    odd_selection_free(&a);
    odd_selection_free(&b);
    odd_selection_free(&c);
}

static int count_verified(const odd_selection *a, int mark, int truth)
{
    int count = 0;
    for (int64_t i = 0; i < a->rows; i++)
        count += a->verified[i] == mark && a->truth[i] == truth;
    return count;
}

static void test_verified(void)
{
    odd_selection *a, *b;
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
    CU_ASSERT(memcmp(a->verified, b->verified, (size_t)a->rows) != 0);
    odd_selection_free(&a);
    odd_selection_free(&b);
}

static int count_held_out(const odd_selection *a, int truth)
{
    int count = 0;
    for (int64_t i = 0; i < a->rows; i++)
        count += a->held_out[i] && a->truth[i] == truth;
    return count;
}

static void test_held_out(void)
{
    odd_selection *a, *b;
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.theme=shoe", "contamination.theme_count=50",
                               "contamination.held_out=0.2", "contamination.verified_theme=40"),
                          ODD_OK);
    CU_ASSERT_EQUAL(count_held_out(a, ODD_TRUTH_THEME), 10);
    CU_ASSERT_EQUAL(count_held_out(a, ODD_TRUTH_ODD), count_truth(a, ODD_TRUTH_ODD));
    for (int64_t i = 0; i < a->rows; i++) /* what people verified is learnt from */
        CU_ASSERT(!(a->held_out[i] && a->verified[i] == ODD_VERIFIED_THEME));
    CU_ASSERT_EQUAL_FATAL(TAKE(b, "contamination.theme=shoe", "contamination.theme_count=50",
                               "contamination.held_out=0.2", "contamination.seed=2"),
                          ODD_OK);
    CU_ASSERT(memcmp(a->held_out, b->held_out, (size_t)a->rows) != 0);
    odd_selection_free(&a);
    odd_selection_free(&b);
    CU_ASSERT_EQUAL_FATAL(TAKE(a, "contamination.held_out_split=test"), ODD_OK);
    CU_ASSERT_EQUAL(count_held_out(a, ODD_TRUTH_UNKNOWN), ALL / 5);
    CU_ASSERT(a->held_out[4] && !a->held_out[5]);
    odd_selection_free(&a);
}

static void refused(odd_status st, odd_selection *a, const char *reason)
{
    CU_ASSERT_EQUAL(st, ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), reason));
    odd_selection_free(&a);
}

static void test_refused(void)
{
    odd_selection *a;
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
