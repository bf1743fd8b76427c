/* Labels of all ranks as numbers: of equal ones on several ranks one rank tells the others the
 * text.
 */
#include "oddlot/base/hash.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"
#include "oddlot/run/labels.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>

/* A label that a rank has. */
typedef struct {
    odd_hash digest;
    int64_t number; /* among its own */
    int64_t rank;
} known_label;

static int by_digest(const void *a, const void *b)
{
    const known_label *x = a, *y = b;
    const int order = odd_hash_compare(x->digest, y->digest);
    return order != 0 ? order : (x->rank > y->rank) - (x->rank < y->rank);
}

static int owner_of_label(const void *size, const void *label)
{
    return (int)(((const known_label *)label)->digest.low % *(const uint64_t *)size);
}

static int rank_of_label(const void *context, const void *label)
{
    (void)context;
    return (int)((const known_label *)label)->rank;
}

/* @local */
static odd_status list_known(const odd_labels *mine, int rank, known_label **out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*out, mine->count));
    for (int64_t i = 0; i < mine->count; i++)
        (*out)[i] = (known_label){odd_hash_add_text(ODD_HASH_START, mine->name[i]), i, rank};
done:
    return st;
}

/* Of equal ones the first rank's stays; returns their count. */
static int64_t keep_first(int64_t count, known_label label[])
{
    int64_t kept = 0;
    if (count > 0) qsort(label, (size_t)count, sizeof *label, by_digest);
    for (int64_t i = 0; i < count; i++)
        if (kept == 0 || odd_hash_compare(label[kept - 1].digest, label[i].digest) != 0)
            label[kept++] = label[i];
    return kept;
}

/* Which of my labels I tell the others: (*count); *all: labels of all. @collective */
static odd_status find_told(MPI_Comm comm, const odd_labels *mine, known_label **told,
                            int64_t *count, int64_t *all)
{
    const uint64_t size = (uint64_t)odd_size(comm);
    known_label *known = NULL, *met = NULL;
    int64_t mets;
    odd_status st;
    ODD_TRY_ALL(comm, list_known(mine, odd_rank(comm), &known));
    ODD_TRY(odd_route(comm, known, mine->count, sizeof *known, owner_of_label, &size, (void **)&met,
                      &mets));
    mets = keep_first(mets, met);
    *all = mets;
    odd_sum_i64(comm, all, 1);
    ODD_TRY(odd_route(comm, met, mets, sizeof *met, rank_of_label, NULL, (void **)told, count));
done:
    odd_free(known);
    odd_free(met);
    return st;
}

/* Texts, each with its 0, one after the other: (*bytes). @local */
static odd_status join_texts(const odd_labels *mine, const known_label told[], int64_t count,
                             char **text, int64_t *bytes)
{
    odd_status st;
    *bytes = 0;
    for (int64_t i = 0; i < count; i++)
        *bytes += (int64_t)strlen(mine->name[told[i].number]) + 1;
    ODD_TRY(ODD_NEW(*text, *bytes));
    char *to = *text;
    for (int64_t i = 0; i < count; i++)
        to = stpcpy(to, mine->name[told[i].number]) + 1;
done:
    return st;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* @local */
static odd_status sort_names(odd_labels *all)
{
    const char *at = all->text;
    odd_status st;
    ODD_TRY(ODD_NEW(all->name, all->count));
    for (int64_t i = 0; i < all->count; i++, at += strlen(at) + 1)
        all->name[i] = at;
    if (all->count > 0) qsort((void *)all->name, (size_t)all->count, sizeof *all->name, by_text);
done:
    return st;
}

/* Numbers among mine become numbers among all. @local */
static odd_status renumber(const odd_labels *mine, int64_t rows, odd_labels *all)
{
    int64_t *number = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(number, mine->count));
    ODD_TRY(ODD_NEW(all->of, rows));
    for (int64_t i = 0; i < mine->count; i++) {
        const char **found = bsearch(&mine->name[i], (void *)all->name, (size_t)all->count,
                                     sizeof *all->name, by_text);
        number[i] = found ? found - all->name : -1;
    }
    for (int64_t i = 0; i < rows; i++)
        all->of[i] = mine->of[i] < 0 ? -1 : number[mine->of[i]];
done:
    odd_free(number);
    return st;
}

/* @collective */
static odd_status share_names(MPI_Comm comm, const odd_labels *mine, const known_label told[],
                              int64_t count, int64_t rows, odd_labels *all)
{
    char *text = NULL;
    int64_t bytes, shared;
    odd_status st;
    ODD_TRY_ALL(comm, join_texts(mine, told, count, &text, &bytes));
    ODD_TRY(odd_share_rows(comm, text, bytes, 1, (void **)&all->text, &shared));
    ODD_TRY_ALL(comm, sort_names(all));
    ODD_TRY_ALL(comm, renumber(mine, rows, all));
done:
    odd_free(text);
    return st;
}

odd_status odd_labels_number_all(MPI_Comm comm, int64_t rows, const char *const label[],
                                 int64_t most, odd_labels *out)
{
    odd_labels mine = {0};
    known_label *told = NULL;
    int64_t count;
    odd_status st;
    *out = (odd_labels){0};
    ODD_TRY_ALL(comm, odd_labels_number(rows, label, &mine));
    ODD_TRY(find_told(comm, &mine, &told, &count, &out->count));
    if (out->count <= most) ODD_TRY(share_names(comm, &mine, told, count, rows, out));
done:
    odd_free(told);
    odd_labels_free(&mine);
    if (st != ODD_OK) odd_labels_free(out);
    return st;
}
