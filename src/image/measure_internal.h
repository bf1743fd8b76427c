/**
 * Measuring: the parts of it, which share the planes of one image. Each writes its measures into
 * value; what it does not write stays NaN.
 */
#ifndef ODDLOT_IMAGE_MEASURE_INTERNAL_H
#define ODDLOT_IMAGE_MEASURE_INTERNAL_H

#include "image/pixels_internal.h"
#include "oddlot/image/measure.h"

#define ODD_FAR 12 /* levels beyond which a colour is another one */

/* One image at work. */
typedef struct {
    odd_pixel_view view;  /* grey or RGB, rows without gaps; borrowed */
    const uint8_t *light; /* (height, width) luma; `view` where that is grey */
    const uint8_t *far;   /* (height, width) largest difference of a channel from the ground */
    uint8_t *planes;      /* what was allocated of both: free() */
    uint8_t ground[3];    /* the most usual colour of the ring */
    bool even;            /* most of the ring is ground */
    int chroma;           /* largest difference of neighbouring channels of a pixel: 0: grey */
    bool empty;           /* nothing differs from the ground; then the box is all of the image */
    int left, top;        /* the product's box, */
    int right, bottom;    /* to the first column and row behind it */
    float *value;         /* (ODD_MEASURE_COUNT) */
} odd_measuring;

/* measure.c */
/** As odd_measure_pixels(). */
odd_status odd_measure_view(const odd_pixel_view *view, odd_measured *out);

/* measure_colours.c: colours of a list of pixels; n >= 1, rgb (n, 3). */
/** The most usual one: of the cube of 16 levels that has most, the most usual level of each
 *  channel. */
void odd_usual_colour(int64_t n, const uint8_t rgb[], uint8_t colour[static 3]);
/** The count of pixels that are within ODD_FAR of it in each channel. */
int64_t odd_count_near(int64_t n, const uint8_t rgb[], const uint8_t colour[static 3]);
/** The count of pixels that are `least` or more in each channel. */
int64_t odd_count_above(int64_t n, const uint8_t rgb[], int least);

/* measure_ground.c: ground_*; m->ground and m->even. */
/** Pixels that the ring is wide. */
int odd_ring_width(int width, int height);
/** The ring's pixels, of the upper `rows` of an image, as RGB: returns their count, at most
 *  odd_ring_room(). */
int64_t odd_ring_pixels(const odd_pixel_view *view, int rows, uint8_t *rgb);
int64_t odd_ring_room(const odd_pixel_view *view);
/** The most usual colour of the ring, and whether most of it is that. ODD_NOMEM */
odd_status odd_find_ground(const odd_pixel_view *view, uint8_t colour[static 3], bool *even);
odd_status odd_measure_ground(odd_measuring *m);
/* measure_planes.c: m->light, m->far, m->chroma, m->planes. */
odd_status odd_measure_planes(odd_measuring *m);
/** Room for n pixels of a byte, not cleared: free(). ODD_NOMEM */
odd_status odd_plane_new(int64_t n, uint8_t **out);
/* measure_product.c: box_*, product_share, touch_*, reach_*, sides_touched. */
odd_status odd_measure_product(odd_measuring *m);
/** Of n lines that hold so many, and `total` together, the first and behind the last, without the
 *  specks at both ends. */
void odd_span_of(int n, const uint32_t count[], int64_t total, int *from, int *to);
/* measure_bands.c: border_*, cut_bottom*. */
odd_status odd_measure_bands(odd_measuring *m);
/* measure_columns.c */
typedef struct {
    int from, n;
} odd_columns;
/** Of row y of columns [left, right), about one in `step`, in two parts that mirror each other;
 * all, in the first part, where step is 1. */
void odd_columns_of_row(int y, int step, int left, int right, odd_columns part[static 2]);
/* measure_edges.c: fill, fill_by_edges, sharpness. */
odd_status odd_measure_edges(odd_measuring *m);
/* measure_detail.c: fine_detail, blockiness. */
void odd_measure_detail(const odd_measuring *m);
/* measure_tones.c: light_*, contrast, colourfulness, chroma*, common_colour. */
odd_status odd_measure_tones(odd_measuring *m);

#endif
