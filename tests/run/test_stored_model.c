/* Models of earlier runs: by file or by the folder of the run; of another stage or part they are
 * refused, as are files that are none; their digest is that of what they hold. */
#include "oddlot/base/bundle.h"
#include "oddlot/run/run.h"
#include "oddlot/run/stored_model.h"
#include "oddlot/stage/stages.h"
#include "oddlot/store/dataset.h"
#include "oddlot/store/file.h"
#include "stage_fixture.h"

const char *odd_test_name = "stage/stored_model";

/* A file of a stage, with a model of a part that holds one number. */
static odd_status write_model(const char *path, const char *stage, const char *part, double number)
{
    odd_provenance from = fixture_from;
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_file *file = NULL;
    odd_status st;
    from.stage = stage;
    ODD_TRY(odd_bundle_add_f64(&b, "number", "test", number));
    ODD_TRY(odd_file_create(WORLD, path, &from, &file));
    ODD_TRY(odd_bundle_write(file, "model", &b));
    if (part) ODD_TRY(odd_file_set_text(file, "/model", "detector", part));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    odd_bundle_free(&b);
    return st;
}

/* The number of the model at `given`, for a job that fits by knn. */
static odd_status read_model(const char *given, double *number)
{
    const char *const sets[] = {"fit.detector=knn", NULL};
    odd_job *job = job_of(sets);
    const odd_run run = {.comm = WORLD, .job = job};
    const odd_model_source from = {&odd_stage_fit, given, "detector", "knn"};
    odd_bundle model = ODD_BUNDLE_EMPTY;
    odd_status st = odd_stored_model_read(&run, &from, &model);
    if (st == ODD_OK) st = odd_bundle_get_f64(&model, "number", number);
    odd_bundle_free(&model);
    odd_job_free(&job);
    return st;
}

static odd_hash digest_of(const char *given, odd_status expected)
{
    const char *const sets[] = {"fit.detector=knn", NULL};
    odd_job *job = job_of(sets);
    const odd_run run = {.comm = WORLD, .job = job};
    const odd_model_source from = {&odd_stage_fit, given, "detector", "knn"};
    odd_hash digest;
    check_all(WORLD, odd_stored_model_digest(&run, &from, &digest) == expected);
    odd_job_free(&job);
    return digest;
}

static void test_read(void)
{
    double number = 0;
    fixture_folder(WORLD);
    const char *folder = fixture_path("run"), *path = fixture_path("run/model.h5");
    check_all(WORLD,
              odd_agree(WORLD, odd_rank(WORLD) == 0 ? odd_folder_make(folder) : ODD_OK) == ODD_OK);
    check_all(WORLD, write_model(path, "fit", "knn", 2.5) == ODD_OK);
    check_all(WORLD, read_model(path, &number) == ODD_OK && number == 2.5);
    number = 0;
    check_all(WORLD, read_model(folder, &number) == ODD_OK && number == 2.5);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void refused(const char *given, odd_status status, const char *words)
{
    double number;
    check_all(WORLD, read_model(given, &number) == status);
    if (!check_all(WORLD, strstr(odd_fail_reason(), words) && strstr(odd_fail_reason(), given)))
        fprintf(stderr, "expected '%s' of '%s'\n", words, given);
    check_all(WORLD, odd_store_open_objects() == 0);
}

static void test_refused(void)
{
    fixture_folder(WORLD);
    const char *path = fixture_path("a.h5");
    refused(path, ODD_IO, "");
    check_all(WORLD, write_model(path, "reduce", "knn", 1) == ODD_OK);
    refused(path, ODD_USAGE, "a file of the stage reduce, where one of fit is wanted");
    check_all(WORLD, write_model(path, "fit", "kmeans", 1) == ODD_OK);
    refused(path, ODD_USAGE, "a model of 'kmeans', the job says 'knn': set fit.detector");
    check_all(WORLD, write_model(path, "fit", NULL, 1) == ODD_OK);
    refused(path, ODD_FORMAT, "detector");
    fixture_remove(WORLD);
}

static bool same(odd_hash a, odd_hash b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static void test_digest(void)
{
    const odd_hash start = ODD_HASH_START;
    fixture_folder(WORLD);
    const char *a = fixture_path("a.h5"), *b = fixture_path("b.h5"), *c = fixture_path("c.h5");
    bool good = write_model(a, "fit", "knn", 1) == ODD_OK;
    good = write_model(b, "fit", "knn", 1) == ODD_OK && good;
    good = write_model(c, "fit", "knn", -1) == ODD_OK && good;
    check_all(WORLD, good);
    const odd_hash of_a = digest_of(a, ODD_OK), of_b = digest_of(b, ODD_OK);
    const odd_hash of_c = digest_of(c, ODD_OK), of_none = digest_of("", ODD_OK);
    check_all(WORLD, same(of_a, of_b) && !same(of_a, of_c));
    check_all(WORLD, same(of_none, start) && !same(of_a, start));
    odd_hash first = of_a;
    odd_broadcast(WORLD, 0, &first, sizeof first);
    check_all(WORLD, same(first, of_a));
    digest_of("nowhere.h5", ODD_IO);
    fixture_remove(WORLD);
}

CU_TestInfo odd_tests[] = {
    {"by file, by folder", test_read},
    {"refused", test_refused},
    {"digest", test_digest},
    CU_TEST_INFO_NULL,
};
