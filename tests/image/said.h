/* What a call says in the log: said_begin(), the call, said_end(). */
#ifndef ODDLOT_TEST_SAID_H
#define ODDLOT_TEST_SAID_H

#include "oddlot/base/log.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char said_text[8192];
static FILE *said_log;
static int said_kept;

static inline void said_begin(void)
{
    odd_log_setup(0, ODD_LOG_INFO);
    fflush(stderr);
    said_log = tmpfile();
    said_kept = dup(STDERR_FILENO);
    if (said_log) dup2(fileno(said_log), STDERR_FILENO);
}

static inline void said_end(void)
{
    fflush(stderr);
    dup2(said_kept, STDERR_FILENO);
    close(said_kept);
    if (!said_log) return;
    rewind(said_log);
    said_text[fread(said_text, 1, sizeof said_text - 1, said_log)] = '\0';
    fclose(said_log);
    odd_log_setup(0, ODD_LOG_WARN);
}

/* True if that was said; "": nothing was. */
static inline bool said(const char *words)
{
    bool good = *words ? strstr(said_text, words) != NULL : *said_text == '\0';
    if (!good) fprintf(stderr, "not said: '%s', but: %s\n", words, said_text);
    return good;
}

#endif
