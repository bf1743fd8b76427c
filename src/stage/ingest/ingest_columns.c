/* Ingest columns: what is known of each image, in the order of the catalogue. */
#include "oddlot/run/columns.h"
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

static const char *row_name(const void *context, int64_t row)
{
    return odd_audited_name(context, row);
}

static const char *row_label(const void *context, int64_t row)
{
    const odd_audited *a = context;
    return odd_catalogue_text(&a->list, a->list.item[a->item[row]].label);
}

static const char *row_split(const void *context, int64_t row)
{
    const odd_audited *a = context;
    return odd_catalogue_text(&a->list, a->list.item[a->item[row]].split);
}

static const char *row_group(const void *context, int64_t row)
{
    const odd_audited *a = context;
    return odd_catalogue_text(&a->list, a->list.item[a->item[row]].group);
}

static odd_status write_texts(MPI_Comm comm, odd_file *file, const odd_ingest *g)
{
    static const struct {
        const char *name, *about;
        const char *(*text)(const void *, int64_t);
    } column[] = {
        {"path", "name of the image in its catalogue, bytes as they are", row_name},
        {"label", "class, empty where unknown", row_label},
        {"split", "part of the data set, empty where unknown", row_split},
        {"group", "what belongs together, empty where unknown", row_group},
    };
    odd_status st = ODD_OK;
    for (size_t c = 0; c < sizeof column / sizeof *column; c++)
        ODD_TRY(odd_column_write_text(file, column[c].name, comm, g->part.n, g->part.row0,
                                      g->part.n_local, column[c].text, g->audited,
                                      column[c].about));
done:
    return st;
}

static odd_status write_numbers(MPI_Comm comm, odd_file *file, const odd_ingest *g)
{
    int64_t n = g->part.n, row0 = g->part.row0, mine = g->part.n_local;
    int32_t *truth = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(truth, mine));
    for (int64_t i = 0; i < mine; i++)
        truth[i] = g->audited->truth[row0 + i];
    ODD_TRY(odd_column_write(file, "status", ODD_U8, n, row0, mine, g->status,
                             "0 readable, else why not: see /errors", ""));
    ODD_TRY(odd_column_write(file, "truth", ODD_I32, n, row0, mine, truth,
                             "1 odd, 0 theme, -1 not known; for evaluation only", ""));
    ODD_TRY(odd_column_write(file, "verified", ODD_U8, n, row0, mine, g->audited->verified + row0,
                             "0 no; by a person: 1 theme, 2 odd", ""));
    ODD_TRY(odd_column_write(file, "held_out", ODD_U8, n, row0, mine, g->audited->held_out + row0,
                             "1: judged, never learnt from", ""));
    ODD_TRY(odd_column_write(file, "item", ODD_I64, n, row0, mine, g->audited->item + row0,
                             "number of the image in its catalogue", ""));
done:
    odd_free(truth);
    return st;
}

odd_status odd_ingest_write_columns(MPI_Comm comm, odd_file *file, const odd_ingest *g)
{
    odd_status st;
    ODD_TRY(write_texts(comm, file, g));
    ODD_TRY(write_numbers(comm, file, g));
done:
    return st;
}
