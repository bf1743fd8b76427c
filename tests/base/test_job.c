/* Tests of job files: settings arrive, and each fault is told with line, column and what to do. */
#include "oddlot_test.h"

#include "job_sections_internal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "base/job";

static char path[64];

static odd_status load_sets(const char *yaml, const char *const sets[], int count, odd_job **job)
{
    snprintf(path, sizeof path, "/tmp/oddlot-test-%ld.yaml", (long)getpid());
    CU_ASSERT_EQUAL(odd_file_spill(path, yaml, strlen(yaml)), ODD_OK);
    odd_status st = odd_job_load(path, sets, count, sections, SECTION_COUNT, job);
    unlink(path);
    return st;
}

static odd_status load(const char *yaml, odd_job **job)
{
    return load_sets(yaml, NULL, 0, job);
}

static void check_reason(const char *yaml, const char *got, const char *wanted)
{
    CU_ASSERT_STRING_EQUAL(got, wanted);
    if (strcmp(got, wanted) != 0)
        fprintf(stderr, "%s\n  got    %s\n  wanted %s\n", yaml, got, wanted);
}

/* `wanted` is the reason after the path of the file. */
static void refused(const char *yaml, const char *wanted)
{
    odd_job *job;
    CU_ASSERT_EQUAL(load(yaml, &job), ODD_USAGE);
    CU_ASSERT_PTR_NULL(job);
    const char *reason = odd_fail_reason();
    CU_ASSERT(strncmp(reason, path, strlen(path)) == 0);
    check_reason(yaml, reason + strlen(path), wanted);
    odd_job_free(&job);
}

static void set_refused(const char *word, const char *wanted)
{
    odd_job *job;
    CU_ASSERT_EQUAL(odd_job_load(NULL, &word, 1, sections, SECTION_COUNT, &job), ODD_USAGE);
    CU_ASSERT_PTR_NULL(job);
    check_reason(word, odd_fail_reason(), wanted);
    odd_job_free(&job);
}

/* ---- what arrives ---------------------------------------------------------------------------- */

static void defaults_without_a_file(void)
{
    odd_job *job;
    CU_ASSERT_EQUAL(odd_job_load(NULL, NULL, 0, sections, SECTION_COUNT, &job), ODD_OK);
    if (!job) return;
    const top_settings *top = odd_job_section(job, "");
    const catalogue_settings *catalogue = odd_job_section(job, "catalogue");
    const mixture_settings *mixture = odd_job_section(job, "fit.mixture");
    CU_ASSERT_EQUAL(top->seed, 1);
    CU_ASSERT_STRING_EQUAL(top->title, "");
    CU_ASSERT_STRING_EQUAL(catalogue->path, "a: b");
    CU_ASSERT_EQUAL(catalogue->include.count, 2);
    CU_ASSERT_STRING_EQUAL(catalogue->include.item[1], "png");
    CU_ASSERT(mixture->components == 2 && mixture->tolerance == 1e-6 && !mixture->whiten);
    CU_ASSERT_STRING_EQUAL(mixture->covariance, "full");
    CU_ASSERT_FALSE(odd_job_given(job, "seed"));
    odd_job_free(&job);
    CU_ASSERT_PTR_NULL(job);
}

static void a_file_is_read(void)
{
    odd_job *job;
    CU_ASSERT_EQUAL(load("seed: 0x10\n"
                         "title: \"caf\\u00e9 # 1\"   # a comment\n"
                         "catalogue: {path: images, include: webp}\n"
                         "fit:\n"
                         "    detector: kmeans\n"
                         "    mixture:\n"
                         "        components: +3\n"
                         "        tolerance: .inf\n"
                         "        whiten: Yes\n"
                         "        covariance: tied\n"
                         "deep:\n"
                         "    er: {seed: 5}\n",
                         &job),
                    ODD_OK);
    if (!job) return;
    const top_settings *top = odd_job_section(job, ""), *deep = odd_job_section(job, "deep.er");
    const catalogue_settings *catalogue = odd_job_section(job, "catalogue");
    const mixture_settings *mixture = odd_job_section(job, "fit.mixture");
    CU_ASSERT(top->seed == 16 && deep->seed == 5);
    CU_ASSERT_STRING_EQUAL(top->title, "caf\xC3\xA9 # 1");
    CU_ASSERT_EQUAL(catalogue->include.count, 1); /* one value is a list of one */
    CU_ASSERT_STRING_EQUAL(catalogue->include.item[0], "webp");
    CU_ASSERT_STRING_EQUAL(((const fit_settings *)odd_job_section(job, "fit"))->detector, "kmeans");
    CU_ASSERT(mixture->components == 3 && mixture->whiten);
    CU_ASSERT_STRING_EQUAL(mixture->covariance, "tied");
    CU_ASSERT_TRUE(odd_job_given(job, "fit.mixture.whiten"));
    CU_ASSERT_TRUE(odd_job_given(job, "fit.mixture"));
    CU_ASSERT_FALSE(odd_job_given(job, "deep.er.title"));
    CU_ASSERT_FALSE(odd_job_given(job, "no.such.key"));
    odd_job_free(&job);
}

static void nothing_and_null_are_defaults(void)
{
    static const char *const files[] = {
        "", "# only a comment\n", "---\n", "null\n", "fit:\n", "fit: {mixture: ~}\nseed: null\n"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        odd_job *job;
        CU_ASSERT_EQUAL(load(files[i], &job), ODD_OK);
        if (!job) continue;
        CU_ASSERT_EQUAL(((const top_settings *)odd_job_section(job, ""))->seed, 1);
        CU_ASSERT_FALSE(odd_job_given(job, "seed"));
        odd_job_free(&job);
    }
}

static void sets_override(void)
{
    static const char *const sets[] = {
        "seed=3",         "catalogue.include=[a, 'b, c', d]", "title=x = y", "seed=4",
        "deep.er.seed=9", "fit.mixture={components: 5}",      "title=null",
    };
    odd_job *job;
    CU_ASSERT_EQUAL(
        load_sets("title: t\nfit: {mixture: {components: 7, whiten: true}}\n", sets, 7, &job),
        ODD_OK);
    if (!job) return;
    const top_settings *top = odd_job_section(job, "");
    const catalogue_settings *catalogue = odd_job_section(job, "catalogue");
    const mixture_settings *mixture = odd_job_section(job, "fit.mixture");
    CU_ASSERT_EQUAL(top->seed, 4);
    CU_ASSERT_STRING_EQUAL(top->title, ""); /* null took it back to the default */
    CU_ASSERT_FALSE(odd_job_given(job, "title"));
    CU_ASSERT_EQUAL(catalogue->include.count, 3); /* replaced, not added to */
    CU_ASSERT_STRING_EQUAL(catalogue->include.item[1], "b, c");
    CU_ASSERT(mixture->components == 5 && mixture->whiten);
    odd_job_free(&job);
}

/* ---- what is refused ------------------------------------------------------------------------- */

static void wrong_types(void)
{
    refused("fit:\n    mixture:\n        components: many\n",
            ":3:21: fit.mixture.components: expected an integer from 1 to 64, found 'many'");
    refused("seed: 3x\n", ":1:7: seed: expected an integer of at least 0, found '3x'");
    refused("seed: 1e3\n", ":1:7: seed: expected an integer of at least 0, found '1e3'");
    refused("seed: ' 3'\n", ":1:7: seed: expected an integer of at least 0, found ' 3'");
    refused("seed: 99999999999999999999\n",
            ":1:7: seed: expected an integer of at least 0, found '99999999999999999999'");
    refused("seed: [1]\n", ":1:7: seed: expected an integer of at least 0, found a list");
    refused("seed:\ntitle: x\n", ":1:6: seed: expected an integer of at least 0, found nothing");
    refused("title: {a: b}\n", ":1:8: title: expected a text, found a mapping");
    refused("title: \"a\\0b\"\n", ":1:8: title: a text with a zero byte");
    refused("fit: {mixture: {tolerance: nan}}\n",
            ":1:28: fit.mixture.tolerance: expected a number of at least 0, found 'nan'");
    refused("fit: {mixture: {tolerance: 1e999}}\n",
            ":1:28: fit.mixture.tolerance: expected a number of at least 0, found '1e999'");
    refused("fit: {mixture: {whiten: 1}}\n",
            ":1:25: fit.mixture.whiten: expected true or false, found '1'");
    refused("catalogue:\n  include:\n  - a\n  - [b]\n",
            ":4:5: catalogue.include: expected a list of texts, found a list");
    refused("fit: mixture\n", ":1:6: fit: expected a mapping of settings, found 'mixture'");
    refused("- a\n- b\n", ":1:1: expected a mapping of settings, found a list");
}

static void out_of_range(void)
{
    refused("fit: {mixture: {components: 0}}\n",
            ":1:29: fit.mixture.components: expected an integer from 1 to 64, found '0'");
    refused("fit: {mixture: {components: 65}}\n",
            ":1:29: fit.mixture.components: expected an integer from 1 to 64, found '65'");
    refused("seed: -1\n", ":1:7: seed: expected an integer of at least 0, found '-1'");
    refused("fit:\n  mixture:\n    covariance: Full\n",
            ":3:17: fit.mixture.covariance: expected one of full, tied, diagonal, found 'Full'");
}

static void unknown_keys(void)
{
    refused("fit:\n  mixture:\n    componentz: 3\n",
            ":3:5: unknown key 'fit.mixture.componentz'; did you mean 'fit.mixture.components'?");
    refused("sede: 1\n", ":1:1: unknown key 'sede'; did you mean 'seed'?");
    refused("fti: {}\n", ":1:1: unknown key 'fti'; did you mean 'fit'?");
    refused("components: 3\n", ":1:1: unknown key 'components'; did you mean "
                               "'fit.mixture.components'?");
    refused("zzzzzzzz: 1\n", ":1:1: unknown key 'zzzzzzzz'");
    refused("fit.detector: x\n", ":1:1: 'fit.detector' has a dot; keys are nested, not dotted");
    refused("'': 1\n", ":1:1: unknown key ''");
    refused("? [a]\n: b\n", ":1:3: expected a key, found a list");
    refused("seed: 1\ntitle: x\nseed: 2\n", ":3:1: 'seed' is given twice, first on line 1");
    refused("fit: {}\ntitle: x\nfit: {}\n", ":3:1: 'fit' is given twice, first on line 1");
}

static void not_yaml(void)
{
    refused("seed: 1\n  title: x\n",
            ":2:8: not valid YAML: mapping values are not allowed in this context; the keys of one "
            "mapping begin in the same column, and a text with ': ' in it is put in quotes");
    refused("fit: [\n",
            ":2:1: not valid YAML: did not find expected node content (while parsing a flow "
            "node that begins at line 2, column 1)");
    refused("title: 'x\n", ":2:1: not valid YAML: found unexpected end of stream (while scanning a "
                           "quoted scalar that begins at line 1, column 8)");
    refused("title: x\nt\xFF: 1\n", ":2:2: not valid YAML: invalid leading UTF-8 octet; job files "
                                    "are text in UTF-8; save this one so");
    refused("title: x\n\ty: 1\n",
            ":2:1: not valid YAML: found a tab character that violates indentation; indent with "
            "blanks instead of tabs");
    refused("a: 1\n---\nb: 1\n", ":2:1: a second document; a job is one");
}

static void hostile_yaml(void)
{
    static char deep[1 << 19];
    refused("catalogue: &c {path: x}\n",
            ":1:12: anchors (&) and aliases (*) are not read; quote a text that begins so");
    refused("title: *c\n",
            ":1:8: anchors (&) and aliases (*) are not read; quote a text that begins so");
    memset(deep, '[', sizeof deep - 1);
    refused(deep, ":1:33: nested too deeply");
    for (size_t i = 0; i + 1 < sizeof deep; i++)
        deep[i] = i % 2 == 0 ? '-' : ' ';
    refused(deep, ":1:65: nested too deeply");
}

static void files_that_cannot_be_read(void)
{
    odd_job *job;
    CU_ASSERT_EQUAL(odd_job_load("/no/such.yaml", NULL, 0, sections, SECTION_COUNT, &job), ODD_IO);
    CU_ASSERT_PTR_NULL(job);
    char *large = calloc(1, (1 << 20) + 2);
    CU_ASSERT_PTR_NOT_NULL(large);
    if (!large) return;
    memset(large, '\n', (1 << 20) + 1);
    CU_ASSERT_EQUAL(load(large, &job), ODD_USAGE);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "is larger than 1.0 MiB"));
    free(large);
}

static void wrong_sets(void)
{
    set_refused("seed", "--set seed: expected key=value");
    set_refused("=3", "--set =3: expected key=value");
    set_refused("seed=", "--set seed=: expected an integer of at least 0, found nothing");
    set_refused("seed=many", "--set seed=many: expected an integer of at least 0, found 'many'");
    set_refused("fit.mixture.whitten=true", "--set fit.mixture.whitten=true: unknown key "
                                            "'fit.mixture.whitten'; did you mean "
                                            "'fit.mixture.whiten'?");
    set_refused("title=[a", "--set title=[a: not valid YAML: did not find expected ',' or ']'");
    set_refused("fit=3", "--set fit=3: fit: expected a mapping of settings, found '3'");
    set_refused("fit={mixture: {x: 1}}",
                "--set fit={mixture: {x: 1}}: unknown key 'fit.mixture.x'");
}

/* ---- faults that a stage finds --------------------------------------------------------------- */

static void faults_name_their_place(void)
{
    static const char *const sets[] = {"fit.mixture.tolerance=2"};
    char wanted[256];
    odd_job *job;
    CU_ASSERT_EQUAL(load_sets("fit:\n  mixture:\n    components: 50\n", sets, 1, &job), ODD_OK);
    if (!job) return;
    CU_ASSERT_EQUAL(odd_job_fail(job, "fit.mixture.components", "more than %d", 40), ODD_USAGE);
    snprintf(wanted, sizeof wanted, "%s:3:17: fit.mixture.components: more than 40", path);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), wanted);
    odd_job_fail(job, "fit.mixture.tolerance", "too large");
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "--set fit.mixture.tolerance=2: too large");
    odd_job_fail(job, "catalogue.include", "no images");
    snprintf(wanted, sizeof wanted, "%s: catalogue.include (default [jpg, png]): no images", path);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), wanted);
    odd_job_fail(job, "fit.mixture", "not here");
    snprintf(wanted, sizeof wanted, "%s:2:3: fit.mixture: not here", path);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), wanted);
    odd_job_free(&job);
    CU_ASSERT_EQUAL(odd_job_load(NULL, NULL, 0, sections, SECTION_COUNT, &job), ODD_OK);
    odd_job_fail(job, "seed", "unlucky");
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "seed (default 1): unlucky");
    odd_job_free(&job);
}

static void wrong_tables_are_told(void)
{
    static const odd_option wrong[] = {
        ODD_INT(top_settings, seed, "0", 1, 5, "a default out of its range"),
        ODD_OPTIONS_END,
    };
    static const odd_section table[] = {ODD_SECTION("", "", wrong, top_settings)};
    odd_job *job;
    CU_ASSERT_EQUAL(odd_job_load(NULL, NULL, 0, table, 1, &job), ODD_ARG);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(),
                           "default of 'seed': expected an integer from 1 to 5, found '0'");
}

static void a_section_may_have_no_options(void)
{
    static const odd_section table[] = {{.name = "a", .help = ""},
                                        ODD_SECTION("a.b", "", top_options, top_settings)};
    const char *const sets[] = {"a={b: {seed: 3}}"};
    odd_text yaml = ODD_TEXT_EMPTY;
    odd_job *job;
    CU_ASSERT_EQUAL(odd_job_load(NULL, sets, 1, table, 2, &job), ODD_OK);
    if (!job) return;
    CU_ASSERT_EQUAL(((const top_settings *)odd_job_section(job, "a.b"))->seed, 3);
    odd_job_write(job, &yaml);
    odd_job_help(table, 2, &yaml);
    CU_ASSERT_EQUAL(odd_text_status(&yaml), ODD_OK);
    odd_text_free(&yaml);
    odd_job_free(&job);
}

typedef struct {
    odd_list file, set;
    char *one, *none;
} path_settings;

/* Relative paths start at the folder of the file that they stand in, those of --set here. */
static void paths_become_absolute(void)
{
    static const odd_option options[] = {
        ODD_PATHS(path_settings, file, "", ""),
        ODD_PATHS(path_settings, set, "", ""),
        ODD_PATH(path_settings, one, "", ""),
        ODD_PATH(path_settings, none, "", ""),
        ODD_OPTIONS_END,
    };
    static const odd_section table[] = {ODD_SECTION("", "", options, path_settings)};
    static const char *const sets[] = {"set=[a/b, /c]"};
    const char yaml[] = "file: [a, ../b, /c]\none: a b\n";
    char *here = realpath(".", NULL), wanted[4200];
    odd_job *job;
    snprintf(path, sizeof path, "/tmp/oddlot-test-%ld.yaml", (long)getpid());
    CU_ASSERT_EQUAL(odd_file_spill(path, yaml, strlen(yaml)), ODD_OK);
    CU_ASSERT_EQUAL(odd_job_load(path, sets, 1, table, 1, &job), ODD_OK);
    unlink(path);
    if (!job || !here) return;
    const path_settings *paths = odd_job_section(job, "");
    CU_ASSERT_STRING_EQUAL(paths->one, "/tmp/a b");
    CU_ASSERT_STRING_EQUAL(paths->none, "");
    CU_ASSERT_STRING_EQUAL(paths->file.item[0], "/tmp/a");
    CU_ASSERT_STRING_EQUAL(paths->file.item[1], "/tmp/../b");
    CU_ASSERT_STRING_EQUAL(paths->file.item[2], "/c");
    snprintf(wanted, sizeof wanted, "%s/a/b", here);
    CU_ASSERT_STRING_EQUAL(paths->set.item[0], wanted);
    CU_ASSERT_STRING_EQUAL(paths->set.item[1], "/c");
    free(here);
    odd_job_free(&job);

    odd_text help = ODD_TEXT_EMPTY;
    odd_job_help(table, 1, &help);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_text_string(&help), "file  (a list of paths, default none)"));
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_text_string(&help), "one   (a path, default none)"));
    odd_text_free(&help);
}

CU_TestInfo odd_tests[] = {
    {"defaults without a file", defaults_without_a_file},
    {"a file is read", a_file_is_read},
    {"nothing and null are defaults", nothing_and_null_are_defaults},
    {"sets override", sets_override},
    {"wrong types", wrong_types},
    {"out of range", out_of_range},
    {"unknown keys", unknown_keys},
    {"not YAML", not_yaml},
    {"hostile YAML", hostile_yaml},
    {"files that cannot be read", files_that_cannot_be_read},
    {"wrong sets", wrong_sets},
    {"faults name their place", faults_name_their_place},
    {"wrong tables are told", wrong_tables_are_told},
    {"a section may have no options", a_section_may_have_no_options},
    {"paths become absolute", paths_become_absolute},
    CU_TEST_INFO_NULL,
};
