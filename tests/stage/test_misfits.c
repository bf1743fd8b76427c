/* Files of a run whose columns do not fit each other, as no oddlot writes them: what reads them
 * says so, by the file and what is wrong, and reads nothing that is not there. */
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"
#include "stage_fixture.h"

#include "oddlot/base/log.h"

#include <hdf5.h>

const char *odd_test_name = "stage/misfits";

enum { IMAGES = 40 };

/* Do a run of generated images with one more setting; *run stays open for a look, or is NULL. */
static odd_status do_run(const char *setting, odd_run **run, odd_job **job)
{
    const char *const sets[] = {"catalogue.kind=generated",
                                "catalogue.pattern=binary",
                                "catalogue.images=40",
                                "catalogue.side=8",
                                "image.size=8",
                                "image.channels=gray",
                                "reduce.pca.components=3",
                                "score.flag_by=share",
                                "score.flag_share=0.2",
                                setting,
                                NULL};
    odd_status st;
    *job = job_of(sets);
    *run = NULL;
    ODD_TRY(odd_run_open(SELF, odd_pipelines, *job, fixture_path("run"), "test", false, run));
    ODD_TRY(odd_run_do(*run, NULL));
done:
    return st;
}

static odd_status redo(const char *setting)
{
    odd_run *run;
    odd_job *job;
    const odd_status st = do_run(setting, &run, &job);
    odd_run_close(&run);
    odd_job_free(&job);
    return st;
}

/* Put another column of numbers in the place of one. */
static void replace(const char *file, const char *name, hid_t type, hsize_t n, const void *data)
{
    char path[64];
    snprintf(path, sizeof path, "run/%s", file);
    const hid_t f = H5Fopen(fixture_path(path), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(1, &n, NULL);
    CU_ASSERT(f >= 0 && H5Ldelete(f, name, H5P_DEFAULT) >= 0);
    const hid_t set = H5Dcreate2(f, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(set >= 0 && H5Dwrite(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(f);
}

static void report_refuses(const char *words)
{
    CU_ASSERT_EQUAL(redo("report.top=11"), ODD_FORMAT);
    if (!strstr(odd_fail_reason(), words)) fprintf(stderr, "%s\n", odd_fail_reason());
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), words));
    CU_ASSERT_EQUAL(odd_store_open_objects(), 0);
}

/* Two reasons of errors where none is listed. */
static void add_reasons(void)
{
    const hsize_t n = 2;
    const hid_t f = H5Fopen(fixture_path("run/ingest.h5"), H5F_ACC_RDWR, H5P_DEFAULT);
    const hid_t text = H5Tcopy(H5T_C_S1), space = H5Screate_simple(1, &n, NULL);
    H5Tset_size(text, 4);
    CU_ASSERT(f >= 0 && H5Ldelete(f, "errors/reason", H5P_DEFAULT) >= 0);
    const hid_t set =
        H5Dcreate2(f, "errors/reason", text, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    CU_ASSERT(set >= 0 && H5Dwrite(set, text, H5S_ALL, H5S_ALL, H5P_DEFAULT, "bad\0bad") >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Tclose(text);
    H5Fclose(f);
}

/* What the report reads last is spoilt first, so one run serves for all. */
static void test_report(void)
{
    static const int64_t rows[IMAGES] = {0};
    static const double chance[IMAGES + 1] = {0};
    add_reasons();
    report_refuses("ingest.h5 lists 0 errors with 2 reasons");
    replace("scores.h5", "flagged/row", H5T_NATIVE_INT64, 3, rows);
    report_refuses("scores.h5 flags 3 images with 8 reasons");
    replace("scores.h5", "columns/posterior", H5T_NATIVE_DOUBLE, IMAGES - 1, chance);
    report_refuses("scores.h5 has 39 rows, the catalogue 40");
    replace("scores.h5", "score", H5T_NATIVE_DOUBLE, IMAGES + 1, chance);
    report_refuses("scores.h5 has 41 rows, the catalogue 40");
}

/* Ranks that come twice: the summary shows what there is. */
static void test_summary(odd_run *run)
{
    int64_t rank[IMAGES] = {0};
    rank[5] = rank[7] = rank[9] = 1; /* and none is second */
    replace("scores.h5", "rank", H5T_NATIVE_INT64, IMAGES, rank);
    CU_ASSERT_EQUAL(odd_run_summary(run, NULL), ODD_OK);
}

static void test_misfits(void)
{
    odd_run *run;
    odd_job *job;
    const odd_level before = odd_log_hush(ODD_LOG_ERROR);
    fixture_folder(SELF);
    CU_ASSERT_EQUAL(do_run("report.top=10", &run, &job), ODD_OK);
    test_summary(run);
    odd_run_close(&run);
    odd_job_free(&job);
    test_report();
    odd_log_hush(before);
    fixture_remove(SELF);
}

CU_TestInfo odd_tests[] = {
    {"summary and report", test_misfits},
    CU_TEST_INFO_NULL,
};
