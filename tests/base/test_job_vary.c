/* Tests of varied jobs: a copy equals its original but for the settings that were changed. */
#include "oddlot_test.h"

#include "job_sections_internal.h"

#include <stdio.h>
#include <string.h>

const char *odd_test_name = "base/job_vary";

static odd_job *original(void)
{
    static const char *const sets[] = {"title=Shoes, 2024", "fit.mixture.tolerance=0.1",
                                       "catalogue.include=[png, 'a, b']"};
    odd_job *job;
    CU_ASSERT_EQUAL(odd_job_load(NULL, sets, 3, sections, SECTION_COUNT, &job), ODD_OK);
    return job;
}

static bool same_digest(const odd_job *a, const odd_job *b, const char *section)
{
    odd_hash x = odd_job_digest(a, section), y = odd_job_digest(b, section);
    return x.low == y.low && x.high == y.high;
}

static void without_changes_it_is_equal(void)
{
    odd_job *job = original(), *copy = NULL;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_job_vary(job, NULL, 0, &copy), ODD_OK);
    for (int i = 0; copy && i < SECTION_COUNT; i++)
        CU_ASSERT(same_digest(job, copy, sections[i].name));
    if (copy) {
        CU_ASSERT(odd_job_given(copy, "title"));
        CU_ASSERT(!odd_job_given(copy, "fit.mixture.components"));
    }
    odd_job_free(&copy);
    odd_job_free(&job);
}

static void only_what_is_named_changes(void)
{
    odd_job *job = original(), *copy = NULL;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_job_vary(job, (const char *[]){"fit.mixture.components=5"}, 1, &copy),
                    ODD_OK);
    if (copy) {
        CU_ASSERT(!same_digest(job, copy, "fit.mixture"));
        CU_ASSERT(same_digest(job, copy, ""));
        CU_ASSERT(same_digest(job, copy, "catalogue"));
        odd_job_fail(copy, "fit.mixture.components", "too many");
        CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "--set fit.mixture.components=5: too many");
        odd_job_fail(copy, "fit.mixture.tolerance", "too large");
        CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "--set fit.mixture.tolerance=0.1: too large");
    }
    odd_job_free(&copy);
    odd_job_free(&job);
}

static void a_wrong_word_gives_nothing(void)
{
    odd_job *job = original(), *copy = job;
    if (!job) return;
    CU_ASSERT_EQUAL(odd_job_vary(job, (const char *[]){"fit.mixture.nothing=5"}, 1, &copy),
                    ODD_USAGE);
    CU_ASSERT_PTR_NULL(copy);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "nothing"));
    odd_job_free(&job);
}

CU_TestInfo odd_tests[] = {
    {"without changes it is equal", without_changes_it_is_equal},
    {"only what is named changes", only_what_is_named_changes},
    {"a wrong word gives nothing", a_wrong_word_gives_nothing},
    CU_TEST_INFO_NULL,
};
