/* Check `odd`: images that are unlike the others, by the ranking of stage score and where it is
 * cut.
 */
#include "oddlot/run/columns.h"
#include "oddlot/run/copies.h"
#include "oddlot/stage/views.h"
#include "stage/check/check_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>

/* Of scores that are -log10 of a rarity: at 1 in 10 to this power nothing could be odder. */
#define ODDEST 10

/* What stage score says of the flagged images. */
typedef struct {
    int64_t *row; /* (count) */
    double *score;
    char *reason; /* (count) of `width` bytes and a 0 */
    size_t width;
    int64_t count;
    double threshold;
    odd_copies copies; /* none where nobody looks for them */
} flagged_images;

static void free_flagged(flagged_images *f)
{
    odd_free(f->row);
    odd_free(f->score);
    odd_free(f->reason);
    odd_copies_free(&f->copies);
}

static odd_status read_threshold(const odd_file *scores, double *threshold)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_bundle_read(scores, "threshold", &b));
    ODD_TRY(odd_bundle_get_f64(&b, "value", threshold));
done:
    odd_bundle_free(&b);
    return st;
}

/* @local */
static odd_status read_flagged(const odd_check_context *context, flagged_images *f)
{
    const odd_file *scores = odd_check_input(context, "score");
    const odd_file *copies = odd_check_input(context, "copies");
    const int64_t images = context->part.n;
    int64_t reasons;
    odd_status st;
    ODD_TRY(odd_flagged_read(scores, images, INT64_MAX, &f->row, &f->count));
    ODD_TRY(
        odd_image_column_read(scores, "scores.h5", "score", ODD_F64, images, (void **)&f->score));
    ODD_TRY(
        odd_column_read_text(scores, "flagged/reason", f->count, &f->reason, &f->width, &reasons));
    ODD_TRY(read_threshold(scores, &f->threshold));
    if (copies) ODD_TRY(odd_copies_read(copies, images, &f->copies));
    if (reasons != f->count)
        ODD_TRY(odd_fail(ODD_FORMAT, "scores.h5 flags %lld images with %lld reasons",
                         (long long)f->count, (long long)reasons));
done:
    return st;
}

/* Images that show one picture. */
typedef struct {
    const int64_t *row; /* (count) its best copy first */
    int64_t count;
} picture;

static odd_status add_odd(odd_check_context *context, const flagged_images *f, int64_t i,
                          const picture *shown)
{
    const double score = f->score[f->row[i]];
    const odd_finding finding = {
        .kind = ODD_FINDING_ODD,
        .check = context->check->name,
        .severity = fmin(1, fmax(0, score / ODDEST)),
        .value = score,
        .limit = f->threshold,
        .unit = "",
        .sentence = f->reason + (size_t)i * (f->width + 1),
        .box = ODD_BOX_NONE,
        .row = shown->row,
        .rows = shown->count,
    };
    return odd_findings_add(context->findings, &finding);
}

/* The group of copies of each image; -1: there are no copies of it. */
static odd_status list_groups(const odd_groups *groups, int64_t images, int64_t **out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*out, images));
    for (int64_t i = 0; i < images; i++)
        (*out)[i] = -1;
    for (int64_t g = 0; g < groups->groups; g++)
        for (int64_t m = groups->first[g]; m < groups->first[g + 1]; m++)
            (*out)[groups->row[m]] = g;
done:
    return st;
}

/* group: (images). @local */
static odd_status add_pictures(odd_check_context *context, const flagged_images *f,
                               const int64_t group[])
{
    const odd_groups *groups = &f->copies.groups;
    bool *told = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(told, groups->groups));
    for (int64_t i = 0; i < f->count; i++) {
        const int64_t g = group[f->row[i]];
        picture shown = {&f->row[i], 1};
        if (g >= 0 && told[g]) continue;
        if (g >= 0) {
            told[g] = true;
            shown.row = groups->row + groups->first[g];
            shown.count = groups->first[g + 1] - groups->first[g];
        }
        ODD_TRY(add_odd(context, f, i, &shown));
    }
done:
    odd_free(told);
    return st;
}

/* @local: rank 0 */
static odd_status add_all(odd_check_context *context)
{
    flagged_images f = {0};
    int64_t *group = NULL;
    odd_status st;
    ODD_TRY(odd_findings_note(context->findings, ODD_FINDING_ODD, context->check->name, 0));
    ODD_TRY(read_flagged(context, &f));
    ODD_TRY(list_groups(&f.copies.groups, context->part.n, &group));
    ODD_TRY(add_pictures(context, &f, group));
done:
    odd_free(group);
    free_flagged(&f);
    return st;
}

static odd_status run_odd(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    (void)options;
    return odd_agree(comm, odd_rank(comm) == 0 ? add_all(context) : ODD_OK);
}

static const char *const reads[] = {"score", "copies", NULL};

const odd_check odd_check_odd = {
    .name = "odd",
    .summary = "images that are unlike the others in one of several views",
    .kind = ODD_FINDING_ODD,
    .reads = reads,
    .applies = odd_has_views,
    .needs = "several views of its images, by views.use",
    .run = run_odd,
};
