/**
 * For the tests of stages: jobs from words of --set, and small files with columns.
 */
#ifndef ODDLOT_STAGE_FIXTURE_H
#define ODDLOT_STAGE_FIXTURE_H

#include "store_fixture.h"

#include "oddlot/pipeline/pipelines.h"
#include "oddlot/run/columns.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORLD MPI_COMM_WORLD
#define SELF  MPI_COMM_SELF

/* A job with these words of --set; NULL ends them. Owned by caller. */
static inline odd_job *job_of(const char *const sets[])
{
    int count = 0, sections;
    const odd_section *section = odd_job_sections(&sections);
    odd_job *job = NULL;
    while (sets[count])
        count++;
    const odd_status st = odd_job_load(NULL, sets, count, section, sections, &job);
    if (st != ODD_OK) fprintf(stderr, "settings: %s\n", odd_fail_reason());
    ODD_CHECK(st == ODD_OK);
    return job;
}

/* A column of a file that is being written. */
typedef struct {
    const char *name;
    odd_type type;
    int64_t n;
    const void *data; /* (n) the same on every rank */
} column;

/* Write columns into a new file; a name of NULL ends. @collective on the world */
static inline odd_status write_columns_to(const char *path, const column columns[])
{
    const int64_t mine = odd_rank(WORLD) == 0;
    odd_file *file = NULL;
    odd_status st;
    ODD_TRY(odd_file_create(WORLD, path, &fixture_from, &file));
    for (const column *c = columns; c->name; c++)
        ODD_TRY(
            odd_column_write(file, c->name, c->type, c->n, 0, mine * c->n, c->data, "test", ""));
    ODD_TRY(odd_file_publish(&file));
done:
    odd_file_discard(&file);
    return st;
}

/* The same, opened for reading; NULL on failure. */
static inline odd_file *file_of(const char *name, const column columns[])
{
    const char *path = fixture_path(name);
    odd_file *file = NULL;
    if (!check_all(WORLD, write_columns_to(path, columns) == ODD_OK)) return NULL;
    check_all(WORLD, odd_file_open(WORLD, path, false, &file) == ODD_OK);
    return file;
}

#endif
