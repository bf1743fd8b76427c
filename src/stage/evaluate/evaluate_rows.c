/* Evaluate rows: which of my images count, and the columns of their scores. */
#include "oddlot/run/columns.h"
#include "oddlot/run/selection.h"
#include "stage/evaluate/evaluate_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/comm.h"

#include <math.h>

void odd_evaluated_rows_free(odd_evaluated_rows *rows)
{
    odd_free(rows->whole);
    odd_free(rows->truth);
    odd_free(rows->local);
    odd_free(rows->value);
}

static odd_status read_column(const odd_file *scores, const char *name, odd_evaluated_rows *rows)
{
    const odd_partition *part = &rows->part;
    return odd_image_column_part(scores, "scores.h5", name, ODD_F64, part->n, part->row0,
                                 part->n_local, rows->whole);
}

/* What ingest.h5 knows of my images. */
typedef struct {
    int32_t *truth;
    uint8_t *held_out;
} known_images;

static odd_status read_known(const odd_file *ingest, const odd_partition *part, known_images *k)
{
    odd_status st;
    ODD_TRY(ODD_NEW(k->truth, part->n_local));
    ODD_TRY(ODD_NEW(k->held_out, part->n_local));
    ODD_TRY(odd_image_column_part(ingest, "ingest.h5", "truth", ODD_I32, part->n, part->row0,
                                  part->n_local, k->truth));
    ODD_TRY(odd_image_column_part(ingest, "ingest.h5", "held_out", ODD_U8, part->n, part->row0,
                                  part->n_local, k->held_out));
done:
    return st;
}

odd_status odd_evaluated_rows_find(const odd_file *ingest, bool some_held_out,
                                   const odd_file *scores, odd_evaluated_rows *out)
{
    const int64_t mine = out->part.n_local;
    known_images known = {0};
    odd_status st;
    ODD_TRY(ODD_NEW(out->whole, mine));
    ODD_TRY(ODD_NEW(out->truth, mine));
    ODD_TRY(ODD_NEW(out->local, mine));
    ODD_TRY(ODD_NEW(out->value, mine));
    ODD_TRY(read_column(scores, "score", out));
    ODD_TRY(read_known(ingest, &out->part, &known));
    for (int64_t i = 0; i < mine; i++) {
        if (known.truth[i] == ODD_TRUTH_UNKNOWN || isnan(out->whole[i])) continue;
        if (some_held_out && !known.held_out[i]) continue;
        out->truth[out->n] = known.truth[i] == ODD_TRUTH_ODD;
        out->local[out->n++] = i;
    }
done:
    odd_free(known.truth);
    odd_free(known.held_out);
    return st;
}

bool odd_evaluated_has_both(MPI_Comm comm, odd_evaluated_rows *rows)
{
    int64_t count[] = {rows->n, 0};
    for (int64_t i = 0; i < rows->n; i++)
        count[1] += rows->truth[i];
    odd_sum_i64(comm, count, 2);
    rows->all = count[0];
    return count[1] > 0 && count[1] < count[0];
}

odd_status odd_evaluated_column(const odd_file *scores, const char *name, double sign,
                                odd_evaluated_rows *rows)
{
    odd_status st;
    ODD_TRY(read_column(scores, name, rows));
    for (int64_t i = 0; i < rows->n; i++)
        rows->value[i] = sign * rows->whole[rows->local[i]];
done:
    return st;
}
