/* The gallery of the report: the oddest flagged images, each with its picture and its reason. */
#include "oddlot/run/columns.h"
#include "oddlot/stage/scoring.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>

static odd_status read_pictures(odd_page *p, int64_t count, odd_shape *shape)
{
    odd_dataset *images = NULL;
    odd_status st;
    ODD_TRY(odd_images_open(p->ingest, &images));
    *shape = *odd_dataset_shape(images);
    int64_t bytes = shape->shape[1] * shape->shape[2] * shape->shape[3];
    ODD_TRY(ODD_NEW(p->pixels, count * bytes));
    for (int64_t i = 0; i < count; i++)
        ODD_TRY(odd_dataset_read(images, p->columns->shown[i], 1, ODD_U8, p->pixels + i * bytes));
done:
    odd_dataset_close(&images);
    return st;
}

static odd_status fill_card(odd_page *p, int64_t i, const odd_shape *shape, odd_flagged *out)
{
    int64_t row = p->columns->shown[i], bytes = shape->shape[1] * shape->shape[2] * shape->shape[3];
    int8_t truth;
    odd_status st;
    *out = (odd_flagged){
        .rank = i + 1,
        .row = row,
        .reason = p->flagged_reason ? p->flagged_reason + (size_t)i * (p->reason_width + 1) : "",
        .score = p->score[i],
        .probability = p->probability ? p->probability[i] : NAN,
        .width = (int)shape->shape[2],
        .height = (int)shape->shape[1],
        .channels = (int)shape->shape[3],
        .pixels = p->pixels + i * bytes,
    };
    ODD_TRY(odd_page_text(p, ODD_IMAGE_NAME, row, &out->name));
    ODD_TRY(odd_page_text(p, ODD_IMAGE_LABEL, row, &out->label));
    ODD_TRY(odd_image_truth_of(p->facts, row, &truth));
    out->truth = truth;
done:
    return st;
}

/* The maps are those of the first flagged images. */
static odd_status add_heat(odd_page *p, int64_t count)
{
    const odd_heat_maps *heat = p->heat;
    const int64_t area = (int64_t)heat->height * heat->width;
    for (int64_t i = 0; i < count && i < heat->count; i++) {
        const odd_heat_region *r = &heat->region[i];
        odd_flagged *f = &p->flagged[i];
        if (heat->row[i] != f->row || heat->width != f->width || heat->height != f->height)
            return odd_fail(ODD_FORMAT, "heat maps are not those of the flagged images");
        f->heat = (odd_heat){heat->map + i * area, r->left, r->top, r->width, r->height};
    }
    return ODD_OK;
}

/* A value for each image of the gallery. */
static odd_status read_score_column(const odd_page *p, const char *name, double **out)
{
    const odd_page_columns *c = p->columns;
    odd_status st;
    ODD_TRY(ODD_NEW(*out, c->cards));
    ODD_TRY(odd_image_column_of(p->scores, "scores.h5", name, ODD_F64,
                                odd_selection_rows(p->selection), c->cards, c->shown, *out));
done:
    return st;
}

/* The column that is a probability of what ranks, if there is one. */
static odd_status read_probability(odd_page *p)
{
    char *name = NULL, column[96];
    odd_scoring by;
    odd_status st;
    ODD_TRY(odd_file_get_text(p->scores, "/", "detector", &name));
    const odd_detector *detector = odd_detector_find(name);
    if (!detector) ODD_TRY(odd_fail(ODD_FORMAT, "scores of an unknown detector '%s'", name));
    ODD_TRY(odd_scoring_new(p->run->job, detector, &by));
    if (by.probability < 0) goto done;
    snprintf(column, sizeof column, "columns/%s", by.column[by.probability].name);
    ODD_TRY(read_score_column(p, column, &p->probability));
done:
    odd_free(name);
    return st;
}

/* Of the flagged images, as far as reasons are given. */
static odd_status read_reasons(odd_page *p, int64_t *count)
{
    const odd_report_options *options = odd_job_section(p->run->job, "report");
    odd_status st;
    ODD_TRY(odd_column_read_text(p->scores, "flagged/reason", options->top, &p->flagged_reason,
                                 &p->reason_width, count));
    if (*count > p->columns->cards)
        ODD_TRY(odd_fail(ODD_FORMAT, "scores.h5 flags %lld images with %lld reasons",
                         (long long)p->columns->flagged, (long long)*count));
done:
    return st;
}

odd_status odd_page_gallery(odd_page *p)
{
    const odd_page_columns *c = p->columns;
    int64_t count = c->cards;
    odd_shape shape;
    odd_status st;
    ODD_TRY(read_score_column(p, "score", &p->score));
    ODD_TRY(read_probability(p));
    if (c->flagged > 0) ODD_TRY(read_reasons(p, &count));
    ODD_TRY(read_pictures(p, count, &shape));
    ODD_TRY(ODD_NEW(p->flagged, count));
    for (int64_t i = 0; i < count; i++)
        ODD_TRY(fill_card(p, i, &shape, &p->flagged[i]));
    if (c->flagged > 0) ODD_TRY(add_heat(p, count));
    p->data.flagged = p->flagged;
    p->data.flagged_count = count;
    p->data.flagged_total = c->flagged;
done:
    return st;
}
