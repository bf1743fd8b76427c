/* Catalogue cut by ranks: parts are numbered, and cut anew where items do not lie where they
 * belong.
 */
#include "run/catalogue_cut_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

#include <string.h>

void odd_catalogue_number(MPI_Comm comm, odd_catalogue *c)
{
    c->first = odd_sum_before(comm, c->count);
    c->all = c->count;
    odd_sum_i64(comm, &c->all, 1);
}

void odd_catalogue_keep(MPI_Comm comm, int64_t count, const int64_t place[], odd_catalogue *c)
{
    for (int64_t i = 0; i < count; i++)
        c->item[i] = c->item[place[i]];
    c->count = count;
    odd_catalogue_number(comm, c);
}

/* ---- parts that are cut anew ---- */

/* What goes to each rank: items of one after those of another, and their strings: offsets of the
 * items of a rank begin with its strings. */
typedef struct {
    odd_item *item;
    odd_text strings;
    odd_extent *items_out, *items_in, *strings_out, *strings_in; /* (ranks) */
} move;

static void move_free(move *m)
{
    odd_free(m->item);
    odd_text_free(&m->strings);
    odd_free(m->items_out);
    odd_free(m->items_in);
    odd_free(m->strings_out);
    odd_free(m->strings_in);
}

static odd_status move_new(int ranks, int64_t count, move *m)
{
    odd_status st;
    ODD_TRY(ODD_NEW(m->item, count));
    ODD_TRY(ODD_NEW(m->items_out, ranks));
    ODD_TRY(ODD_NEW(m->items_in, ranks));
    ODD_TRY(ODD_NEW(m->strings_out, ranks));
    ODD_TRY(ODD_NEW(m->strings_in, ranks));
done:
    return st;
}

/* Items [from, to) of my part, for one rank; a reader of a part needs no string of another. */
static odd_status pack(const odd_catalogue *c, int64_t from, int64_t to, int rank, move *m)
{
    odd_catalogue piece = ODD_CATALOGUE_EMPTY;
    odd_status st = ODD_OK;
    for (int64_t i = from; i < to; i++)
        ODD_TRY(odd_catalogue_copy(c, &c->item[i], &piece));
    const size_t bytes = (size_t)piece.count * sizeof *piece.item;
    m->items_out[rank] = (odd_extent){(size_t)from * sizeof *piece.item, bytes};
    m->strings_out[rank] = (odd_extent){m->strings.length, (size_t)piece.pool_size};
    if (bytes > 0) memcpy(m->item + from, piece.item, bytes);
    odd_text_bytes(&m->strings, piece.pool, (size_t)piece.pool_size);
    st = odd_text_status(&m->strings);
done:
    odd_catalogue_free(&piece);
    return st;
}

/* @local */
static odd_status pack_all(const odd_catalogue *c, int ranks, const int64_t end[], move *m)
{
    odd_status st;
    ODD_TRY(move_new(ranks, c->count, m));
    for (int r = 0; r < ranks; r++)
        ODD_TRY(pack(c, r > 0 ? end[r - 1] : 0, end[r], r, m));
done:
    return st;
}

/* How much comes from whom, one after the other: the sum. @collective */
static size_t expect(MPI_Comm comm, const odd_extent out[], odd_extent in[])
{
    size_t sum = 0;
    MPI_Alltoall(out, sizeof *out, MPI_BYTE, in, sizeof *in, MPI_BYTE, comm);
    for (int r = 0; r < odd_size(comm); r++) {
        in[r].at = sum;
        sum += in[r].bytes;
    }
    return sum;
}

/* Strings of each sender lie behind those of the one before. */
static void shift_strings(int ranks, const move *m, odd_catalogue *c)
{
    for (int r = 0; r < ranks; r++) {
        const int64_t by = (int64_t)m->strings_in[r].at;
        const size_t first = m->items_in[r].at / sizeof *c->item;
        const size_t count = m->items_in[r].bytes / sizeof *c->item;
        for (odd_item *i = c->item + first; i < c->item + first + count; i++) {
            int64_t *const string[] = {&i->name,  &i->label,  &i->split,
                                       &i->group, &i->source, &i->reason};
            for (int k = 0; k < 6; k++)
                *string[k] += *string[k] > 0 ? by : 0;
        }
    }
}

/* @collective */
static odd_status exchange(MPI_Comm comm, const move *m, odd_catalogue *c)
{
    const size_t items = expect(comm, m->items_out, m->items_in);
    const size_t strings = expect(comm, m->strings_out, m->strings_in);
    odd_status st;
    c->count = c->item_room = (int64_t)(items / sizeof *c->item);
    c->pool_size = c->pool_room = (int64_t)strings;
    ODD_TRY_ALL(comm, ODD_NEW(c->item, c->count));
    ODD_TRY_ALL(comm, ODD_NEW(c->pool, c->pool_size));
    odd_all_to_all(comm, m->item, m->items_out, c->item, m->items_in);
    odd_all_to_all(comm, m->strings.s, m->strings_out, c->pool, m->strings_in);
    shift_strings(odd_size(comm), m, c);
done:
    return st;
}

odd_status odd_catalogue_exchange(MPI_Comm comm, const int64_t end[], odd_catalogue *c)
{
    odd_catalogue come = ODD_CATALOGUE_EMPTY;
    move m = {.strings = ODD_TEXT_EMPTY};
    odd_status st;
    ODD_TRY_ALL(comm, pack_all(c, odd_size(comm), end, &m));
    odd_catalogue_free(c);
    ODD_TRY(exchange(comm, &m, &come));
    odd_catalogue_number(comm, &come);
    *c = come;
    come = (odd_catalogue)ODD_CATALOGUE_EMPTY;
done:
    if (st != ODD_OK) odd_catalogue_free(c);
    odd_catalogue_free(&come);
    move_free(&m);
    return st;
}

/* ---- where rows that are images belong ---- */

/* @collective */
static bool is_cut(MPI_Comm comm, const odd_catalogue *c)
{
    const odd_partition part = odd_partition_images(comm, c->all);
    int64_t moves = c->count != part.n_local || (c->count > 0 && c->first != part.row0);
    odd_max_i64(comm, &moves, 1);
    return moves == 0;
}

static int64_t within(int64_t value, int64_t from, int64_t to)
{
    return value < from ? from : value > to ? to : value;
}

odd_status odd_catalogue_cut(MPI_Comm comm, odd_catalogue *c)
{
    const int size = odd_size(comm);
    int64_t *end = NULL;
    odd_status st = ODD_OK;
    if (is_cut(comm, c)) return ODD_OK;
    ODD_TRY_ALL(comm, ODD_NEW(end, size));
    for (int r = 0; r < size; r++) {
        const odd_partition part = odd_partition_images_of(c->all, r, size);
        end[r] = within(part.row0 + part.n_local - c->first, 0, c->count);
    }
    ODD_TRY(odd_catalogue_exchange(comm, end, c));
done:
    if (st != ODD_OK) odd_catalogue_free(c);
    odd_free(end);
    return st;
}
