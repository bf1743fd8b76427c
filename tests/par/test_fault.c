/* Faults: the asked pass of the asked rank fails, and no other. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_none(void)
{
    CU_ASSERT(odd_fault_setup(NULL, 0) == ODD_OK);
    CU_ASSERT(odd_fault("store.write") == ODD_OK);
    CU_ASSERT(odd_fault_setup("", 0) == ODD_OK);
    CU_ASSERT(odd_fault("store.write") == ODD_OK);
}

static void test_first_pass(void)
{
    CU_ASSERT(odd_fault_setup("store.write", 3) == ODD_OK);
    CU_ASSERT(odd_fault("store.read") == ODD_OK);
    CU_ASSERT(odd_fault("store.write") == ODD_IO);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "fault 'store.write' on purpose");
    CU_ASSERT(odd_fault("store.write") == ODD_OK);
}

static void test_one_rank(void)
{
    int rank = odd_rank(MPI_COMM_WORLD);
    CU_ASSERT(odd_fault_setup("store.write:rank=1", rank) == ODD_OK);
    CU_ASSERT(odd_fault("store.write") == (rank == 1 ? ODD_IO : ODD_OK));
}

static void test_third_pass(void)
{
    CU_ASSERT(odd_fault_setup("a:rank=0:after=2,b:after=1", 0) == ODD_OK);
    const odd_status expected[] = {ODD_OK, ODD_OK, ODD_IO, ODD_OK};
    for (int pass = 0; pass < 4; pass++)
        CU_ASSERT(odd_fault("a") == expected[pass]);
    CU_ASSERT(odd_fault("b") == ODD_OK);
    CU_ASSERT(odd_fault("b") == ODD_IO);
}

static void test_threads(void)
{
    int failed = 0;
    CU_ASSERT(odd_fault_setup("p:after=50,p:after=60", 0) == ODD_OK);
#pragma omp parallel for num_threads(4) reduction(+ : failed)
    for (int i = 0; i < 100; i++)
        failed += odd_fault("p") != ODD_OK;
    CU_ASSERT_EQUAL(failed, 2);
}

static bool allocates(void)
{
    void *p = odd_alloc(10, 8);
    odd_free(p);
    return p;
}

/* Each allocation is a pass through the point of what is being done. */
static void test_memory(void)
{
    CU_ASSERT(odd_fault_setup("memory.plan.fit:after=1,memory:after=4", 0) == ODD_OK);
    CU_ASSERT(allocates() && allocates());
    odd_fault_phase("plan", "fit");
    CU_ASSERT(allocates());
    CU_ASSERT(!allocates());
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "cannot allocate 80 B");
    CU_ASSERT(!allocates()); /* the fifth of all */
    CU_ASSERT(allocates());
    odd_fault_phase(NULL, NULL);
    CU_ASSERT(odd_fault_setup("memory:rank=1", 0) == ODD_OK);
    CU_ASSERT(allocates());
    CU_ASSERT(odd_fault_setup("memory", 0) == ODD_OK);
    odd_text text = ODD_TEXT_EMPTY;
    odd_text_add(&text, "a");
    CU_ASSERT(odd_text_status(&text) == ODD_NOMEM);
    odd_text_free(&text);
    CU_ASSERT(odd_fault_setup(NULL, 0) == ODD_OK);
    CU_ASSERT(allocates());
}

static void test_sleep(void)
{
    CU_ASSERT(odd_fault_setup("slow:sleep=0.05", 0) == ODD_OK);
    double before = odd_seconds();
    CU_ASSERT(odd_fault("slow") == ODD_OK);
    CU_ASSERT(odd_seconds() - before >= 0.05);
}

static void test_wait(void)
{
    char place[] = "/tmp/oddlot-wait-XXXXXX", fault[64];
    int made = mkstemp(place), status = 1;
    CU_ASSERT_FATAL(made >= 0 && close(made) == 0 && unlink(place) == 0);
    snprintf(fault, sizeof fault, "slow:wait=%s", place);
    pid_t child = fork();
    if (child == 0) {
        odd_fault_setup(fault, 0);
        _exit(odd_fault("slow") == ODD_OK ? 0 : 1);
    }
    while (access(place, F_OK) != 0)
        usleep(1000);
    CU_ASSERT_EQUAL(waitpid(child, &status, WNOHANG), 0); /* it waits */
    CU_ASSERT_EQUAL(unlink(place), 0);
    CU_ASSERT_EQUAL(waitpid(child, &status, 0), child);
    CU_ASSERT(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CU_ASSERT(odd_fault_setup("slow:wait=/nowhere/to/be/found", 0) == ODD_OK);
    CU_ASSERT(odd_fault("slow") == ODD_IO);
    odd_fault_setup(NULL, 0);
}

static void test_kill(void)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        odd_fault_setup("ingest:after=1:kill", 0);
        if (odd_fault("ingest") == ODD_OK) odd_fault("ingest");
        _exit(0);
    }
    waitpid(child, &status, 0);
    CU_ASSERT(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void test_bad_lists(void)
{
    const char *const bad[] = {"a:rank",     "a:rank=x", "a:rank=-1", "a:after=1x", "a:explode",
                               "a:sleep=-1", "a:wait=",  ":rank=1x",  "a,b:kill=1"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CU_ASSERT(odd_fault_setup(bad[i], 0) == ODD_USAGE);
    CU_ASSERT_STRING_EQUAL(odd_fail_reason(), "cannot understand ODD_FAULT='a,b:kill=1'");
    CU_ASSERT(odd_fault("a") == ODD_OK); /* a bad list asks for nothing */
    char many[200] = "a";
    for (int i = 0; i < 16; i++)
        strcat(many, ",a");
    CU_ASSERT(odd_fault_setup(many, 0) == ODD_USAGE);
    odd_fault_setup(NULL, 0);
}

const char *odd_test_name = "par.fault";
CU_TestInfo odd_tests[] = {
    {"none", test_none},
    {"the first pass", test_first_pass},
    {"one rank", test_one_rank},
    {"a later pass", test_third_pass},
    {"passes of several threads", test_threads},
    {"sleep", test_sleep},
    {"wait for a file", test_wait},
    {"kill", test_kill},
    {"lists that cannot be understood", test_bad_lists},
    {"memory", test_memory},
    CU_TEST_INFO_NULL,
};
