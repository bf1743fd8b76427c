/* The rows that `head` learns from: those that people verified as odd, and as theme. */
#include "detect/head_internal.h"

#include "detect/moments_internal.h"
#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

/* One that is learnt from. */
typedef struct {
    int64_t row;
    int64_t odd;
} marked_row;

static uint8_t mark_of(const odd_known *known, int64_t local)
{
    return known->verified ? known->verified[local] : ODD_UNVERIFIED;
}

/* all: rows that nobody verified count as theme. */
static odd_status mark_rows(const odd_rows *rows, const odd_known *known, bool all,
                            odd_head_rows *out, marked_row **mine, int64_t *count)
{
    const odd_partition *part = &rows->part;
    odd_status st;
    *count = 0;
    ODD_TRY(ODD_NEW(out->mine, part->n_local));
    ODD_TRY(ODD_NEW(*mine, part->n_local));
    for (int64_t i = 0; i < part->n_local; i++) {
        const uint8_t mark = mark_of(known, i);
        if (mark == ODD_UNVERIFIED && !all) continue;
        out->mine[i] = 1;
        (*mine)[(*count)++] = (marked_row){part->row0 + i, mark == ODD_VERIFIED_ODD};
    }
done:
    return st;
}

static odd_status take_rows(const marked_row all[], odd_head_rows *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->row, out->count));
    ODD_TRY(ODD_NEW(out->kind, out->count));
    for (int64_t i = 0; i < out->count; i++) {
        out->row[i] = all[i].row;
        out->kind[i] = (uint8_t)all[i].odd;
        out->odd += all[i].odd;
    }
done:
    return st;
}

/* Do unverified rows count as theme? */
static bool takes_all(const odd_head_options *o, int64_t theme)
{
    return strcmp(o->theme, "all") == 0 || (strcmp(o->theme, "auto") == 0 && theme < o->least);
}

static odd_status check_counts(const odd_head_options *o, int64_t odd, int64_t theme)
{
    if (odd >= o->least && theme >= o->least) return ODD_OK;
    return odd_fail(ODD_ARG,
                    "detector 'head' learns from images that are verified as odd, and others: %lld "
                    "and %lld are there, %lld of each are needed (fit.head.least)",
                    (long long)odd, (long long)theme, (long long)o->least);
}

odd_status odd_head_rows_new(const odd_rows *rows, const odd_known *known,
                             const odd_head_options *o, odd_head_rows *out)
{
    const int64_t odd = odd_count_marked(rows, known->verified, ODD_VERIFIED_ODD);
    const int64_t theme = odd_count_marked(rows, known->verified, ODD_VERIFIED_THEME);
    const bool all = takes_all(o, theme);
    marked_row *mine = NULL, *shared = NULL;
    int64_t count;
    odd_status st;
    *out = (odd_head_rows){0};
    ODD_TRY_ALL(rows->comm, check_counts(o, odd, all ? rows->part.n - odd : theme));
    ODD_TRY_ALL(rows->comm, mark_rows(rows, known, all, out, &mine, &count));
    ODD_TRY(odd_share_rows(rows->comm, mine, count, sizeof *mine, (void **)&shared, &out->count));
    ODD_TRY_ALL(rows->comm, take_rows(shared, out));
    odd_log(ODD_LOG_INFO, "head: learns from %lld odd and %lld %s rows", (long long)out->odd,
            (long long)(out->count - out->odd), all ? "other" : "verified theme");
done:
    odd_free(mine);
    odd_free(shared);
    return st;
}

void odd_head_rows_free(odd_head_rows *rows)
{
    odd_free(rows->row);
    odd_free(rows->kind);
    odd_free(rows->mine);
    *rows = (odd_head_rows){0};
}
