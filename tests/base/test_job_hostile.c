/* Tests of hostile jobs: whatever is done to a valid file, it is loaded or refused, never more.
 * Meant to run under the sanitizers as well. */
#include "oddlot_test.h"

#include "job_sections_internal.h"
#include "oddlot/base/random.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

const char *odd_test_name = "base/job_hostile";

static const char valid[] = "seed: 7   # comment\n"
                            "title: \"caf\\u00e9\"\n"
                            "catalogue: {path: 'it''s', include: [a, \"b, c\"]}\n"
                            "fit:\n"
                            "    detector: mixture\n"
                            "    mixture:\n"
                            "        components: 3\n"
                            "        tolerance: 1e-6\n"
                            "        whiten: yes\n"
                            "        covariance: >-\n"
                            "          tied\n"
                            "deep: {er: {seed: 5, title: \"x\n"
                            "  y\"}}\n";

/* Pieces that mean something to YAML or to our readers of values. */
static const char *const pieces[] = {
    "&a ",
    "*a",
    "? ",
    "- ",
    "[",
    "]",
    "{",
    "}",
    ": ",
    "!!map ",
    "\n",
    "\n---\n",
    "...",
    "\"",
    "'",
    "|\n",
    "null",
    "~",
    "\t",
    "\xFF",
    "\xEF\xBB\xBF",
    "1e999",
    "0x",
    "-",
    "\\x00",
    "<<: ",
    "%YAML 9.9\n",
    "seed: ",
    "fit: ",
    "\xC2\x85",
    "#",
    ",",
    "mixture:",
    "99999999999999999999",
    "\\",
    " ",
};
#define PIECE_COUNT (sizeof pieces / sizeof *pieces)
#define ROOM        4096
#define ROUNDS      1000

/* One change at a place both drawn: a byte changed, bytes cut out or doubled, a piece put in. */
static size_t mutate(char *s, size_t n, uint64_t round, uint32_t step)
{
    uint32_t r[4];
    odd_philox(2, ODD_STREAM_TEST, round, step, r);
    size_t at = n > 0 ? r[0] % n : 0, length = n > at ? r[1] % (n - at) % 40 : 0;
    const char *piece = pieces[r[1] % PIECE_COUNT];
    size_t added = strlen(piece);
    switch (r[2] % 4) {
    case 0:
        if (n > 0) s[at] = (char)r[3];
        return n;
    case 1:
        memmove(s + at, s + at + length, n - at - length);
        return n - length;
    case 2:
        if (n + length > ROOM) return n;
        memmove(s + at + length, s + at, n - at);
        return n + length;
    default:
        if (n + added > ROOM) return n;
        memmove(s + at + added, s + at, n - at);
        memcpy(s + at, piece, added);
        return n + added;
    }
}

/* What a job that loads must be good for: written, it loads again as the same. */
static void check_loaded(const odd_job *job, const char *path)
{
    odd_text yaml = ODD_TEXT_EMPTY;
    odd_job *again;
    odd_job_write(job, &yaml);
    CU_ASSERT_EQUAL(odd_file_spill(path, yaml.s, yaml.length), ODD_OK);
    CU_ASSERT_EQUAL(odd_job_load(path, NULL, 0, sections, SECTION_COUNT, &again), ODD_OK);
    odd_hash a = odd_job_digest(job, "catalogue");
    odd_hash b = again ? odd_job_digest(again, "catalogue") : ODD_HASH_START;
    CU_ASSERT(a.low == b.low && a.high == b.high);
    odd_text_free(&yaml);
    odd_job_free(&again);
}

/* Where is not always a place: a file that is larger than allowed has none. */
static bool reason_has_a_place(const char *path)
{
    size_t line, column, length = strlen(path);
    const char *reason = odd_fail_reason();
    return strncmp(reason, path, length) == 0 &&
           sscanf(reason + length, ":%zu:%zu: ", &line, &column) == 2 && line > 0 && column > 0;
}

static void mutated_files(void)
{
    char path[64], s[ROOM];
    int loaded = 0, refused = 0;
    snprintf(path, sizeof path, "/tmp/oddlot-test-%ld.yaml", (long)getpid());
    for (uint64_t round = 0; round < ROUNDS; round++) {
        size_t n = sizeof valid - 1;
        memcpy(s, valid, n);
        for (uint32_t step = 0; step < 1 + round % 5; step++)
            n = mutate(s, n, round, step);
        FILE *f = fopen(path, "wb"); /* not odd_file_spill(): its fsync() takes long */
        CU_ASSERT_PTR_NOT_NULL(f);
        if (!f) return;
        CU_ASSERT_EQUAL(fwrite(s, 1, n, f), n);
        fclose(f);
        odd_job *job;
        odd_status st = odd_job_load(path, NULL, 0, sections, SECTION_COUNT, &job);
        if (st == ODD_OK)
            loaded++;
        else
            refused++;
        CU_ASSERT(st == ODD_OK || st == ODD_USAGE);
        if (st == ODD_USAGE) CU_ASSERT_TRUE(reason_has_a_place(path));
        if (job && round % 10 == 0) check_loaded(job, path);
        odd_job_free(&job);
    }
    unlink(path);
    CU_ASSERT(loaded > ROUNDS / 40 &&
              refused > ROUNDS / 4); /* the mutations are neither too mild nor too wild */
}

static void mutated_sets(void)
{
    static const char *const words[] = {"seed=3", "catalogue.include=[a, 'b']",
                                        "title=\"x\\u00e9\"",
                                        "fit.mixture={components: 4, whiten: no}"};
    for (uint64_t round = 0; round < ROUNDS; round++) {
        char s[ROOM + 1];
        const char *word = s;
        size_t n = strlen(words[round % 4]);
        memcpy(s, words[round % 4], n);
        for (uint32_t step = 0; step < 1 + round % 3; step++)
            n = mutate(s, n, 100000 + round, step);
        s[n] = '\0';
        odd_job *job;
        odd_status st = odd_job_load(NULL, &word, 1, sections, SECTION_COUNT, &job);
        CU_ASSERT(st == ODD_OK || st == ODD_USAGE);
        if (st == ODD_USAGE) CU_ASSERT(strncmp(odd_fail_reason(), "--set ", 6) == 0);
        odd_job_free(&job);
    }
}

CU_TestInfo odd_tests[] = {
    {"mutated files", mutated_files},
    {"mutated sets", mutated_sets},
    CU_TEST_INFO_NULL,
};
