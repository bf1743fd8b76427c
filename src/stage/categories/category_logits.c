/* Category logits: what the classifier that the job trains says of my rows, each by a network that
 * has learnt neither from the image nor from a copy of it. */
#include "oddlot/run/columns.h"
#include "oddlot/store/matrix.h"
#include "stage/categories/categories_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/deal.h"
#include "oddlot/par/route.h"

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

/* Folds, and what is learnt, of the images of my rows. */
typedef struct {
    int32_t *fold;   /* (n_local) */
    uint8_t *learnt; /* (n_local) */
    uint8_t *mixed;  /* (n_local) a network that predicts it has learnt from a copy of it */
} predicted_rows;

static void predicted_free(predicted_rows *p)
{
    odd_free(p->fold);
    odd_free(p->learnt);
    odd_free(p->mixed);
}

/* @local */
static odd_status read_predicted(const odd_file *train, const odd_category_rows *c,
                                 predicted_rows *p)
{
    const int64_t n = c->part.n_local;
    odd_status st;
    ODD_TRY(ODD_NEW(p->fold, n));
    ODD_TRY(ODD_NEW(p->learnt, n));
    ODD_TRY(ODD_NEW(p->mixed, n));
    ODD_TRY(
        odd_image_column_of(train, "train.h5", "fold", ODD_I32, c->images, n, c->image, p->fold));
    ODD_TRY(odd_image_column_of(train, "train.h5", "learnt", ODD_U8, c->images, n, c->image,
                                p->learnt));
done:
    return st;
}

/* A row that has copies, with the fold of its image, at the rank that owns what stands for it. */
typedef struct {
    int64_t stands, fold;
} copy_in_fold;

static int owner_of_standing(const void *owners, const void *copy)
{
    return odd_partition_owner(owners, ((const copy_in_fold *)copy)->stands);
}

/* @local */
static odd_status list_copies(const odd_category_rows *c, const int32_t fold[], copy_in_fold **out,
                              int64_t *count)
{
    odd_status st;
    *count = 0;
    ODD_TRY(ODD_NEW(*out, c->part.n_local));
    for (int64_t i = 0; i < c->part.n_local; i++)
        if (fold[i] >= 0 && odd_category_copies(c, c->part.row0 + i) >= 0)
            (*out)[(*count)++] = (copy_in_fold){c->copy_of[i], fold[i]};
done:
    return st;
}

/* mixed: (images->n_local) of images that stand for copies in several folds. @local */
static odd_status mark_standing(const odd_partition *images, const copy_in_fold copy[],
                                int64_t count, uint8_t mixed[])
{
    int64_t *first = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(first, images->n_local));
    for (int64_t i = 0; i < images->n_local; i++)
        first[i] = -1;
    for (int64_t i = 0; i < count; i++) {
        const int64_t at = copy[i].stands - images->row0;
        if (first[at] < 0) first[at] = copy[i].fold;
        mixed[at] |= first[at] != copy[i].fold;
    }
done:
    odd_free(first);
    return st;
}

/* p->mixed: of copies in several folds a network that predicts one has learnt from another.
 * @collective */
static odd_status find_mixed(MPI_Comm comm, const odd_category_rows *c, predicted_rows *p)
{
    const odd_partition images = odd_partition_rows(comm, c->images);
    odd_owners owners = {0};
    copy_in_fold *mine = NULL, *met = NULL;
    uint8_t *mixed = NULL;
    int64_t count, n;
    odd_status st;
    ODD_TRY_ALL(comm, odd_owners_new(comm, c->images, &owners));
    ODD_TRY_ALL(comm, list_copies(c, p->fold, &mine, &count));
    ODD_TRY(
        odd_route(comm, mine, count, sizeof *mine, owner_of_standing, &owners, (void **)&met, &n));
    ODD_TRY_ALL(comm, ODD_NEW(mixed, images.n_local));
    ODD_TRY_ALL(comm, mark_standing(&images, met, n, mixed));
    ODD_TRY(odd_ask(comm, &images, mixed, sizeof *mixed, c->part.n_local, c->copy_of, p->mixed));
done:
    odd_owners_free(&owners);
    odd_free(mine);
    odd_free(met);
    odd_free(mixed);
    return st;
}

/* learns (k): which categories are classes. Leaves out those that are copies: *copies. */
static void mark_known(const odd_category_rows *c, const predicted_rows *p, const uint8_t learns[],
                       uint8_t known[], int64_t *copies)
{
    *copies = 0;
    for (int64_t i = 0; i < c->part.n_local; i++) {
        if (p->fold[i] < 0 || p->learnt[i] || (c->mine[i] >= 0 && !learns[c->mine[i]])) continue;
        *copies += p->mixed[i];
        known[i] = !p->mixed[i];
    }
}

/* -- logits -- */

/* score (n_local, k) of logits by class, by category. */
static odd_status read_scores(const odd_matrix *logits, const odd_category_rows *c,
                              const int32_t category[], odd_category_logits *out)
{
    const odd_partition *part = &c->part;
    const int64_t classes = odd_matrix_width(logits), k = c->count;
    float *block = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(block, part->block * classes));
    for (int64_t i = 0; i < part->n_local; i += part->block) {
        const int64_t left = part->n_local - i, count = left < part->block ? left : part->block;
        ODD_TRY(odd_rows_gather(logits, count, c->image + i, block));
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
                              const predicted_rows *p, odd_category_logits *out, int64_t *copies)
{
    const odd_partition *part = &c->part;
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
    mark_known(c, p, learns, out->known, copies);
    ODD_TRY(read_scores(logits, c, category, out));
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
    if (c->part.n > MOST_LOGITS / c->count) return "it has too many logits";
    return NULL;
}

odd_status odd_category_logits_read(const odd_run *run, const odd_file *train,
                                    const odd_category_rows *c, odd_category_logits *out)
{
    predicted_rows p = {0};
    const char *reason = find_reason(train, c);
    int64_t copies = 0;
    odd_status st = ODD_OK;
    *out = (odd_category_logits){0};
    if (reason) {
        odd_log(ODD_LOG_INFO, "categories: the trained classifier is not asked: %s", reason);
        return ODD_OK;
    }
    ODD_TRY_ALL(run->comm, read_predicted(train, c, &p));
    ODD_TRY(find_mixed(run->comm, c, &p));
    ODD_TRY_ALL(run->comm, read_logits(train, c, &p, out, &copies));
    odd_sum_i64(run->comm, &copies, 1);
    if (copies > 0)
        odd_log(ODD_LOG_INFO,
                "categories: %lld images are judged without the classifier, which has learnt from "
                "a copy of each",
                (long long)copies);
done:
    predicted_free(&p);
    if (st != ODD_OK) odd_category_logits_free(out);
    return st;
}

void odd_category_logits_free(odd_category_logits *logits)
{
    odd_free(logits->score);
    odd_free(logits->known);
    *logits = (odd_category_logits){0};
}
