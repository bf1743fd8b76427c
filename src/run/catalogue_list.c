/* Catalogue listed by ranks: one looks at it for all, then each lists a part. */
#include "run/catalogue_cut_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

/* @collective */
static odd_status share_outline(MPI_Comm comm, odd_catalogue_outline *o)
{
    char *bytes = o->bytes;
    int64_t size = o->size;
    odd_broadcast(comm, 0, o, sizeof *o);
    odd_status st = odd_share_bytes(comm, 0, &bytes, &size);
    o->bytes = bytes;
    return st;
}

/* My units. */
static void deal_units(MPI_Comm comm, const odd_catalogue_outline *o, int64_t *from, int64_t *to)
{
    const odd_partition part = odd_partition_images(comm, o->units);
    const int64_t rank = odd_rank(comm), size = odd_size(comm);
    *from = o->images ? part.row0 : o->units / size * rank + odd_min(rank, o->units % size);
    *to = o->images ? part.row0 + part.n_local : *from + o->units / size + (rank < o->units % size);
}

/* One rank looks; where there is nothing to look at there is one unit. @local: rank 0 */
static odd_status look(const odd_catalogue_kind *kind, const odd_catalogue_options *options,
                       const char *folder, odd_catalogue_outline *o, odd_passed *passed)
{
    o->units = kind->look ? 0 : 1;
    return kind->look ? kind->look(options, folder, o, passed) : ODD_OK;
}

/* In halves of 32 bits the sum over ranks does not overflow. */
static odd_hash sum_over_ranks(MPI_Comm comm, odd_hash mine)
{
    const uint64_t mask = UINT32_MAX;
    int64_t part[4] = {(int64_t)(mine.low & mask), (int64_t)(mine.low >> 32),
                       (int64_t)(mine.high & mask), (int64_t)(mine.high >> 32)};
    odd_sum_i64(comm, part, 4);
    return (odd_hash){(uint64_t)part[0] + ((uint64_t)part[1] << 32),
                      (uint64_t)part[2] + ((uint64_t)part[3] << 32)};
}

/* Of all items, the same on every rank however they are cut. @collective */
static odd_hash digest_all(MPI_Comm comm, const odd_catalogue *c, odd_hash before)
{
    const odd_hash sum = sum_over_ranks(comm, odd_catalogue_digest(c));
    const odd_hash count = odd_hash_add(before, &c->all, sizeof c->all);
    return odd_hash_add(count, &sum, sizeof sum);
}

odd_status odd_catalogue_list(MPI_Comm comm, const odd_catalogue_kind *kind,
                              const odd_catalogue_options *options, const char *folder,
                              odd_catalogue *out, odd_hash *digest)
{
    const bool root = odd_rank(comm) == 0;
    odd_catalogue_outline outline = {0};
    odd_passed passed = {0};
    int64_t from, to;
    odd_status st;
    *out = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    ODD_TRY_ALL(comm, root ? look(kind, options, folder, &outline, &passed) : ODD_OK);
    ODD_TRY(share_outline(comm, &outline));
    deal_units(comm, &outline, &from, &to);
    ODD_TRY_ALL(comm,
                from < to ? kind->list(options, folder, &outline, from, to, out, &passed) : ODD_OK);
    odd_catalogue_number(comm, out);
    ODD_TRY_ALL(comm, root ? odd_catalogue_tell(options, out->all, &passed) : ODD_OK);
    ODD_TRY_ALL(comm, odd_catalogue_check(out));
    *digest = digest_all(comm, out, outline.digest);
done:
    if (st != ODD_OK) odd_catalogue_free(out);
    odd_free(outline.bytes);
    odd_passed_free(&passed);
    return st;
}
