/* Tests of written jobs: what is written loads as the same job, and reads well. */
#include "oddlot_test.h"

#include "job_sections_internal.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "base/job_write";

static char path[64];

static odd_status load(const char *yaml, odd_job **job)
{
    snprintf(path, sizeof path, "/tmp/oddlot-test-%ld.yaml", (long)getpid());
    CU_ASSERT_EQUAL(odd_file_spill(path, yaml, strlen(yaml)), ODD_OK);
    odd_status st = odd_job_load(path, NULL, 0, sections, SECTION_COUNT, job);
    if (st != ODD_OK) fprintf(stderr, "%s\n%s", odd_fail_reason(), yaml);
    unlink(path);
    return st;
}

static odd_job *job_of(const char *const sets[], int count)
{
    odd_job *job;
    CU_ASSERT_EQUAL(odd_job_load(NULL, sets, count, sections, SECTION_COUNT, &job), ODD_OK);
    return job;
}

static bool same_digests(const odd_job *a, const odd_job *b)
{
    for (int i = 0; i < SECTION_COUNT; i++) {
        odd_hash x = odd_job_digest(a, sections[i].name), y = odd_job_digest(b, sections[i].name);
        if (x.low != y.low || x.high != y.high) return false;
    }
    return true;
}

static void looks(void)
{
    odd_text yaml = ODD_TEXT_EMPTY;
    odd_job *job = job_of((const char *[]){"title=Shoes, 2024", "fit.mixture.tolerance=0.1"}, 2);
    if (!job) return;
    odd_job_write(job, &yaml);
    CU_ASSERT_STRING_EQUAL(odd_text_string(&yaml),
                           "# The settings in force, defaults filled in.\n"
                           "\n"
                           "seed: 1               # seed of all draws\n"
                           "title: \"Shoes, 2024\"  # for the report\n"
                           "\n"
                           "catalogue:  # the images\n"
                           "    path: \"a: b\"         # where the images are\n"
                           "    include: [jpg, png]  # endings of names\n"
                           "\n"
                           "fit:  # learn a detector\n"
                           "    detector: mixture  # which detector\n"
                           "    mixture:  # theme and anomaly\n"
                           "        components: 2     # components of the theme\n"
                           "        tolerance: 0.1    # relative change at which EM stops\n"
                           "        whiten: false     # unit variance\n"
                           "        covariance: full  # shape of the covariance: one of full, "
                           "tied, diagonal\n"
                           "\n"
                           "deep:\n"
                           "    er:  # under a section of its own\n"
                           "        seed: 1    # seed of all draws\n"
                           "        title: \"\"  # for the report\n");
    odd_text_free(&yaml);
    odd_job_free(&job);
}

/* Texts that YAML would take for something else, or refuse, when they are not quoted well. */
static const char *const texts[] = {
    "",
    "null",
    "~",
    "true",
    "No",
    "y",
    "12",
    "-1.5",
    ".5",
    "- a",
    "-",
    "a: b",
    "a #b",
    "#b",
    "&a",
    "*a",
    "!x",
    "%x",
    "@x",
    "`x",
    "'",
    "\"",
    "\\",
    "[a]",
    "{a}",
    "a, b",
    "?",
    ":",
    "/a/b-c_d.e",
    "../x",
    ".",
    "...",
    "---",
    " lead",
    "trail ",
    "two\nlines",
    "\ttab",
    "\x01",
    "\x7F",
    "\xC2\x85",
    "|",
    ">",
    "\xE2\x80\xA8",
    "\xEF\xBB\xBF",
    "caf\xC3\xA9",
    "\xF0\x9F\x90\x99",
    "a\r\nb",
    "=",
    "<<",
    ".inf",
    "<script>",
    "0x1F",
    "1_000",
    "2024-01-01",
    "12:30",
    "a:",
    "\xEF\xBF\xBF",
};
#define TEXT_COUNT (sizeof texts / sizeof *texts)

static odd_job *job_with_text(const char *text)
{
    odd_text title = ODD_TEXT_EMPTY, list = ODD_TEXT_EMPTY;
    odd_text_add(&title, "title=");
    odd_text_json(&title, text);
    odd_text_add(&list, "catalogue.include=[x, ");
    odd_text_json(&list, text);
    odd_text_add(&list, "]");
    odd_job *job = job_of((const char *[]){odd_text_string(&title), odd_text_string(&list)}, 2);
    odd_text_free(&title);
    odd_text_free(&list);
    return job;
}

static void written_texts_come_back(void)
{
    for (size_t i = 0; i < TEXT_COUNT; i++) {
        odd_text yaml = ODD_TEXT_EMPTY;
        odd_job *job = job_with_text(texts[i]), *again;
        if (!job) continue;
        CU_ASSERT_STRING_EQUAL(((const top_settings *)odd_job_section(job, ""))->title, texts[i]);
        odd_job_write(job, &yaml);
        CU_ASSERT_EQUAL(load(odd_text_string(&yaml), &again), ODD_OK);
        if (again) {
            CU_ASSERT_STRING_EQUAL(((const top_settings *)odd_job_section(again, ""))->title,
                                   texts[i]);
            CU_ASSERT_TRUE(same_digests(job, again));
        }
        odd_text_free(&yaml);
        odd_job_free(&again);
        odd_job_free(&job);
    }
}

static void written_numbers_come_back(void)
{
    static const char *const reals[] = {"0",
                                        "0.1",
                                        "3.0000000000000004",
                                        "1e-300",
                                        ".inf",
                                        "123456789012345680",
                                        "4.9e-324",
                                        "0.30000000000000004"};
    for (size_t i = 0; i < sizeof reals / sizeof *reals; i++) {
        char set[64];
        odd_text yaml = ODD_TEXT_EMPTY;
        snprintf(set, sizeof set, "fit.mixture.tolerance=%s", reals[i]);
        odd_job *again, *job = job_of((const char *[]){set, "seed=9223372036854775807"}, 2);
        if (!job) continue;
        odd_job_write(job, &yaml);
        CU_ASSERT_EQUAL(load(odd_text_string(&yaml), &again), ODD_OK);
        if (again) {
            const mixture_settings *a = odd_job_section(job, "fit.mixture"),
                                   *b = odd_job_section(again, "fit.mixture");
            CU_ASSERT(a->tolerance == b->tolerance);
            CU_ASSERT_TRUE(same_digests(job, again));
        }
        odd_text_free(&yaml);
        odd_job_free(&again);
        odd_job_free(&job);
    }
}

static bool digest_differs(const odd_job *a, const odd_job *b, const char *section)
{
    odd_hash x = odd_job_digest(a, section), y = odd_job_digest(b, section);
    return x.low != y.low || x.high != y.high;
}

static void digests_follow_their_section(void)
{
    odd_job *plain = job_of(NULL, 0);
    odd_job *other = job_of((const char *[]){"fit.mixture.components=3"}, 1);
    odd_job *same = job_of((const char *[]){"fit.mixture.components=2"}, 1);
    if (plain && other && same) {
        CU_ASSERT_TRUE(digest_differs(plain, other, "fit.mixture"));
        CU_ASSERT_FALSE(digest_differs(plain, other, "fit")); /* with all that is in it */
        CU_ASSERT_FALSE(digest_differs(plain, other, ""));    /* only its own keys */
        CU_ASSERT_FALSE(digest_differs(plain, other, "catalogue"));
        CU_ASSERT_FALSE(
            digest_differs(plain, same, "fit")); /* given or default, the value counts */
    }
    odd_job_free(&plain);
    odd_job_free(&other);
    odd_job_free(&same);
}

static void reference(void)
{
    odd_text help = ODD_TEXT_EMPTY;
    odd_job_help(&sections[1], 2, &help);
    CU_ASSERT_STRING_EQUAL(
        odd_text_string(&help),
        "catalogue: the images\n"
        "    path     (a text, default 'a: b')               where the images are\n"
        "    include  (a list of texts, default [jpg, png])  endings of names\n"
        "\n"
        "fit.mixture: theme and anomaly\n"
        "    components  (an integer from 1 to 64, default 2)    components of the theme\n"
        "    tolerance   (a number of at least 0, default 1e-6)  relative change at which EM "
        "stops\n"
        "    whiten      (true or false, default false)          unit variance\n"
        "    covariance  (one of full, tied, diagonal, default full)\n"
        "                                                        shape of the covariance\n");
    odd_text_free(&help);
}

CU_TestInfo odd_tests[] = {
    {"how it looks", looks},
    {"written texts come back", written_texts_come_back},
    {"written numbers come back", written_numbers_come_back},
    {"digests follow their section", digests_follow_their_section},
    {"the reference", reference},
    CU_TEST_INFO_NULL,
};
