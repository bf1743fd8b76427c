/* Trials: how well networks detect damage of each kind, learnt or not, and smaller and larger
 * regions than those of the training. The same images are predicted as they are and with each
 * damage, by draws that no training uses; each by the network that has not seen it. */
#include "stage/train/damage_trials_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    TURN_OF_KINDS = 1 << 24,            /* far from the epochs of any training */
    TURN_OF_SIZES = TURN_OF_KINDS + 999 /* one for all sizes: they differ in nothing else */
};

/* -- the list of trials -- */

static void add_kind(odd_damage_trials *c, int *kind, bool learnt)
{
    odd_damage_task task = odd_damage_of(c->t)->task;
    task.probability = 1;
    task.fresh = true;
    task.kinds = 1;
    task.kind = kind;
    c->trial[c->trials++] = (odd_damage_trial){.task = task,
                                               .turn = TURN_OF_KINDS + (uint32_t)*kind,
                                               .name = odd_damage_kinds[*kind].name,
                                               .learnt = learnt,
                                               .sized = odd_damage_kinds[*kind].sized};
}

/* The white square has its size in pixels. */
static bool is_size_learnt(const odd_training *t, int kind, double size)
{
    const odd_damage_options *o = &odd_damage_of(t)->task.size;
    const int shorter = odd_shorter_side(&t->images);
    if (strcmp(odd_damage_kinds[kind].name, "square") == 0)
        return lround(size * shorter) == o->side;
    return size >= o->smallest && size <= o->largest;
}

static void add_size(odd_damage_trials *c, int sized, double size)
{
    const odd_training *t = c->t;
    const int shorter = odd_shorter_side(&t->images);
    const long side = lround(size * shorter);
    odd_damage_task task = odd_damage_of(t)->task;
    bool learnt = true;
    task.probability = 1;
    task.fresh = true;
    task.kinds = sized;
    task.kind = c->sized_kind;
    task.size = (odd_damage_options){side > 1 ? (int)side : 1, size, size};
    for (int k = 0; k < sized; k++)
        learnt = learnt && is_size_learnt(t, c->sized_kind[k], size);
    c->trial[c->trials++] = (odd_damage_trial){
        .task = task, .turn = TURN_OF_SIZES, .name = "any", .learnt = learnt, .sized = true};
}

static odd_status list_trials(odd_damage_trials *c)
{
    const odd_damage_task *learnt = &odd_damage_of(c->t)->task;
    int sized = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(c->trial, learnt->kinds + odd_damage_of(c->t)->task.evaluation.kinds +
                                  odd_damage_of(c->t)->task.evaluation.sizes));
    ODD_TRY(ODD_NEW(c->sized_kind, learnt->kinds));
    for (int k = 0; k < learnt->kinds; k++) {
        add_kind(c, &learnt->kind[k], true);
        if (odd_damage_kinds[learnt->kind[k]].sized) c->sized_kind[sized++] = learnt->kind[k];
    }
    for (int k = 0; k < odd_damage_of(c->t)->task.evaluation.kinds; k++)
        add_kind(c, &odd_damage_of(c->t)->task.evaluation.kind[k], false);
    for (int s = 0; s < odd_damage_of(c->t)->task.evaluation.sizes; s++)
        add_size(c, sized, odd_damage_of(c->t)->task.evaluation.size[s]);
done:
    return st;
}

/* A sample of the images, fold after fold. */
static odd_status choose_images(odd_damage_trials *c)
{
    const odd_train_images *images = &c->t->images;
    const odd_damage_result *r = c->t->state;
    int64_t *chosen = NULL, most = odd_damage_of(c->t)->task.evaluation.images;
    odd_status st;
    if (most > images->readable) most = images->readable;
    ODD_TRY(ODD_NEW(chosen, most));
    ODD_TRY(ODD_NEW(c->row, most));
    ODD_TRY(odd_choose(images->readable, most, odd_damage_of(c->t)->task.seed, ODD_STREAM_TRIALS,
                       chosen));
    for (int64_t fold = 0; fold < c->t->options->folds; fold++)
        for (int64_t i = 0; i < most; i++)
            if (r->fold[images->row[chosen[i]]] == fold)
                c->row[c->count++] = images->row[chosen[i]];
    ODD_TRY(ODD_NEW(c->odds_as_is, c->count));
    ODD_TRY(ODD_NEW(c->odds_in_trial, c->trials * c->count));
    ODD_TRY(ODD_NEW(c->altered, c->trials * c->count));
done:
    odd_free(chosen);
    return st;
}

static odd_status trials_open(odd_damage_trials *c)
{
    odd_status st;
    ODD_TRY(list_trials(c));
    ODD_TRY(choose_images(c));
done:
    return st;
}

static void trials_close(odd_damage_trials *c)
{
    odd_free(c->sized_kind);
    odd_free(c->trial);
    odd_free(c->row);
    odd_free(c->odds_as_is);
    odd_free(c->odds_in_trial);
    odd_free(c->altered);
}

/* -- predictions -- */

/* Predict the images from `first` on, which the network of this fold has not seen. @collective */
static odd_status predict_fold(odd_damage_trials *c, int64_t fold, int64_t first, int64_t count)
{
    const odd_training *t = c->t;
    const int64_t *row = c->row + first;
    const odd_train_images *images = &t->images;
    char *path = NULL;
    odd_graph *graph = NULL;
    odd_status st;
    if (count == 0) return ODD_OK;
    ODD_TRY_ALL(t->comm, t->task->heat->read(t->run, fold, images->height, images->width,
                                             images->channels, &path, &graph));
    ODD_TRY(odd_damage_predict_as(t, graph, NULL, 0, count, row, c->odds_as_is + first,
                                  c->altered + first)); /* overwritten by the first trial */
    for (int k = 0; k < c->trials; k++)
        ODD_TRY(odd_damage_predict_as(t, graph, &c->trial[k].task, c->trial[k].turn, count, row,
                                      c->odds_in_trial + k * c->count + first,
                                      c->altered + k * c->count + first));
done:
    odd_graph_free(&graph);
    odd_free(path);
    return st;
}

/* @collective */
static odd_status predict_all(odd_damage_trials *c)
{
    const odd_damage_result *r = c->t->state;
    odd_status st = ODD_OK;
    for (int64_t fold = 0, first = 0, end; fold < c->t->options->folds && st == ODD_OK;
         fold++, first = end) {
        for (end = first; end < c->count && r->fold[c->row[end]] == fold;)
            end++;
        st = predict_fold(c, fold, first, end - first);
    }
    return st;
}

odd_status odd_damage_trials_add(const odd_training *t, odd_bundle *out)
{
    odd_damage_trials c = {.t = t};
    odd_status st;
    if (odd_damage_of(t)->task.evaluation.kinds + odd_damage_of(t)->task.evaluation.sizes == 0)
        return ODD_OK;
    ODD_TRY_ALL(t->comm, trials_open(&c));
    ODD_TRY(predict_all(&c));
    ODD_TRY_ALL(t->comm, odd_damage_trials_summarize(&c, out));
done:
    trials_close(&c);
    return st;
}
