/* Bands: even borders and letterbox bars with a step behind them, and rows at the bottom that a
 * decoder filled because the file ended. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>

#define GROUND     0.05 /* of the ring above: a colour that is there, too, is the ground's */
#define SAMPLES    64   /* of a line, at most */
#define EVEN       2    /* levels; lines of a band deviate by less */
#define STEPPED    0.9  /* of a line, behind the band, that is another colour */
#define TRANSITION 8    /* lines, of a block of JPEG, between the band and what is seen as a step */
#define CUT_ROWS   4    /* fewer are no part of a file */

/* Lines that are parallel to a side: rows, or columns, each by some of its pixels. */
typedef struct {
    int lines, samples;
    uint8_t *light; /* (lines, samples) */
} line_set;

/* A band at one side: its lines, as far as they are even. */
typedef struct {
    int lines;
    double level;
} band;

static int middle_of(int i, int count, int n)
{
    return (int)(((2 * (int64_t)i + 1) * n) / (2 * (int64_t)count));
}

/* n lines `step` pixels apart, of `length` pixels that are `along` apart. */
static odd_status sample_lines(const uint8_t *light, int n, size_t step, int length, size_t along,
                               line_set *out)
{
    odd_status st;
    *out = (line_set){.lines = n, .samples = length < SAMPLES ? length : SAMPLES};
    ODD_TRY(ODD_NEW(out->light, (int64_t)n * out->samples));
    for (int j = 0; j < out->samples; j++) {
        const uint8_t *from = light + (size_t)middle_of(j, out->samples, length) * along;
        for (int i = 0; i < n; i++)
            out->light[i * out->samples + j] = from[(size_t)i * step];
    }
done:
    return st;
}

/* The i-th line from a side. */
static const uint8_t *line_from(const line_set *s, bool from_end, int i)
{
    return s->light + (ptrdiff_t)(from_end ? s->lines - 1 - i : i) * s->samples;
}

static double mean_of(int n, const uint8_t line[])
{
    int sum = 0;
    for (int j = 0; j < n; j++)
        sum += line[j];
    return (double)sum / n;
}

static bool is_even(int n, const uint8_t line[], double level)
{
    double squares = 0;
    for (int j = 0; j < n; j++)
        squares += (line[j] - level) * (line[j] - level);
    return squares < (double)EVEN * EVEN * n;
}

static band find_band(const line_set *s, bool from_end)
{
    band b = {0, mean_of(s->samples, line_from(s, from_end, 0))};
    while (b.lines < s->lines && is_even(s->samples, line_from(s, from_end, b.lines), b.level))
        b.lines++;
    return b;
}

/* Does a line, between two bands across, differ from the level of a band nearly everywhere? */
static bool is_step(const uint8_t line[], double level, int from, int to)
{
    int count = 0;
    for (int j = from; j < to; j++)
        count += fabs(line[j] - level) > ODD_FAR;
    return to > from && count >= STEPPED * (to - from);
}

/* The part of samples that are behind the bands across, of which the first and the last are given.
 */
static void inner_samples(const line_set *s, int length, const band across[static 2], int *from,
                          int *to)
{
    const bool whole = across[0].lines + across[1].lines >= length;
    *from = 0;
    *to = s->samples;
    for (int j = 0; !whole && j < s->samples; j++) {
        if (middle_of(j, s->samples, length) < across[0].lines) *from = j + 1;
        if (middle_of(j, s->samples, length) < length - across[1].lines) *to = j + 1;
    }
}

/* Lines of a band that has a step behind it; 0: it is ground, or there is nothing else. */
static int stepped_band(const line_set *s, bool from_end, const band *b, int from, int to)
{
    if (b->lines == 0 || b->lines >= s->lines) return 0;
    for (int i = b->lines; i < s->lines / 2 && i <= b->lines + TRANSITION; i++)
        if (is_step(line_from(s, from_end, i), b->level, from, to)) return i;
    return 0;
}

static void measure_borders(const line_set *columns, const line_set *rows, float value[])
{
    const band side[4] = {find_band(columns, false), find_band(columns, true),
                          find_band(rows, false), find_band(rows, true)};
    static const enum odd_measure measure[4] = {ODD_MEASURE_BORDER_LEFT, ODD_MEASURE_BORDER_RIGHT,
                                                ODD_MEASURE_BORDER_TOP, ODD_MEASURE_BORDER_BOTTOM};
    for (int i = 0; i < 4; i++) {
        const line_set *s = i < 2 ? columns : rows;
        int from, to;
        inner_samples(s, i < 2 ? rows->lines : columns->lines, side + (i < 2 ? 2 : 0), &from, &to);
        value[measure[i]] = (float)stepped_band(s, i % 2, &side[i], from, to) / (float)s->lines;
    }
}

/* -- rows that a decoder filled -- */

/* Rows at the bottom that are all of the last pixel's colour. */
static int flat_rows(const odd_pixel_view *view)
{
    const size_t bytes = (size_t)view->width * (size_t)view->channels;
    const uint8_t *last = view->pixels + (size_t)view->height * bytes - (size_t)view->channels;
    int rows = 0;
    for (; rows < view->height; rows++) {
        const uint8_t *row = view->pixels + (size_t)(view->height - 1 - rows) * bytes;
        for (size_t i = 0; i < bytes; i++)
            if (abs(row[i] - last[i % (size_t)view->channels]) > 1) return rows;
    }
    return rows;
}

static odd_status measure_cut(odd_measuring *m)
{
    const int h = m->view.height, rows = flat_rows(&m->view);
    const uint8_t *last =
        m->view.pixels + ((size_t)m->view.width * (size_t)h - 1) * (size_t)m->view.channels;
    uint8_t *ring = NULL, colour[3];
    odd_status st = ODD_OK;
    m->value[ODD_MEASURE_CUT_BOTTOM] = 0;
    if (rows < CUT_ROWS || rows == h) return ODD_OK;
    ODD_TRY(ODD_NEW(ring, 3 * odd_ring_room(&m->view)));
    const int64_t above = odd_ring_pixels(&m->view, h - rows, ring);
    for (int c = 0; c < 3; c++)
        colour[c] = last[m->view.channels == 3 ? c : 0];
    if ((double)odd_count_near(above, ring, colour) > GROUND * (double)above) goto done;
    m->value[ODD_MEASURE_CUT_BOTTOM] = (float)rows / (float)h;
    m->value[ODD_MEASURE_CUT_BOTTOM_LIGHT] = m->light[(size_t)m->view.width * (size_t)h - 1];
done:
    odd_free(ring);
    return st;
}

odd_status odd_measure_bands(odd_measuring *m)
{
    const int w = m->view.width, h = m->view.height;
    line_set columns = {0}, rows = {0};
    odd_status st;
    ODD_TRY(sample_lines(m->light, w, 1, h, (size_t)w, &columns));
    ODD_TRY(sample_lines(m->light, h, (size_t)w, w, 1, &rows));
    measure_borders(&columns, &rows, m->value);
    ODD_TRY(measure_cut(m));
done:
    odd_free(columns.light);
    odd_free(rows.light);
    return st;
}
