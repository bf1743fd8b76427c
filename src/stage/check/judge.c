/* Judge: images whose measured number is beyond a limit that follows from the catalogue. */
#include "stage/check/judge_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/image/image.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    FEW = 20, /* values: quartiles of fewer say nothing */
    FINER = 2 /* digits more, where a value and its limit look alike */
};

double odd_judge_limit(const odd_judge *judge, const odd_judge_options *options,
                       const odd_spread *spread)
{
    if (options->spread <= 0 || spread->n < FEW) return options->surely;
    const double away = fmax(judge->least, options->spread * spread->sigma);
    if (judge->high)
        return fmin(options->surely, fmax(options->never, (double)spread->median + away));
    return fmax(options->surely, fmin(options->never, (double)spread->median - away));
}

static bool is_beyond(const odd_judge *judge, double value, double limit)
{
    return judge->high ? value > limit : value < limit;
}

double odd_judge_severity(const odd_judge *judge, double value, double limit)
{
    const double way = judge->worst - limit;
    const double far = way == 0 ? 1 : fmin(1, fmax(0, (value - limit) / way));
    return judge->severity[0] + far * (judge->severity[1] - judge->severity[0]);
}

double odd_number_shown(const odd_number_style *style, double value)
{
    return style->scale == 0 ? exp2(value) : value * style->scale;
}

const char *odd_number_text(const odd_number_style *style, double value, char text[static 48])
{
    snprintf(text, 48, "%.*f%s%s", style->digits, odd_number_shown(style, value),
             *style->unit ? " " : "", style->unit);
    return text;
}

/* ---- one check over all ranks ---- */

typedef struct {
    const odd_judge *judge;
    const odd_judge_options *options;
    const float *measures; /* (n_local, ODD_MEASURE_COUNT) */
    float *value;          /* (n_local); NaN: it cannot be known, or says nothing of the image */
    odd_spread spread;
    double limit;
    int64_t unmeasured;       /* of my rows */
    int64_t beyond, readable; /* of all rows */
} judging;

static const float *measures_of(const judging *j, int64_t i)
{
    return j->measures + i * ODD_MEASURE_COUNT;
}

/* From this share on an image is of one colour. */
#define ONE_COLOUR 0.998f

static bool is_concerned(const odd_judge *judge, const float *m)
{
    if (!judge->any && m[ODD_MEASURE_COMMON_COLOUR] > ONE_COLOUR) return false;
    return !judge->concerns || judge->concerns(m);
}

static void take_values(const odd_check_context *context, judging *j)
{
    for (int64_t i = 0; i < context->part.n_local; i++) {
        const float *m = measures_of(j, i);
        const bool concerned =
            context->status[i] == ODD_IMAGE_OK && !context->told[i] && is_concerned(j->judge, m);
        j->value[i] = concerned ? (float)j->judge->of(m) : NAN;
        j->unmeasured += concerned && isnan(j->value[i]);
    }
}

/* @collective */
static void judge_values(const odd_check_context *context, judging *j)
{
    int64_t count[2] = {0, 0};
    take_values(context, j);
    j->spread = odd_spread_of(context->run->comm, context->part.n_local, j->value);
    j->limit = odd_judge_limit(j->judge, j->options, &j->spread);
    for (int64_t i = 0; i < context->part.n_local; i++) {
        count[0] += is_beyond(j->judge, (double)j->value[i], j->limit);
        count[1] += context->status[i] == ODD_IMAGE_OK;
    }
    odd_sum_i64(context->run->comm, count, 2);
    j->beyond = count[0];
    j->readable = count[1];
}

/* Is it how the catalogue is? Then nothing is said of these images, and that is counted. */
static bool is_usual(const odd_check_context *context, const judging *j)
{
    const double share = (double)j->beyond / (double)j->readable;
    char count[32];
    if (j->beyond == 0 || share <= j->options->usual) return false;
    odd_log(ODD_LOG_INFO,
            "check: %s images (%.0f %%) would be '%s', so that is how this catalogue is: none is a "
            "finding (check.%s.usual = %g)",
            odd_human_count(j->beyond, count), 100 * share, context->check->name,
            context->check->name, j->options->usual);
    return true;
}

static void leave_out(judging *j, int64_t rows)
{
    for (int64_t i = 0; i < rows; i++)
        j->unmeasured += is_beyond(j->judge, (double)j->value[i], j->limit);
    j->limit = j->judge->high ? INFINITY : -INFINITY;
}

/* What it is a part of is said once: "67 % of a side; the limit is 5 %". */
static const char *without_whole(char *text)
{
    char *of = strstr(text, " of ");
    if (of) *of = '\0';
    return text;
}

/* "blurred: sharpness 0.12; usual here is 0.62, the limit 0.31" */
static void write_sentence(const judging *j, double value, char *sentence, size_t size)
{
    const odd_number_style *style = &j->judge->style;
    char is[48], median[48], limit[48];
    odd_number_text(style, value, is);
    odd_number_text(style, j->limit, limit);
    odd_number_text(style, (double)j->spread.median, median);
    if (strcmp(is, limit) == 0) { /* rounded, they would contradict the finding */
        odd_number_style finer = *style;
        finer.digits += FINER;
        odd_number_text(&finer, value, is);
        odd_number_text(&finer, j->limit, limit);
    }
    if (style->digits < 0)
        snprintf(sentence, size, "%s", j->judge->says);
    else if (j->options->spread <= 0 || j->spread.n < FEW)
        snprintf(sentence, size, "%s %s; the limit is %s", j->judge->says, is,
                 without_whole(limit));
    else
        snprintf(sentence, size, "%s %s; usual here is %s, the limit %s", j->judge->says, is,
                 without_whole(median), without_whole(limit));
}

static odd_status add_found(odd_check_context *context, const judging *j, int64_t i)
{
    const odd_judge *judge = j->judge;
    const bool shown = judge->style.digits >= 0;
    const double value = (double)j->value[i];
    const int64_t row = context->part.row0 + i;
    char sentence[ODD_FINDING_SENTENCE];
    odd_finding finding = {
        .kind = context->check->kind,
        .check = context->check->name,
        .severity = odd_judge_severity(judge, value, j->limit),
        .value = shown ? odd_number_shown(&judge->style, value) : NAN,
        .limit = shown ? odd_number_shown(&judge->style, j->limit) : NAN,
        .unit = judge->style.unit,
        .sentence = sentence,
        .box = ODD_BOX_NONE,
        .row = &row,
        .rows = 1,
    };
    const char *name = "";
    odd_status st = ODD_OK;
    if (judge->tell) {
        ODD_TRY(odd_image_text_of(context->facts, ODD_IMAGE_NAME, row, &name));
        judge->tell(measures_of(j, i), name, sentence, sizeof sentence);
    } else
        write_sentence(j, value, sentence, sizeof sentence);
    if (judge->box) judge->box(measures_of(j, i), finding.box);
    ODD_TRY(odd_check_tell(context, &finding));
done:
    return st;
}

static odd_status add_all(odd_check_context *context, const judging *j)
{
    odd_status st;
    ODD_TRY(odd_findings_note(context->findings, context->check->kind, context->check->name,
                              j->unmeasured));
    for (int64_t i = 0; i < context->part.n_local; i++)
        if (is_beyond(j->judge, (double)j->value[i], j->limit)) {
            if (j->judge->all) context->told[i] = true;
            ODD_TRY(add_found(context, j, i));
        }
done:
    return st;
}

odd_status odd_judge_run(odd_check_context *context, const void *options)
{
    return odd_judge_run_by(context, options, context->check->judge);
}

odd_status odd_judge_run_by(odd_check_context *context, const void *options, const odd_judge *judge)
{
    const MPI_Comm comm = context->run->comm;
    judging j = {.judge = judge, .options = options};
    odd_status st;
    ODD_TRY(odd_check_measures(context, &j.measures));
    ODD_TRY_ALL(comm, ODD_NEW(j.value, context->part.n_local));
    judge_values(context, &j);
    if (is_usual(context, &j)) leave_out(&j, context->part.n_local);
    ODD_TRY_ALL(comm, add_all(context, &j));
done:
    odd_free(j.value);
    return st;
}

/* ---- where it is seen ---- */

void odd_box_of_product(const float value[ODD_MEASURE_COUNT], float box[ODD_BOX_SIDES])
{
    box[ODD_BOX_LEFT] = value[ODD_MEASURE_BOX_LEFT];
    box[ODD_BOX_TOP] = value[ODD_MEASURE_BOX_TOP];
    box[ODD_BOX_RIGHT] = value[ODD_MEASURE_BOX_RIGHT];
    box[ODD_BOX_BOTTOM] = value[ODD_MEASURE_BOX_BOTTOM];
}

void odd_box_within_borders(const float value[ODD_MEASURE_COUNT], float box[ODD_BOX_SIDES])
{
    box[ODD_BOX_LEFT] = value[ODD_MEASURE_BORDER_LEFT];
    box[ODD_BOX_TOP] = value[ODD_MEASURE_BORDER_TOP];
    box[ODD_BOX_RIGHT] = 1 - value[ODD_MEASURE_BORDER_RIGHT];
    box[ODD_BOX_BOTTOM] = 1 - value[ODD_MEASURE_BORDER_BOTTOM];
}
