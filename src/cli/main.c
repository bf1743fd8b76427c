/* oddlot: finds the odd images in a catalogue. Starts MPI, picks the command, reports once. */
#include "cli/cli_internal.h"

#include "oddlot/base/isa.h"
#include "oddlot/base/log.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

/* `oddlot help`, `oddlot --help`, `oddlot` alone and `oddlot --version` are commands, too. */
static const char *command_name(int argc, char **argv)
{
    if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) return "help";
    if (strcmp(argv[1], "--version") == 0) return "version";
    return argv[1];
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) return true;
    return false;
}

/* What needs no ranks: help and versions, asked for by one process, which then need not wait for
 * MPI or have what MPI wants. */
static bool is_question(int argc, char **argv)
{
    static const char *const questions[] = {"help", "version"};
    const char *name = command_name(argc, argv);
    if (odd_par_launched()) return false;
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strcmp(name, questions[i]) == 0) return true;
    return asks_for_help(argc, argv) || !odd_command_find(name);
}

static odd_status dispatch(int argc, char **argv)
{
    const char *name = command_name(argc, argv);
    const odd_command *command = odd_command_find(name);
    if (!command) return odd_command_unknown(name);
    if (asks_for_help(argc, argv)) return odd_command_help(command);
    return command->run(argc > 1 ? argc - 1 : argc, argc > 1 ? argv + 1 : argv);
}

/* The one place where a failure is told. */
static void tell(odd_status st)
{
    if (st == ODD_STOPPED)
        odd_log(ODD_LOG_STAGE, "%s: %s", odd_fail_reason(), odd_status_text(st));
    else if (st != ODD_OK)
        odd_log(ODD_LOG_ERROR, "%s", *odd_fail_reason() ? odd_fail_reason() : odd_status_text(st));
}

/* A result that did not reach its reader is a failure. */
static odd_status close_output(odd_status st)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return st;
    return st == ODD_OK ? odd_fail(ODD_IO, "cannot write the results: %s", strerror(errno)) : st;
}

static odd_status answer(int argc, char **argv)
{
    odd_status st = dispatch(argc, argv);
    return odd_par_speaks() ? close_output(st) : st;
}

int main(int argc, char **argv)
{
    signal(SIGXFSZ, SIG_IGN); /* a full disk is an error of the write, not the end of the program */
    odd_isa_start(argv);
    odd_signals_install(); /* at once: MPI takes a second to start, and Slurm does not wait */
    const bool ranks = !is_question(argc, argv);
    odd_status st = ranks ? odd_par_start(&argc, &argv) : ODD_OK;
    odd_log_setup(ranks && st == ODD_OK ? odd_rank(MPI_COMM_WORLD) : 0, ODD_LOG_INFO);
    if (ranks && st == ODD_OK) odd_signals_may_end(MPI_COMM_WORLD, true);
    if (ranks && st == ODD_OK) st = odd_agree(MPI_COMM_WORLD, odd_isa_check());
    if (st == ODD_OK) st = answer(argc, argv);
    tell(st);
    if (ranks) odd_par_stop();
    return odd_status_exit(st);
}
