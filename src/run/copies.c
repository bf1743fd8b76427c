/* Copies of a run: pairs, groups and representatives, written and read again. */
#include "oddlot/run/copies.h"
#include "oddlot/run/columns.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>

void odd_copies_free(odd_copies *copies)
{
    odd_pairs_free(&copies->pairs);
    odd_groups_free(&copies->groups);
}

/* ---- write ---- */

/* My part of the pairs, column by column. */
typedef struct {
    int64_t *first, *second; /* (n) each */
    double *value;
    uint8_t *marks;
} pair_columns;

static void free_pair_columns(pair_columns *c)
{
    odd_free(c->first);
    odd_free(c->second);
    odd_free(c->value);
    odd_free(c->marks);
}

static odd_status split_pairs(const odd_pair pair[], int64_t n, pair_columns *c)
{
    odd_status st;
    ODD_TRY(ODD_NEW(c->first, n));
    ODD_TRY(ODD_NEW(c->second, n));
    ODD_TRY(ODD_NEW(c->value, n));
    ODD_TRY(ODD_NEW(c->marks, n));
    for (int64_t i = 0; i < n; i++) {
        c->first[i] = pair[i].first;
        c->second[i] = pair[i].second;
        c->value[i] = pair[i].value;
        c->marks[i] = (uint8_t)pair[i].marks;
    }
done:
    return st;
}

static odd_status write_pairs(MPI_Comm comm, odd_file *file, const odd_copies *copies)
{
    const odd_partition part = odd_partition_rows(comm, copies->pairs.count);
    const int64_t n = part.n, row0 = part.row0, mine = part.n_local;
    pair_columns c = {0};
    odd_status st;
    ODD_TRY_ALL(comm, split_pairs(copies->pairs.pair + row0, mine, &c));
    ODD_TRY(odd_column_write(file, "pair/first", ODD_I64, n, row0, mine, c.first,
                             "row of one of two images that are one picture", ""));
    ODD_TRY(odd_column_write(file, "pair/second", ODD_I64, n, row0, mine, c.second,
                             "row of the other, which is larger", ""));
    ODD_TRY(odd_column_write(file, "pair/value", ODD_F64, n, row0, mine, c.value,
                             "how far they differ at their worst part, once aligned", "levels"));
    ODD_TRY(odd_column_write(file, "pair/marks", ODD_U8, n, row0, mine, c.marks,
                             "1: their pixels are equal; 2: the same as they are; 4: mirrored",
                             "bits"));
    ODD_TRY(odd_column_write(file, "pair/group", ODD_I64, n, row0, mine,
                             copies->groups.group + row0, "the group that it is in", ""));
done:
    free_pair_columns(&c);
    return st;
}

/* Rank 0 writes them: they are few. */
static odd_status write_groups(MPI_Comm comm, odd_file *file, const odd_groups *g)
{
    const bool root = odd_rank(comm) == 0;
    odd_status st;
    ODD_TRY(odd_column_write(file, "group/first", ODD_I64, g->groups + 1, 0,
                             root ? g->groups + 1 : 0, g->first,
                             "where the members of each group begin, and where the last end", ""));
    ODD_TRY(odd_column_write(file, "member/row", ODD_I64, g->members, 0, root ? g->members : 0,
                             g->row,
                             "rows of the members, group by group: the best copy first, the others "
                             "rising",
                             ""));
done:
    return st;
}

static void find_representatives(const odd_groups *g, const odd_partition *part, int64_t row[])
{
    for (int64_t i = 0; i < part->n_local; i++)
        row[i] = part->row0 + i;
    for (int64_t i = 0; i < g->groups; i++)
        for (int64_t m = g->first[i]; m < g->first[i + 1]; m++) {
            const int64_t local = g->row[m] - part->row0;
            if (local >= 0 && local < part->n_local) row[local] = g->row[g->first[i]];
        }
}

static odd_status write_representatives(MPI_Comm comm, odd_file *file, const odd_partition *part,
                                        const odd_groups *g)
{
    int64_t *row = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(row, part->n_local));
    find_representatives(g, part, row);
    ODD_TRY(odd_column_write(
        file, "representative", ODD_I64, part->n, part->row0, part->n_local, row,
        "row of the best copy of each image: its own where there is no other", ""));
done:
    odd_free(row);
    return st;
}

odd_status odd_copies_write(MPI_Comm comm, odd_file *file, const odd_partition *part,
                            const odd_copies *copies)
{
    odd_status st;
    ODD_TRY(write_pairs(comm, file, copies));
    ODD_TRY(write_groups(comm, file, &copies->groups));
    ODD_TRY(write_representatives(comm, file, part, &copies->groups));
done:
    return st;
}

/* ---- read: the file of an earlier stage is believed in nothing ---- */

static odd_status malformed(void)
{
    return odd_fail(ODD_FORMAT, "the copies in copies.h5 do not fit together");
}

static odd_status read_column(const odd_file *file, const char *name, odd_type type, int64_t n,
                              void **out)
{
    int64_t rows = 0;
    odd_status st;
    ODD_TRY(odd_column_read(file, name, type, out, &rows));
    if (rows != n) st = malformed();
done:
    return st;
}

static bool is_row(int64_t row, int64_t images)
{
    return row >= 0 && row < images;
}

static odd_status take_pairs(const pair_columns *c, int64_t n, int64_t images, odd_pairs *out)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < n; i++) {
        if (!is_row(c->first[i], images) || !is_row(c->second[i], images) ||
            c->first[i] >= c->second[i] || !(c->value[i] >= 0) || isinf(c->value[i]) ||
            c->marks[i] == 0 || c->marks[i] > ODD_COPY_MARKS)
            ODD_TRY(malformed());
        ODD_TRY(odd_pairs_add(out, c->first[i], c->second[i], c->value[i], c->marks[i]));
    }
done:
    return st;
}

static odd_status read_pairs(const odd_file *file, int64_t images, odd_pairs *out)
{
    pair_columns c = {0};
    int64_t n = 0;
    odd_status st;
    ODD_TRY(odd_column_read(file, "pair/first", ODD_I64, (void **)&c.first, &n));
    ODD_TRY(read_column(file, "pair/second", ODD_I64, n, (void **)&c.second));
    ODD_TRY(read_column(file, "pair/value", ODD_F64, n, (void **)&c.value));
    ODD_TRY(read_column(file, "pair/marks", ODD_U8, n, (void **)&c.marks));
    ODD_TRY(take_pairs(&c, n, images, out));
done:
    free_pair_columns(&c);
    return st;
}

/* Are they groups of two and more rows of the catalogue? */
static bool groups_fit(const odd_groups *g, int64_t images)
{
    if (g->groups < 0 || g->first[0] != 0 || g->first[g->groups] != g->members) return false;
    for (int64_t i = 0; i < g->groups; i++)
        if (g->first[i] < 0 || g->first[i + 1] < g->first[i] + 2) return false;
    for (int64_t m = 0; m < g->members; m++)
        if (!is_row(g->row[m], images)) return false;
    return true;
}

static odd_status read_groups(const odd_file *file, int64_t images, int64_t pairs, odd_groups *out)
{
    int64_t ends = 0;
    odd_status st;
    ODD_TRY(odd_column_read(file, "group/first", ODD_I64, (void **)&out->first, &ends));
    ODD_TRY(odd_column_read(file, "member/row", ODD_I64, (void **)&out->row, &out->members));
    ODD_TRY(read_column(file, "pair/group", ODD_I64, pairs, (void **)&out->group));
    out->groups = ends - 1;
    if (!groups_fit(out, images)) ODD_TRY(malformed());
    for (int64_t i = 0; i < pairs; i++)
        if (out->group[i] < 0 || out->group[i] >= out->groups) ODD_TRY(malformed());
done:
    return st;
}

odd_status odd_copies_read(const odd_file *file, int64_t images, odd_copies *out)
{
    odd_status st;
    *out = (odd_copies){0};
    ODD_TRY(read_pairs(file, images, &out->pairs));
    ODD_TRY(read_groups(file, images, out->pairs.count, &out->groups));
done:
    if (st != ODD_OK) odd_copies_free(out);
    return st;
}

odd_status odd_representatives_open(const odd_file *file, int64_t images, odd_dataset **out)
{
    const odd_shape column = {.type = ODD_I64, .rank = 1, .shape = {images}};
    return odd_dataset_expect(file, "representative", &column, out);
}

odd_status odd_representatives_read(const odd_dataset *representatives, int64_t first,
                                    int64_t count, int64_t row[])
{
    const int64_t images = odd_dataset_shape(representatives)->shape[0];
    odd_status st;
    ODD_TRY(odd_dataset_read(representatives, first, count, ODD_I64, row));
    for (int64_t i = 0; i < count; i++)
        if (!is_row(row[i], images)) ODD_TRY(malformed());
done:
    return st;
}

odd_status odd_representatives_of(const odd_file *file, int64_t images, int64_t count,
                                  const int64_t image[], int64_t row[])
{
    odd_status st;
    ODD_TRY(odd_image_column_of(file, "copies.h5", "representative", ODD_I64, images, count, image,
                                row));
    for (int64_t i = 0; i < count; i++)
        if (!is_row(row[i], images)) ODD_TRY(malformed());
done:
    return st;
}
