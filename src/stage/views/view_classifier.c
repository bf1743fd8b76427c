/* View `classifier`: how unsure the networks of task classify are of an image, each of images that
 * it has not learnt from where they are of folds. */
#include "oddlot/run/columns.h"
#include "stage/train/classify_internal.h"
#include "stage/views/view_internal.h"

#include <math.h>

/* Of the scores of train.h5 the one that tells images of unknown labels best in most catalogues:
 * tests/bench/README.md, "Center loss". */
static const char score_column[] = "vim";

static bool is_trained(const odd_job *job)
{
    return odd_trains(job) && odd_train_task_of(job) == &odd_task_classify;
}

/* The state is a column of train.h5, a value for each image. */
static void close_classifier(void **state)
{
    odd_dataset *score = *state;
    odd_dataset_close(&score);
    *state = NULL;
}

static odd_status open_classifier(const odd_view_inputs *inputs, void **state, int *width)
{
    const odd_shape column = {.type = ODD_F64, .rank = 1, .shape = {-1}};
    odd_dataset *score = NULL;
    odd_status st;
    ODD_TRY(odd_dataset_expect(inputs->train, score_column, &column, &score));
    *width = 1;
done:
    *state = score;
    return st;
}

static odd_status read_classifier(void *state, int64_t count, const odd_looked_at at[], float x[])
{
    const odd_dataset *score = state;
    odd_status st = ODD_OK;
    if (count > 0 && at[count - 1].image >= odd_dataset_shape(score)->shape[0])
        return odd_fail(ODD_FORMAT, "train.h5 has no row for image %lld",
                        (long long)at[count - 1].image);
    for (int64_t i = 0, run; i < count; i += run) { /* neighbours by one read */
        for (run = 1; i + run < count && at[i + run].image == at[i].image + run;)
            run++;
        ODD_TRY(odd_dataset_read(score, at[i].image, run, ODD_F32, x + i));
    }
    for (int64_t i = 0; i < count; i++)
        if (!isfinite(x[i]))
            return odd_fail(ODD_NUMERIC, "train.h5: %s of image %lld is not finite", score_column,
                            (long long)at[i].image);
done:
    return st;
}

const odd_image_view odd_view_classifier = {
    .name = "classifier",
    .summary = "how unsure the classifier that the job trains is of images",
    .seen = "the classifier's doubt",
    .scores = true,
    .trained = true,
    .applies = is_trained,
    .needs = "a classifier: see train.task",
    .width = 1,
    .open = open_classifier,
    .read = read_classifier,
    .close = close_classifier,
};
