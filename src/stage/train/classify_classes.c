/* Classes of a catalogue: which labels are learnt, from which images, and the folds. */
#include "oddlot/run/labels.h"
#include "stage/train/classify_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/detect/detector.h"

#include <stdlib.h>
#include <string.h>

enum { OUTLIERS = -2 }; /* in place of a class, where images are dealt */

/* Where networks may learn from the image, if its label is a class. */
static bool may_learn(const odd_training *t, int64_t row)
{
    return !t->images.held_out[row] && t->verified[row] != ODD_VERIFIED_ODD;
}

/* Is it in a fold that this network learns from? */
static bool is_seen(const odd_training *t, int64_t number, int64_t row)
{
    const int64_t folds = t->options->folds;
    const int32_t fold = odd_classify_of(t)->fold[row];
    if (fold < 0 || folds == 1) return fold >= 0;
    return fold != number && !(t->options->patience > 0 && fold == (number + 1) % folds);
}

bool odd_classify_learns(const odd_training *t, int64_t number, int64_t row)
{
    return odd_classify_of(t)->label[row] >= 0 && may_learn(t, row) && is_seen(t, number, row);
}

bool odd_classify_learns_outlier(const odd_training *t, int64_t number, int64_t row)
{
    const uint8_t *outlier = odd_classify_of(t)->outlier;
    return outlier && outlier[row] && is_seen(t, number, row);
}

bool odd_classify_has_learnt(const odd_training *t, int64_t row)
{
    const int32_t fold = odd_classify_of(t)->fold[row];
    return odd_classify_learns(t, fold, row) || odd_classify_learns_outlier(t, fold, row);
}

/* -- which labels are classes -- */

static odd_status check_unknown(const odd_job *job, const odd_labels *labels)
{
    const odd_list *unknown = &odd_classify_options_of(job)->unknown;
    for (int64_t i = 0; i < unknown->count; i++) {
        int64_t l = 0;
        while (l < labels->count && strcmp(labels->name[l], unknown->item[i]) != 0)
            l++;
        if (l == labels->count)
            return odd_job_fail(job, "train.classify.unknown", "no image has the label '%s'",
                                unknown->item[i]);
    }
    return ODD_OK;
}

/* Images of each label (labels) that may be learnt from. */
static void count_images(const odd_training *t, const odd_labels *labels, int64_t count[])
{
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        if (labels->of[row] >= 0 && may_learn(t, row)) count[labels->of[row]]++;
    }
}

static odd_status check_classes(const odd_training *t, const odd_labels *labels)
{
    const odd_classify *c = t->state;
    const odd_classify_options *o = odd_classify_options_of(t->run->job);
    if (c->classes >= 2) return ODD_OK;
    if (labels->count == 0)
        return odd_job_fail(t->run->job, "train.task",
                            "classify learns labels, and no image has one: a manifest has a column "
                            "`label`, and other catalogues have settings for them");
    return odd_job_fail(t->run->job, "train.task",
                        "classify needs two labels with %lld images or more to learn from "
                        "(train.classify.least); of %lld labels %d has so many",
                        (long long)o->least, (long long)labels->count, c->classes);
}

/* number (labels): the class of each, or -1. */
static odd_status choose_classes(odd_training *t, const odd_labels *labels, int32_t number[])
{
    odd_classify *c = t->state;
    const odd_classify_options *o = odd_classify_options_of(t->run->job);
    int64_t *count = NULL, few = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(count, labels->count));
    ODD_TRY(ODD_NEW(c->name, labels->count));
    ODD_TRY(ODD_NEW(c->size, labels->count));
    count_images(t, labels, count);
    for (int64_t l = 0; l < labels->count; l++) {
        const bool known = !odd_list_has(&o->unknown, labels->name[l]);
        number[l] = -1;
        few += known && count[l] > 0 && count[l] < o->least;
        if (!known || count[l] < o->least || c->classes == INT32_MAX) continue;
        c->size[c->classes] = count[l];
        c->name[c->classes] = labels->name[l];
        number[l] = c->classes++;
    }
    if (few > 0)
        odd_log(ODD_LOG_WARN,
                "train: %lld labels have less than %lld images to learn from "
                "(train.classify.least): they are no classes",
                (long long)few, (long long)o->least);
    ODD_TRY(check_classes(t, labels));
done:
    odd_free(count);
    return st;
}

static odd_status number_images(odd_training *t)
{
    odd_classify *c = t->state;
    const odd_list *unknown = &odd_classify_options_of(t->run->job)->unknown;
    const odd_labels *labels = &t->labels;
    int32_t *number = NULL;
    odd_status st;
    ODD_TRY(check_unknown(t->run->job, labels));
    ODD_TRY(ODD_NEW(number, labels->count));
    ODD_TRY(choose_classes(t, labels, number));
    for (int64_t i = 0; i < c->n; i++) {
        const int64_t l = labels->of[i];
        c->label[i] = l < 0 ? -1 : number[l];
        c->unknown[i] = l >= 0 && c->label[i] < 0 && odd_list_has(unknown, labels->name[l]);
    }
done:
    odd_free(number);
    return st;
}

/* The mean weight of an image that is learnt from is 1. */
static odd_status set_weights(odd_training *t)
{
    odd_classify *c = t->state;
    double all = 0;
    odd_status st = ODD_OK;
    if (strcmp(odd_classify_options_of(t->run->job)->class_weights, "balanced") != 0) return ODD_OK;
    ODD_TRY(ODD_NEW(c->weight, c->classes));
    for (int32_t k = 0; k < c->classes; k++)
        all += (double)c->size[k];
    for (int32_t k = 0; k < c->classes; k++)
        c->weight[k] = (float)(all / ((double)c->classes * (double)c->size[k]));
done:
    return st;
}

/* -- folds -- */

/* An image where it is dealt: class by class, those without one first, else by a key that is drawn.
 */
typedef struct {
    int32_t label;
    uint64_t key;
    int64_t row;
} dealt;

static int by_deal(const void *a, const void *b)
{
    const dealt *x = a, *y = b;
    if (x->label != y->label) return x->label < y->label ? -1 : 1;
    if (x->key != y->key) return x->key < y->key ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

/* Copies, pixel for pixel, go where the first of them is: no network predicts what it has learnt
 * from. */
static void follow_first(const odd_training *t)
{
    odd_classify *c = t->state;
    int64_t copies = 0;
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i], first = t->images.copy_of[row];
        copies += first != row;
        c->fold[row] = c->fold[first];
    }
    if (copies > 0 && t->options->folds > 1)
        odd_log(ODD_LOG_INFO,
                "train: %lld images are copies of others, pixel for pixel, and in their folds",
                (long long)copies);
}

/* Dealt out like cards, so that neither folds nor the images of a class in them differ by more than
 * one in number, but for copies. */
static odd_status draw_folds(odd_training *t)
{
    odd_classify *c = t->state;
    const uint64_t seed = (uint64_t)t->run->options->seed;
    dealt *card = NULL;
    int64_t count = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(card, t->images.readable));
    for (int64_t i = 0; i < t->images.readable; i++) {
        const int64_t row = t->images.row[i];
        uint32_t bits[4];
        if (t->images.copy_of[row] != row) continue;
        odd_philox(seed, ODD_STREAM_FOLDS, (uint64_t)row, 2, bits);
        card[count++] = (dealt){c->outlier && c->outlier[row] ? OUTLIERS : c->label[row],
                                (uint64_t)bits[1] << 32 | bits[0], row};
    }
    qsort(card, (size_t)count, sizeof *card, by_deal);
    for (int64_t i = 0; i < count; i++)
        c->fold[card[i].row] = (int32_t)(i % t->options->folds);
    follow_first(t);
done:
    odd_free(card);
    return st;
}

/* -- the state -- */

static odd_status new_centers(odd_training *t)
{
    odd_classify *c = t->state;
    const odd_train_images *images = &t->images;
    const int64_t shape[3] = {images->channels, images->height, images->width};
    odd_graph *graph = NULL;
    odd_status st = ODD_OK;
    if (odd_classify_options_of(t->run->job)->center_loss <= 0) return ODD_OK;
    ODD_TRY(odd_classify_network(t->run->job, 0, shape, &graph));
    c->networks = t->options->folds;
    c->features = odd_tensor_values(&graph->tensor[graph->output[0]]);
    ODD_TRY(ODD_NEW(c->center, c->networks * c->classes * c->features));
done:
    odd_graph_free(&graph);
    return st;
}

static odd_status allocate(odd_classify *c)
{
    odd_status st;
    ODD_TRY(ODD_NEW(c->label, c->n));
    ODD_TRY(ODD_NEW(c->unknown, c->n));
    ODD_TRY(ODD_NEW(c->fold, c->n));
    for (int64_t i = 0; i < c->n; i++)
        c->label[i] = c->fold[i] = -1;
done:
    return st;
}

static odd_status check_count(const odd_training *t)
{
    const odd_classify *c = t->state;
    int64_t learnt = 0;
    for (int32_t k = 0; k < c->classes; k++)
        learnt += c->size[k];
    if (learnt >= t->options->folds) return ODD_OK;
    return odd_job_fail(t->run->job, "train.folds", "too few images (%lld) for %lld folds",
                        (long long)learnt, (long long)t->options->folds);
}

odd_status odd_classify_new(odd_training *t)
{
    odd_classify *c = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(c, 1));
    t->state = c;
    c->n = t->images.n;
    ODD_TRY(allocate(c));
    ODD_TRY(number_images(t));
    ODD_TRY(check_count(t));
    ODD_TRY(set_weights(t));
    ODD_TRY(odd_classify_find_outliers(t));
    ODD_TRY(draw_folds(t));
    ODD_TRY(new_centers(t));
    t->images.label = c->target ? c->target : c->label;
    t->images.class_weight = c->weight;
    t->images.odd = c->outlier;
    t->images.odd_weight = c->outlier_weight;
    odd_log(ODD_LOG_INFO, "train: %d classes", c->classes);
done:
    return st;
}

void odd_classify_free(odd_training *t)
{
    odd_classify *c = t->state;
    if (!c) return;
    t->images.label = NULL;
    t->images.class_weight = NULL;
    t->images.odd = NULL;
    odd_free((void *)c->name);
    odd_free(c->size);
    odd_free(c->weight);
    odd_free(c->label);
    odd_free(c->target);
    odd_free(c->outlier);
    odd_free(c->unknown);
    odd_free(c->fold);
    odd_free(c->center);
    odd_free(c);
    t->state = NULL;
}
