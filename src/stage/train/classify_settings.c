/* Settings of task classify. */
#include "stage/train/classify_internal.h"

#include <stddef.h>
#include <string.h>

static const char *const weights_known[] = {"none", "balanced", NULL};

static const odd_option table[] = {
    ODD_REAL(
        odd_classify_options, center_loss, "0", 0, 1e6,
        "weight of the center loss beside the cross-entropy: half the mean squared distance of "
        "the last hidden layer from the center of the image's class; 0: none"),
    ODD_REAL(odd_classify_options, center_rate, "0.5", 0, 1,
             "how fast centers follow, a rate of their own"),
    ODD_REAL(
        odd_classify_options, outlier_loss, "0", 0, 1e6,
        "weight of the loss of a second head on the last hidden layer, two layers of 256 units and "
        "one that tells odd images: what was verified as odd is learnt from, too. 0.1 costs the "
        "classes little, 1 more; 0: there is none"),
    ODD_REAL(odd_classify_options, smoothing, "0", 0, 0.999,
             "of labels: share of the target that all classes have alike"),
    ODD_CHOICE(odd_classify_options, class_weights, "none", weights_known,
               "balanced: images of rare classes count more, so that each class counts alike"),
    ODD_LIST(odd_classify_options, unknown, "[]",
             "labels that are never learnt, whose images are predicted as any other: how well are "
             "they known to be strangers?"),
    ODD_INT(odd_classify_options, least, "2", 1, 1e9,
            "images that may be learnt from, of which a label must have so many to be a class"),
    ODD_LIST(
        odd_classify_options, write, "[logits, probabilities, features]",
        "what train.h5 is to hold of every image, a row of numbers each; unless it is given, of "
        "more than 1,000 classes features alone"),
    ODD_OPTIONS_END,
};

const odd_part odd_classify_part = {"classify", "Networks that tell the labels of images", table,
                                    sizeof(odd_classify_options)};

const odd_classify_options *odd_classify_options_of(const odd_job *job)
{
    return odd_part_options(job, "train", odd_classify_part.name);
}

odd_status odd_classify_check(const odd_job *job)
{
    const odd_training_options *train = odd_job_section(job, "train");
    const odd_list *write = &odd_classify_options_of(job)->write;
    static const char *const known[] = {"logits", "probabilities", "features"};
    for (int64_t i = 0; i < write->count; i++) {
        size_t k = 0;
        while (k < sizeof known / sizeof *known && strcmp(known[k], write->item[i]) != 0)
            k++;
        if (k == sizeof known / sizeof *known)
            return odd_job_fail(job, "train.classify.write",
                                "'%s' is none of logits, probabilities, features", write->item[i]);
    }
    if (train->freeze && train->network.count == 0 && odd_classify_options_of(job)->center_loss > 0)
        return odd_job_fail(job, "train.classify.center_loss",
                            "it moves features, and train.freeze keeps them as they are");
    if (train->patience > 0 && train->folds < 3)
        return odd_job_fail(job, "train.patience",
                            "needs train.folds: 3 or more, of which one chooses the best epoch");
    return ODD_OK;
}
