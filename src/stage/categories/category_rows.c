/* Category rows: which images are in categories with images enough; which of them are copies; and
 * the folds. */
#include "oddlot/run/columns.h"
#include "oddlot/run/copies.h"
#include "oddlot/run/stage_files.h"
#include "stage/categories/categories_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"

#include <string.h>

/* -- categories with images enough -- */

/* Renumber those of at least `least` rows; number (labels) becomes each one's, or -1. */
static odd_status keep_large(const odd_labels *labels, int64_t least, odd_category_rows *c,
                             int32_t number[])
{
    int64_t *size = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(size, labels->count));
    ODD_TRY(ODD_NEW(c->name, labels->count));
    ODD_TRY(ODD_NEW(c->size, labels->count));
    for (int64_t i = 0; i < c->n; i++)
        if (labels->of[c->image[i]] >= 0) size[labels->of[c->image[i]]]++;
    for (int64_t l = 0; l < labels->count; l++) {
        number[l] = -1;
        if (size[l] < least) c->small += size[l];
        if (size[l] < least || c->count == INT32_MAX) continue;
        c->size[c->count] = size[l];
        c->name[c->count] = labels->name[l];
        number[l] = c->count++;
    }
done:
    odd_free(size);
    return st;
}

/* @local */
static odd_status number_rows(const odd_categories_options *o, odd_category_rows *c)
{
    const odd_labels *labels = &c->filing.labels;
    int32_t *number = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(number, labels->count));
    ODD_TRY(ODD_NEW(c->of, c->n));
    ODD_TRY(keep_large(labels, o->least, c, number));
    for (int64_t i = 0; i < c->n; i++) {
        const int64_t l = labels->of[c->image[i]];
        c->of[i] = l < 0 ? -1 : number[l];
    }
done:
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

/* first (images): the image that stands for all copies of each. copies NULL: each for itself.
 * @local */
static odd_status read_copies(const odd_file *copies, int64_t images, int64_t first[])
{
    odd_dataset *representatives = NULL;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < images; i++)
        first[i] = i;
    if (!copies) goto done;
    ODD_TRY(odd_representatives_open(copies, images, &representatives));
    ODD_TRY(odd_representatives_read(representatives, 0, images, first));
done:
    odd_dataset_close(&representatives);
    return st;
}

/* Copies go into one fold, so that none is judged by what has seen another. */
static odd_status find_folds(const odd_file *copies, int64_t folds, odd_category_rows *c)
{
    int64_t *first = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(first, c->images));
    ODD_TRY(ODD_NEW(c->copy_of, c->n));
    ODD_TRY(ODD_NEW(c->fold, c->n));
    ODD_TRY(read_copies(copies, c->images, first));
    for (int64_t i = 0; i < c->n; i++) {
        c->copy_of[i] = first[c->image[i]];
        c->fold[i] = (uint8_t)odd_below((uint64_t)folds, 0, ODD_STREAM_CATEGORIES,
                                        (uint64_t)c->copy_of[i], 0);
    }
done:
    odd_free(first);
    return st;
}

odd_status odd_category_rows_open(odd_run *run, const odd_categories_options *o,
                                  const odd_file *copies, const odd_file *features,
                                  odd_category_rows *out)
{
    const odd_selection *selection;
    odd_status st;
    *out = (odd_category_rows){0};
    ODD_TRY(odd_run_selection(run, &selection));
    out->images = odd_selection_rows(selection);
    ODD_TRY_ALL(run->comm, odd_feature_images_read(features, out->images, &out->image, &out->n));
    ODD_TRY(file_images(run, o, out));
    ODD_TRY_ALL(run->comm, number_rows(o, out));
    ODD_TRY_ALL(run->comm, find_folds(copies, o->folds, out));
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
    *c = (odd_category_rows){0};
}
