/* The findings of the report: of each check the most severe, with the images that they are about,
 * and boxes where the prepared images show them. */
#include "oddlot/run/columns.h"
#include "oddlot/run/measures.h"
#include "oddlot/run/stage_files.h"
#include "stage/check/check_internal.h"
#include "stage/report/report_page_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/image/prepare.h"

#include <math.h>
#include <string.h>

#define STRENGTH     8 /* of differences on their picture: 32 levels are black */
#define MOST_MEMBERS 8 /* of a group that are shown; findings.csv has all */

/* Everything that is lent to the page. */
struct odd_page_findings {
    odd_report_findings data;
    odd_findings *findings; /* what the texts and rows point into */
    odd_dataset *images;
    odd_dataset *measures;      /* NULL: none was looked for yet */
    odd_dataset *status;        /* (images) odd_image_status */
    odd_finding_list *list;     /* (tallies) */
    odd_finding_card *card;     /* (tallies, report.findings) */
    odd_finding_member *member; /* (tallies, report.findings, MOST_MEMBERS) */
    odd_finding_member *usual;  /* (report.findings, nearest.columns) of check odd */
    odd_nearest_usual nearest;
    odd_page *page;
};

void odd_page_findings_free(odd_page_findings **findings)
{
    odd_page_findings *f = *findings;
    if (!f) return;
    odd_dataset_close(&f->images);
    odd_dataset_close(&f->measures);
    odd_findings_free(&f->findings);
    odd_dataset_close(&f->status);
    odd_free(f->list);
    odd_free(f->card);
    odd_free(f->member);
    odd_free(f->usual);
    odd_nearest_usual_free(&f->nearest);
    odd_free(f);
    *findings = NULL;
}

static odd_status read_pixels(void *context, int64_t row, uint8_t *pixels)
{
    const odd_page_findings *f = context;
    return odd_dataset_read(f->images, row, 1, ODD_U8, pixels);
}

/* A run without measures has findings without boxes, and no copies. */
static odd_status read_measures(odd_page_findings *f, int64_t row, float measure[])
{
    odd_status st = ODD_OK;
    if (!f->measures) ODD_TRY(odd_measures_open(f->page->ingest, &f->measures));
    ODD_TRY(odd_measures_read(f->measures, row, 1, measure));
done:
    return st;
}

/* The small picture of a stored image, without what it was padded with. */
static odd_status read_aligned(odd_page_findings *f, int64_t row, uint8_t *pixels,
                               float picture[ODD_ALIGNED_VALUES])
{
    const odd_pictures *p = &f->data.pictures;
    float measure[ODD_MEASURE_COUNT];
    odd_status st;
    ODD_TRY(odd_dataset_read(f->images, row, 1, ODD_U8, pixels));
    ODD_TRY(read_measures(f, row, measure));
    odd_aligned_picture(p->width, p->channels, pixels,
                        odd_prepared_part(odd_job_section(f->page->run->job, "image"), p->width,
                                          (double)measure[ODD_MEASURE_WIDTH],
                                          (double)measure[ODD_MEASURE_HEIGHT]),
                        picture);
done:
    return st;
}

/* As the check does, that of the mirrored image where it is nearer. */
static void paint_difference(const float a[], const float b[], uint8_t *pixels)
{
    float mirrored[ODD_ALIGNED_VALUES], error[ODD_ALIGNED_SIDE * ODD_ALIGNED_SIDE];
    odd_aligned_mirror(b, mirrored);
    const bool turn =
        odd_align(a, mirrored, INFINITY).difference < odd_align(a, b, INFINITY).difference;
    odd_align_error(a, turn ? mirrored : b, error);
    for (int i = 0; i < ODD_ALIGNED_SIDE * ODD_ALIGNED_SIDE; i++)
        pixels[i] = (uint8_t)(255 - fminf(255, STRENGTH * error[i]));
}

static odd_status compare(void *context, int64_t a, int64_t b, uint8_t *pixels)
{
    odd_page_findings *f = context;
    const odd_pictures *p = &f->data.pictures;
    float first[ODD_ALIGNED_VALUES], second[ODD_ALIGNED_VALUES];
    uint8_t *stored = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(stored, (int64_t)p->width * p->height * p->channels));
    ODD_TRY(read_aligned(f, a, stored, first));
    ODD_TRY(read_aligned(f, b, stored, second));
    paint_difference(first, second, pixels);
done:
    odd_free(stored);
    return st;
}

static odd_status open_images(odd_page_findings *f)
{
    const odd_shape column = {
        .type = ODD_U8, .rank = 1, .shape = {odd_selection_rows(f->page->selection)}};
    odd_status st;
    ODD_TRY(odd_dataset_expect(f->page->ingest, "status", &column, &f->status));
    ODD_TRY(odd_images_open(f->page->ingest, &f->images));
    const odd_shape *shape = odd_dataset_shape(f->images);
    f->data.pictures = (odd_pictures){
        .width = (int)shape->shape[2],
        .height = (int)shape->shape[1],
        .channels = (int)shape->shape[3],
        .read = read_pixels,
        .compare = compare,
        .side = ODD_ALIGNED_SIDE,
        .context = f,
    };
    if (shape->shape[1] != shape->shape[2])
        ODD_TRY(odd_fail(ODD_FORMAT, "the images in ingest.h5 are not square"));
done:
    return st;
}

/* Only findings with a box want it: a job may have measured nothing. */
static odd_status read_measure(odd_page_findings *f, int64_t row, float measure[])
{
    odd_status st = ODD_OK;
    ODD_TRY(read_measures(f, row, measure));
done:
    return st;
}

/* From shares of the upright file to shares of what is stored of it; NaN where it is out of sight.
 */
static void see_box(const odd_page_findings *f, const float measure[], const float box[4],
                    float seen[4])
{
    double window[4];
    odd_prepare_window(odd_job_section(f->page->run->job, "image"),
                       (double)measure[ODD_MEASURE_WIDTH], (double)measure[ODD_MEASURE_HEIGHT],
                       window);
    for (int side = 0; side < ODD_BOX_SIDES; side++) {
        const double from = window[side % 2], to = window[side % 2 + 2];
        seen[side] = (float)fmin(fmax(((double)box[side] - from) / (to - from), 0), 1);
        if (isnan(box[side])) seen[side] = NAN;
    }
}

static odd_status fill_member(odd_page_findings *f, const odd_finding *finding, int64_t i,
                              odd_finding_member *out)
{
    const int64_t row = finding->row[i];
    float measure[ODD_MEASURE_COUNT];
    uint8_t status;
    odd_status st;
    ODD_TRY(odd_dataset_read(f->status, row, 1, ODD_U8, &status));
    *out = (odd_finding_member){
        .row = row,
        .unread = status != ODD_IMAGE_OK,
        .box = ODD_BOX_NONE,
    };
    ODD_TRY(odd_page_text(f->page, ODD_IMAGE_NAME, row, &out->name));
    ODD_TRY(odd_page_text(f->page, ODD_IMAGE_LABEL, row, &out->label));
    if (i > 0 || isnan(finding->box[0])) goto done;
    ODD_TRY(read_measure(f, row, measure));
    see_box(f, measure, finding->box, out->box);
done:
    return st;
}

static odd_status fill_card(odd_page_findings *f, const odd_finding *finding,
                            odd_finding_member member[MOST_MEMBERS], odd_finding_card *out)
{
    odd_status st = ODD_OK;
    *out = (odd_finding_card){
        .sentence = finding->sentence,
        .unit = finding->unit,
        .severity = finding->severity,
        .value = finding->value,
        .limit = finding->limit,
        .member = member,
        .members = (int)odd_min(finding->rows, MOST_MEMBERS),
        .rows = finding->rows,
    };
    for (int i = 0; i < out->members; i++)
        ODD_TRY(fill_member(f, finding, i, &member[i]));
done:
    return st;
}

/* Where it is flagged as odd: what is usual, beside it. */
static odd_status add_usual(odd_page_findings *f, const odd_finding *finding,
                            odd_finding_member usual[], odd_finding_card *out)
{
    const int64_t *near = odd_nearest_usual_of(&f->nearest, finding->rows, finding->row);
    odd_status st = ODD_OK;
    out->usual = usual;
    for (int64_t i = 0; near && i < f->nearest.columns && near[i] >= 0; i++) {
        const odd_finding one = {.box = ODD_BOX_NONE, .row = &near[i], .rows = 1};
        ODD_TRY(fill_member(f, &one, 0, &usual[out->usuals++]));
    }
done:
    return st;
}

static bool is_of(const odd_finding *finding, const odd_findings_tally *tally)
{
    return finding->kind == tally->kind && strcmp(finding->check, tally->check) == 0;
}

/* Of a rule, and of a check that this program does not have, what its kind is about. */
static const char *summary_of(const odd_findings_tally *tally, const odd_check *check)
{
    return check && strcmp(check->name, tally->check) == 0 ? check->summary
                                                           : odd_finding_kind_about(tally->kind);
}

/* The first `top` findings of one check, which come with the most severe first. */
static odd_status fill_list(odd_page_findings *f, const odd_findings_tally *tally, int64_t top,
                            int64_t place, odd_finding_list *out)
{
    const odd_check *check = odd_check_of(tally->kind, tally->check);
    odd_status st = ODD_OK;
    *out = (odd_finding_list){
        .kind = odd_finding_kind_word(tally->kind),
        .check = tally->check,
        .about = summary_of(tally, check),
        .advice = check ? check->advice : NULL,
        .card = &f->card[place],
        .found = tally->found,
        .ignored = tally->ignored,
        .unmeasured = tally->unmeasured,
        .worst = tally->worst,
    };
    for (int64_t i = 0; i < odd_findings_count(f->findings) && out->cards < top; i++) {
        const odd_finding finding = odd_findings_at(f->findings, i);
        if (!is_of(&finding, tally)) continue;
        const int64_t at = place + out->cards++;
        ODD_TRY(fill_card(f, &finding, &f->member[at * MOST_MEMBERS], &f->card[at]));
        if (tally->kind == ODD_FINDING_ODD)
            ODD_TRY(
                add_usual(f, &finding, &f->usual[(at - place) * f->nearest.columns], &f->card[at]));
    }
done:
    return st;
}

static odd_status fill_lists(odd_page_findings *f, int64_t top)
{
    const int lists = odd_findings_tallies(f->findings);
    const odd_findings_tally **tally = NULL;
    odd_status st;
    ODD_TRY(odd_findings_tallies_sorted(f->findings, &tally));
    ODD_TRY(ODD_NEW(f->list, lists));
    ODD_TRY(ODD_NEW(f->card, lists * top));
    ODD_TRY(ODD_NEW(f->member, lists * top * MOST_MEMBERS));
    ODD_TRY(ODD_NEW(f->usual, top * f->nearest.columns));
    for (int i = 0; i < lists; i++)
        ODD_TRY(fill_list(f, tally[i], top, i * top, &f->list[i]));
    f->data.list = f->list;
    f->data.lists = lists;
done:
    odd_free((void *)tally);
    return st;
}

odd_status odd_page_findings_read(odd_page *p)
{
    const odd_report_options *options = odd_job_section(p->run->job, "report");
    odd_page_findings *f = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(p->findings, 1));
    f = p->findings;
    f->page = p;
    ODD_TRY(open_images(f));
    ODD_TRY(odd_findings_read(p->check, odd_selection_rows(p->selection), options->findings,
                              &f->findings));
    ODD_TRY(odd_nearest_usual_read(p->scores, odd_selection_rows(p->selection), &f->nearest));
    ODD_TRY(fill_lists(f, options->findings));
    p->data.findings = &f->data;
done:
    return st;
}
