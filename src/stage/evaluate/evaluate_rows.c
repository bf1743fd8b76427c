/* Evaluate rows: which of my images count, and the columns of their scores. */
#include "oddlot/run/columns.h"
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

odd_status odd_evaluated_rows_find(const odd_selection *s, const odd_file *scores,
                                   odd_evaluated_rows *out)
{
    const bool some = odd_selection_holds_out(s);
    const int64_t mine = out->part.n_local;
    odd_status st;
    ODD_TRY(ODD_NEW(out->whole, mine));
    ODD_TRY(ODD_NEW(out->truth, mine));
    ODD_TRY(ODD_NEW(out->local, mine));
    ODD_TRY(ODD_NEW(out->value, mine));
    ODD_TRY(read_column(scores, "score", out));
    for (int64_t i = 0; i < mine; i++) {
        const int64_t image = out->part.row0 + i;
        const int truth = odd_selection_truth(s, image);
        if (truth == ODD_TRUTH_UNKNOWN || isnan(out->whole[i])) continue;
        if (some && !odd_selection_held_out(s, image)) continue;
        out->truth[out->n] = truth == ODD_TRUTH_ODD;
        out->local[out->n++] = i;
    }
done:
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
