/* Deal: things go to the ranks that own their places; questions go there, and answers come back. */
#include "oddlot/par/deal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"
#include "par/route_internal.h"

#include <string.h>

/* ---- cut anew ---- */

/* How many of the places [first, first + count) each rank owns. @local */
static void share_out(const odd_owners *owners, int64_t first, int64_t count, int64_t send[])
{
    for (int r = 0; r < owners->size; r++) {
        const int64_t from = odd_max(first, owners->first[r]);
        const int64_t to = odd_min(first + count, owners->first[r + 1]);
        send[r] = odd_max(0, to - from);
    }
}

odd_status odd_deal(MPI_Comm comm, const void *things, int64_t count, size_t width, void **out,
                    odd_partition *part)
{
    const int64_t before = odd_sum_before(comm, count);
    odd_owners owners = {0};
    odd_traffic t = {0};
    int64_t n = count;
    odd_status st;
    *out = NULL;
    odd_sum_i64(comm, &n, 1);
    *part = odd_partition_rows(comm, n);
    ODD_TRY_ALL(comm, odd_owners_new(comm, n, &owners));
    ODD_TRY_ALL(comm, odd_traffic_new(odd_size(comm), &t));
    ODD_TRY_ALL(comm, (*out = odd_alloc(part->n_local, width)) ? ODD_OK : ODD_NOMEM);
    share_out(&owners, before, count, t.send);
    odd_traffic_count(comm, &t);
    odd_traffic_lay_out(comm, &t, width);
    odd_all_to_all(comm, things, t.out, *out, t.in);
done:
    odd_owners_free(&owners);
    odd_traffic_free(&t);
    if (st != ODD_OK) {
        odd_free(*out);
        *out = NULL;
    }
    return st;
}

/* ---- questions ---- */

typedef struct {
    odd_owners owners;
    odd_traffic t;     /* counts asked of each owner, and by each rank */
    int64_t asked;     /* of others */
    int64_t *number;   /* (asked) in the order of the owners */
    int64_t *place;    /* (asked) where their values go */
    int64_t *next;     /* (size) */
    int64_t *wanted;   /* of me, by rank */
    char *sent, *come; /* values */
} questions;

static void questions_free(questions *q)
{
    odd_owners_free(&q->owners);
    odd_traffic_free(&q->t);
    odd_free(q->number);
    odd_free(q->place);
    odd_free(q->next);
    odd_free(q->wanted);
    odd_free(q->sent);
    odd_free(q->come);
}

static bool is_mine(const odd_partition *part, int64_t number)
{
    return number >= part->row0 && number < part->row0 + part->n_local;
}

/* What others have, by owner. @local */
static odd_status sort_questions(MPI_Comm comm, const odd_partition *part, size_t width,
                                 int64_t count, const int64_t number[], questions *q)
{
    odd_status st;
    ODD_TRY(odd_owners_new(comm, part->n, &q->owners));
    ODD_TRY(odd_traffic_new(q->owners.size, &q->t));
    for (int64_t i = 0; i < count; i++)
        if (!is_mine(part, number[i])) {
            q->t.send[odd_partition_owner(&q->owners, number[i])]++;
            q->asked++;
        }
    ODD_TRY(ODD_NEW(q->number, q->asked));
    ODD_TRY(ODD_NEW(q->place, q->asked));
    ODD_TRY(ODD_NEW(q->next, q->owners.size));
    ODD_TRY((q->come = odd_alloc(q->asked, width)) ? ODD_OK : ODD_NOMEM);
    for (int r = 1; r < q->owners.size; r++)
        q->next[r] = q->next[r - 1] + q->t.send[r - 1];
    for (int64_t i = 0; i < count; i++) {
        if (is_mine(part, number[i])) continue;
        const int64_t at = q->next[odd_partition_owner(&q->owners, number[i])]++;
        q->number[at] = number[i];
        q->place[at] = i;
    }
done:
    return st;
}

/* What others ask of me: q->wanted. @collective */
static odd_status exchange_questions(MPI_Comm comm, size_t width, questions *q, int64_t *count)
{
    odd_status st;
    odd_traffic_count(comm, &q->t);
    odd_traffic_lay_out(comm, &q->t, sizeof *q->number);
    *count = 0;
    for (int r = 0; r < q->owners.size; r++)
        *count += q->t.receive[r];
    ODD_TRY_ALL(comm, ODD_NEW(q->wanted, *count));
    ODD_TRY_ALL(comm, (q->sent = odd_alloc(*count, width)) ? ODD_OK : ODD_NOMEM);
    odd_all_to_all(comm, q->number, q->t.out, q->wanted, q->t.in);
done:
    return st;
}

/* @collective */
static void answer(MPI_Comm comm, const odd_partition *part, const char mine[], size_t width,
                   int64_t count, questions *q)
{
    for (int64_t i = 0; i < count; i++)
        memcpy(q->sent + (size_t)i * width, mine + (size_t)(q->wanted[i] - part->row0) * width,
               width);
    odd_traffic_lay_out(comm, &q->t, width);
    odd_all_to_all(comm, q->sent, q->t.in, q->come, q->t.out);
}

odd_status odd_ask(MPI_Comm comm, const odd_partition *part, const void *mine, size_t width,
                   int64_t count, const int64_t number[], void *out)
{
    questions q = {0};
    int64_t wanted;
    char *to = out;
    odd_status st;
    ODD_TRY_ALL(comm, sort_questions(comm, part, width, count, number, &q));
    ODD_TRY(exchange_questions(comm, width, &q, &wanted));
    answer(comm, part, mine, width, wanted, &q);
    for (int64_t i = 0; i < count; i++)
        if (is_mine(part, number[i]))
            memcpy(to + (size_t)i * width,
                   (const char *)mine + (size_t)(number[i] - part->row0) * width, width);
    for (int64_t i = 0; i < q.asked; i++)
        memcpy(to + (size_t)q.place[i] * width, q.come + (size_t)i * width, width);
done:
    questions_free(&q);
    return st;
}
