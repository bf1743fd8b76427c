/* Progress: counts of all ranks add up, nobody waits for ever, and it looks as it should. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/log.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/progress.h"
#include "par/progress_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WORLD MPI_COMM_WORLD

/* What is written to stderr between the two, on this rank. */
typedef struct {
    FILE *file;
    int before;
    char text[65536];
} capture;

static bool capture_start(capture *c)
{
    fflush(stderr);
    c->file = tmpfile();
    c->before = dup(STDERR_FILENO);
    return c->file && dup2(fileno(c->file), STDERR_FILENO) >= 0;
}

static void capture_stop(capture *c)
{
    fflush(stderr);
    dup2(c->before, STDERR_FILENO);
    close(c->before);
    rewind(c->file);
    c->text[fread(c->text, 1, sizeof c->text - 1, c->file)] = '\0';
    fclose(c->file);
}

static void nap(double seconds)
{
    struct timespec t = {0, (long)(seconds * 1e9)};
    nanosleep(&t, NULL);
}

/* Rank r does r + 1 shares of 10 units each, slower the higher its rank. */
static void work(odd_progress *p)
{
    for (int i = 0; i < 10 * (odd_rank(WORLD) + 1); i++) {
        odd_progress_add(p, 10);
        nap(0.001 * odd_rank(WORLD));
    }
}

static int64_t all_units(void)
{
    return 100 * odd_size(WORLD) * (odd_size(WORLD) + 1) / 2;
}

static void run_captured(capture *c, const char *wish, int64_t total)
{
    setenv("ODDLOT_PROGRESS", wish, 1);
    odd_log_setup(odd_rank(WORLD), ODD_LOG_STAGE);
    if (!check_all(WORLD, capture_start(c))) return;
    odd_progress *p = odd_progress_start(WORLD, "ingest", "images", total);
    work(p);
    odd_log(ODD_LOG_STAGE, "a line between");
    odd_progress_stop(&p);
    capture_stop(c);
    odd_log_setup(odd_rank(WORLD), ODD_LOG_WARN);
    unsetenv("ODDLOT_PROGRESS");
    CU_ASSERT(check_all(WORLD, p == NULL));
}

static void test_counts_add_up(void)
{
    static capture c;
    run_captured(&c, "1", all_units());
    if (odd_rank(WORLD) != 0) {
        CU_ASSERT_STRING_EQUAL(c.text, "");
        return;
    }
    CU_ASSERT(strstr(c.text, "ingest 100 % ") != NULL);
    CU_ASSERT(strstr(c.text, "a line between\n") != NULL);
    const char *end = c.text + strlen(c.text) - strlen("\r\033[K");
    CU_ASSERT_STRING_EQUAL(end, "\r\033[K"); /* wiped */
}

/* A total that is not known: the last count shown is the sum over all ranks. */
static void test_unknown_total(void)
{
    static capture c;
    char expected[64], count[32] = "";
    run_captured(&c, "1", 0);
    if (odd_rank(WORLD) != 0) return;
    if (all_units() >= 1000) snprintf(count, sizeof count, "%d,", (int)(all_units() / 1000));
    snprintf(expected, sizeof expected, "ingest %s%0*d images, ", count, count[0] ? 3 : 1,
             (int)(all_units() % 1000));
    CU_ASSERT(strstr(c.text, expected) != NULL);
}

static void test_off(void)
{
    static capture c;
    run_captured(&c, "0", all_units());
    if (odd_rank(WORLD) == 0) CU_ASSERT(strstr(c.text, "ingest") == NULL);
}

/* In a batch log short work says nothing of its own. */
static void test_short_work_in_batch(void)
{
    static capture c;
    run_captured(&c, "", all_units());
    if (odd_rank(WORLD) == 0) CU_ASSERT(strstr(c.text, "ingest") == NULL);
}

/* Starts and stops without a pause, with a flood of counts, without any, and nested. */
static void test_no_hang(void)
{
    static capture c;
    setenv("ODDLOT_PROGRESS", "1", 1);
    odd_log_setup(odd_rank(WORLD), ODD_LOG_STAGE);
    if (!check_all(WORLD, capture_start(&c))) return;
    for (int round = 0; round < 20; round++) {
        odd_progress *outer = odd_progress_start(WORLD, "outer", "stages", 2);
        odd_progress *inner = odd_progress_start(WORLD, "inner", "rows", 1000);
        for (int i = 0; i < 1000 * (round % 3); i++) {
            odd_progress_add(outer, 1);
            odd_progress_add(inner, 1);
        }
        odd_progress_stop(&inner);
        odd_progress_stop(&outer);
        odd_progress_stop(&outer); /* NULL by now */
    }
    capture_stop(&c);
    odd_log_setup(odd_rank(WORLD), ODD_LOG_WARN);
    unsetenv("ODDLOT_PROGRESS");
    CU_ASSERT(check_all(WORLD, strstr(c.text, "inner") == NULL));
}

static void test_text(void)
{
    char text[ODD_PROGRESS_TEXT];
    odd_progress_state s = {"ingest", "images", 59302, 131784, 48};
    CU_ASSERT_STRING_EQUAL(odd_progress_text(&s, text),
                           "44 %, 59,302 of 131,784 images, 1,235/s, 59 s left, 48 s so far");
    s = (odd_progress_state){"ingest", "images", 0, 131784, 2};
    CU_ASSERT_STRING_EQUAL(odd_progress_text(&s, text),
                           "0 %, 0 of 131,784 images, 0.0/s, 2.0 s so far");
    s = (odd_progress_state){"ingest", "images", 12, 0, 5};
    CU_ASSERT_STRING_EQUAL(odd_progress_text(&s, text), "12 images, 2.4/s, 5.0 s so far");
    s = (odd_progress_state){"fit", "rows", 999, 1000, 0}; /* not 100 before the end */
    CU_ASSERT_STRING_EQUAL(odd_progress_text(&s, text),
                           "99 %, 999 of 1,000 rows, 0.0/s, 0 ms left, 0 ms so far");
}

static void test_bar(void)
{
    char line[ODD_PROGRESS_TEXT];
    odd_progress_state s = {"fit", "rows", 45, 80, 10};
    CU_ASSERT_STRING_EQUAL(
        odd_progress_bar(&s, 80, false, line),
        "fit  56 % |###########         | 45 of 80 rows, 4.5/s, 7.8 s left, 10 s so far");
    CU_ASSERT_STRING_EQUAL(
        odd_progress_bar(&s, 80, true, line),
        "fit  56 % |███████████▎        | 45 of 80 rows, 4.5/s, 7.8 s left, 10 s so far");
    CU_ASSERT_STRING_EQUAL(odd_progress_bar(&s, 64, false, line),
                           "fit  56 % |#########       | 45 of 80 rows, 4.5/s, 7.8 s left");
    CU_ASSERT_STRING_EQUAL(odd_progress_bar(&s, 31, true, line), "fit  56 % 45 of 80 rows, 4.5/s");
    CU_ASSERT_STRING_EQUAL(odd_progress_bar(&s, 15, true, line), "fit  56 % 45 o");
    odd_progress_state ingest = {"ingest", "images", 59302, 131784, 48};
    CU_ASSERT_STRING_EQUAL(odd_progress_bar(&ingest, 44, true, line),
                           "ingest  44 % 59,302 of 131,784 images");
    s.done = 200; /* more than announced */
    CU_ASSERT(strstr(odd_progress_bar(&s, 100, false, line), "fit 100 % |####") != NULL);
    s.total = 0;
    CU_ASSERT_STRING_EQUAL(odd_progress_bar(&s, 80, true, line), "fit 200 rows, 20/s, 10 s so far");
}

/* No bar wraps: on any terminal it leaves the last column free. */
static void test_no_wrapping(void)
{
    char line[ODD_PROGRESS_TEXT];
    odd_progress_state s = {"a task with a long name", "things of a long name", 123456789,
                            987654321, 98765};
    for (int columns = 30; columns < 300; columns++)
        CU_ASSERT((int)strlen(odd_progress_bar(&s, columns, false, line)) < columns);
    s.done = s.total;
    odd_progress_bar(&s, 1 << 20, true, line);
    CU_ASSERT(strstr(line, "so far") != NULL);
}

const char *odd_test_name = "par.progress";
CU_TestInfo odd_tests[] = {
    {"counts add up", test_counts_add_up},
    {"a total that is not known", test_unknown_total},
    {"switched off", test_off},
    {"short work in a batch log", test_short_work_in_batch},
    {"nobody waits for ever", test_no_hang},
    {"as words", test_text},
    {"as a bar", test_bar},
    {"no wrapping", test_no_wrapping},
    CU_TEST_INFO_NULL,
};
