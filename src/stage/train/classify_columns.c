/* Columns of classifiers: what is known of every image. */
#include "oddlot/run/columns.h"
#include "stage/train/classify_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

/* Arrays of the predictions (n), as they are written. */
typedef struct {
    int32_t *predicted;
    double *own, *softmax, *energy, *largest, *vim, *outlier;
    uint8_t *learnt;
} class_columns;

static void columns_free(class_columns *c)
{
    odd_free(c->predicted);
    odd_free(c->own);
    odd_free(c->softmax);
    odd_free(c->energy);
    odd_free(c->largest);
    odd_free(c->vim);
    odd_free(c->outlier);
    odd_free(c->learnt);
}

static odd_status columns_fill(const odd_training *t, const odd_class_prediction p[],
                               class_columns *c)
{
    const int64_t n = t->images.n;
    odd_status st;
    ODD_TRY(ODD_NEW(c->predicted, n));
    ODD_TRY(ODD_NEW(c->own, n));
    ODD_TRY(ODD_NEW(c->softmax, n));
    ODD_TRY(ODD_NEW(c->energy, n));
    ODD_TRY(ODD_NEW(c->largest, n));
    ODD_TRY(ODD_NEW(c->vim, n));
    ODD_TRY(ODD_NEW(c->outlier, n));
    ODD_TRY(ODD_NEW(c->learnt, n));
    for (int64_t i = 0; i < n; i++) {
        c->predicted[i] = p[i].predicted;
        c->own[i] = p[i].own;
        c->softmax[i] = p[i].softmax;
        c->energy[i] = p[i].energy;
        c->largest[i] = p[i].largest;
        c->vim[i] = p[i].vim;
        c->outlier[i] = p[i].outlier;
        c->learnt[i] = odd_classify_has_learnt(t, i);
    }
done:
    return st;
}

static odd_status write_columns(const odd_training *t, const class_columns *c, odd_file *file)
{
    const odd_classify *r = t->state;
    const odd_whole_column column[] = {
        {"label", ODD_I32, r->label, "its class, as classes/name lists them; -1: none of them"},
        {"unknown", ODD_U8, r->unknown, "whether its label is unknown on purpose"},
        {"fold", ODD_I32, r->fold, "whose network predicts the image, from 0; -1: unreadable"},
        {"learnt", ODD_U8, c->learnt, "whether that network has learnt from it"},
        {"predicted", ODD_I32, c->predicted, "the class of the largest logit; -1: unreadable"},
        {"own", ODD_F64, c->own, "probability of its own class; NaN: it has none"},
        {"softmax", ODD_F64, c->softmax, "1 - the largest probability; NaN: not readable"},
        {"energy", ODD_F64, c->energy, "- log sum exp of the logits"},
        {"max_logit", ODD_F64, c->largest, "the largest logit"},
        {"vim", ODD_F64, c->vim,
         "energy, and the residual of the last hidden layer outside the principal subspace of the "
         "images that the network has learnt from, in units of logits"},
        {"outlier", ODD_F64, c->outlier,
         "probability of being odd, by a second head that has not learnt from the image unless "
         "`learnt` says so"},
    };
    const size_t all = sizeof column / sizeof *column;
    return odd_whole_columns_write(t->comm, file, "", r->n, column, r->outlier ? all : all - 1);
}

odd_status odd_classify_columns_write(const odd_training *t, const odd_class_prediction p[],
                                      odd_file *file)
{
    class_columns c = {0};
    odd_status st;
    ODD_TRY_ALL(t->comm, columns_fill(t, p, &c));
    ODD_TRY(write_columns(t, &c, file));
done:
    columns_free(&c);
    return st;
}
