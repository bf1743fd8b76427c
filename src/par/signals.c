/* The wish to stop: signals set a flag, and the ranks look at it together. */
#include "oddlot/par/signals.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

static volatile sig_atomic_t caught; /* the signal that told us to stop; 0: none */

static void remember(int number)
{
    caught = number;
}

void odd_signals_install(void)
{
    static const int numbers[] = {SIGUSR1, SIGTERM, SIGINT};
    caught = 0;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction action = {.sa_handler = remember, .sa_flags = SA_RESTART};
        if (numbers[i] == SIGINT) action.sa_flags |= (int)SA_RESETHAND; /* the second one kills */
        sigemptyset(&action.sa_mask);
        sigaction(numbers[i], &action, NULL);
    }
}

bool odd_signals_pending(void)
{
    return caught != 0;
}

odd_status odd_signals_check(MPI_Comm comm)
{
    int number = caught;
    MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_INT, MPI_MAX, comm);
    if (number == 0) return ODD_OK;
    return odd_fail(ODD_STOPPED, "told to stop by SIG%s", sigabbrev_np(number));
}
