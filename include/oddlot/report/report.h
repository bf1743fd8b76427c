/**
 * Report: REPORT/index.html and its pictures, made to be looked at from file:// with no network.
 *
 * Everything it shows comes in through odd_report_data; it escapes every text. @local
 */
#ifndef ODDLOT_REPORT_REPORT_H
#define ODDLOT_REPORT_REPORT_H

#include "oddlot/base/status.h"
#include "oddlot/report/findings_page.h"
#include "oddlot/report/histogram.h"

#include <stdbool.h>
#include <stdint.h>

/* One line of a table of facts. */
typedef struct {
    const char *name, *value;
} odd_fact;

/* Where an image is damaged, as a network sees it. */
typedef struct {
    const float *map;             /* (height, width) of the image; larger is hotter; borrowed */
    int left, top, width, height; /* the hottest area, pixels; width 0: nothing is warm */
} odd_heat;

/* One flagged image. */
typedef struct {
    int64_t rank; /* 1 is the oddest */
    int64_t row;  /* global index */
    const char *name, *label, *reason;
    double score, probability;
    int truth; /* 1 odd, 0 theme, -1 not known */
    int width, height, channels;
    const uint8_t *pixels; /* (height, width, channels) 1 or 3; borrowed */
    odd_heat heat;         /* map NULL: not known */
} odd_flagged;

/* One row of the scatter plot. */
typedef struct {
    float x, y;
    int8_t truth;    /* 1 odd, 0 theme, -1 not known: the shape */
    int8_t estimate; /* 1 odd, 0 theme: the colour */
} odd_scatter_point;

typedef struct {
    double x, y;
} odd_curve_point;

/* A curve of several networks: their mean, least and largest value. */
typedef struct {
    double x, mean, low, high;
} odd_band_point;

/* By the epoch, of the images that are learnt from and of those that are not. */
typedef struct {
    const odd_band_point *seen, *held_out; /* count 0: not known */
    int64_t seen_count, held_out_count;
} odd_learning_curve;

/* How networks learnt from the catalogue. */
typedef struct {
    int64_t networks;
    odd_learning_curve loss, accuracy;
    const odd_fact *fact; /* how well they do, and how fast it went */
    int facts;
    const char *label;       /* of a table, "Kinds of damage" */
    const char *const *cell; /* (lines, columns) its texts, the heads first */
    int lines, columns;      /* 0: there are none */
} odd_report_training;

/* What the threshold did, where the truth is known. */
typedef struct {
    int64_t odd_found, odd_missed, theme_kept, theme_lost;
} odd_report_confusion;

/* A run in figures, each list in the order it is shown. Everything is borrowed. */
typedef struct {
    const char *title;
    const char *subtitle; /* one sentence: what was audited and what was found */
    const odd_fact *fact; /* summary: rows, flagged, unreadable, stages and their seconds, ... */
    int facts;
    const odd_fact *metric; /* evaluation; 0 where there are no labels */
    int metrics;
    const odd_report_confusion *confusion; /* NULL where there are no labels */
    const odd_report_findings *findings;   /* NULL: the job asks for no checks */
    const odd_report_map *map; /* NULL: the job looks for no groups; its pictures are read as those
                                  of findings */
    const odd_flagged *flagged;
    int64_t flagged_count;
    int64_t flagged_total; /* flagged in all; the gallery shows the first ones, and where it is 0,
                              the oddest that were not flagged */
    const char *score_name;
    odd_histogram histogram; /* of the scores */
    double threshold;        /* NaN: none */
    const odd_scatter_point *scatter;
    int64_t scatter_count;
    int64_t scatter_total;      /* rows that they were drawn from */
    const odd_curve_point *roc; /* false-alarm rate, share found */
    int64_t roc_count;
    double auc;
    const odd_curve_point *objective; /* iteration, log posterior: how the fit went */
    int64_t objective_count;
    const odd_report_training *training; /* NULL: no network was trained */
    const odd_fact *error;               /* unreadable images: name, reason; the first ones */
    int errors;
    int64_t error_total;
    const char *settings; /* job.yaml */
} odd_report_data;

/**
 * Write FOLDER/index.html, FOLDER/img/000001.png ... (the gallery in its order), 000001-heat.png
 * ... (colours to lie over them), FOLDER/img/contact-sheet.png, and of findings img/row-000012.png
 * ... and img/difference-000012-000031.png ...
 *
 * The report is written beside its place, as FOLDER.partial, and put there whole: who looks finds
 * the old report or the new one, also after a kill. An old report is removed; a folder that holds
 * anything else is left alone. Texts may be NULL (nothing is shown) and hold any byte; numbers that
 * are not finite are left out of the plots. The page depends on the data only, not on the clock.
 *
 * @return ODD_IO naming the path, also for a folder that is not a report; ODD_NOMEM.
 */
odd_status odd_report_write(const char *folder, const odd_report_data *data);

#endif
