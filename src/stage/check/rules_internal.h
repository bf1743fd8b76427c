/**
 * Rules: what channels ask of an image, as limits of what was measured. A channel is one line of a
 * table (channels.c), a rule one line of another (rules.c); one piece of code judges.
 */
#ifndef ODDLOT_STAGE_CHECK_RULES_INTERNAL_H
#define ODDLOT_STAGE_CHECK_RULES_INTERNAL_H

#include "stage/check/judge_internal.h"

/* What a channel asks for; 0, false: nothing. Shares 0 ... 1. */
typedef struct {
    double min_width, max_width, min_height, max_height; /* pixels */
    double min_side, max_side;                           /* pixels of the longer side */
    double min_pixels, max_pixels;
    double max_bytes;
    double min_aspect, max_aspect; /* width by height */
    double max_depth;              /* bits of a sample */
    double min_white;              /* share of the ring that is 255 */
    double min_near_white;         /* share of it that is 250 or more */
    double min_fill, max_fill;
    bool true_ending;      /* the name ends as the format does */
    bool rgb;              /* three channels, not grey, CMYK or a palette */
    bool no_border;        /* no frame and no bars */
    bool no_single_colour; /* no image of one colour */
} odd_rule_limits;

typedef struct {
    const char *name;
    const char *formats; /* names of image/measure.h, separated by blanks; "": any */
    odd_rule_limits limits;
} odd_channel;

/** The channels that are known; a name of NULL ends them. */
extern const odd_channel odd_channels[];
/** The i-th as a part: what a job may name. @local */
odd_part odd_channel_part(int i);

enum { ODD_MOST_CHANNELS = 16 };

/* What is asked of the images of a run: by channels, and by the job itself. */
typedef struct {
    int count;
    odd_channel channel[ODD_MOST_CHANNELS];
} odd_rule_book;

/* A rule: a measured number that lies between two limits of a channel; or what a channel takes or
 * does not, yes or no. */
typedef struct {
    const char *name; /* "width": the check of its findings */
    const char *says; /* what it is, before the number: "the picture is, in width," */
    odd_number_style style;
    /** NaN: it cannot be known. */
    double (*of)(const float value[ODD_MEASURE_COUNT]);
    size_t least, most;     /* offsets of the limits in odd_rule_limits; ODD_NO_LIMIT: none */
    size_t asked;           /* or that of the bool by which a channel asks for it: then these are */
    double lowest, highest; /* the limits */
    void (*box)(const float value[ODD_MEASURE_COUNT], float box[ODD_BOX_SIDES]); /* NULL: none */
} odd_rule;

#define ODD_NO_LIMIT ((size_t)-1)

extern const odd_rule odd_rules[]; /* a name of NULL ends them */

/* Is a number what all channels of a book ask for? */
typedef struct {
    bool asked, broken;     /* some channel has a limit; and it is missed */
    double limit, severity; /* the limit that is missed by most, and how severe that is */
    char sentence[ODD_FINDING_SENTENCE]; /* which names the channels */
} odd_ruling;

/** value: not NaN. @local */
void odd_rule_judge(const odd_rule *rule, const odd_rule_book *book, double value, odd_ruling *out);
/** The same of the format of a file, a code of image/measure.h. @local */
void odd_format_judge(const odd_rule_book *book, int format, odd_ruling *out);

#endif
