/* Category rows: which images are in categories with images enough; which of them are copies; and
 * the folds. */
#include "oddlot/run/columns.h"
#include "oddlot/run/copies.h"
#include "oddlot/run/stage_files.h"
#include "stage/categories/categories_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <stdlib.h>

/* -- categories with images enough -- */

/* Rows of each label: size (labels->count). @collective */
static void count_rows(MPI_Comm comm, const odd_labels *labels, const odd_category_rows *c,
                       int64_t size[])
{
    for (int64_t i = 0; i < c->part.n_local; i++)
        if (labels->of[c->image[i]] >= 0) size[labels->of[c->image[i]]]++;
    odd_sum_i64(comm, size, labels->count);
}

/* Renumber those of at least `least` rows; number (labels) becomes each one's, or -1. @local */
static odd_status keep_large(const odd_labels *labels, const int64_t size[], int64_t least,
                             odd_category_rows *c, int32_t number[])
{
    odd_status st;
    ODD_TRY(ODD_NEW(c->name, labels->count));
    ODD_TRY(ODD_NEW(c->size, labels->count));
    for (int64_t l = 0; l < labels->count; l++) {
        number[l] = -1;
        if (size[l] < least) c->small += size[l];
        if (size[l] < least || c->count == INT32_MAX) continue;
        c->size[c->count] = size[l];
        c->name[c->count] = labels->name[l];
        number[l] = c->count++;
    }
done:
    return st;
}

/* Those of my rows, and from them those of all. @collective */
static odd_status share_categories(MPI_Comm comm, const int32_t number[], odd_category_rows *c)
{
    const odd_labels *labels = &c->filing.labels;
    int32_t *mine = NULL;
    int64_t n;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, c->part.n_local));
    for (int64_t i = 0; i < c->part.n_local; i++) {
        const int64_t l = labels->of[c->image[i]];
        mine[i] = l < 0 ? -1 : number[l];
    }
    ODD_TRY(odd_share_rows(comm, mine, c->part.n_local, sizeof *mine, (void **)&c->of, &n));
    c->mine = c->of ? c->of + c->part.row0 : NULL;
done:
    odd_free(mine);
    return st;
}

/* @collective */
static odd_status number_rows(MPI_Comm comm, const odd_categories_options *o, odd_category_rows *c)
{
    const odd_labels *labels = &c->filing.labels;
    int64_t *size = NULL;
    int32_t *number = NULL;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(number, labels->count));
    ODD_TRY_ALL(comm, ODD_NEW(size, labels->count));
    count_rows(comm, labels, c, size);
    ODD_TRY_ALL(comm, keep_large(labels, size, o->least, c, number));
    ODD_TRY(share_categories(comm, number, c));
done:
    odd_free(size);
    odd_free(number);
    return st;
}

/* @collective */
static odd_status file_images(const odd_run *run, const odd_categories_options *o,
                              odd_category_rows *c)
{
    odd_file *ingest = NULL;
    odd_image_facts *facts = NULL;
    odd_status st;
    ODD_TRY(odd_stage_open(run, run->comm, "ingest", &ingest));
    ODD_TRY_ALL(run->comm, odd_image_facts_open(ingest, c->images, &facts));
    ODD_TRY(odd_filing_read_all(run->comm, facts, o->from, &c->filing));
done:
    odd_image_facts_close(&facts);
    odd_file_close(&ingest);
    return st;
}

/* -- copies -- */

/* c->copy_of, and folds: copies go into one, so that none is judged by what has seen another.
 * copies NULL: each stands for itself. @local */
static odd_status find_folds(const odd_file *copies, int64_t folds, odd_category_rows *c)
{
    const int64_t n = c->part.n_local;
    odd_status st;
    ODD_TRY(ODD_NEW(c->copy_of, n));
    ODD_TRY(ODD_NEW(c->fold, n));
    for (int64_t i = 0; i < n; i++)
        c->copy_of[i] = c->image[i];
    if (copies) ODD_TRY(odd_representatives_of(copies, c->images, n, c->image, c->copy_of));
    for (int64_t i = 0; i < n; i++)
        c->fold[i] = (uint8_t)odd_below((uint64_t)folds, 0, ODD_STREAM_CATEGORIES,
                                        (uint64_t)c->copy_of[i], 0);
done:
    return st;
}

/* The images that stand for others: *out (*count), rising. @collective */
static odd_status share_standing(MPI_Comm comm, const odd_category_rows *c, int64_t **out,
                                 int64_t *count)
{
    int64_t *mine = NULL, some = 0;
    odd_status st;
    ODD_TRY_ALL(comm, ODD_NEW(mine, c->part.n_local));
    for (int64_t i = 0; i < c->part.n_local; i++)
        if (c->copy_of[i] != c->image[i]) mine[some++] = c->copy_of[i];
    ODD_TRY(odd_share_rows(comm, mine, some, sizeof *mine, (void **)out, count));
    if (*count > 0) qsort(*out, (size_t)*count, sizeof **out, odd_compare_i64);
done:
    odd_free(mine);
    return st;
}

/* Mine that have copies. @local */
static odd_status list_copied(const odd_category_rows *c, const int64_t standing[], int64_t count,
                              odd_copied_row **out, int64_t *rows)
{
    odd_status st;
    *rows = 0;
    ODD_TRY(ODD_NEW(*out, c->part.n_local));
    for (int64_t i = 0; i < c->part.n_local && count > 0; i++) {
        const int64_t *stands = &c->copy_of[i];
        if (bsearch(stands, standing, (size_t)count, sizeof *standing, odd_compare_i64))
            (*out)[(*rows)++] = (odd_copied_row){c->part.row0 + i, *stands};
    }
done:
    return st;
}

/* @collective */
static odd_status share_copied(MPI_Comm comm, odd_category_rows *c)
{
    int64_t *standing = NULL, count, rows;
    odd_copied_row *mine = NULL;
    odd_status st;
    ODD_TRY(share_standing(comm, c, &standing, &count));
    ODD_TRY_ALL(comm, list_copied(c, standing, count, &mine, &rows));
    ODD_TRY(odd_share_rows(comm, mine, rows, sizeof *mine, (void **)&c->copied, &c->copied_rows));
done:
    odd_free(standing);
    odd_free(mine);
    return st;
}

static int by_row(const void *a, const void *b)
{
    const odd_copied_row *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

int64_t odd_category_copies(const odd_category_rows *c, int64_t row)
{
    const odd_copied_row wanted = {.row = row}, *found;
    if (c->copied_rows == 0) return -1;
    found = bsearch(&wanted, c->copied, (size_t)c->copied_rows, sizeof wanted, by_row);
    return found ? found->stands : -1;
}

/* -- all -- */

/* @local */
static odd_status read_images(const odd_file *features, odd_category_rows *c)
{
    odd_status st;
    ODD_TRY(ODD_NEW(c->image, c->part.n_local));
    ODD_TRY(odd_feature_images_part(features, c->images, &c->part, c->image));
done:
    return st;
}

odd_status odd_category_rows_open(odd_run *run, const odd_categories_options *o,
                                  const odd_file *copies, const odd_file *features,
                                  odd_category_rows *out)
{
    const odd_selection *selection;
    int64_t rows = 0;
    odd_status st;
    *out = (odd_category_rows){0};
    ODD_TRY(odd_run_selection(run, &selection));
    out->images = odd_selection_rows(selection);
    ODD_TRY_ALL(run->comm, odd_image_count(features, "row", &rows));
    out->part = odd_partition_rows(run->comm, rows);
    ODD_TRY_ALL(run->comm, read_images(features, out));
    ODD_TRY(file_images(run, o, out));
    ODD_TRY(number_rows(run->comm, o, out));
    ODD_TRY_ALL(run->comm, find_folds(copies, o->folds, out));
    ODD_TRY(share_copied(run->comm, out));
done:
    if (st != ODD_OK) odd_category_rows_close(out);
    return st;
}

int64_t odd_category_filed(const odd_category_rows *c)
{
    int64_t n = 0;
    for (int32_t k = 0; k < c->count; k++)
        n += c->size[k];
    return n;
}

void odd_category_rows_close(odd_category_rows *c)
{
    odd_filing_free(&c->filing);
    odd_free((void *)c->name);
    odd_free(c->size);
    odd_free(c->image);
    odd_free(c->of);
    odd_free(c->copy_of);
    odd_free(c->fold);
    odd_free(c->copied);
    *c = (odd_category_rows){0};
}
