/* Tests of tables of settings that name parts and take in other tables. */
#include "oddlot_test.h"

#include "oddlot/base/job.h"
#include "oddlot/base/text.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "base/job_parts";

/* ---- the parts ------------------------------------------------------------------------------- */

typedef struct {
    int64_t neighbours;
} knn_settings;

static const odd_option knn_table[] = {
    ODD_INT(knn_settings, neighbours, "5", 1, 100, "rows that count"),
    ODD_OPTIONS_END,
};

static const odd_part parts[] = {{"core", "a dense core", NULL, 0},
                                 {"knn", "neighbours", knn_table, sizeof(knn_settings)},
                                 {.name = NULL}};

static odd_part part_of(int i)
{
    return parts[i];
}

/* ---- tables in tables ------------------------------------------------------------------------ */

typedef struct {
    double low, high;
} range;

typedef struct {
    bool wide;
    range of;
} limits;

typedef struct {
    char *detector;
    odd_list others;
    int64_t before;
    limits limits;
    int64_t after, last;
} settings;

static const odd_option range_table[] = {
    ODD_REAL(range, low, "1", 0, 0, ""),
    ODD_REAL(range, high, "2", 0, 0, ""),
    ODD_OPTIONS_END,
};
static const odd_option limits_table[] = {
    ODD_BOOL(limits, wide, "true", ""),
    ODD_BASE(limits, of, range_table),
    ODD_OPTIONS_END,
};
static const odd_option shared_table[] = {
    ODD_INT(settings, last, "4", 0, 9, "that is shared"),
    ODD_OPTIONS_END,
};
static const odd_option table[] = {
    ODD_PART(settings, detector, "core", "detector", part_of, "what learns"),
    ODD_PART_LIST(settings, others, "[knn, core]", "detector", part_of, "what else does"),
    ODD_INT(settings, before, "1", 0, 9, ""),
    ODD_BASE(settings, limits, limits_table),
    ODD_INT(settings, after, "3", 0, 9, ""),
    ODD_SHARED(shared_table),
    ODD_OPTIONS_END,
};
/* The same settings in one row. */
static const odd_option flat_table[] = {
    ODD_PART(settings, detector, "core", "detector", part_of, "what learns"),
    ODD_PART_LIST(settings, others, "[knn, core]", "detector", part_of, "what else does"),
    ODD_INT(settings, before, "1", 0, 9, ""),
    {.key = "wide",
     .type = ODD_OPTION_BOOL,
     .offset = offsetof(settings, limits.wide),
     .value = "true",
     .help = ""},
    {.key = "low",
     .type = ODD_OPTION_REAL,
     .offset = offsetof(settings, limits.of.low),
     .value = "1",
     .help = ""},
    {.key = "high",
     .type = ODD_OPTION_REAL,
     .offset = offsetof(settings, limits.of.high),
     .value = "2",
     .help = ""},
    ODD_INT(settings, after, "3", 0, 9, ""),
    ODD_INT(settings, last, "4", 0, 9, "that is shared"),
    ODD_OPTIONS_END,
};
static const odd_section nested[] = {ODD_SECTION("fit", "", table, settings),
                                     ODD_SECTION("fit.knn", "", knn_table, knn_settings)};
static const odd_section flat[] = {ODD_SECTION("fit", "", flat_table, settings),
                                   ODD_SECTION("fit.knn", "", knn_table, knn_settings)};

static odd_job *load(const odd_section sections[], const char *set)
{
    odd_job *job;
    CU_ASSERT_EQUAL_FATAL(odd_job_load(NULL, &set, 1, sections, 2, &job), ODD_OK);
    return job;
}

static void bases_are_filled(void)
{
    odd_job *job = load(nested, "fit={high: 7, last: 8, detector: knn}");
    const settings *s = odd_job_section(job, "fit");
    CU_ASSERT_STRING_EQUAL(s->detector, "knn");
    CU_ASSERT(s->others.count == 2 && s->before == 1 && s->after == 3 && s->last == 8);
    CU_ASSERT(s->limits.wide && s->limits.of.low == 1 && s->limits.of.high == 7);
    CU_ASSERT(odd_job_given(job, "fit.high") && !odd_job_given(job, "fit.low"));
    CU_ASSERT_EQUAL(((const knn_settings *)odd_part_options(job, "fit", "knn"))->neighbours, 5);
    odd_job_free(&job);
}

/* Runs stay up to date when rows move to a table of their own. */
static void bases_leave_no_trace(void)
{
    odd_job *a = load(nested, "fit={low: 0.5, after: 2}"),
            *b = load(flat, "fit={low: 0.5, after: 2}");
    odd_text yaml[2] = {ODD_TEXT_EMPTY, ODD_TEXT_EMPTY};
    const odd_hash digest = odd_job_digest(a, "fit"), same = odd_job_digest(b, "fit");
    CU_ASSERT(memcmp(&digest, &same, sizeof digest) == 0);
    odd_job_write(a, &yaml[0]);
    odd_job_write(b, &yaml[1]);
    odd_job_help(nested, 2, &yaml[0]);
    odd_job_help(flat, 2, &yaml[1]);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&yaml[0]), odd_text_string(&yaml[1]));
    for (int i = 0; i < 2; i++)
        odd_text_free(&yaml[i]);
    odd_job_free(&a);
    odd_job_free(&b);
}

static void options_are_counted_through(void)
{
    static const char *const keys[] = {"detector", "others", "before", "wide",
                                       "low",      "high",   "after",  "last"};
    odd_option option;
    for (int i = 0; i < 8; i++) {
        CU_ASSERT_FATAL(odd_option_at(table, i, &option));
        CU_ASSERT_STRING_EQUAL(option.key, keys[i]);
        CU_ASSERT_EQUAL(option.offset, flat_table[i].offset);
    }
    CU_ASSERT_FALSE(odd_option_at(table, 8, &option));
    CU_ASSERT_FALSE(odd_option_at(NULL, 0, &option));
}

/* ---- names ----------------------------------------------------------------------------------- */

static void refused(const char *set, const char *wanted)
{
    odd_job *job;
    CU_ASSERT_EQUAL(odd_job_load(NULL, &set, 1, nested, 2, &job), ODD_USAGE);
    CU_ASSERT_PTR_NULL(job);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), wanted);
    if (strcmp(odd_fail_reason(), wanted) != 0) fprintf(stderr, "%s\n", odd_fail_reason());
    odd_job_free(&job);
}

static void names_are_checked(void)
{
    refused("fit.detector=forest", "--set fit.detector=forest: no detector 'forest'; there are: "
                                   "core, knn");
    refused("fit.detector=cor", "--set fit.detector=cor: no detector 'cor'; there are: core, knn; "
                                "did you mean 'core'?");
    refused("fit.detector=''", "--set fit.detector='': no detector ''; there are: core, knn");
    refused("fit.detector=[core]",
            "--set fit.detector=[core]: expected one of core, knn, found a list");
    refused("fit.others=knm", "--set fit.others=knm: no detector 'knm'; there are: core, knn; did "
                              "you mean 'knn'?");
    refused("fit.others=[core, x]",
            "--set fit.others=[core, x]: no detector 'x'; there are: core, knn");
    refused("fit.others={a: 1}",
            "--set fit.others={a: 1}: expected a list of core, knn, found a mapping");
}

static void their_place_is_told(void)
{
    static const char *const path = "job_parts_place.yaml";
    static const char yaml[] = "fit:\n    others: [core,\n             forest]\n";
    odd_job *job;
    CU_ASSERT_EQUAL(odd_file_spill(path, yaml, strlen(yaml)), ODD_OK);
    CU_ASSERT_EQUAL(odd_job_load(path, NULL, 0, nested, 2, &job), ODD_USAGE);
    CU_ASSERT_STRING_EQUAL(
        odd_fail_reason(),
        "job_parts_place.yaml:3:14: fit.others: no detector 'forest'; there are: core, knn");
    remove(path);
}

static void names_are_listed(void)
{
    odd_job *job = load(nested, "fit.before=1");
    odd_text text = ODD_TEXT_EMPTY;
    odd_job_write(job, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_text_string(&text), "# what learns: one of core, knn\n"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(odd_text_string(&text), "# what else does: a list of core, knn\n"));
    odd_text_free(&text);
    odd_job_help(nested, 2, &text);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_text_string(&text), "(one of core, knn, default core)"));
    CU_ASSERT_PTR_NOT_NULL(
        strstr(odd_text_string(&text), "(a list of core, knn, default [knn, core])"));
    odd_text_free(&text);
    odd_job_free(&job);
}

CU_TestInfo odd_tests[] = {
    {"bases are filled", bases_are_filled},
    {"bases leave no trace", bases_leave_no_trace},
    {"options are counted through", options_are_counted_through},
    {"names are checked", names_are_checked},
    {"their place is told", their_place_is_told},
    {"names are listed", names_are_listed},
    CU_TEST_INFO_NULL,
};
