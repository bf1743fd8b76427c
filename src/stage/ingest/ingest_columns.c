/* Ingest columns: what is known of each image, in the order of the catalogue. */
#include "oddlot/run/columns.h"
#include "stage/ingest/ingest_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

static const char *row_name(const void *context, int64_t row)
{
    return odd_selection_name(context, row);
}

static const char *row_label(const void *context, int64_t row)
{
    return odd_selection_label(context, row);
}

static const char *row_split(const void *context, int64_t row)
{
    return odd_selection_split(context, row);
}

static const char *row_group(const void *context, int64_t row)
{
    return odd_selection_group(context, row);
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
                                      g->part.n_local, column[c].text, g->selection,
                                      column[c].about));
done:
    return st;
}

/* Of my rows: (n_local) each. */
typedef struct {
    int32_t *truth;
    uint8_t *verified, *held_out;
    int64_t *item;
} numbers;

static odd_status collect_numbers(const odd_ingest *g, numbers *out)
{
    const int64_t row0 = g->part.row0, mine = g->part.n_local;
    odd_status st;
    ODD_TRY(ODD_NEW(out->truth, mine));
    ODD_TRY(ODD_NEW(out->verified, mine));
    ODD_TRY(ODD_NEW(out->held_out, mine));
    ODD_TRY(ODD_NEW(out->item, mine));
    for (int64_t i = 0; i < mine; i++) {
        out->truth[i] = odd_selection_truth(g->selection, row0 + i);
        out->verified[i] = odd_selection_verified(g->selection, row0 + i);
        out->held_out[i] = odd_selection_held_out(g->selection, row0 + i);
        out->item[i] = odd_selection_item(g->selection, row0 + i);
    }
done:
    return st;
}

static odd_status write_numbers(MPI_Comm comm, odd_file *file, const odd_ingest *g)
{
    const int64_t n = g->part.n, row0 = g->part.row0, mine = g->part.n_local;
    numbers my = {0};
    odd_status st;
    ODD_TRY_ALL(comm, collect_numbers(g, &my));
    ODD_TRY(odd_column_write(file, "status", ODD_U8, n, row0, mine, g->status,
                             "0 readable, else why not: see /errors", ""));
    ODD_TRY(odd_column_write(file, "truth", ODD_I32, n, row0, mine, my.truth,
                             "1 odd, 0 theme, -1 not known; for evaluation only", ""));
    ODD_TRY(odd_column_write(file, "verified", ODD_U8, n, row0, mine, my.verified,
                             "0 no; by a person: 1 theme, 2 odd", ""));
    ODD_TRY(odd_column_write(file, "held_out", ODD_U8, n, row0, mine, my.held_out,
                             "1: judged, never learnt from", ""));
    ODD_TRY(odd_column_write(file, "item", ODD_I64, n, row0, mine, my.item,
                             "number of the image in its catalogue", ""));
done:
    odd_free(my.truth);
    odd_free(my.verified);
    odd_free(my.held_out);
    odd_free(my.item);
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
