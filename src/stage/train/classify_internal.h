/**
 * Task classify: a network for each fold of the catalogue learns the labels of the images of the
 * other folds, and predicts this one, which it has not learnt from (cross-fitting). Images without
 * a label, those of labels that are unknown on purpose and those that are held out are predicted,
 * too, and never learnt from. With one fold one network learns from all that is left and predicts
 * all.
 *
 * Its last hidden layer is what `features.source: trained` gives: that of the first network, for
 * all images, as features of several networks cannot be compared.
 */
#ifndef ODDLOT_STAGE_TRAIN_CLASSIFY_INTERNAL_H
#define ODDLOT_STAGE_TRAIN_CLASSIFY_INTERNAL_H

#include "stage/train/training_internal.h"

#include "oddlot/detect/vim.h"
#include "oddlot/nn/net.h"

#define ODD_CLASSIFIER_FEATURES "networks/features.onnx"
#define ODD_OUTLIER_OUTPUT      "outlier" /* of the second head: a logit */

/* Section `train.classify`. */
typedef struct {
    double center_loss, center_rate, outlier_loss, smoothing;
    char *class_weights;
    odd_list unknown, write;
    int64_t least;
} odd_classify_options;

/* Classes of which tables of (classes, classes) are written, and unless the job asks for them
 * values of each image for each: 8 MB, and 8 KB an image. */
enum { ODD_MOST_CLASSES_WRITTEN = 1000 };

/* -- classify_settings.c -- */

extern const odd_part odd_classify_part;
/** Those of a job. @local */
const odd_classify_options *odd_classify_options_of(const odd_job *job);
/** Settings that make no sense together. @local; ODD_USAGE */
odd_status odd_classify_check(const odd_job *job);

/* The task's own state in a training. Letters: n images, k classes. */
typedef struct {
    int64_t n;
    int32_t classes;   /* k */
    const char **name; /* (k) their labels, sorted; borrowed from the training */
    int64_t *size;     /* (k) images that may be learnt from */
    float *weight;     /* (k) of each class's images, mean 1 over them; NULL: all alike */
    int32_t *label;    /* (n) class of each image; -1: none that is learnt */
    int32_t *target;   /* (n) the same, ODD_NO_CLASS of outliers; NULL: there is no second head */
    uint8_t *outlier;  /* (n) 1: the second head may learn from it that it is odd; NULL: none */
    float outlier_weight; /* of such an image: together they are as many as those of classes */
    uint8_t *unknown;     /* (n) 1: of a label that is unknown on purpose */
    int32_t *fold;        /* (n) whose network predicts it; -1: not readable */
    float *center;        /* (networks, k, features) as they are at the end; NULL: no center loss */
    int64_t networks, features; /* features: 0 until a network is there */
} odd_classify;

/** The state of a training of this task. */
static inline odd_classify *odd_classify_of(const odd_training *t)
{
    return t->state;
}

/* -- classify_classes.c -- */

/** Find classes and folds: t->state. @local; ODD_USAGE, ODD_NOMEM */
odd_status odd_classify_new(odd_training *t);
void odd_classify_free(odd_training *t);
/** Does the network of this fold learn the image's class? @local */
bool odd_classify_learns(const odd_training *t, int64_t number, int64_t row);
/** Does it learn from the image that it is odd? @local */
bool odd_classify_learns_outlier(const odd_training *t, int64_t number, int64_t row);
/** Has the network that predicts the image learnt from it? @local */
bool odd_classify_has_learnt(const odd_training *t, int64_t row);

/* -- classify_outliers.c -- */

/** Find what a second head learns from, if there is one, once classes are known. @local; ODD_USAGE,
 *  ODD_NOMEM */
odd_status odd_classify_find_outliers(odd_training *t);

/* -- classify_network.c -- */

/** Before training, without its last layer. @local; ODD_USAGE, ODD_NOMEM */
odd_status odd_classify_network(const odd_job *job, int64_t number, const int64_t shape[3],
                                odd_graph **out);
/** Put the last layer behind it, an output for each class. @local; ODD_USAGE, ODD_NOMEM */
odd_status odd_classify_complete(const odd_training *t, int64_t number, odd_graph *graph);
/** The product that makes its logits; NULL: they are made otherwise. @local */
const odd_layer *odd_classify_last_layer(const odd_graph *graph);
/** Its last hidden layer. @local; ODD_FORMAT */
odd_status odd_classify_features(const odd_graph *graph, int *tensor);
/** Write the network of a fold, and of the first one what makes features. @local: rank 0 */
odd_status odd_classify_networks_write(const odd_training *t, int64_t number,
                                       const odd_graph *graph);
/** Read it back, with outputs logits (k), features, and the second head's. @local; ODD_IO,
 * ODD_FORMAT, ODD_NOMEM
 */
odd_status odd_classify_network_read(const odd_training *t, int64_t number, odd_graph **out);

/* -- classify_predict.c -- */

/* What the network of its fold says of an image. NaN and -1: not readable. */
typedef struct {
    int32_t predicted;      /* the class of the largest logit */
    double own;             /* probability of its own class; NaN: it has none */
    double softmax;         /* 1 - the largest probability */
    double energy, largest; /* - log sum exp of the logits; the largest of them */
    double vim;             /* energy and the residual of the features, see detect/vim.h */
    double outlier;         /* probability of being odd by the second head; NaN: there is none */
} odd_class_prediction;

/** Of the logits of one image; vim, outlier: NaN. @local */
odd_class_prediction odd_class_predict(int64_t classes, const float logits[], int32_t label);

/** Mean cross-entropy, without smoothing and weights, and accuracy of those of these rows that have
 *  a class; NaN: there are none. The same bits on any number of ranks. @collective */
odd_status odd_classify_evaluate(const odd_training *t, const odd_graph *graph,
                                 const odd_train_rows *rows, double *loss, double *accuracy);
/** Predict all images, each by the network of its fold in networks/, and write what the job wants
 * of each: logits, probabilities, features. prediction: (n) on every rank, owned by caller:
 *  odd_free(). @collective */
odd_status odd_classify_predict(const odd_training *t, odd_file *file,
                                odd_class_prediction **prediction);

/* -- classify_chunk.c: images through networks -- */

/* Networks, and room for a chunk of images that goes through one of them. */
typedef struct {
    const odd_training *t;
    odd_net **net; /* (nets) */
    int64_t nets;
    odd_train_batch batch;
    int64_t classes, features;
    float *logits, *deep; /* (ODD_CHUNK, classes), (ODD_CHUNK, features) */
    float *outlier;       /* (ODD_CHUNK) logits of the second head, if there is one */
} odd_classifier;

/** Room for so many networks. @local; ODD_NOMEM; close it also after a failure */
odd_status odd_classifier_open(odd_classifier *classifier, const odd_training *t, int64_t nets);
void odd_classifier_close(odd_classifier *classifier);
/** One more. graph: with outputs logits, features and the second head's, or the first alone.
 * @local; ODD_FORMAT where it has other features than those before, ODD_NOMEM */
odd_status odd_classifier_add(odd_classifier *classifier, const odd_graph *graph);
/** Fill logits and deep with what a network says of count <= ODD_CHUNK images. @local */
odd_status odd_classifier_run(odd_classifier *classifier, int64_t net, int64_t count,
                              const int64_t row[]);

/* -- classify_vim.c: what the features of an image say beside its logits -- */

/** Learn ViM (detect/vim.h) from the images that the network of a fold, the classifier's net, has
 * learnt from, which go through it once more: once, where their features fit into the job's memory,
 * else three times. Of more than ODD_MOST_VIM_FEATURES features *out is empty. graph: the network,
 *  as read. Owned by caller: odd_vim_free(). @collective */
odd_status odd_classify_vim_learn(odd_classifier *classifier, int64_t net, const odd_graph *graph,
                                  odd_vim *out);
enum { ODD_MOST_VIM_FEATURES = 2048 }; /* of which a scatter has 32 MiB, a few a thread */

/* -- classify_result.c -- */

/** Predict, write all results, and log figures of merit. @collective */
odd_status odd_classify_write(const odd_training *t, odd_file *file);

/* -- classify_columns.c -- */

/** Write a column for each thing that is known of an image. @collective */
odd_status odd_classify_columns_write(const odd_training *t,
                                      const odd_class_prediction prediction[], odd_file *file);

#endif
