/* Catalogue listed by ranks: one looks at it for all, then each lists a part. */
#include "run/catalogue_cut_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

#include <string.h>

static void outline_free(odd_catalogue_outline *o)
{
    odd_free(o->bytes);
    odd_text_free(&o->lines);
}

/* The units of a rank. */
typedef struct {
    int64_t from, to;
} range;

static range even_units(int64_t units, int rank, int size)
{
    const int64_t each = units / size, more = units % size;
    const int64_t from = each * rank + odd_min(rank, more);
    return (range){from, from + each + (rank < more)};
}

/* As whoever reads images has them. */
static range image_units(MPI_Comm comm, int64_t units)
{
    const odd_partition part = odd_partition_images(comm, units);
    return (range){part.row0, part.row0 + part.n_local};
}

/* What of the lines goes to each rank: message (size). @local: rank 0 */
static void cut_lines(const odd_catalogue_outline *o, int size, odd_extent message[])
{
    const char *line = odd_text_string(&o->lines), *const begin = line;
    for (int r = 0; r < size; r++) {
        const range units = even_units(o->units, r, size);
        const char *const first = line;
        for (int64_t i = units.from; i < units.to; i++)
            line += strlen(line) + 1;
        message[r] = (odd_extent){(size_t)(first - begin), (size_t)(line - first)};
    }
}

/* In place of all lines of rank 0 each rank gets its own. @collective */
static odd_status deal_lines(MPI_Comm comm, odd_catalogue_outline *o)
{
    const int size = odd_size(comm);
    odd_extent *send = NULL, *receive = NULL, mine = {0, 0};
    char *line = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(send, size));
    ODD_TRY_ALL(comm, ODD_NEW(receive, size));
    if (odd_rank(comm) == 0) cut_lines(o, size, send);
    MPI_Scatter(send, sizeof mine, MPI_BYTE, &mine, sizeof mine, MPI_BYTE, 0, comm);
    receive[0].bytes = mine.bytes;
    ODD_TRY_ALL(comm, ODD_NEW(line, (int64_t)mine.bytes));
    odd_all_to_all(comm, o->lines.s, send, line, receive);
    odd_text_free(&o->lines);
    odd_text_bytes(&o->lines, line, mine.bytes);
    ODD_TRY_ALL(comm, odd_text_status(&o->lines));
done:
    odd_free(send);
    odd_free(receive);
    odd_free(line);
    return st;
}

/* @collective */
static odd_status share_outline(MPI_Comm comm, odd_catalogue_outline *o)
{
    const odd_text lines = o->lines;
    char *bytes = o->bytes;
    odd_status st;
    odd_broadcast(comm, 0, o, sizeof *o);
    const bool has_lines = o->lines.length > 0;
    o->lines = lines;
    st = odd_share_bytes(comm, 0, &bytes, &o->size);
    o->bytes = bytes;
    return st == ODD_OK && has_lines ? deal_lines(comm, o) : st;
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

/* Rank 0 has what all have passed over. @local: rank 0 */
static odd_status join_passed(const char *packed, int64_t size, odd_passed *passed)
{
    odd_status st = ODD_OK;
    for (size_t at = 0, bytes; at < (size_t)size; at += bytes)
        ODD_TRY(odd_passed_join(passed, packed + at, &bytes));
done:
    return st;
}

/* What the others have passed over goes to rank 0. @collective */
static odd_status gather_passed(MPI_Comm comm, odd_passed *passed)
{
    const bool root = odd_rank(comm) == 0;
    odd_text mine = ODD_TEXT_EMPTY;
    char *all = NULL;
    int64_t size;
    odd_status st;
    ODD_TRY_ALL(comm, root ? ODD_OK : odd_passed_pack(passed, &mine));
    ODD_TRY(odd_gather_rows(comm, 0, mine.s, (int64_t)mine.length, 1, (void **)&all, &size));
    ODD_TRY_ALL(comm, root ? join_passed(all, size, passed) : ODD_OK);
done:
    odd_text_free(&mine);
    odd_free(all);
    return st;
}

/* Whoever owns an item looks at it. @collective */
static odd_status complete(MPI_Comm comm, const odd_catalogue_kind *kind, odd_catalogue *c)
{
    odd_status st;
    ODD_TRY(odd_catalogue_cut(comm, c));
    ODD_TRY_ALL(comm, kind->complete(c));
done:
    return st;
}

odd_status odd_catalogue_list(MPI_Comm comm, const odd_catalogue_kind *kind,
                              const odd_catalogue_options *options, const char *folder,
                              odd_catalogue *out, odd_hash *digest)
{
    const bool root = odd_rank(comm) == 0;
    odd_catalogue_outline outline = {0};
    odd_passed passed = {0};
    odd_status st;
    *out = (odd_catalogue)ODD_CATALOGUE_EMPTY;
    ODD_TRY_ALL(comm, root ? kind->look(options, folder, &outline, &passed) : ODD_OK);
    ODD_TRY(share_outline(comm, &outline));
    const range mine = kind->in_images ? image_units(comm, outline.units)
                                       : even_units(outline.units, odd_rank(comm), odd_size(comm));
    const bool lists = mine.from < mine.to;
    ODD_TRY_ALL(comm, lists
                          ? kind->list(options, folder, &outline, mine.from, mine.to, out, &passed)
                          : ODD_OK);
    if (!kind->in_images) ODD_TRY(gather_passed(comm, &passed));
    odd_catalogue_number(comm, out);
    ODD_TRY_ALL(comm, root ? odd_catalogue_tell(options, out->all, &passed) : ODD_OK);
    ODD_TRY_ALL(comm, odd_catalogue_check(out));
    ODD_TRY(odd_catalogue_check_rows(comm, &options->path, out));
    if (kind->by_name) ODD_TRY(odd_catalogue_sort_all(comm, out));
    if (kind->complete) ODD_TRY(complete(comm, kind, out));
    *digest = digest_all(comm, out, outline.digest);
done:
    if (st != ODD_OK) odd_catalogue_free(out);
    outline_free(&outline);
    odd_passed_free(&passed);
    return st;
}
