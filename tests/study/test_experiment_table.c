/* The results of an experiment: written and read back, as CSV, and the summary with its means. */
#include "oddlot/run/columns.h"
#include "stage_fixture.h"

#include "study/experiment_internal.h"

#include "oddlot/eval/mean.h"

const char *odd_test_name = "stage/experiment_table";

enum { TRIALS = 2 * 2 * 3, VALUES = ODD_TRIAL_VALUE_COUNT };

/* Two mixtures, three seeds, two techniques, one with a name for CSV to quote. */
static const char *const sets[] = {
    "experiment.mixtures=['one | a | b', 'two | c']",
    "experiment.seeds=3",
    "seed=10",
    "experiment.techniques=['plain | seed=1', 'a \"b\", c | seed=1']",
    "experiment.sensitivity=0.9",
    NULL};

typedef struct {
    odd_job *job;
    odd_design *design;
    odd_trial trial[TRIALS];
    odd_results results;
} results;

/* Trial 3 (mixture one, second seed, second technique) failed. */
static void results_new(results *r)
{
    *r = (results){.job = job_of(sets)};
    ODD_CHECK(odd_design_new(r->job, &r->design) == ODD_OK);
    ODD_CHECK(odd_design_trials(r->design) == TRIALS);
    for (int i = 0; i < TRIALS; i++)
        for (int v = 0; v < VALUES; v++)
            r->trial[i].value[v] = i == 3 ? NAN : (i + 1) / 16. + v;
    r->results = (odd_results){r->design, r->trial};
}

static void results_free(results *r)
{
    odd_design_free(&r->design);
    odd_job_free(&r->job);
}

/* What one trial gives for one value; see above. */
static double value_at(const results *r, int mixture, int seed, int technique, int value)
{
    return r->trial[(mixture * 3 + seed) * 2 + technique].value[value];
}

/* ---- experiment.h5 ---- */

static odd_status write_results(const results *r, const char *path)
{
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    ODD_TRY(odd_results_write(&r->results, WORLD, file));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    return st;
}

static bool same_trials(const odd_trial a[], const odd_trial b[])
{
    bool same = true;
    for (int i = 0; i < TRIALS; i++)
        for (int v = 0; v < VALUES; v++)
            same = same && (a[i].value[v] == b[i].value[v] ||
                            (isnan(a[i].value[v]) && isnan(b[i].value[v])));
    return same;
}

static void test_file(void)
{
    results r;
    odd_file *file = NULL;
    odd_trial *back = NULL;
    char *technique = NULL, *mixture = NULL;
    int64_t *seed = NULL, n = 0;
    size_t width;
    results_new(&r);
    fixture_folder(WORLD);
    const char *path = fixture_path("experiment.h5");
    if (!check_all(WORLD, write_results(&r, path) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    check_all(WORLD,
              odd_results_read(r.design, file, &back) == ODD_OK && same_trials(back, r.trial));
    bool good = odd_column_read(file, "trials/seed", ODD_I64, (void **)&seed, &n) == ODD_OK;
    for (int i = 0; good && i < TRIALS; i++)
        good = n == TRIALS && seed[i] == 10 + i / 2 % 3;
    check_all(WORLD, good);
    good = odd_column_read_text(file, "trials/technique", TRIALS, &technique, &width, &n) == ODD_OK;
    for (int i = 0; good && i < TRIALS; i++)
        good = strcmp(technique + (size_t)i * (width + 1), i % 2 ? "a \"b\", c" : "plain") == 0;
    check_all(WORLD, good);
    good = odd_column_read_text(file, "trials/mixture", TRIALS, &mixture, &width, &n) == ODD_OK;
    for (int i = 0; good && i < TRIALS; i++)
        good = strcmp(mixture + (size_t)i * (width + 1), i < 6 ? "one" : "two") == 0;
    check_all(WORLD, good);
    odd_free(technique);
    odd_free(mixture);
    odd_free(seed);
    odd_free(back);
    odd_file_close(&file);
    check_all(WORLD, odd_store_open_objects() == 0);
    results_free(&r);
    fixture_remove(WORLD);
}

/* Of a job with fewer seeds. */
static void test_of_another_job(void)
{
    static const char *const fewer[] = {"experiment.mixtures=['one | a | b', 'two | c']",
                                        "experiment.seeds=1", NULL};
    results r;
    odd_file *file = NULL;
    odd_trial *back = NULL;
    odd_job *job = job_of(fewer);
    odd_design *d = NULL;
    results_new(&r);
    fixture_folder(WORLD);
    const char *path = fixture_path("experiment.h5");
    if (!check_all(WORLD, write_results(&r, path) == ODD_OK)) return;
    if (!check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK)) return;
    check_all(WORLD, odd_design_new(job, &d) == ODD_OK);
    check_all(WORLD, odd_results_read(d, file, &back) == ODD_FORMAT &&
                         strstr(odd_fail_reason(), "has 12 trials, the job 2"));
    odd_free(back);
    odd_file_close(&file);
    odd_design_free(&d);
    odd_job_free(&job);
    results_free(&r);
    fixture_remove(WORLD);
}

/* ---- experiment.csv ---- */

static void test_csv(void)
{
    results r;
    char line[1024];
    int lines = 0;
    results_new(&r);
    fixture_folder(WORLD);
    const char *path = fixture_path("experiment.csv");
    if (odd_rank(WORLD) == 0) {
        CU_ASSERT_EQUAL(odd_results_csv(&r.results, path), ODD_OK);
        FILE *file = fopen(path, "r");
        CU_ASSERT_PTR_NOT_NULL_FATAL(file);
        for (; fgets(line, sizeof line, file); lines++) {
            if (lines == 0) CU_ASSERT(strncmp(line, "technique,mixture,seed,auc,", 27) == 0);
            if (lines == 1) CU_ASSERT(strncmp(line, "plain,one,10,0.0625,1.0625,", 27) == 0);
            if (lines == 2)
                CU_ASSERT(strncmp(line, "\"a \"\"b\"\", c\",one,10,0.125,1.125,", 32) == 0);
            if (lines == 4) /* no number is no word */
                CU_ASSERT(strncmp(line, "\"a \"\"b\"\", c\",one,11,,,,", 23) == 0);
        }
        fclose(file);
        CU_ASSERT_EQUAL(lines, 1 + TRIALS);
    }
    results_free(&r);
    fixture_remove(WORLD);
}

/* ---- the summary ---- */

enum { HEADS = 9 };

static const char *cell(const odd_text_table *t, int line, int at)
{
    return t->cells.item[line * HEADS + at];
}

static void check_mean(const char *text, const double value[], int count, bool interval)
{
    char expected[64];
    const odd_mean m = odd_mean_of(count, value);
    snprintf(expected, sizeof expected, "%.4f", m.mean);
    if (interval && m.half > 0)
        snprintf(expected, sizeof expected, "%.4f \u00b1 %.4f", m.mean, m.half);
    CU_ASSERT_STRING_EQUAL(text, expected);
}

/* A head, a line for each technique over all, then one for each mixture and technique. Trials that
 * failed do not count. */
static void test_summary(void)
{
    results r;
    odd_text_table table;
    double value[6];
    results_new(&r);
    CU_ASSERT_EQUAL_FATAL(odd_results_summary(&r.results, &table), ODD_OK);
    CU_ASSERT(table.columns == HEADS && table.cells.count == HEADS * (1 + 2 + 4));
    CU_ASSERT_STRING_EQUAL(cell(&table, 0, 8), "recall at 0.9");
    CU_ASSERT(strcmp(cell(&table, 1, 0), "plain") == 0 && strcmp(cell(&table, 1, 1), "all") == 0);
    CU_ASSERT(strcmp(cell(&table, 6, 1), "two") == 0);
    for (int i = 0; i < 6; i++)
        value[i] = value_at(&r, i / 3, i % 3, 0, ODD_TRIAL_AUC);
    check_mean(cell(&table, 1, 4), value, 6, false);
    /* the lowest mean of a mixture is that of the first: (1 + 3 + 5) / 16 / 3 */
    CU_ASSERT_STRING_EQUAL(cell(&table, 1, 5), "0.1875");
    for (int seed = 0; seed < 3; seed++)
        value[seed] = value_at(&r, 1, seed, 0, ODD_TRIAL_RECALL);
    check_mean(cell(&table, 5, 7), value, 3, true);
    CU_ASSERT_STRING_EQUAL(cell(&table, 5, 5), "");
    /* mixture one, the second technique: two of three trials */
    value[0] = value_at(&r, 0, 0, 1, ODD_TRIAL_AUC);
    value[1] = value_at(&r, 0, 2, 1, ODD_TRIAL_AUC);
    check_mean(cell(&table, 4, 4), value, 2, true);
    odd_table_free(&table);
    results_free(&r);
}

CU_TestInfo odd_tests[] = {
    {"written and read back", test_file},
    {"of another job", test_of_another_job},
    {"CSV", test_csv},
    {"the summary", test_summary},
    CU_TEST_INFO_NULL,
};
