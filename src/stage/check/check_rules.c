/* Check `rules`: images that break the rules of the channels that the job names, or its own. */
#include "stage/check/rules_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/image/image.h"
#include "oddlot/par/agree.h"

#include <math.h>
#include <string.h>

typedef struct {
    odd_list channels;
    odd_rule_limits own;
    odd_list formats;
} rules_options;

#define LIMIT(field, most, line) ODD_REAL(odd_rule_limits, field, "0", 0, most, line)
#define ASKS(field, line)        ODD_BOOL(odd_rule_limits, field, "false", line)

static const odd_option limit_table[] = {
    LIMIT(min_width, 1e9, "pixels that an image has in width at least; 0, here and below: any"),
    LIMIT(max_width, 1e9, "in width at most"),
    LIMIT(min_height, 1e9, "in height at least"),
    LIMIT(max_height, 1e9, "in height at most"),
    LIMIT(min_side, 1e9, "pixels of the longer side at least"),
    LIMIT(max_side, 1e9, "pixels of the longer side at most"),
    LIMIT(min_pixels, 1e18, "pixels in all at least"),
    LIMIT(max_pixels, 1e18, "pixels in all at most"),
    LIMIT(max_bytes, 1e18, "bytes of a file at most"),
    LIMIT(min_aspect, 1e9, "width by height at least"),
    LIMIT(max_aspect, 1e9, "width by height at most"),
    LIMIT(max_depth, 64, "bits of a sample at most"),
    LIMIT(min_white, 1, "share of the border that is pure white at least"),
    LIMIT(min_near_white, 1, "share of the border that is 250 or more at least"),
    LIMIT(min_fill, 1, "share of width or height that the product fills at least"),
    LIMIT(max_fill, 1, "share of them that it fills at most"),
    ASKS(true_ending, "the ending of a name is one of the format's"),
    ASKS(rgb, "three channels of colour, neither grey nor CMYK nor a palette"),
    ASKS(no_border, "neither frame nor bars"),
    ASKS(no_single_colour, "more than one colour"),
    ODD_OPTIONS_END,
};

static const odd_option table[] = {
    ODD_PART_LIST(
        rules_options, channels, "[none]", "channel", odd_channel_part,
        "sales channels whose rules images have to keep; the limits below are asked for, too"),
    ODD_LIST(rules_options, formats, "[]",
             "file formats that are taken, such as [JPEG, PNG]; empty: any"),
    ODD_BASE(rules_options, own, limit_table),
    ODD_OPTIONS_END,
};

/* The job's own channel; formats: (as long as all names together). */
static odd_status add_own(const rules_options *o, odd_text *formats, odd_rule_book *book)
{
    for (int64_t i = 0; i < o->formats.count; i++)
        odd_text_format(formats, "%s%s", i > 0 ? " " : "", o->formats.item[i]);
    book->channel[book->count++] = (odd_channel){"the job", odd_text_string(formats), o->own};
    return odd_text_status(formats);
}

static odd_status open_book(const rules_options *o, odd_text *formats, odd_rule_book *book)
{
    *book = (odd_rule_book){0};
    for (int i = 0; odd_channels[i].name; i++)
        if (odd_list_has(&o->channels, odd_channels[i].name))
            book->channel[book->count++] = odd_channels[i];
    return add_own(o, formats, book);
}

/* ---- the images of a rank ---- */

static odd_status add_broken(odd_check_context *context, const char *name, int64_t row,
                             const odd_number_style *style, double value, const float box[],
                             const odd_ruling *ruling)
{
    const bool shown = style->digits >= 0;
    odd_finding finding = {
        .kind = context->check->kind,
        .check = name,
        .severity = ruling->severity,
        .value = shown ? odd_number_shown(style, value) : NAN,
        .limit = shown ? odd_number_shown(style, ruling->limit) : NAN,
        .unit = style->unit,
        .sentence = ruling->sentence,
        .row = &row,
        .rows = 1,
    };
    memcpy(finding.box, box, sizeof finding.box);
    return odd_check_tell(context, &finding);
}

/* One image by one rule. */
static odd_status judge_image(odd_check_context *context, const odd_rule *rule,
                              const odd_rule_book *book, const float *m, int64_t row)
{
    const double value = rule->of(m);
    float box[ODD_BOX_SIDES] = ODD_BOX_NONE;
    odd_ruling ruling;
    odd_rule_judge(rule, book, isnan(value) ? 0 : value, &ruling);
    if (!ruling.asked) return ODD_OK;
    if (isnan(value))
        return odd_findings_note(context->findings, context->check->kind, rule->name, 1);
    if (!ruling.broken)
        return odd_findings_note(context->findings, context->check->kind, rule->name, 0);
    if (rule->box) rule->box(m, box);
    return add_broken(context, rule->name, row, &rule->style, value, box, &ruling);
}

static odd_status judge_format(odd_check_context *context, const odd_rule_book *book,
                               const float *m, int64_t row)
{
    static const odd_number_style word = {1, -1, ""};
    static const float nowhere[] = ODD_BOX_NONE;
    odd_ruling ruling;
    const float format = m[ODD_MEASURE_FORMAT];
    if (isnan(format) || (int)format == ODD_IMAGE_FORMAT_NONE) return ODD_OK;
    odd_format_judge(book, (int)format, &ruling);
    return ruling.broken ? add_broken(context, "format", row, &word, NAN, nowhere, &ruling)
                         : ODD_OK;
}

static odd_status judge_mine(odd_check_context *context, const odd_rule_book *book,
                             const float *measures)
{
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < context->part.n_local; i++) {
        const float *m = measures + i * ODD_MEASURE_COUNT;
        const int64_t row = context->part.row0 + i;
        if (context->status[i] != ODD_IMAGE_OK || context->told[i]) continue;
        for (const odd_rule *rule = odd_rules; rule->name; rule++)
            ODD_TRY(judge_image(context, rule, book, m, row));
        ODD_TRY(judge_format(context, book, m, row));
    }
done:
    return st;
}

static odd_status run_rules(odd_check_context *context, const void *options)
{
    const MPI_Comm comm = context->run->comm;
    odd_text formats = ODD_TEXT_EMPTY;
    const float *measures;
    odd_rule_book book;
    odd_status st;
    ODD_TRY(odd_check_measures(context, &measures));
    ODD_TRY_ALL(comm, open_book(options, &formats, &book));
    ODD_TRY_ALL(comm, judge_mine(context, &book, measures));
done:
    odd_text_free(&formats);
    return st;
}

/* A format by a name that no file has would refuse all. */
static odd_status check_formats(const odd_job *job, const void *options)
{
    const rules_options *o = options;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < o->formats.count; i++) {
        int f = ODD_IMAGE_FORMAT_NONE + 1;
        while (f < ODD_IMAGE_FORMAT_COUNT &&
               strcmp(odd_image_format_name(f), o->formats.item[i]) != 0)
            f++;
        if (f == ODD_IMAGE_FORMAT_COUNT)
            ODD_TRY(odd_job_fail(job, "check.rules.formats",
                                 "no format '%s'; they are written JPEG, PNG, WebP, GIF, TIFF, "
                                 "HEIC/AVIF, JPEG 2000, JPEG XL, BMP, PBM/PGM/PPM",
                                 o->formats.item[i]));
    }
done:
    return st;
}

const odd_check odd_check_rules = {
    .name = "rules",
    .summary = "images that break the rules of a channel, or one's own",
    .advice = "make the picture as the channel wants it",
    .kind = ODD_FINDING_RULE,
    .options = table,
    .options_size = sizeof(rules_options),
    .measured = true,
    .check = check_formats,
    .run = run_rules,
};
