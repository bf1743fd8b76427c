/* Check `odd`: images that are unlike the others, by the ranking of stage score and where it is
 * cut.
 */
#include "oddlot/run/columns.h"
#include "oddlot/run/copies.h"
#include "oddlot/stage/views.h"
#include "stage/check/check_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdlib.h>

/* Of scores that are -log10 of a rarity: at 1 in 10 to this power nothing could be odder. */
#define ODDEST 10

/* What may not belong here at all weighs more than a copy or the wrong ending of a name. */
#define LEAST_SEVERE 0.5
#define MOST_SEVERE  0.9

/* What stage score says of the flagged images. */
typedef struct {
    int64_t *row;  /* (count) */
    double *score; /* (count) */
    char *reason;  /* (count) of `width` bytes and a 0 */
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
    ODD_TRY(ODD_NEW(f->score, f->count));
    ODD_TRY(odd_image_column_of(scores, "scores.h5", "score", ODD_F64, images, f->count, f->row,
                                f->score));
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

static double severity_of(double score, double threshold)
{
    const double way = ODDEST - threshold;
    const double far = way > 0 ? fmin(1, fmax(0, (score - threshold) / way)) : 1;
    return LEAST_SEVERE + far * (MOST_SEVERE - LEAST_SEVERE);
}

static odd_status add_odd(odd_check_context *context, const flagged_images *f, int64_t i,
                          const picture *shown)
{
    const double score = f->score[i];
    const odd_finding finding = {
        .kind = ODD_FINDING_ODD,
        .check = context->check->name,
        .severity = severity_of(score, f->threshold),
        .value = score,
        .limit = f->threshold,
        .unit = "",
        .sentence = f->reason + (size_t)i * (f->width + 1),
        .box = ODD_BOX_NONE,
        .row = shown->row,
        .rows = shown->count,
    };
    return odd_check_tell(context, &finding);
}

/* An image that has copies, and its group. */
typedef struct {
    int64_t row, group;
} copied_image;

static int by_row(const void *a, const void *b)
{
    const copied_image *x = a, *y = b;
    return (x->row > y->row) - (x->row < y->row);
}

/* By rising rows: (groups->members). */
static odd_status list_copied(const odd_groups *groups, copied_image **out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*out, groups->members));
    for (int64_t g = 0; g < groups->groups; g++)
        for (int64_t m = groups->first[g]; m < groups->first[g + 1]; m++)
            (*out)[m] = (copied_image){groups->row[m], g};
    if (groups->members > 0) qsort(*out, (size_t)groups->members, sizeof **out, by_row);
done:
    return st;
}

static void log_left_out(int64_t count)
{
    char text[32];
    if (count > 0)
        odd_log(ODD_LOG_INFO,
                "check: %s of the flagged images are blank or placeholders and told as that alone",
                odd_human_count(count, text));
}

/* The group of copies of an image; -1: there are no copies of it. */
static int64_t group_of(const copied_image copied[], int64_t members, int64_t row)
{
    const copied_image wanted = {.row = row}, *found = NULL;
    if (members > 0) found = bsearch(&wanted, copied, (size_t)members, sizeof wanted, by_row);
    return found ? found->group : -1;
}

/* @local */
static odd_status add_pictures(odd_check_context *context, const flagged_images *f,
                               const copied_image copied[], const odd_told_rows *told)
{
    const odd_groups *groups = &f->copies.groups;
    bool *added = NULL;
    int64_t left_out = 0;
    odd_status st;
    ODD_TRY(ODD_NEW(added, groups->groups));
    for (int64_t i = 0; i < f->count; i++) {
        const int64_t g = group_of(copied, groups->members, f->row[i]);
        picture shown = {&f->row[i], 1};
        const bool is_told = odd_told_rows_have(told, f->row[i]);
        left_out += is_told;
        if (is_told || (g >= 0 && added[g])) continue;
        if (g >= 0) {
            added[g] = true;
            shown.row = groups->row + groups->first[g];
            shown.count = groups->first[g + 1] - groups->first[g];
        }
        ODD_TRY(add_odd(context, f, i, &shown));
    }
    log_left_out(left_out);
done:
    odd_free(added);
    return st;
}

/* @local: rank 0 */
static odd_status add_all(odd_check_context *context, const odd_told_rows *told)
{
    flagged_images f = {0};
    copied_image *copied = NULL;
    odd_status st;
    ODD_TRY(odd_findings_note(context->findings, ODD_FINDING_ODD, context->check->name, 0));
    ODD_TRY(read_flagged(context, &f));
    ODD_TRY(list_copied(&f.copies.groups, &copied));
    ODD_TRY(add_pictures(context, &f, copied, told));
done:
    odd_free(copied);
    free_flagged(&f);
    return st;
}

static odd_status run_odd(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    odd_told_rows told = {0};
    odd_status st;
    (void)options;
    ODD_TRY(odd_told_rows_share(context, &told));
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? add_all(context, &told) : ODD_OK);
done:
    odd_free(told.row);
    return st;
}

static const char *const reads[] = {"score", "copies", NULL};

const odd_check odd_check_odd = {
    .name = "odd",
    .summary = "images that are unlike the others in one of several views",
    .advice = "look whether it belongs here",
    .kind = ODD_FINDING_ODD,
    .reads = reads,
    .applies = odd_has_views,
    .needs = "several views of its images, by views.use",
    .run = run_odd,
};
