/**
 * Findings on the page: what the report shows of them, by kind and check, with their pictures.
 */
#ifndef ODDLOT_REPORT_FINDINGS_PAGE_H
#define ODDLOT_REPORT_FINDINGS_PAGE_H

#include "oddlot/base/status.h"

#include <stdbool.h>
#include <stdint.h>

/* Pictures of rows of the catalogue, all of one size, read when they are wanted: a page of many
 * findings never holds all of them. */
typedef struct {
    int width, height, channels; /* channels 1 or 3 */
    /** (height, width, channels) of an image. ODD_IO, ODD_FORMAT. @local */
    odd_status (*read)(void *context, int64_t row, uint8_t *pixels);
    /** Where two images differ, once they are aligned: (side, side) grey levels, black where they
     *  differ most. @local */
    odd_status (*compare)(void *context, int64_t a, int64_t b, uint8_t *pixels);
    int side;
    void *context;
} odd_pictures;

/* An image that a finding is about. */
typedef struct {
    int64_t row;
    const char *name, *label; /* borrowed */
    bool unread;              /* there is no picture of it */
    float box[4];             /* left, top, right, bottom as shares of the picture; NaN: none */
} odd_finding_member;

typedef struct {
    const char *sentence, *unit;      /* borrowed */
    double severity, value, limit;    /* NaN: not known */
    const odd_finding_member *member; /* (members) the first ones; borrowed */
    int members;
    int64_t rows;                    /* members in all */
    const odd_finding_member *usual; /* (usuals) images to compare it with; borrowed */
    int usuals;
} odd_finding_card;

/* What one check found, the most severe first. */
typedef struct {
    const char *kind, *check, *about; /* "hygiene", "blur", "edges are soft"; borrowed */
    const char *advice;               /* "take the picture again", NULL: none; borrowed */
    const odd_finding_card *card;     /* (cards) the first ones; borrowed */
    int cards;
    int64_t found, ignored, unmeasured;
    double worst;
} odd_finding_list;

typedef struct {
    const odd_finding_list *list; /* (lists) by kind; borrowed */
    int lists;
    odd_pictures pictures;
} odd_report_findings;

/* A kind of images that the catalogue is made of. */
typedef struct {
    int64_t images;
    double share; /* of all that are in one */
    int part;     /* kinds with the same one are alike; those of others hardly; -1: of none */
    odd_finding_member medoid;
} odd_report_kind;

/* The map of the catalogue: its kinds by one view. */
typedef struct {
    const char *seen;            /* "what they show"; borrowed */
    const odd_report_kind *kind; /* (kinds) the first ones, the largest first; borrowed */
    int kinds, parts;
    int64_t all; /* kinds there are */
} odd_report_map;

#endif
