/* Signals: one rank is told to stop, all ranks hear of it. */
#include "oddlot_test_mpi.h"

#include "oddlot/par/comm.h"
#include "oddlot/par/signals.h"

#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define WORLD MPI_COMM_WORLD

static void test_quiet(void)
{
    odd_signals_install();
    CU_ASSERT(!odd_signals_pending());
    CU_ASSERT(check_all(WORLD, odd_signals_check(WORLD) == ODD_OK));
}

static void test_each_signal(void)
{
    const int numbers[] = {SIGUSR1, SIGTERM, SIGINT};
    const char *const reasons[] = {"told to stop by SIGUSR1", "told to stop by SIGTERM",
                                   "told to stop by SIGINT"};
    bool last = odd_rank(WORLD) == odd_size(WORLD) - 1;
    for (int i = 0; i < 3; i++) {
        odd_signals_install();
        if (last) raise(numbers[i]);
        CU_ASSERT(odd_signals_pending() == last);
        CU_ASSERT(check_all(WORLD, odd_signals_check(WORLD) == ODD_STOPPED));
        CU_ASSERT(check_all(WORLD, strcmp(odd_fail_reason(), reasons[i]) == 0));
        CU_ASSERT(check_all(WORLD, odd_signals_check(WORLD) == ODD_STOPPED)); /* it stays */
    }
}

static void test_system_calls_go_on(void)
{
    struct sigaction action;
    odd_signals_install();
    sigaction(SIGUSR1, NULL, &action);
    CU_ASSERT(action.sa_flags & SA_RESTART);
}

/* How a child ends that raises SIGINT some times. */
static int end_of_child(int times)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        odd_signals_install();
        for (int i = 0; i < times; i++)
            raise(SIGINT);
        _exit(odd_signals_pending() ? 42 : 1);
    }
    waitpid(child, &status, 0);
    return status;
}

static void test_second_interrupt_kills(void)
{
    int once = end_of_child(1), twice = end_of_child(2);
    CU_ASSERT(WIFEXITED(once) && WEXITSTATUS(once) == 42);
    CU_ASSERT(WIFSIGNALED(twice) && WTERMSIG(twice) == SIGINT);
}

/* How a child ends that is told to stop and never looks: after `naps` tenths of a second it exits
 * with 42. Where it may not end, it goes on. */
static int end_of_busy_child(bool may_end, int naps)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        odd_signals_install();
        odd_signals_may_end(WORLD, may_end);
        raise(SIGTERM);
        for (int i = 0; i < naps; i++)
            for (struct timespec left = {0, 100000000}; nanosleep(&left, &left) != 0;)
                ;
        _exit(42);
    }
    waitpid(child, &status, 0);
    return status;
}

static void test_who_never_looks(void)
{
    const int ends = end_of_busy_child(true, 300), goes_on = end_of_busy_child(false, 20);
    CU_ASSERT(WIFEXITED(ends) && WEXITSTATUS(ends) == odd_status_exit(ODD_STOPPED));
    CU_ASSERT(WIFEXITED(goes_on) && WEXITSTATUS(goes_on) == 42);
}

const char *odd_test_name = "par.signals";
CU_TestInfo odd_tests[] = {
    {"nobody told us to stop", test_quiet},
    {"one rank is told to stop", test_each_signal},
    {"system calls go on", test_system_calls_go_on},
    {"a second SIGINT kills", test_second_interrupt_kills},
    {"who never looks", test_who_never_looks},
    CU_TEST_INFO_NULL,
};
