/* Copies, see copies_internal.h: exact ones by digests, near ones by candidates that are verified,
 * and the groups of both. */
#include "oddlot/run/measures.h"
#include "stage/copies/copies_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdlib.h>

/* @local */
static odd_status read_digests(const odd_copies_search *search, odd_hash digest[])
{
    odd_dataset *digests = NULL;
    odd_status st;
    ODD_TRY(odd_pixels_digest_open(search->ingest, &digests));
    ODD_TRY(odd_pixels_digest_read(digests, search->part.row0, search->part.n_local, digest));
done:
    odd_dataset_close(&digests);
    return st;
}

/* On every rank. */
static odd_status find_exact(const odd_copies_search *search, odd_pairs *exact)
{
    const MPI_Comm comm = search->run->comm;
    odd_hash *digest = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(digest, search->part.n_local));
    ODD_TRY_ALL(comm, read_digests(search, digest));
    ODD_TRY(odd_pairs_of_equals(comm, &search->part, digest, exact));
    for (int64_t i = 0; i < exact->count; i++)
        exact->pair[i].marks = ODD_COPY_EXACT;
    ODD_TRY(odd_pairs_share(comm, exact));
done:
    odd_free(digest);
    return st;
}

/* Of exact copies the first stands for all: pairs with the others, whom a rank that does not own
 * them could not tell, fall away. @local */
static odd_status drop_represented(const odd_pairs *exact, odd_pairs *candidates)
{
    int64_t *row = NULL, left = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(row, exact->count));
    for (int64_t i = 0; i < exact->count; i++)
        row[i] = exact->pair[i].second;
    if (exact->count > 0) qsort(row, (size_t)exact->count, sizeof *row, odd_compare_i64);
    for (int64_t i = 0; i < candidates->count; i++) {
        const odd_pair *p = &candidates->pair[i];
        const size_t n = (size_t)exact->count;
        if (!bsearch(&p->first, row, n, sizeof *row, odd_compare_i64) &&
            !bsearch(&p->second, row, n, sizeof *row, odd_compare_i64))
            candidates->pair[left++] = *p;
    }
    candidates->count = left;
done:
    odd_free(row);
    return st;
}

/* On every rank, after the exact ones. */
static odd_status find_near(const odd_copies_search *search, const odd_pairs *exact,
                            odd_pairs *near)
{
    const MPI_Comm comm = search->run->comm;
    odd_copy_pictures pictures = {0};
    odd_copy_crowds crowds = {0};
    odd_pairs candidates = {0};
    char compared[32], found[32];
    odd_status st;
    ODD_TRY(odd_copy_pictures_open(search, exact, &pictures));
    ODD_TRY(odd_copies_candidates(search, &pictures, &candidates));
    ODD_TRY_ALL(comm, drop_represented(exact, &candidates));
    int64_t count = candidates.count;
    odd_sum_i64(comm, &count, 1);
    ODD_TRY(odd_copies_verify(&pictures, &candidates, near));
    ODD_TRY(odd_pairs_share(comm, near));
    ODD_TRY_ALL(comm, odd_copies_find_crowds(near, search->options->difference, &crowds));
    odd_copies_thin(&crowds, near);
    ODD_TRY(odd_copies_stars(&pictures, &crowds, near));
    odd_log(ODD_LOG_INFO, "copies: %s pairs compared, %s are near copies",
            odd_human_count(count, compared), odd_human_count(near->count, found));
done:
    odd_copy_crowds_free(&crowds);
    odd_pairs_free(&candidates);
    odd_copy_pictures_close(&pictures);
    return st;
}

/* Exact ones are given to the copies. @local, the same on every rank */
static odd_status join_copies(odd_pairs *exact, const odd_pairs *near, odd_copies *out)
{
    odd_status st = ODD_OK;
    out->pairs = *exact;
    *exact = (odd_pairs){0};
    for (int64_t i = 0; i < near->count; i++)
        ODD_TRY(odd_pairs_add(&out->pairs, near->pair[i].first, near->pair[i].second,
                              near->pair[i].value, near->pair[i].marks));
    ODD_TRY(odd_groups_of_pairs(&out->pairs, &out->groups));
done:
    return st;
}

odd_status odd_copies_find(const odd_copies_search *search, odd_copies *out)
{
    odd_pairs exact = {0}, near = {0};
    odd_status st;
    *out = (odd_copies){0};
    ODD_TRY(find_exact(search, &exact));
    if (search->options->near) ODD_TRY(find_near(search, &exact, &near));
    ODD_TRY_ALL(search->run->comm, join_copies(&exact, &near, out));
    ODD_TRY(odd_copies_put_best_first(search, &out->groups));
done:
    if (st != ODD_OK) odd_copies_free(out);
    odd_pairs_free(&exact);
    odd_pairs_free(&near);
    return st;
}
