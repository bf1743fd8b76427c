/* Tests of renamed sections: the former name is refused with the present one, and a digest does not
 * change with the name. */
#include "oddlot_test.h"

#include "job_sections_internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "base/job_renamed";

/* "mixture" is a name again, of what is around "mixture.new"; "old" and "new" changed places. */
static const odd_section renamed[] = {
    {.name = "mix",
     .was = "mixture",
     .help = "",
     .options = top_options,
     .size = sizeof(top_settings)},
    {.name = "fit.blend",
     .was = "fit.mixture",
     .help = "",
     .options = mixture_options,
     .size = sizeof(mixture_settings)},
    {.name = "mixture.new", .help = ""},
    {.name = "old", .was = "new", .help = ""},
    {.name = "new", .was = "old", .help = ""},
};

static odd_status load(const char *yaml, const char *set, odd_job **job)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/oddlot-test-%ld.yaml", (long)getpid());
    CU_ASSERT_EQUAL(odd_file_spill(path, yaml, strlen(yaml)), ODD_OK);
    odd_status st = odd_job_load(path, &set, set != NULL, renamed, 5, job);
    unlink(path);
    return st;
}

/* `wanted` is how the reason ends. */
static void refused(const char *yaml, const char *set, const char *wanted)
{
    odd_job *job;
    CU_ASSERT_EQUAL(load(yaml, set, &job), ODD_USAGE);
    CU_ASSERT_PTR_NULL(job);
    const char *reason = odd_fail_reason();
    const size_t length = strlen(reason), tail = strlen(wanted);
    const bool ends = length >= tail && strcmp(reason + length - tail, wanted) == 0;
    CU_ASSERT_TRUE(ends);
    if (!ends) fprintf(stderr, "%s\n  got    %s\n  wanted %s\n", yaml, reason, wanted);
}

static void former_names_are_refused(void)
{
    refused("fit:\n  mixture:\n    components: 3\n", NULL,
            ".yaml:2:3: the section 'fit.mixture' is called 'fit.blend' now");
    refused("fit: {mixture: ~}\n", NULL,
            ".yaml:1:7: the section 'fit.mixture' is called 'fit.blend' now");
    refused("mixture:\n  seed: 3\n", NULL, ".yaml:2:3: the section 'mixture' is called 'mix' now");
    refused("", "mixture.seed=3",
            "--set mixture.seed=3: the section 'mixture' is called 'mix' now");
    refused("", "fit={mixture: {seed: 3}}",
            "--set fit={mixture: {seed: 3}}: the section 'fit.mixture' is called 'fit.blend' now");
}

static void only_former_names_are(void)
{
    odd_job *job;
    CU_ASSERT_EQUAL(load("old: {}\nnew: {}\nmixture: {new: {}}\n", "mix.seed=3", &job), ODD_OK);
    odd_job_free(&job);
    refused("", "mixtur.seed=3",
            "--set mixtur.seed=3: unknown key 'mixtur.seed'; did you mean 'mix.seed'?");
}

static bool same_digest(const odd_job *a, const char *section, const odd_job *b, const char *as)
{
    const odd_hash x = odd_job_digest(a, section), y = odd_job_digest(b, as);
    return x.low == y.low && x.high == y.high;
}

static void a_new_name_changes_no_digest(void)
{
    static const char *const before = "fit.mixture.components=3";
    odd_job *was, *is, *other;
    CU_ASSERT_EQUAL(odd_job_load(NULL, &before, 1, sections, SECTION_COUNT, &was), ODD_OK);
    CU_ASSERT_EQUAL(load("", "fit.blend.components=3", &is), ODD_OK);
    CU_ASSERT_EQUAL(load("", "fit.blend.components=4", &other), ODD_OK);
    if (was && is && other) {
        CU_ASSERT_TRUE(same_digest(was, "fit.mixture", is, "fit.blend"));
        CU_ASSERT_FALSE(same_digest(is, "fit.blend", other, "fit.blend"));
    }
    odd_job_free(&was);
    odd_job_free(&is);
    odd_job_free(&other);
}

CU_TestInfo odd_tests[] = {
    {"former names are refused", former_names_are_refused},
    {"only former names are", only_former_names_are},
    {"a new name changes no digest", a_new_name_changes_no_digest},
    CU_TEST_INFO_NULL,
};
