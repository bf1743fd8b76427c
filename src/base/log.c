/* Log: one line at a time to stderr, dressed for a terminal or stamped for a batch log. */
#include "oddlot/base/log.h"

#include "base/log_internal.h"
#include "base/utf8_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

/* How a line of each level begins. Errors and warnings name the program and carry no time, so that
 * they read as usual and `grep ^oddlot:` finds them; the others are stamped where nobody watches.
 */
static const struct {
    const char *prefix, *colour;
    bool stamped;
} levels[] = {
    [ODD_LOG_ERROR] = {"oddlot: error: ", "\033[1;31m", false},  /* bold red */
    [ODD_LOG_WARN] = {"oddlot: warning: ", "\033[1;33m", false}, /* bold yellow */
    [ODD_LOG_STAGE] = {"", "\033[1m", true},                     /* bold */
    [ODD_LOG_INFO] = {"  ", "", true},
    [ODD_LOG_DEBUG] = {"    ", "\033[2m", true}, /* dim */
};

static struct {
    int rank;
    odd_level verbosity;
    double start;
    void (*before)(void), (*after)(void);
} state = {.verbosity = ODD_LOG_WARN};

static double seconds_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

void odd_log_setup(int rank, odd_level verbosity)
{
    state.rank = rank;
    state.verbosity = verbosity;
    state.start = seconds_now();
}

odd_level odd_log_hush(odd_level verbosity)
{
    const odd_level before = state.verbosity;
    if (before != ODD_LOG_DEBUG) state.verbosity = verbosity;
    return before;
}

int odd_log_rank(void)
{
    return state.rank;
}

double odd_seconds(void)
{
    return seconds_now() - state.start;
}

bool odd_log_shows(odd_level level)
{
    return state.rank == 0 && level <= state.verbosity;
}

bool odd_log_terminal(void)
{
    return isatty(STDERR_FILENO) == 1;
}

/* https://no-color.org: set and not empty. */
bool odd_log_colours(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");
    return odd_log_terminal() && !(no && *no) && !(term && strcmp(term, "dumb") == 0);
}

void odd_log_around(void (*before)(void), void (*after)(void))
{
    state.before = before;
    state.after = after;
}

/* Errors and warnings colour their prefix, the others the whole line. */
static void put_line(odd_level level, const char *text)
{
    const char *prefix = levels[level].prefix;
    const char *on = odd_log_colours() ? levels[level].colour : "", *off = *on ? "\033[0m" : "";
    if (!levels[level].stamped)
        fprintf(stderr, "%s%s%s%s\n", on, prefix, off, text);
    else if (odd_log_terminal())
        fprintf(stderr, "%s%s%s%s\n", on, prefix, text, off);
    else
        fprintf(stderr, "[%9.2f s] %s%s\n", odd_seconds(), prefix, text);
}

void odd_log(odd_level level, const char *format, ...)
{
    if (!odd_log_shows(level)) return;
    char text[4096]; /* a longer line is cut */
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    odd_utf8_make_printable(text);

    flockfile(stderr); /* keeps the bar's wiping, the line and the redrawing together */
    if (state.before) state.before();
    put_line(level, text);
    if (state.after) state.after();
    funlockfile(stderr);
}
