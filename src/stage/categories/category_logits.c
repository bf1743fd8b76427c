/* Category logits: what the classifier that the job trains says of my rows, each by a network that
 * has learnt neither from the image nor from a copy of it. */
#include "oddlot/run/columns.h"
#include "oddlot/store/matrix.h"
#include "stage/categories/categories_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_LOGITS                                                                                \
    ((int64_t)1 << 30) /* of all ranks: who is asked must not hang on their number */

/* -- classes and categories -- */

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* category (classes): the number of the category that is called so; -1: there is none. */
static odd_status match_classes(const odd_file *train, const odd_category_rows *c,
                                int32_t **category, int64_t *classes)
{
    char *names = NULL;
    size_t width;
    odd_status st;
    *category = NULL;
    ODD_TRY(odd_column_read_text(train, "classes/name", INT32_MAX, &names, &width, classes));
    ODD_TRY(ODD_NEW(*category, *classes));
    for (int64_t k = 0; k < *classes; k++) {
        const char *name = names + (size_t)k * (width + 1);
        const char **found =
            bsearch(&name, (void *)c->name, (size_t)c->count, sizeof name, compare_names);
        (*category)[k] = found ? (int32_t)(found - c->name) : -1;
    }
done:
    odd_free(names);
    return st;
}

/* -- rows that the classifier knows -- */

/* Mark images that stand for copies in several folds: a network that predicts one of them has
 * learnt from another. mixed: (images). */
static void mark_mixed(const odd_category_rows *c, const int32_t fold[], int32_t first[],
                       uint8_t mixed[])
{
    for (int64_t i = 0; i < c->images; i++)
        first[i] = -1;
    for (int64_t i = 0; i < c->n; i++) {
        const int64_t stands = c->copy_of[i];
        const int32_t here = fold[c->image[i]];
        if (here < 0) continue;
        if (first[stands] < 0) first[stands] = here;
        mixed[stands] |= first[stands] != here;
    }
}

/* learns (k): which categories are classes. Returns how many rows are left out as copies. */
static odd_status mark_known(const odd_file *train, const odd_category_rows *c,
                             const uint8_t learns[], const odd_partition *part, uint8_t known[],
                             int64_t *copies)
{
    int32_t *fold = NULL, *first = NULL;
    uint8_t *learnt = NULL, *mixed = NULL;
    odd_status st;
    ODD_TRY(odd_image_column_read(train, "train.h5", "fold", ODD_I32, c->images, (void **)&fold));
    ODD_TRY(
        odd_image_column_read(train, "train.h5", "learnt", ODD_U8, c->images, (void **)&learnt));
    ODD_TRY(ODD_NEW(first, c->images));
    ODD_TRY(ODD_NEW(mixed, c->images));
    mark_mixed(c, fold, first, mixed);
    *copies = 0;
    for (int64_t i = 0; i < part->n_local; i++) {
        const int64_t row = part->row0 + i, image = c->image[row];
        const bool copied = mixed[c->copy_of[row]];
        if (fold[image] < 0 || learnt[image] || (c->of[row] >= 0 && !learns[c->of[row]])) continue;
        *copies += copied;
        known[i] = !copied;
    }
done:
    odd_free(fold);
    odd_free(first);
    odd_free(learnt);
    odd_free(mixed);
    return st;
}

/* -- logits -- */

/* score (part->n_local, k) of logits by class, by category. */
static odd_status read_scores(const odd_matrix *logits, const odd_category_rows *c,
                              const int32_t category[], const odd_partition *part,
                              odd_category_logits *out)
{
    const int64_t classes = odd_matrix_width(logits), k = c->count;
    float *block = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(block, part->block * classes));
    for (int64_t i = 0; i < part->n_local; i += part->block) {
        const int64_t left = part->n_local - i, count = left < part->block ? left : part->block;
        ODD_TRY(odd_rows_gather(logits, count, c->image + part->row0 + i, block));
        for (int64_t r = 0; r < count; r++) {
            float *score = out->score + (i + r) * k;
            for (int64_t j = 0; j < k; j++)
                score[j] = -INFINITY;
            for (int64_t j = 0; j < classes; j++) {
                const float x = block[r * classes + j];
                if (!isfinite(x)) out->known[i + r] = 0;
                if (category[j] >= 0) score[category[j]] = x;
            }
        }
    }
done:
    odd_free(block);
    return st;
}

/* @local */
static odd_status read_logits(const odd_file *train, const odd_category_rows *c,
                              const odd_partition *part, odd_category_logits *out, int64_t *copies)
{
    int32_t *category = NULL;
    uint8_t *learns = NULL;
    odd_matrix *logits = NULL;
    int64_t classes;
    odd_status st;
    ODD_TRY(match_classes(train, c, &category, &classes));
    ODD_TRY(odd_matrix_open(train, "logits", &logits));
    if (odd_matrix_width(logits) != classes || odd_matrix_rows(logits) != c->images)
        ODD_TRY(odd_fail(ODD_FORMAT, "train.h5: logits are not of %lld images and %lld classes",
                         (long long)c->images, (long long)classes));
    ODD_TRY(ODD_NEW(learns, c->count));
    for (int64_t j = 0; j < classes; j++)
        if (category[j] >= 0) learns[category[j]] = 1;
    ODD_TRY(ODD_NEW(out->known, part->n_local));
    ODD_TRY(ODD_NEW(out->score, part->n_local * c->count));
    ODD_TRY(mark_known(train, c, learns, part, out->known, copies));
    ODD_TRY(read_scores(logits, c, category, part, out));
done:
    odd_matrix_close(&logits);
    odd_free(category);
    odd_free(learns);
    return st;
}

/* Why the classifier cannot be asked; NULL: it can. */
static const char *find_reason(const odd_file *train, const odd_category_rows *c)
{
    if (c->filing.folders) return "it learns labels, and categories are folders";
    if (!odd_file_has(train, "logits")) return "logits are not in train.h5 (train.classify.write)";
    if (c->n > MOST_LOGITS / c->count) return "it has too many logits";
    return NULL;
}

odd_status odd_category_logits_read(const odd_run *run, const odd_file *train,
                                    const odd_category_rows *c, const odd_partition *part,
                                    odd_category_logits *out)
{
    const char *reason = find_reason(train, c);
    int64_t copies = 0;
    odd_status st = ODD_OK;
    *out = (odd_category_logits){0};
    if (reason) {
        odd_log(ODD_LOG_INFO, "categories: the trained classifier is not asked: %s", reason);
        return ODD_OK;
    }
    ODD_TRY_ALL(run->comm, read_logits(train, c, part, out, &copies));
    odd_sum_i64(run->comm, &copies, 1);
    if (copies > 0)
        odd_log(ODD_LOG_INFO,
                "categories: %lld images are judged without the classifier, which has learnt from "
                "a copy of each",
                (long long)copies);
done:
    if (st != ODD_OK) odd_category_logits_free(out);
    return st;
}

void odd_category_logits_free(odd_category_logits *logits)
{
    odd_free(logits->score);
    odd_free(logits->known);
    *logits = (odd_category_logits){0};
}
