/* The wish to stop: signals set a flag, and the ranks look at it together. Where nothing is lost by
 * it, a rank that does not get to look ends by itself. */
#include "oddlot/par/signals.h"

#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <unistd.h>

/* The time a rank may take to look: LAPACK, MPI and HDF5 are not interrupted, and a user who lets
 * Slurm send a signal expects an end in seconds. The same on all ranks: a launcher kills those that
 * are behind the first to end, and their exit code would be that of a kill. */
static const struct itimerval patience = {.it_value = {1, 400000}};

static volatile sig_atomic_t caught; /* the signal that told us to stop; 0: none */
static volatile sig_atomic_t may_end;

/* A plain system call of Linux, so a handler may make it. */
static void start_timer(void)
{
    setitimer(ITIMER_REAL, &patience, NULL);
}

static void note_signal(int number)
{
    caught = number;
    start_timer();
}

/* In one piece, as other ranks write to the same terminal; writev is a plain system call of Linux.
 */
static void say_stopped(void)
{
    const char *part[] = {"oddlot: told to stop by SIG", sigabbrev_np(caught),
                          ", in a long calculation: ", odd_status_text(ODD_STOPPED), "\n"};
    struct iovec piece[sizeof part / sizeof *part];
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        piece[i] = (struct iovec){(void *)(uintptr_t)part[i], strlen(part[i])};
    if (writev(STDERR_FILENO, piece, sizeof part / sizeof *part) < 0)
        return; /* nothing else can be done */
}

static void on_timer(int number)
{
    (void)number;
    if (!may_end) {
        start_timer();
        return;
    }
    say_stopped(); /* each rank: it may be the only one with a signal */
    _exit(odd_status_exit(ODD_STOPPED));
}

static void listen_to(int number, void (*handler)(int), int flags)
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

void odd_signals_install(void)
{
    caught = 0;
    may_end = 0;
    setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
    listen_to(SIGUSR1, note_signal, SA_RESTART);
    listen_to(SIGTERM, note_signal, SA_RESTART);
    listen_to(SIGINT, note_signal, SA_RESTART | (int)SA_RESETHAND); /* the second one kills */
    listen_to(SIGALRM, on_timer, SA_RESTART);
}

void odd_signals_may_end(MPI_Comm comm, bool yes)
{
    (void)comm;
    may_end = yes;
}

bool odd_signals_pending(void)
{
    return caught != 0;
}

static odd_status status_of(int number)
{
    return number == 0 ? ODD_OK
                       : odd_fail(ODD_STOPPED, "told to stop by SIG%s", sigabbrev_np(number));
}

odd_status odd_signals_look(void)
{
    return status_of(caught);
}

odd_status odd_signals_check(MPI_Comm comm)
{
    int number = caught;
    MPI_Allreduce(MPI_IN_PLACE, &number, 1, MPI_INT, MPI_MAX, comm);
    return status_of(number);
}
