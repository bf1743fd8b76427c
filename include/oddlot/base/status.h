/**
 * Status: what a function returns when it failed, and the reason.
 *
 * Every function that can fail returns an odd_status; its results come out through its last
 * parameters. The place that finds the fault calls odd_fail() with a sentence for the user; the
 * callers only pass the status on. See oddlot/par/agree.h for how all ranks fail together.
 */
#ifndef ODDLOT_BASE_STATUS_H
#define ODDLOT_BASE_STATUS_H

#include <stdarg.h>

/* name, exit code of the program, text */
#define ODD_STATUS_LIST(X)                                                                         \
    X(OK, 0, "success")                                                                            \
    X(STOPPED, 75, "stopped at a checkpoint; run the same command again to go on")                 \
    X(PROBLEM, 3, "done, and found a problem")                                                     \
    X(USAGE, 2, "wrong usage or job file")                                                         \
    X(ARG, 1, "argument not valid")                                                                \
    X(FORMAT, 1, "file is not in the expected format")                                             \
    X(NUMERIC, 1, "numerical method failed")                                                       \
    X(DIFFER, 1, "ranks disagree on a value")                                                      \
    X(IO, 1, "file cannot be read or written")                                                     \
    X(NOMEM, 1, "out of memory")

#define ODD_STATUS_ENUM(name, exit_code, text) ODD_##name,
typedef enum { ODD_STATUS_LIST(ODD_STATUS_ENUM) ODD_STATUS_COUNT } odd_status;

/** The sentence of a status; never NULL. */
const char *odd_status_text(odd_status status);

/** The exit code of a program that ends with this status (design.md, Command line). */
int odd_status_exit(odd_status status);

/**
 * Record why this rank (this thread) failed and return the status, so that a caller can write
 * `return odd_fail(ODD_IO, "cannot open '%s'", path);`. Fault first, subject quoted, no full stop.
 * Control characters and bytes that are not UTF-8 are replaced, so hostile names cannot play with
 * the terminal. The text is per thread and stays until the next odd_fail().
 */
odd_status odd_fail(odd_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** The same with the arguments of a caller that takes a format itself, to say where it failed. */
odd_status odd_fail_list(odd_status status, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

/** Put words before the recorded reason: `odd_fail_prefix(st, "%s:%d: ", file, line)`. */
odd_status odd_fail_prefix(odd_status status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#define ODD_REASON_SIZE 2048 /* bytes, with the final 0 */

/** The recorded reason of this thread, "" if none. Borrowed until the next odd_fail(). */
const char *odd_fail_reason(void);

/** In a local function, or for a call whose status is already agreed: leave by `done` on failure.
 *  Needs `odd_status st` and the label `done`. */
#define ODD_TRY(expr)                                                                              \
    do {                                                                                           \
        if ((st = (expr)) != ODD_OK) goto done;                                                    \
    } while (0)

/** A broken promise in our own code: print where and abort the process (all ranks, under MPI). */
#define ODD_CHECK(cond) ((cond) ? (void)0 : odd_check_failed(#cond, __FILE__, __LINE__))
_Noreturn void odd_check_failed(const char *what, const char *file, int line);

/** What odd_check_failed() calls to end the job; `par` sets it to MPI_Abort. NULL: abort(). */
void odd_check_on_failure(void (*end_job)(void));

#endif
