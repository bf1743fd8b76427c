/* Run place: which folders a run may be made in, and which it leaves alone. */
#include "oddlot_test.h"

#include "run/run_place_internal.h"

#include "oddlot/base/run_folder.h"
#include "oddlot/base/text.h"
#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/run.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64], paths[8][256];

/* A path in the test's folder; good until eight more were asked for. */
static const char *path_of(const char *name)
{
    static unsigned next;
    char *path = paths[next++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void begin(void)
{
    snprintf(folder, sizeof folder, "/tmp/oddlot-place-XXXXXX");
    if (!mkdtemp(folder)) abort();
}

static void make(const char *name)
{
    if (mkdir(path_of(name), 0777) != 0) abort();
}

static void put(const char *name, const char *text)
{
    if (odd_file_spill(path_of(name), text, strlen(text)) != ODD_OK) abort();
}

/* The check of a run in this folder, of a job with these settings. */
static odd_status check(const char *name, const char *kind, const char *catalogue)
{
    char path[300], kind_word[64], run_folder[256];
    const char *sets[] = {kind_word, path};
    int sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_job *job = NULL;
    snprintf(kind_word, sizeof kind_word, "catalogue.kind=%s", kind);
    snprintf(path, sizeof path, "catalogue.path=%s", path_of(catalogue));
    snprintf(run_folder, sizeof run_folder, "%s", path_of(name));
    odd_status st = odd_job_load(NULL, sets, 2, section, sections, &job);
    if (st != ODD_OK) return st;
    const odd_run run = {.job = job,
                         .options = odd_job_section(job, ""),
                         .pipelines = odd_pipelines,
                         .folder = run_folder};
    st = odd_run_place_check(&run);
    odd_job_free(&job);
    return st;
}

static bool says(const char *words)
{
    bool good = strstr(odd_fail_reason(), words) != NULL;
    if (!good) fprintf(stderr, "the reason is: %s\n", odd_fail_reason());
    return good;
}

static void folders_of_their_own(void)
{
    begin();
    make("photos");
    CU_ASSERT_EQUAL(check("none", "folder", "photos"), ODD_OK);
    make("empty");
    CU_ASSERT_EQUAL(check("empty", "folder", "photos"), ODD_OK);
    make("begun");
    put("begun/.lock", ""); /* by a run that was killed */
    CU_ASSERT_EQUAL(check("begun", "folder", "photos"), ODD_OK);
    make("run");
    put("run/.lock", ODD_RUN_MARK);
    put("run/job.yaml", "name: edited\n");
    put("run/ingest.h5", "");
    CU_ASSERT_EQUAL(check("run", "folder", "photos"), ODD_OK);
    make("older");
    put("older/.lock", "");
    put("older/job.yaml", ODD_JOB_HEAD "name: a\n");
    put("older/flagged.csv", "");
    CU_ASSERT_EQUAL(check("older", "folder", "photos"), ODD_OK);
    make("noted");
    put("noted/slurm-12.out", "a log");
    CU_ASSERT_EQUAL(check("noted", "folder", "photos"), ODD_OK);
}

static void files_of_others(void)
{
    static const char *const names[] = {
        "job.yaml",          "audit.h5",   "ingest.h5",   "features.h5", "reduce.h5",
        "model.h5",          "scores.h5",  "evaluate.h5", "report.h5",   "report",
        "flagged.csv",       "errors.csv", "checkpoints", "study.csv",   "experiment.csv",
        "scores.h5.partial", "failed.txt", ".lock",
    };
    begin();
    make("photos");
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char name[64], inside[128];
        snprintf(name, sizeof name, "f%zu", i);
        snprintf(inside, sizeof inside, "%s/%s", name, names[i]);
        make(name);
        put(inside, "a user's");
        CU_ASSERT_EQUAL(check(name, "folder", "photos"), ODD_USAGE);
        snprintf(inside, sizeof inside, "%s/%s' is there, and no run of oddlot wrote it", name,
                 names[i]);
        CU_ASSERT(says(inside));
    }
    make("forged"); /* a lock of another program beside a job of the user's */
    put("forged/.lock", "");
    put("forged/job.yaml", "name: mine\n");
    CU_ASSERT_EQUAL(check("forged", "folder", "photos"), ODD_USAGE);
}

/* What is in a run's folder is no part of a catalogue, so images that are there would be lost. */
static void inside_the_catalogue(void)
{
    begin();
    make("shop");
    make("shop/photos");
    make("shop/photos/red");
    put("shop/photos/red/1.jpg", "1");
    make("shop/runs");
    CU_ASSERT_EQUAL(check("shop/photos", "folder", "shop/photos"), ODD_USAGE);
    CU_ASSERT(says("is a folder of the catalogue with files in it"));
    CU_ASSERT_EQUAL(check("shop/photos/red", "folder", "shop"), ODD_USAGE);
    CU_ASSERT_EQUAL(check("shop", "folder", "shop/photos"), ODD_OK);
    CU_ASSERT_EQUAL(check("shop/runs", "folder", "shop"), ODD_OK); /* nothing is there yet */
    if (symlink("shop/photos/red", path_of("link")) != 0) abort();
    CU_ASSERT_EQUAL(check("link", "folder", "shop"), ODD_USAGE);
}

static void its_own_input(void)
{
    begin();
    make("run");
    put("run/.lock", ODD_RUN_MARK);
    put("run/ingest.h5", "");
    put("run/flagged.csv", "path\n");
    put("run/list.csv", "path\n");
    make("other");
    put("other/flagged.csv", "path\n");
    CU_ASSERT_EQUAL(check("run", "hdf5", "run/ingest.h5"), ODD_USAGE);
    CU_ASSERT(says("is what this very run writes"));
    CU_ASSERT_EQUAL(check("run", "manifest", "other/../run/flagged.csv"), ODD_USAGE);
    CU_ASSERT_EQUAL(check("run", "manifest", "run/list.csv"), ODD_OK);
    CU_ASSERT_EQUAL(check("run", "manifest", "other/flagged.csv"), ODD_OK);
}

static bool is_marked(const char *name)
{
    int fd = open(path_of(name), O_RDONLY | O_DIRECTORY);
    bool marked = odd_is_run_folder(fd);
    close(fd);
    return marked;
}

static void marks(void)
{
    begin();
    make("a");
    CU_ASSERT(!is_marked("a"));
    if (mkfifo(path_of("a/.lock"), 0666) != 0) abort(); /* to open it to read would wait */
    CU_ASSERT(!is_marked("a"));
    make("b");
    int lock = open(path_of("b/.lock"), O_RDWR | O_CREAT, 0666);
    CU_ASSERT(!is_marked("b"));
    CU_ASSERT(odd_run_mark(lock));
    CU_ASSERT(odd_run_mark(lock)); /* once is enough */
    CU_ASSERT(is_marked("b"));
    CU_ASSERT(lseek(lock, 0, SEEK_END) < 200);
    close(lock);
    lock = open(path_of("b/.lock"), O_RDONLY);
    CU_ASSERT(ftruncate(lock, 0) != 0);
    close(lock);
    CU_ASSERT_EQUAL(truncate(path_of("b/.lock"), 5), 0);
    CU_ASSERT(!is_marked("b"));
}

const char *odd_test_name = "stage.run_place";
CU_TestInfo odd_tests[] = {
    {"folders of their own", folders_of_their_own},
    {"files of others", files_of_others},
    {"inside the catalogue", inside_the_catalogue},
    {"its own input", its_own_input},
    {"marks", marks},
    CU_TEST_INFO_NULL,
};
