/**
 * Log: messages of the program while it works. Logs go to stderr, results to stdout.
 *
 * odd_log() speaks on rank 0 only; on the other ranks it does nothing. A clean run has no error
 * and no warning line.
 */
#ifndef ODDLOT_BASE_LOG_H
#define ODDLOT_BASE_LOG_H

#include <stdbool.h>

typedef enum {
    ODD_LOG_ERROR, /* the run cannot go on */
    ODD_LOG_WARN,  /* the result may not be what the user wants */
    ODD_LOG_STAGE, /* one line into a stage with its sizes, one line done with its seconds */
    ODD_LOG_INFO,  /* choices made for the user, and why */
    ODD_LOG_DEBUG
} odd_level;

/** Set once at start: my rank (a plain number, base knows no MPI) and the most verbose level. */
void odd_log_setup(int rank, odd_level verbosity);

/** Show no more than this for a while, unless everything is shown (ODD_LOG_DEBUG). Returns the
 * level before, to be given back by another call. */
odd_level odd_log_hush(odd_level verbosity);

/** One line on rank 0, with level and seconds since the start; colours only on a terminal. */
void odd_log(odd_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** True if a line of this level would be shown on this rank. */
bool odd_log_shows(odd_level level);

/** True if stderr is a terminal (and NO_COLOR is not set, for colours). */
bool odd_log_terminal(void);
bool odd_log_colours(void);

/** The progress bar registers how to wipe and redraw itself around log lines. NULL: none. */
void odd_log_around(void (*before)(void), void (*after)(void));

/** Seconds since odd_log_setup(), monotonic. */
double odd_seconds(void);

#endif
