/* Tests of the statuses: texts, exit codes, and reasons that hostile names cannot abuse. */
#include "oddlot_test.h"

#include "oddlot/base/status.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

const char *odd_test_name = "base/status";

static void texts_and_exit_codes(void)
{
    CU_ASSERT_EQUAL(ODD_OK, 0);
    CU_ASSERT_STRING_EQUAL(odd_status_text(ODD_OK), "success");
    CU_ASSERT_STRING_EQUAL(odd_status_text(ODD_NOMEM), "out of memory");
    CU_ASSERT_EQUAL(odd_status_exit(ODD_OK), 0);
    CU_ASSERT_EQUAL(odd_status_exit(ODD_IO), 1);
    CU_ASSERT_EQUAL(odd_status_exit(ODD_USAGE), 2);
    CU_ASSERT_EQUAL(odd_status_exit(ODD_PROBLEM), 3);
    CU_ASSERT_EQUAL(odd_status_exit(ODD_STOPPED), 75);
    CU_ASSERT_PTR_NOT_NULL(odd_status_text((odd_status)999));
    CU_ASSERT_EQUAL(odd_status_exit((odd_status)-1), 1);
}

static void reason_is_kept_and_prefixed(void)
{
    CU_ASSERT_EQUAL(odd_fail(ODD_IO, "cannot open '%s'", "a.png"), ODD_IO);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "cannot open 'a.png'");
    CU_ASSERT_EQUAL(odd_fail_prefix(ODD_FORMAT, "%s:%d: ", "x.csv", 3), ODD_FORMAT);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "x.csv:3: cannot open 'a.png'");
    odd_fail(ODD_IO, "again: %s", odd_fail_reason());
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "again: x.csv:3: cannot open 'a.png'");
}

static void hostile_names_become_printable(void)
{
    odd_fail(ODD_IO, "%s", "\033[2Jx\n\x7F\xC2\x9B"); /* clear screen; C1 */
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "?[2Jx????");
    odd_fail(ODD_IO, "%s", "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x99"); /* good UTF-8 stays */
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x99");
    odd_fail(ODD_IO, "%s", "\xC0\xAF|\xED\xA0\x80|\xF4\x90\x80\x80|\xE2\x82"); /* none is UTF-8 */
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "\?\?|\?\?\?|\?\?\?\?|\?\?");
    odd_fail(ODD_IO, "%s", "a\xE2\x80\xAEgpj"); /* turns the reading direction */
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "a\?\?\?gpj");
}

static void long_reasons_are_cut(void)
{
    char name[3 * ODD_REASON_SIZE];
    memset(name, 'a', sizeof name);
    name[sizeof name - 1] = '\0';
    odd_fail(ODD_IO, "%s", name);
    CU_ASSERT_EQUAL(strlen(odd_fail_reason()), ODD_REASON_SIZE - 1);
    odd_fail_prefix(ODD_IO, "%s", name);
    CU_ASSERT_EQUAL(strlen(odd_fail_reason()), ODD_REASON_SIZE - 1);
}

static void *fail_elsewhere(void *reason)
{
    odd_fail(ODD_IO, "elsewhere");
    strcpy(reason, odd_fail_reason());
    return NULL;
}

static void each_thread_has_its_reason(void)
{
    char theirs[ODD_REASON_SIZE] = "";
    pthread_t thread;
    odd_fail(ODD_IO, "here");
    CU_ASSERT_EQUAL(pthread_create(&thread, NULL, fail_elsewhere, theirs), 0);
    pthread_join(thread, NULL);
    CU_ASSERT_STRING_EQUAL(theirs, "elsewhere");
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "here");
}

static void leave_with_77(void)
{
    _exit(77);
}

static int how_a_child_ends(void (*end_job)(void))
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        if (!freopen("/dev/null", "w", stderr)) _exit(1);
        odd_check_on_failure(end_job);
        ODD_CHECK(1 + 1 == 2);
        ODD_CHECK(1 + 1 == 3);
        _exit(0);
    }
    waitpid(child, &status, 0);
    return status;
}

static void broken_promise_ends_the_job(void)
{
    int status = how_a_child_ends(leave_with_77);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 77);
    status = how_a_child_ends(NULL);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

CU_TestInfo odd_tests[] = {
    {"texts and exit codes", texts_and_exit_codes},
    {"a reason is kept and prefixed", reason_is_kept_and_prefixed},
    {"hostile names become printable", hostile_names_become_printable},
    {"long reasons are cut", long_reasons_are_cut},
    {"each thread has its reason", each_thread_has_its_reason},
    {"a broken promise ends the job", broken_promise_ends_the_job},
    CU_TEST_INFO_NULL,
};
