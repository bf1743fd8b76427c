/* Ingest errors: images that cannot be read, in ingest.h5, in errors.csv and as failure. */
#include "oddlot/run/columns.h"
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/report/csv.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

odd_status odd_ingest_note_error(odd_ingest *g, int64_t row, const odd_read_result *result)
{
    if (g->errors == g->error_room) {
        int64_t room = g->error_room ? 2 * g->error_room : 64;
        odd_image_error *more = odd_alloc(room, sizeof *more);
        if (!more) return ODD_NOMEM;
        if (g->errors) memcpy(more, g->error, (size_t)g->errors * sizeof *more);
        odd_free(g->error);
        g->error = more;
        g->error_room = room;
    }
    odd_image_error *e = &g->error[g->errors++];
    e->row = row;
    e->status = (int32_t)result->status;
    snprintf(e->reason, sizeof e->reason, "%s",
             *result->reason ? result->reason : odd_image_status_text(result->status));
    return ODD_OK;
}

static const char *error_reason(const void *context, int64_t row)
{
    return ((const odd_image_error *)context)[row].reason;
}

static odd_status write_errors(MPI_Comm comm, odd_file *file, const odd_image_error *all, int64_t n)
{
    int64_t mine = odd_rank(comm) == 0 ? n : 0, *row = NULL;
    uint8_t *status = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(row, mine));
    ODD_TRY_ALL(comm, ODD_NEW(status, mine));
    for (int64_t i = 0; i < mine; i++) {
        row[i] = all[i].row;
        status[i] = (uint8_t)all[i].status;
    }
    ODD_TRY(odd_column_write(file, "errors/row", ODD_I64, n, 0, mine, row, "row of the image", ""));
    ODD_TRY(odd_column_write(file, "errors/status", ODD_U8, n, 0, mine, status, "as /status", ""));
    ODD_TRY(odd_column_write_text(file, "errors/reason", comm, n, 0, mine, error_reason, all,
                                  "what is wrong with the image"));
done:
    odd_free(row);
    odd_free(status);
    return st;
}

/* errors.csv, also when the job is about to fail because of them. @local */
static odd_status write_errors_csv(const odd_run *run, const odd_image_errors *all)
{
    odd_unreadable *rows = NULL;
    char *path = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(rows, all->count));
    for (int64_t i = 0; i < all->count; i++) {
        const odd_image_error *e = &all->error[i];
        rows[i] = (odd_unreadable){e->row, all->name[i],
                                   odd_image_status_text((odd_image_status)e->status), e->reason};
    }
    ODD_TRY(odd_run_path(run, "errors.csv", &path));
    ODD_TRY(odd_csv_errors(path, rows, all->count));
done:
    odd_free(rows);
    odd_free(path);
    return st;
}

/* Where any number may be unreadable, they are what an audit finds. */
static odd_status fail_of_all(const odd_run *run, const odd_image_errors *all)
{
    const odd_ingest_options *options = odd_job_section(run->job, "ingest");
    const long long errors = (long long)all->count;
    odd_status st;
    if (options->max_unreadable < 1)
        return odd_fail(ODD_FORMAT,
                        "none of the %lld images can be read (the first: %s); see %s/errors.csv",
                        errors, all->error[0].reason, run->folder);
    ODD_TRY(odd_unreadable_page_write(run, all));
    ODD_TRY(odd_fail(ODD_PROBLEM,
                     "none of the %lld images can be read (the first: %s), so that is all there is "
                     "to find; see %s/report/index.html",
                     errors, all->error[0].reason, run->folder));
done:
    return st;
}

static odd_status check_unreadable_share(const odd_run *run, const odd_ingest *g,
                                         const odd_image_errors *all)
{
    const odd_ingest_options *options = odd_job_section(run->job, "ingest");
    const int64_t errors = all->count;
    double share = (double)errors / (double)g->part.n;
    if (errors == 0) return ODD_OK;
    if (errors == g->part.n) return fail_of_all(run, all);
    if (share > options->max_unreadable)
        return odd_fail(
            ODD_FORMAT,
            "%lld of %lld images cannot be read (%.1f %%), more than ingest.max_unreadable = "
            "%g allows; see %s/errors.csv",
            (long long)errors, (long long)g->part.n, 100 * share, options->max_unreadable,
            run->folder);
    odd_log(ODD_LOG_INFO, "ingest: %lld of %lld images cannot be read; see %s/errors.csv",
            (long long)errors, (long long)g->part.n, run->folder);
    return ODD_OK;
}

static int compare_rows(const void *left, const void *right)
{
    const odd_image_error *a = left, *b = right;
    return (a->row > b->row) - (a->row < b->row);
}

/* What was done before a kill was noted first. */
static void sort_errors(const odd_ingest *g)
{
    if (g->errors > 1) qsort(g->error, (size_t)g->errors, sizeof *g->error, compare_rows);
}

/* Of my errors, one behind the other. @local */
static odd_status add_names(const odd_ingest *g, odd_text *names)
{
    for (int64_t i = 0; i < g->errors; i++) {
        const char *name = odd_selection_name(g->selection, g->error[i].row);
        odd_text_bytes(names, name, strlen(name) + 1);
    }
    return odd_text_status(names);
}

/* @local: rank 0 */
static odd_status find_names(odd_image_errors *all)
{
    const char *name = all->names;
    odd_status st;
    ODD_TRY(ODD_NEW(all->name, all->count));
    for (int64_t i = 0; i < all->count; i++, name += strlen(name) + 1)
        all->name[i] = name;
done:
    return st;
}

/* @collective */
static odd_status gather_errors(MPI_Comm comm, const odd_ingest *g, odd_image_errors *all)
{
    odd_text names = ODD_TEXT_EMPTY;
    int64_t bytes;
    odd_status st;
    sort_errors(g);
    ODD_TRY(odd_gather_rows(comm, 0, g->error, g->errors, sizeof *all->error, (void **)&all->error,
                            &all->count));
    ODD_TRY_ALL(comm, add_names(g, &names));
    ODD_TRY(
        odd_gather_rows(comm, 0, names.s, (int64_t)names.length, 1, (void **)&all->names, &bytes));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? find_names(all) : ODD_OK);
done:
    odd_text_free(&names);
    return st;
}

odd_status odd_ingest_finish_errors(const odd_run *run, odd_file *file, const odd_ingest *g)
{
    const bool root = odd_rank(run->comm) == 0;
    odd_image_errors all = {0};
    odd_status st;
    ODD_TRY(gather_errors(run->comm, g, &all));
    ODD_TRY_ALL(run->comm, root ? write_errors_csv(run, &all) : ODD_OK);
    ODD_TRY_ALL(run->comm, root ? check_unreadable_share(run, g, &all) : ODD_OK);
    ODD_TRY(write_errors(run->comm, file, all.error, all.count));
    ODD_TRY(odd_file_set_i64(file, "/", "unreadable", all.count));
done:
    odd_free(all.error);
    odd_free((void *)all.name);
    odd_free(all.names);
    return st;
}
