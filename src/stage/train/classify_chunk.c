/* A chunk of images through the networks of classes. */
#include "stage/train/classify_internal.h"

#include "oddlot/base/memory.h"

odd_status odd_classifier_add(odd_classifier *p, const odd_graph *graph)
{
    const int64_t features =
        graph->outputs > 1 ? odd_tensor_values(&graph->tensor[graph->output[1]]) : 0;
    odd_status st;
    if (p->nets == 0) {
        p->features = features;
        ODD_TRY(ODD_NEW(p->deep, ODD_CHUNK * p->features));
    }
    if (features != p->features)
        ODD_TRY(odd_fail(ODD_FORMAT, "networks of %lld and %lld features", (long long)p->features,
                         (long long)features));
    ODD_TRY(odd_net_new(graph, ODD_PRECISION_F32, &p->net[p->nets]));
    p->nets++;
done:
    return st;
}

odd_status odd_classifier_open(odd_classifier *p, const odd_training *t, int64_t nets)
{
    odd_status st;
    *p = (odd_classifier){.t = t, .classes = odd_classify_of(t)->classes};
    ODD_TRY(ODD_NEW(p->net, nets));
    ODD_TRY(odd_train_batch_new(&t->images, ODD_CHUNK, &p->batch));
    ODD_TRY(ODD_NEW(p->logits, ODD_CHUNK * p->classes));
    ODD_TRY(ODD_NEW(p->outlier, ODD_CHUNK));
done:
    return st;
}

void odd_classifier_close(odd_classifier *p)
{
    for (int64_t i = 0; i < p->nets; i++)
        odd_net_free(&p->net[i]);
    odd_free(p->net);
    odd_train_batch_free(&p->batch);
    odd_free(p->logits);
    odd_free(p->deep);
    odd_free(p->outlier);
}

odd_status odd_classifier_run(odd_classifier *p, int64_t net, int64_t count, const int64_t row[])
{
    float *const output[] = {p->logits, p->deep, p->outlier};
    odd_status st;
    ODD_TRY(odd_train_batch_load(&p->t->images, NULL, count, row, 0, &p->batch));
    ODD_TRY(odd_net_run(p->net[net], count, NULL, p->batch.input, output));
done:
    return st;
}
