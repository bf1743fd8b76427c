/* Failures on purpose: the list of ODD_FAULT and the marked points that look it up. */
#include "oddlot/par/fault.h"

#include "oddlot/base/memory.h"

#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { MAX_FAULTS = 16, MAX_POINT = 64 };

typedef struct {
    char point[MAX_POINT];
    long rank; /* -1: all */
    long after;
    bool kill;
    double sleep;         /* seconds; negative: do not sleep but fail */
    char file[MAX_POINT]; /* to wait for; "": none */
    atomic_long pass;     /* how often this rank came by */
} fault;

static fault faults[MAX_FAULTS];
static int count;
static int my_rank;
static char phase[MAX_POINT]; /* point of the allocations now; "" but for `memory` */

static bool read_number(const char *s, double limit, double *value)
{
    char *end;
    *value = strtod(s, &end);
    return end != s && *end == '\0' && *value >= 0 && *value <= limit;
}

/* "rank=1", "after=2", "kill", "sleep=0.5" or "wait=FILE" */
static bool read_setting(const char *word, fault *f)
{
    double value;
    if (strcmp(word, "kill") == 0) {
        f->kill = true;
    } else if (strncmp(word, "rank=", 5) == 0 && read_number(word + 5, 1e9, &value)) {
        f->rank = (long)value;
    } else if (strncmp(word, "after=", 6) == 0 && read_number(word + 6, 1e9, &value)) {
        f->after = (long)value;
    } else if (strncmp(word, "sleep=", 6) == 0 && read_number(word + 6, 1e6, &value)) {
        f->sleep = value;
    } else if (strncmp(word, "wait=", 5) == 0 && word[5] && strlen(word + 5) < MAX_POINT) {
        strcpy(f->file, word + 5);
    } else {
        return false;
    }
    return true;
}

/* "store.write:rank=1:after=2"; cuts the text up. */
static bool read_fault(char *text, fault *f)
{
    char *rest, *word = strtok_r(text, ":", &rest);
    if (word != text || strlen(word) >= MAX_POINT) return false; /* the name comes first */
    *f = (fault){.rank = -1, .sleep = -1};
    strcpy(f->point, word);
    while ((word = strtok_r(NULL, ":", &rest)))
        if (!read_setting(word, f)) return false;
    return true;
}

static bool is_memory(const fault *f)
{
    return strncmp(f->point, "memory", 6) == 0;
}

static bool memory_check(void)
{
    return odd_fault("memory") == ODD_OK && (!*phase || odd_fault(phase) == ODD_OK);
}

/* Without a fault of memory, allocations are not checked. */
static void install_memory_check(void)
{
    bool any = false;
    for (int i = 0; i < count; i++)
        any = any || is_memory(&faults[i]);
    odd_memory_set_check(any ? memory_check : NULL);
}

void odd_fault_phase(const char *what, const char *name)
{
    if (what && name)
        snprintf(phase, sizeof phase, "memory.%s.%s", what, name);
    else
        phase[0] = '\0';
}

odd_status odd_fault_setup(const char *list, int rank)
{
    count = 0;
    my_rank = rank;
    odd_memory_set_check(NULL);
    if (!list || !*list) return ODD_OK;
    char *copy = strdup(list), *rest;
    if (!copy) return odd_fail(ODD_NOMEM, "out of memory");
    bool good = true;
    for (char *s = strtok_r(copy, ",", &rest); s && good; s = strtok_r(NULL, ",", &rest)) {
        good = count < MAX_FAULTS && read_fault(s, &faults[count]);
        count += good;
    }
    free(copy);
    if (good) install_memory_check();
    if (good) return ODD_OK;
    count = 0;
    return odd_fail(ODD_USAGE, "cannot understand ODD_FAULT='%s'", list);
}

/* All of it, whatever signals come. */
static void nap(double seconds)
{
    const double whole = floor(seconds);
    struct timespec left = {(time_t)whole, (long)((seconds - whole) * 1e9)};
    while (nanosleep(&left, &left) != 0 && errno == EINTR)
        ;
}

/* The file tells that this point is reached; who removes it lets the rank go on. */
static odd_status wait_here(const char *path)
{
    FILE *file = fopen(path, "w");
    if (!file || fclose(file) != 0) return odd_fail(ODD_IO, "cannot write '%s'", path);
    while (access(path, F_OK) == 0)
        nap(0.01);
    return ODD_OK;
}

static odd_status fail_here(const fault *f)
{
    if (f->kill) raise(SIGKILL);
    if (f->file[0]) return wait_here(f->file);
    if (f->sleep < 0) return odd_fail(ODD_IO, "fault '%s' on purpose", f->point);
    nap(f->sleep);
    return ODD_OK;
}

odd_status odd_fault(const char *point)
{
    odd_status st = ODD_OK;
    for (int i = 0; i < count && st == ODD_OK; i++) {
        fault *f = &faults[i];
        bool mine = f->rank < 0 || f->rank == my_rank;
        if (mine && strcmp(f->point, point) == 0 && atomic_fetch_add(&f->pass, 1) == f->after)
            st = fail_here(f);
    }
    return st;
}
