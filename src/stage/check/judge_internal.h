/**
 * Judge: the checks that compare one measured number of each image with a limit. A check says what
 * the number is and which way is worse; where the limit lies follows from the catalogue itself,
 * between two numbers that hold for any:
 *
 *     limit = the catalogue's median, `spread` robust deviations to the worse side of it, but not
 *             beyond `surely` (what is worse than that is at fault in any catalogue) nor on the
 *             better side of `never` (what is better than that is at fault in none)
 *
 * The deviation is that of a Gaussian with the interquartile range of the catalogue, so a quarter
 * of the images may be at fault without moving it much. Where more than `usual` of the images
 * would be found, this is how the catalogue is: nothing is found, and that is said.
 */
#ifndef ODDLOT_STAGE_CHECK_JUDGE_INTERNAL_H
#define ODDLOT_STAGE_CHECK_JUDGE_INTERNAL_H

#include "oddlot/par/quantiles.h"
#include "stage/check/check_internal.h"

#include "oddlot/run/measures.h"

typedef struct {
    double surely, never, spread, usual;
} odd_judge_options;

/* The settings of such a check: what the table of its options holds. */
#define ODD_JUDGE_OPTIONS(at_surely, at_never, deviations, share)                                  \
    ODD_REAL(odd_judge_options, surely, at_surely, -1e300, 1e300,                                  \
             "beyond it an image is at fault in any catalogue"),                                   \
        ODD_REAL(odd_judge_options, never, at_never, -1e300, 1e300,                                \
                 "on the good side of it an image is at fault in none"),                           \
        ODD_REAL(odd_judge_options, spread, deviations, 0, 1000,                                   \
                 "between them: robust deviations from the catalogue's median; 0: surely counts"), \
        ODD_REAL(odd_judge_options, usual, share, 0, 1,                                            \
                 "where more than this share of the images would be found, it is how the "         \
                 "catalogue is, and none are"),                                                    \
        ODD_OPTIONS_END

/* How a number is shown: value * scale, or 2 to the power of value, with these digits, then the
 * unit. */
typedef struct {
    double scale;     /* 0: 2 to the power of the value */
    int digits;       /* negative: it says nothing to people, yes or no */
    const char *unit; /* "%", "levels"; "": none */
} odd_number_style;

struct odd_judge {
    /** The number; NaN: it cannot be known of this image. value: its measures, see
     *  image/measure.h */
    double (*of)(const float value[ODD_MEASURE_COUNT]);
    /** Is the image one of those that it says something of? Others are neither found nor counted.
     *  NULL: all are. */
    bool (*concerns)(const float value[ODD_MEASURE_COUNT]);
    bool any; /* also images of one colour, which are check `blank`'s and no other's */
    bool all; /* it says all of what it finds: checks behind it do not look at that */
    /** Its own sentence for an image of this name; NULL: what it says, and the number */
    void (*tell)(const float value[ODD_MEASURE_COUNT], const char *name, char *sentence,
                 size_t size);
    /** Where it is seen; NULL: everywhere. */
    void (*box)(const float value[ODD_MEASURE_COUNT], float box[ODD_BOX_SIDES]);
    bool high;    /* larger is worse */
    double worst; /* as bad as it gets */
    double least; /* what is as near to the median as this is like it, however alike others are */
    double severity[2]; /* at the limit, and at `worst` */
    const char *says;   /* "blurred: sharpness", before the number */
    odd_number_style style;
};

/** Where the limit lies in a catalogue that is spread so: see above. Of fewer than 20 images
 * nothing is concluded: `surely`. @local */
double odd_judge_limit(const odd_judge *judge, const odd_judge_options *options,
                       const odd_spread *spread);

/** How much a value beyond the limit matters: rises with it, within judge->severity. @local */
double odd_judge_severity(const odd_judge *judge, double value, double limit);

/** The run hook of such a check, whose options are odd_judge_options. @collective */
odd_status odd_judge_run(odd_check_context *context, const void *options);

/** The same by another judge than the check's. @collective */
odd_status odd_judge_run_by(odd_check_context *context, const void *options,
                            const odd_judge *judge);

/** The number as it is shown. @local */
double odd_number_shown(const odd_number_style *style, double value);
/** "41 %" into a caller's buffer; returns it. @local */
const char *odd_number_text(const odd_number_style *style, double value, char text[static 48]);

/* -- borders.c -- */

/** Is the most usual colour at the border white, or nearly? @local */
bool odd_has_white_ground(const float value[ODD_MEASURE_COUNT]);
/** How wide a frame is, at three sides or four, or bars are, at two: shares; 0: there is none, or
 * it is white. @local */
double odd_frame_of(const float value[ODD_MEASURE_COUNT]);
double odd_bars_of(const float value[ODD_MEASURE_COUNT]);

/** For odd_judge.box: the product's, and that of all of it that is within the borders. */
void odd_box_of_product(const float value[ODD_MEASURE_COUNT], float box[ODD_BOX_SIDES]);
void odd_box_within_borders(const float value[ODD_MEASURE_COUNT], float box[ODD_BOX_SIDES]);

#endif
