/* Bands: even borders and letterbox bars with a step behind them, and rows at the bottom that a
 * decoder filled because the file ended. */
#include "image/measure_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>

#define GROUND     0.05 /* of the ring above: a colour that is there, too, is the ground's */
#define MIDDLE     0.3  /* the same of the grey that decoders fill with: products may be grey */
#define SAMPLES    32   /* of a line, at most */
#define EVEN       2    /* levels; lines of a band deviate by less */
#define STEPPED    0.9  /* of a line, behind the band, that is another colour */
#define TRANSITION 8    /* lines, of a block of JPEG, between the band and what is seen as a step */
#define CUT_BLOCKS 16   /* rows above the first that is filled, of which a part may be: a block's */
#define FILLED     4    /* levels that filled pixels differ by, saved again */
#define CUT_ROWS   4    /* fewer are no part of a file */

/* Lines that are parallel to a side, from that side on: rows, or columns, each by some of its
 * pixels. */
typedef struct {
    const uint8_t *light, *far; /* planes */
    ptrdiff_t first;            /* pixel of the first line */
    ptrdiff_t inward;           /* bytes to the next line */
    int lines;
    ptrdiff_t along; /* bytes to the next pixel of a line */
    int length;      /* pixels of a line, */
    int samples;     /* and how many are looked at: */
    int at[SAMPLES]; /* those of these numbers */
} side_lines;

/* A band at one side: its lines, as far as they are even. */
typedef struct {
    int lines;
    double level;
    bool ground; /* the first of them is of the ground's colour */
} band;

static int middle_of(int i, int count, int n)
{
    return (int)(((2 * (int64_t)i + 1) * n) / (2 * (int64_t)count));
}

/* Left, right, top, bottom. */
static side_lines lines_of(const odd_measuring *m, int side)
{
    const int w = m->view.width, h = m->view.height;
    side_lines s = {m->light, m->far, 0, 1, w, w, h, 0, {0}};
    if (side == 1) s.first = w - 1;
    if (side == 3) s.first = (ptrdiff_t)w * (h - 1);
    if (side >= 2) s = (side_lines){m->light, m->far, s.first, w, h, 1, w, 0, {0}};
    if (side % 2) s.inward = -s.inward;
    s.samples = s.length < SAMPLES ? s.length : SAMPLES;
    for (int j = 0; j < s.samples; j++)
        s.at[j] = middle_of(j, s.samples, s.length);
    return s;
}

static void read_line(const side_lines *s, const uint8_t *plane, int i, uint8_t line[SAMPLES])
{
    const uint8_t *from = plane + s->first + i * s->inward;
    for (int j = 0; j < s->samples; j++)
        line[j] = from[s->at[j] * s->along];
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

static bool is_ground(int n, const uint8_t far[])
{
    for (int j = 0; j < n; j++)
        if (far[j] > ODD_FAR) return false;
    return true;
}

static band find_band(const side_lines *s)
{
    uint8_t line[SAMPLES], far[SAMPLES];
    read_line(s, s->far, 0, far);
    read_line(s, s->light, 0, line);
    band b = {0, mean_of(s->samples, line), is_ground(s->samples, far)};
    while (b.lines < s->lines) {
        read_line(s, s->far, b.lines, far);
        read_line(s, s->light, b.lines, line);
        if (!is_even(s->samples, line, b.level)) break;
        if (b.ground && !is_ground(s->samples, far)) break;
        b.lines++;
    }
    return b;
}

/* Does a line differ from a band, in light or in colour, nearly everywhere between two bands
 * across, of so many lines at its start and its end? */
static bool is_step(const side_lines *s, int i, const band *b, int start, int end)
{
    uint8_t light[SAMPLES], far[SAMPLES];
    int count = 0, n = 0;
    read_line(s, s->light, i, light);
    read_line(s, s->far, i, far);
    for (int j = 0; j < s->samples; j++) {
        if (s->at[j] < start || s->at[j] >= s->length - end) continue;
        n++;
        count += fabs(light[j] - b->level) > ODD_FAR || (b->ground && far[j] > ODD_FAR);
    }
    return n > 0 && count >= STEPPED * n;
}

/* Lines of a band that has a step behind it; 0: it is ground, or there is nothing else. */
static int stepped_band(const side_lines *s, const band *b, const band across[static 2])
{
    const bool even = across[0].lines + across[1].lines >= s->length;
    const int start = even ? 0 : across[0].lines, end = even ? 0 : across[1].lines;
    if (b->lines == 0 || b->lines >= s->lines) return 0;
    for (int i = b->lines; i < s->lines / 2 && i <= b->lines + TRANSITION; i++)
        if (is_step(s, i, b, start, end)) return i;
    return 0;
}

/* The pixel in the middle of its first line. */
static const uint8_t *pixel_of_band(const odd_measuring *m, const side_lines *s)
{
    return m->view.pixels + (s->first + s->at[s->samples / 2] * s->along) * m->view.channels;
}

static float chroma_of_band(const odd_measuring *m, const side_lines *s)
{
    const int c = m->view.channels;
    const uint8_t *p = pixel_of_band(m, s);
    int most = p[0], least = p[0];
    for (int i = 1; i < c; i++) {
        most = p[i] > most ? p[i] : most;
        least = p[i] < least ? p[i] : least;
    }
    return (float)(most - least);
}

static float apart_of_bands(const odd_measuring *m, const side_lines *a, const side_lines *b)
{
    const uint8_t *p = pixel_of_band(m, a), *q = pixel_of_band(m, b);
    int most = 0;
    for (int i = 0; i < m->view.channels; i++)
        most = abs(p[i] - q[i]) > most ? abs(p[i] - q[i]) : most;
    return (float)most;
}

static void measure_borders(const odd_measuring *m)
{
    static const enum odd_measure measure[4] = {ODD_MEASURE_BORDER_LEFT, ODD_MEASURE_BORDER_RIGHT,
                                                ODD_MEASURE_BORDER_TOP, ODD_MEASURE_BORDER_BOTTOM};
    side_lines lines[4];
    band found[4];
    for (int i = 0; i < 4; i++) {
        lines[i] = lines_of(m, i);
        found[i] = find_band(&lines[i]);
    }
    for (int i = 0, widest = 0; i < 4; i++) {
        const int width = stepped_band(&lines[i], &found[i], found + (i < 2 ? 2 : 0));
        m->value[measure[i]] = (float)width / (float)lines[i].lines;
        if (width <= widest) continue;
        widest = width;
        m->value[ODD_MEASURE_BORDER_LIGHT] = (float)found[i].level;
        m->value[ODD_MEASURE_BORDER_CHROMA] = chroma_of_band(m, &lines[i]);
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            if (m->value[measure[i]] > 0 && m->value[measure[j]] > 0)
                m->value[ODD_MEASURE_BORDER_APART] = fmaxf(m->value[ODD_MEASURE_BORDER_APART],
                                                           apart_of_bands(m, &lines[i], &lines[j]));
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
            if (abs(row[i] - last[i % (size_t)view->channels]) > FILLED) return rows;
    }
    return rows;
}

/* Of the ring above, how much may be of the colour of rows that are missing. */
static double most_of_ring(const uint8_t colour[static 3])
{
    const int grey = 128;
    for (int c = 0; c < 3; c++)
        if (abs(colour[c] - grey) > FILLED) return GROUND;
    return MIDDLE;
}

static odd_status measure_cut(const odd_measuring *m)
{
    const int h = m->view.height, rows = flat_rows(&m->view);
    const uint8_t *last =
        m->view.pixels + ((size_t)m->view.width * (size_t)h - 1) * (size_t)m->view.channels;
    const int whole = h - rows > CUT_BLOCKS ? h - rows - CUT_BLOCKS : 1;
    uint8_t *ring = NULL, colour[3];
    odd_status st = ODD_OK;
    m->value[ODD_MEASURE_CUT_BOTTOM] = 0;
    if (rows < CUT_ROWS || rows == h) return ODD_OK;
    ODD_TRY(ODD_NEW(ring, 3 * odd_ring_room(&m->view)));
    const int64_t above = odd_ring_pixels(&m->view, whole, ring);
    for (int c = 0; c < 3; c++)
        colour[c] = last[m->view.channels == 3 ? c : 0];
    if ((double)odd_count_near(above, ring, colour) > most_of_ring(colour) * (double)above)
        goto done;
    m->value[ODD_MEASURE_CUT_BOTTOM] = (float)rows / (float)h;
    m->value[ODD_MEASURE_CUT_BOTTOM_LIGHT] = m->light[(size_t)m->view.width * (size_t)h - 1];
done:
    odd_free(ring);
    return st;
}

odd_status odd_measure_bands(odd_measuring *m)
{
    measure_borders(m);
    return measure_cut(m);
}
