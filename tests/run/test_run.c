/* Runs: what a changed setting makes again, by the fingerprints of the stages' files; locks, and
 * stages alone. */
#include "oddlot/store/dataset.h"
#include "store_fixture.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/run.h"
#include "oddlot/run/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
enum { IMAGES = 60, SIDE = 8, STAGES = 7, MOST_SETS = 12 };

static const char *const files[STAGES] = {"ingest.h5", "features.h5", "reduce.h5", "model.h5",
                                          "scores.h5", "evaluate.h5", "report.h5"};

/* Slanted shades with some noise, and every tenth image upside down. */
static odd_status write_images(const char *path)
{
    uint8_t x[IMAGES * SIDE * SIDE];
    const odd_shape shape = {ODD_U8, 1, 3, {IMAGES, SIDE, SIDE}};
    odd_file *file = NULL;
    odd_dataset *dataset = NULL;
    odd_status st;
    unsigned noise = 1;
    for (int i = 0; i < IMAGES * SIDE * SIDE; i++) {
        noise = noise * 1664525u + 1013904223u;
        int shade = i % SIDE * 13 + i / SIDE % SIDE * 9;
        x[i] = (uint8_t)((i / (SIDE * SIDE) % 10 == 9 ? 200 - shade : shade) + noise % 32u);
    }
    ODD_TRY(odd_file_create(MPI_COMM_SELF, path, &fixture_from, &file));
    ODD_TRY(odd_dataset_create(file, "images", &shape, "test", "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, 0, IMAGES, x));
    odd_dataset_close(&dataset);
    ODD_TRY(odd_file_publish(&file));
done:
    odd_dataset_close(&dataset);
    odd_file_discard(&file);
    return st;
}

/* Images in the fixture's folder, on which the jobs below work. */
static bool prepare(void)
{
    odd_log_setup(odd_rank(WORLD), ODD_LOG_ERROR);
    fixture_folder(WORLD);
    const char *path = fixture_path("images.h5");
    odd_status st = odd_rank(WORLD) == 0 ? write_images(path) : ODD_OK;
    return check_all(WORLD, odd_agree(WORLD, st) == ODD_OK);
}

/* The job with one further setting, or NULL. */
static odd_job *job_with(const char *setting)
{
    static char path[600];
    char *folder = realpath(fixture_path("images.h5"), NULL);
    const char *sets[] = {path,           "catalogue.kind=hdf5", "catalogue.dataset=images",
                          "image.size=8", "image.channels=gray", "reduce.pca.components=3",
                          setting};
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_job *job = NULL;
    snprintf(path, sizeof path, "catalogue.path=%s", folder ? folder : "");
    free(folder);
    odd_status st = odd_job_load(NULL, sets, setting ? 7 : 6, section, sections, &job);
    check_all(WORLD, st == ODD_OK);
    return job;
}

static odd_status do_run(const char *setting, const char *only)
{
    odd_job *job = job_with(setting);
    odd_run *run = NULL;
    odd_status st;
    if (!job) return ODD_ARG;
    ODD_TRY(odd_run_open(WORLD, odd_pipelines, job, fixture_path("run"), "test", false, &run));
    ODD_TRY(odd_run_do(run, only));
done:
    odd_run_close(&run);
    odd_job_free(&job);
    return st;
}

typedef struct {
    char text[STAGES][ODD_HASH_TEXT];
} prints;

static prints read_prints(void)
{
    prints p = {0};
    char name[64];
    for (int i = 0; i < STAGES && odd_rank(WORLD) == 0; i++) {
        snprintf(name, sizeof name, "run/%s", files[i]);
        odd_file_fingerprint(fixture_path(name), p.text[i], sizeof p.text[i]);
    }
    odd_broadcast(WORLD, 0, &p, sizeof p);
    return p;
}

/* From the first stage that differs on, all differ, as each reads those before it. */
static int first_changed(const prints *a, const prints *b)
{
    int first = 0;
    while (first < STAGES && strcmp(a->text[first], b->text[first]) == 0)
        first++;
    for (int i = first; i < STAGES; i++)
        check_all(WORLD, strcmp(a->text[i], b->text[i]) != 0);
    return first;
}

static void test_fingerprints(void)
{
    static const struct {
        const char *setting;
        int first;
    } change[] = {{"catalogue.dataset=images", 7}, /* as before */
                  {"memory=0", 7},
                  {"fit.kmeans.clusters=3", 7}, /* not the detector in use */
                  {"report.top=1", 6},
                  {"evaluate.curve=false", 5},
                  {"score.flag_share=0.5", 4},
                  {"fit.detector=kmeans", 3},
                  {"reduce.pca.whiten=true", 2},
                  {"seed=2", 2},
                  {"image.size=6", 0}};
    prints plain, changed;
    if (!prepare()) return;
    if (!check_all(WORLD, do_run(NULL, NULL) == ODD_OK)) return;
    plain = read_prints();
    for (int i = 0; i < STAGES; i++)
        check_all(WORLD, strlen(plain.text[i]) == ODD_HASH_TEXT - 1);
    for (size_t i = 0; i < sizeof change / sizeof *change; i++) {
        if (!check_all(WORLD, do_run(change[i].setting, NULL) == ODD_OK)) return;
        changed = read_prints();
        int first = first_changed(&plain, &changed);
        if (!check_all(WORLD, first == change[i].first))
            fprintf(stderr, "%s: first changed is stage %d\n", change[i].setting, first);
    }
    if (!check_all(WORLD, do_run(NULL, NULL) == ODD_OK)) return;
    changed = read_prints();
    check_all(WORLD, first_changed(&plain, &changed) == STAGES);
    check_all(WORLD, odd_store_open_objects() == 0);
    fixture_remove(WORLD);
}

static void test_one_stage(void)
{
    if (!prepare()) return;
    check_all(WORLD, do_run(NULL, "features") == ODD_USAGE);
    check_all(WORLD, strstr(odd_fail_reason(), "features needs ingest") != NULL);
    check_all(WORLD, do_run(NULL, "ingest") == ODD_OK);
    check_all(WORLD, do_run(NULL, "features") == ODD_OK);
    check_all(WORLD, do_run("image.size=6", "features") == ODD_USAGE);
    check_all(WORLD, do_run(NULL, "fit") == ODD_USAGE);
    prints p = read_prints();
    check_all(WORLD, *p.text[0] && *p.text[1] && !*p.text[2] && !*p.text[3]);
    fixture_remove(WORLD);
}

static void test_lock(void)
{
    if (!prepare()) return;
    odd_job *job = job_with(NULL);
    odd_run *first = NULL, *second = NULL;
    const char *folder = fixture_path("run");
    if (!job) return;
    check_all(WORLD,
              odd_run_open(WORLD, odd_pipelines, job, folder, "test", false, &first) == ODD_OK);
    check_all(WORLD,
              odd_run_open(WORLD, odd_pipelines, job, folder, "test", false, &second) == ODD_IO);
    check_all(WORLD, !second && strstr(odd_fail_reason(), "another oddlot works on") != NULL);
    check_all(WORLD,
              odd_run_open(WORLD, odd_pipelines, job, folder, "test", true, &second) == ODD_OK);
    odd_run_close(&second); /* who only looks needs no lock */
    odd_run_close(&first);
    check_all(WORLD,
              odd_run_open(WORLD, odd_pipelines, job, folder, "test", false, &second) == ODD_OK);
    odd_run_close(&second);
    odd_job_free(&job);
    fixture_remove(WORLD);
}

/* Settings that no table can check are refused before the folder is made. */
static void test_refused(void)
{
    static const char *const wrong[][2] = {
        {"score.rank_by=beauty", "no score 'beauty'"},
        {"image.background=reddish", "image.background 'reddish'"},
    };
    if (!prepare()) return;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        check_all(WORLD, do_run(wrong[i][0], NULL) == ODD_USAGE);
        check_all(WORLD, strstr(odd_fail_reason(), wrong[i][1]) != NULL);
        check_all(WORLD, !fixture_exists(WORLD, fixture_path("run")));
    }
    fixture_remove(WORLD);
}

const char *odd_test_name = "runs";
CU_TestInfo odd_tests[] = {
    {"fingerprints", test_fingerprints},
    {"one stage", test_one_stage},
    {"lock", test_lock},
    {"refused", test_refused},
    CU_TEST_INFO_NULL,
};
