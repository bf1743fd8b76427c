/* ViM of a classifier: what the features of the images that a network has learnt from leave to no
 * class, one more logit for any image (detect/vim.h). */
#include "stage/train/classify_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

/* -- the last layer -- */

/* weight (k, d) and bias (k) of the product that makes the logits; false: it is no plain one. */
static bool copy_last_layer(const odd_graph *g, int64_t k, int64_t d, float weight[], float bias[])
{
    const odd_layer *last = odd_classify_last_layer(g);
    if (!last) return false;
    const odd_layer_settings *set = &last->set;
    const odd_tensor *b = &g->tensor[last->input[1]];
    const float *c =
        last->inputs > 2 && last->input[2] >= 0 ? g->tensor[last->input[2]].data : NULL;
    if (!b->data || odd_tensor_values(b) != k * d || set->transpose_a) return false;
    if (c && odd_tensor_values(&g->tensor[last->input[2]]) != k) return false;
    for (int64_t j = 0; j < k; j++) {
        for (int64_t i = 0; i < d; i++)
            weight[j * d + i] = set->alpha * b->data[set->transpose_b ? j * d + i : i * k + j];
        bias[j] = c ? set->beta * c[j] : 0;
    }
    return true;
}

/* The origin of the paper, from the last layer; NULL where it has none. @local */
static odd_status find_origin(const odd_graph *g, int64_t k, int64_t d, double **origin)
{
    float *weight = NULL, *bias = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(weight, k * d));
    ODD_TRY(ODD_NEW(bias, k));
    if (!copy_last_layer(g, k, d, weight, bias)) goto done;
    ODD_TRY(ODD_NEW(*origin, d));
    ODD_TRY(odd_vim_origin(k, d, weight, bias, *origin));
done:
    odd_free(weight);
    odd_free(bias);
    return st;
}

/* -- features of what was learnt from -- */

typedef struct {
    odd_classifier *by;
    int64_t net;
    odd_rows rows;
    int64_t *row;    /* (rows.part.n) images, rising, on every rank */
    double *largest; /* (n_local) logit, once the features were read */
    float *x;        /* my features, where they are in memory */
} learnt_images;

static double largest_of(int64_t k, const float logits[])
{
    double largest = (double)logits[0];
    for (int64_t c = 1; c < k; c++)
        largest = fmax(largest, (double)logits[c]);
    return largest;
}

/* A chunk that does not go over the end of a block, so that an image meets the same others on any
 * number of ranks. */
static odd_status read_features(void *context, int64_t local, int64_t count, float x[])
{
    learnt_images *l = context;
    const odd_partition *part = &l->rows.part;
    const int64_t d = l->by->features, k = l->by->classes;
    odd_status st = ODD_OK;
    for (int64_t i = 0, chunk; i < count && st == ODD_OK; i += chunk) {
        const int64_t here = local + i, rest = part->block - here % part->block;
        chunk = odd_min(odd_min(rest, ODD_CHUNK), count - i);
        st = odd_classifier_run(l->by, l->net, chunk, l->row + part->row0 + here);
        for (int64_t j = 0; j < chunk && st == ODD_OK; j++) {
            l->largest[here + j] = largest_of(k, l->by->logits + j * k);
            memcpy(x + (i + j) * d, l->by->deep + j * d, (size_t)d * sizeof *x);
        }
    }
    return st;
}

static odd_status pick_learnt(learnt_images *l, int64_t *count)
{
    const odd_training *t = l->by->t;
    odd_status st;
    *count = 0;
    ODD_TRY(ODD_NEW(l->row, t->images.readable));
    for (int64_t i = 0; i < t->images.readable; i++)
        if (odd_classify_learns(t, l->net, t->images.row[i])) l->row[(*count)++] = t->images.row[i];
done:
    return st;
}

static odd_status load_features(learnt_images *l)
{
    const int64_t values = l->rows.part.n_local * l->by->features;
    odd_status st;
    ODD_TRY(ODD_NEW(l->largest, l->rows.part.n_local));
    if (!odd_run_fits(l->by->t->run, (double)values * (double)sizeof(float))) goto done;
    ODD_TRY(ODD_NEW(l->x, values));
    ODD_TRY(read_features(l, 0, l->rows.part.n_local, l->x));
    l->rows.x = l->x;
done:
    return st;
}

static void close_images(learnt_images *l)
{
    odd_free(l->row);
    odd_free(l->largest);
    odd_free(l->x);
}

/* @collective */
static odd_status learn_vim(learnt_images *l, const odd_graph *graph, odd_vim *out)
{
    const MPI_Comm comm = l->by->t->comm;
    odd_vim_options o = {0};
    double *origin = NULL;
    int64_t count = 0;
    odd_status st;
    ODD_TRY_ALL(comm, pick_learnt(l, &count));
    l->rows = odd_rows_in_memory(comm, count, (int)l->by->features, NULL);
    l->rows.read = read_features;
    l->rows.reader = l;
    ODD_TRY_ALL(comm, load_features(l));
    ODD_TRY_ALL(comm, find_origin(graph, l->by->classes, l->by->features, &origin));
    o.origin = origin;
    ODD_TRY(odd_vim_learn(&o, &l->rows, l->largest, out));
done:
    odd_free(origin);
    return st;
}

odd_status odd_classify_vim_learn(odd_classifier *classifier, int64_t net, const odd_graph *graph,
                                  odd_vim *out)
{
    learnt_images l = {.by = classifier, .net = net};
    odd_status st;
    *out = (odd_vim){0};
    if (classifier->features > ODD_MOST_VIM_FEATURES) {
        odd_log(ODD_LOG_INFO, "train: vim is the energy alone: %lld features are more than %d",
                (long long)classifier->features, ODD_MOST_VIM_FEATURES);
        return ODD_OK;
    }
    st = learn_vim(&l, graph, out);
    close_images(&l);
    return st;
}
