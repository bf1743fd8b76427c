/* Pools: places among rows, of which some are drawn. */
#include "run/contamination_internal.h"

#include "oddlot/base/memory.h"

odd_status odd_row_pool_learnt(const odd_taken *rows, int truth, odd_row_pool *out)
{
    odd_status st;
    out->count = 0;
    ODD_TRY(ODD_NEW(out->at, rows->count));
    for (int64_t i = 0; i < rows->count; i++)
        if (rows->row[i].truth == truth && !rows->row[i].held_out) out->at[out->count++] = i;
done:
    return st;
}

odd_status odd_row_pool_draw(odd_row_pool *p, int64_t take, uint64_t seed, odd_stream stream)
{
    int64_t *chosen = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(chosen, take));
    ODD_TRY(odd_choose(p->count, take, seed, stream, chosen));
    for (int64_t i = 0; i < take; i++)
        p->at[i] = p->at[chosen[i]];
    p->count = take;
done:
    odd_free(chosen);
    return st;
}
