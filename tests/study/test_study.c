/* Tests of the design of studies: how rows, columns, values and published figures are read, names
 * that become folders, settings with brackets and quotes, the job of a run, and what the table
 * says. */
#include "oddlot/study/study.h"
#include "oddlot_test.h"

#include "oddlot/base/memory.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/run.h"
#include "run/contamination_internal.h"
#include "study/design_words_internal.h"
#include "study/study_internal.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const char *odd_test_name = "stage/study";

#define ROWS                                                                                       \
    "study.rows=[\"small | train.network=['conv 8 5x5', relu, 'dense 2'] reduce.method=none\", "   \
    "'no training!']"
#define COLUMNS "study.columns=['binary | image.size=16', 'solid / 2 | image.size=32']"
#define VALUES                                                                                     \
    "study.values=['accuracy | train.h5:accuracy | %', 'AUC | evaluate.h5:metrics/roc_auc/score'," \
    " 'at chance | train.h5:accuracy | within 0.48 0.52', 'loss | train.h5:loss | 1']"

static odd_job *load(int sets, const char *const set[])
{
    int count;
    const odd_section *sections = odd_job_sections(&count);
    odd_job *job = NULL;
    CU_ASSERT_EQUAL(odd_job_load(NULL, set, sets, sections, count, &job), ODD_OK);
    return job;
}

/* A study of 2 rows, 2 columns and 3 seeds, with one more setting, or NULL. */
static odd_job *study_job(const char *more)
{
    return load(more ? 6 : 5,
                (const char *[]){ROWS, COLUMNS, VALUES, "seed=7", "name=paper", more});
}

/* ---- words ---- */

static void split_is(const char *text, int count, const char *const word[])
{
    odd_list found;
    CU_ASSERT_EQUAL(odd_split_settings(text, strlen(text), &found), ODD_OK);
    CU_ASSERT_EQUAL(found.count, count);
    for (int i = 0; i < count && i < found.count; i++)
        CU_ASSERT_STRING_EQUAL(found.item[i], word[i]);
    odd_texts_free(&found);
}

static void settings_keep_their_brackets(void)
{
    split_is("", 0, NULL);
    split_is("  a=1\t b=2 ", 2, (const char *[]){"a=1", "b=2"});
    split_is("n=['conv 8 5x5', relu] b=2", 2, (const char *[]){"n=['conv 8 5x5', relu]", "b=2"});
    split_is("n={a: [1, 2], b: 3} c=x", 2, (const char *[]){"n={a: [1, 2], b: 3}", "c=x"});
    split_is("a='it''s ] one' b=\"x \\\" [ y\"", 2,
             (const char *[]){"a='it''s ] one'", "b=\"x \\\" [ y\""});
    split_is("a=don't b=2]", 2, (const char *[]){"a=don't", "b=2]"});
}

static void what_is_open_is_reported(void)
{
    static const char *const open[] = {"a=[1, 2", "a='x y", "a=\"x\\\"", "a={b: ['c d', e}"};
    for (size_t i = 0; i < sizeof open / sizeof *open; i++) {
        odd_list found;
        CU_ASSERT_EQUAL(odd_split_settings(open[i], strlen(open[i]), &found), ODD_USAGE);
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "not closed"));
        CU_ASSERT_PTR_NULL(found.item);
    }
}

/* ---- the design ---- */

static void rows_and_columns_become_runs(void)
{
    odd_job *job = study_job(NULL);
    odd_study *s = NULL;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_study_new(odd_pipelines, job, &s), ODD_OK);
    if (s) {
        CU_ASSERT_EQUAL(odd_study_runs(s), 12);
        for (int64_t run = 0; run < 12; run++) {
            const odd_study_key key = odd_study_run(s, run);
            CU_ASSERT_EQUAL(odd_study_number(s, &key), run);
        }
        CU_ASSERT_STRING_EQUAL(s->rows.variant[1].name, "no training!");
        CU_ASSERT_STRING_EQUAL(s->rows.variant[1].folder, "no-training");
        CU_ASSERT_EQUAL(s->rows.variant[1].set.count, 0);
        CU_ASSERT_STRING_EQUAL(s->columns.variant[1].folder, "solid-2");
        const odd_study_key last = odd_study_run(s, 11);
        odd_text folder = ODD_TEXT_EMPTY;
        odd_study_run_folder(s, &last, &folder);
        CU_ASSERT_STRING_EQUAL(odd_text_string(&folder), "runs/no-training/solid-2/seed-9");
        odd_text_free(&folder);
    }
    odd_study_free(&s);
    odd_job_free(&job);
}

static void a_run_is_no_study(void)
{
    odd_job *job = study_job(NULL), *run = NULL;
    odd_study *s = NULL;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_study_new(odd_pipelines, job, &s), ODD_OK);
    if (s) {
        const odd_study_key key = {0, 1, 2};
        CU_ASSERT_EQUAL(odd_study_job(s, &key, &run), ODD_OK);
    }
    if (run) {
        const odd_run_options *top = odd_job_section(run, "");
        odd_text written = ODD_TEXT_EMPTY;
        CU_ASSERT(odd_pipeline_of(odd_pipelines, run) != &odd_pipeline_study);
        CU_ASSERT(odd_pipeline_of(odd_pipelines, job) == &odd_pipeline_study);
        const odd_contamination_options *draw = odd_job_section(run, "contamination");
        CU_ASSERT_EQUAL(top->seed, 9);
        CU_ASSERT_EQUAL(draw->seed, 9); /* images are drawn anew */
        CU_ASSERT_STRING_EQUAL(top->name, "small, solid / 2, seed 9");
        odd_job_write(run, &written);
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_text_string(&written), "conv 8 5x5"));
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_text_string(&written), "size: 32"));
        CU_ASSERT_PTR_NULL(strstr(odd_text_string(&written), "train.h5:"));
        odd_text_free(&written);
    }
    odd_job_free(&run);
    odd_study_free(&s);
    odd_job_free(&job);
}

static void values_have_forms(void)
{
    odd_job *job = study_job("study.paper=['small | binary | accuracy | 99.5', "
                             "'small | solid / 2 | AUC | 0.5']");
    odd_study *s = NULL;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_study_new(odd_pipelines, job, &s), ODD_OK);
    if (s) {
        CU_ASSERT_EQUAL(s->values, 4);
        CU_ASSERT_STRING_EQUAL(s->value[1].file, "evaluate.h5");
        CU_ASSERT_STRING_EQUAL(s->value[1].path, "metrics/roc_auc/score");
        CU_ASSERT_EQUAL(s->value[0].unit, 0.01);
        CU_ASSERT_EQUAL(s->value[0].digits, 2);
        CU_ASSERT_EQUAL(s->value[1].digits, 4);
        CU_ASSERT(s->value[2].counts && s->value[2].low == 0.48 && s->value[2].high == 0.52);
        CU_ASSERT_EQUAL(s->value[3].digits, 1);
        CU_ASSERT_DOUBLE_EQUAL(odd_study_published(s, 0, 0)[0], 0.995, 1e-15);
        CU_ASSERT_EQUAL(odd_study_published(s, 0, 1)[1], 0.5);
        CU_ASSERT(isnan(odd_study_published(s, 1, 1)[1]));
    }
    odd_study_free(&s);
    odd_job_free(&job);
}

static void what_is_left_out_has_no_runs(void)
{
    odd_job *job = load(5, (const char *[]){ROWS, COLUMNS, VALUES, "study.without=[binary]",
                                            "study.paper=['small | binary | AUC | 0.9', "
                                            "'small | solid / 2 | AUC | 0.8']"});
    odd_study *s = NULL;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_study_new(odd_pipelines, job, &s), ODD_OK);
    if (s) {
        CU_ASSERT_EQUAL(odd_study_runs(s), 6);
        CU_ASSERT_STRING_EQUAL(s->columns.variant[0].name, "solid / 2");
        CU_ASSERT_EQUAL(odd_study_published(s, 0, 0)[1], 0.8);
    }
    odd_study_free(&s);
    odd_job_free(&job);
}

static void what_is_wrong_is_reported(void)
{
    static const char *const wrong[][2] = {
        {"study.rows=['a b | image.size=8', 'a/b']", "shares its folder 'a-b' with 'a b'"},
        {"study.rows=['a', 'a']", "shares its folder"},
        {"study.rows=[' | image.size=8']", "makes no folder"},
        {"study.rows=['../..']", "makes no folder"},
        {"study.rows=['a | image.size=[8']", "not closed"},
        {"study.columns=['a | seed=3']", "'seed=3' is for the study as a whole"},
        {"study.columns=['a | study.rows=[]']", "is for the study as a whole"},
        {"study.rows=['a | image.sise=8']", "'a | image.sise=8': --set image.sise=8: unknown key "
                                            "'image.sise'; did you mean 'image.size'?"},
        {"study.columns=['a | mixture.seed=3']",
         "'a | mixture.seed=3': --set mixture.seed=3: the section 'mixture' is called "
         "'contamination' now"},
        {"study.values=[]", "at least one is needed, such as"},
        {"study.values=[accuracy]", "expected 'NAME | FILE.h5:PATH'"},
        {"study.values=['a | trian.h5:accuracy']", "no stage writes 'trian.h5'; there are: ingest"},
        {"study.values=['a | study.h5:published']", "no stage writes 'study.h5'"},
        {"study.values=['a | train.h5:x | within 2 1']", "found 'within 2 1'"},
        {"study.values=['a | train.h5:x | 99']", "found '99'"},
        {"study.values=['a | train.h5:x', 'a | train.h5:y']", "two of this name"},
        {"study.paper=['tiny | binary | AUC | 1']", "no row is called 'tiny'"},
        {"study.paper=['small | photos | AUC | 1']", "no column is called 'photos'"},
        {"study.paper=['small | binary | ROC | 1']", "no value is called 'ROC'"},
        {"study.paper=['small | binary | AUC | high']", "expected 'ROW | COLUMN | VALUE | number'"},
        {"study.without=[photos]", "no row and no column is called 'photos'"},
        {"study.without=[binary, solid / 2]", "all is left out"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        odd_job *job = study_job(wrong[i][0]);
        odd_study *s = NULL;
        if (!job) return;
        CU_ASSERT_EQUAL(odd_study_new(odd_pipelines, job, &s), ODD_USAGE);
        CU_ASSERT_PTR_NULL(s);
        if (!strstr(odd_fail_reason(), wrong[i][1])) {
            printf("%s: %s\n", wrong[i][0], odd_fail_reason());
            CU_FAIL("another reason");
        }
        odd_job_free(&job);
    }
}

/* ---- the table ---- */

static void cells_are(const odd_text_table *t, int lines, const char *const cell[])
{
    CU_ASSERT_EQUAL(t->cells.count, lines * t->columns);
    for (int64_t i = 0; i < t->cells.count && i < lines * t->columns; i++)
        CU_ASSERT_STRING_EQUAL(t->cells.item[i], cell[i]);
}

/* Accuracy of the cells: three seeds, two and a failure, none, and failures only. */
static odd_status fill(odd_study_results *r)
{
    static const double given[3][4] = {
        {0.50, 0.9, NAN, NAN}, {0.51, NAN, NAN, NAN}, {0.61, 0.8, NAN, NAN}};
    odd_status st = ODD_OK;
    for (int64_t run = 0; run < 12; run++) {
        const bool failed = run % 4 == 3 || run == 5;
        r->figure[run * 4] = r->figure[run * 4 + 2] = given[run / 4][run % 4];
        if (failed) ODD_TRY(ODD_NEW(r->failed[run], 4));
        if (failed) memcpy(r->failed[run], "why", 4);
    }
done:
    return st;
}

static void cells_say_what_the_seeds_gave(void)
{
    odd_job *job = study_job("study.paper=['small | binary | accuracy | 99.5', "
                             "'small | solid / 2 | at chance | 2']");
    odd_study *s = NULL;
    odd_study_results r = {0};
    odd_text_table table;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_study_new(odd_pipelines, job, &s), ODD_OK);
    if (s && odd_study_results_new(s, &r) == ODD_OK && fill(&r) == ODD_OK) {
        CU_ASSERT_EQUAL(odd_study_tables(s), 4);
        CU_ASSERT_EQUAL(odd_study_table(&r, 0, &table), ODD_OK);
        cells_are(&table, 3,
                  (const char *[]){"accuracy, %", "binary", "solid / 2", "small",
                                   "54.00 [50.00, 61.00] (99.50)", "85.00 [80.00, 90.00], 1 failed",
                                   "no training!", "\u2013", "failed"});
        odd_table_free(&table);
        CU_ASSERT_EQUAL(odd_study_table(&r, 2, &table), ODD_OK);
        cells_are(&table, 3,
                  (const char *[]){"at chance", "binary", "solid / 2", "small", "2 of 3",
                                   "0 of 2 (2), 1 failed", "no training!", "\u2013", "failed"});
        odd_table_free(&table);
        CU_ASSERT_EQUAL(odd_study_run_table(&r, &table), ODD_OK);
        CU_ASSERT_EQUAL(table.cells.count, 13 * 6);
        CU_ASSERT_STRING_EQUAL(table.cells.item[6 * 6], "small, solid / 2, seed 8");
        CU_ASSERT_STRING_EQUAL(table.cells.item[6 * 6 + 5], "why");
        odd_table_free(&table);
    }
    odd_study_results_free(&r);
    odd_study_free(&s);
    odd_job_free(&job);
}

/* A run that fails takes its seed from the mean; what is published is a mean where all is. */
static void rows_have_a_mean(void)
{
    odd_job *job = load(6, (const char *[]){ROWS, VALUES, "study.seeds=2", "study.average=true",
                                            "study.columns=[all]",
                                            "study.paper=['small | all | AUC | 0.5', "
                                            "'no training! | all | AUC | 0.7', "
                                            "'small | all | loss | 1']"});
    odd_study *s = NULL;
    odd_study_results r = {0};
    odd_text_table table;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_study_new(odd_pipelines, job, &s), ODD_OK);
    if (s && odd_study_results_new(s, &r) == ODD_OK && ODD_NEW(r.failed[3], 1) == ODD_OK) {
        static const double given[4] = {0.25, 0.5, 0.75, NAN};
        for (int run = 0; run < 4; run++)
            r.figure[run * 4 + 1] = given[run];
        CU_ASSERT_EQUAL(odd_study_table(&r, 0, &table), ODD_OK);
        CU_ASSERT_EQUAL(table.cells.count, 4 * 5);
        CU_ASSERT_STRING_EQUAL(table.cells.item[15], "mean");
        CU_ASSERT_STRING_EQUAL(table.cells.item[16], "\u2013, 1 failed");
        CU_ASSERT_STRING_EQUAL(table.cells.item[17], "0.3750 (0.6000), 1 failed");
        CU_ASSERT_STRING_EQUAL(table.cells.item[19], "\u2013, 1 failed");
        odd_table_free(&table);
    }
    odd_study_results_free(&r);
    odd_study_free(&s);
    odd_job_free(&job);
}

static void one_column_makes_one_table(void)
{
    odd_job *job = load(3, (const char *[]){ROWS, VALUES, "study.seeds=1"});
    odd_study *s = NULL;
    odd_study_results r = {0};
    odd_text_table table;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_study_new(odd_pipelines, job, &s), ODD_OK);
    if (s && odd_study_results_new(s, &r) == ODD_OK) {
        r.figure[0] = 0.75;
        r.figure[1] = 0.875;
        CU_ASSERT_EQUAL(odd_study_tables(s), 1);
        CU_ASSERT_PTR_NULL(odd_study_table_name(s, 0));
        CU_ASSERT_EQUAL(odd_study_table(&r, 0, &table), ODD_OK);
        cells_are(&table, 3,
                  (const char *[]){"", "accuracy, %", "AUC", "at chance", "loss", "small", "75.00",
                                   "0.8750", "\u2013", "\u2013", "no training!", "\u2013", "\u2013",
                                   "\u2013", "\u2013"});
        odd_table_free(&table);
    }
    odd_study_results_free(&r);
    odd_study_free(&s);
    odd_job_free(&job);
}

CU_TestInfo odd_tests[] = {
    {"settings keep their brackets", settings_keep_their_brackets},
    {"what is open is reported", what_is_open_is_reported},
    {"rows and columns become runs", rows_and_columns_become_runs},
    {"a run is no study", a_run_is_no_study},
    {"values have forms", values_have_forms},
    {"what is left out has no runs", what_is_left_out_has_no_runs},
    {"what is wrong is reported", what_is_wrong_is_reported},
    {"cells say what the seeds gave", cells_say_what_the_seeds_gave},
    {"rows have a mean", rows_have_a_mean},
    {"one column makes one table", one_column_makes_one_table},
    CU_TEST_INFO_NULL,
};
