/* The heat of one image: what the log odds lose when windows of the last map are erased.
 *
 * Measured on 262 pictures of openclipart with a damaged rectangle of a tenth of the image, found
 * by the networks of jobs/damage.yaml (64 x 64, 2 folds of 5,000): the hottest pixel is in it for
 * 69 %, and the best threshold gives an intersection over union of 0.34. Class activation (Zhou et
 * al., CVPR 2016; smoothed) gives 57 % and 0.30; windows erased in the image, filled from their
 * border, 49 % and 0.21 at best; its middle would be in it for 28 %. */
#include "stage/report/heat_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 64,       /* windows that go through the network together */
    MOST_STEPS = 24,  /* of a window along a side: more add nothing */
    NEARLY_OF_10 = 8, /* tenths of the heat from the coldest to the hottest pixel */
};

/* Windows over `side` places: `width` of them each, from outside to outside, so that places at the
 * border are in as many as others. */
typedef struct {
    int side, width, step, count;
} walk;

static walk walk_over(int side)
{
    walk w = {.side = side, .width = (side + 1) / 2};
    const int way = side + w.width - 1; /* from one place inside to one place inside */
    w.step = (way + MOST_STEPS - 1) / MOST_STEPS;
    w.count = (way + w.step - 1) / w.step;
    return w;
}

/* Places [*from, *to) of window i. */
static void window_range(const walk *w, int i, int *from, int *to)
{
    const int at = 1 - w->width + i * w->step;
    *from = at > 0 ? at : 0;
    *to = at + w->width < w->side ? at + w->width : w->side;
}

/* Everything while the windows go through. */
typedef struct {
    const odd_heat_network *network;
    int64_t area, values; /* of a plane; of a map */
    walk down, across;
    float *map;    /* (values) as the image makes it */
    float *usual;  /* (planes) medians */
    float *erased; /* (CHUNK, values) */
    float *output; /* (CHUNK, values of the output) */
    double *odds;  /* (windows) */
    float *sorted; /* (area) */
} work;

static odd_status work_open(const odd_heat_network *network, work *w)
{
    odd_status st;
    *w = (work){.network = network,
                .area = (int64_t)network->rows * network->columns,
                .down = walk_over(network->rows),
                .across = walk_over(network->columns)};
    w->values = w->area * network->planes;
    ODD_TRY(ODD_NEW(w->map, w->values));
    ODD_TRY(ODD_NEW(w->usual, network->planes));
    ODD_TRY(ODD_NEW(w->erased, CHUNK * w->values));
    ODD_TRY(ODD_NEW(w->output, (int64_t)CHUNK * network->values));
    ODD_TRY(ODD_NEW(w->odds, (int64_t)w->down.count * w->across.count));
    ODD_TRY(ODD_NEW(w->sorted, w->area));
done:
    return st;
}

static void work_close(work *w)
{
    odd_free(w->map);
    odd_free(w->usual);
    odd_free(w->erased);
    odd_free(w->output);
    odd_free(w->odds);
    odd_free(w->sorted);
}

static int by_value(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static void find_usual(work *w)
{
    for (int c = 0; c < w->network->planes; c++) {
        memcpy(w->sorted, w->map + c * w->area, (size_t)w->area * sizeof *w->sorted);
        qsort(w->sorted, (size_t)w->area, sizeof *w->sorted, by_value);
        w->usual[c] = w->sorted[w->area / 2];
    }
}

/* The map without what is in window number i. */
static void erase_window(const work *w, int64_t i, float out[])
{
    const int columns = w->network->columns;
    int top, bottom, left, right;
    window_range(&w->down, (int)(i / w->across.count), &top, &bottom);
    window_range(&w->across, (int)(i % w->across.count), &left, &right);
    memcpy(out, w->map, (size_t)w->values * sizeof *out);
    for (int c = 0; c < w->network->planes; c++)
        for (int y = top; y < bottom; y++)
            for (int x = left; x < right; x++)
                out[c * w->area + (int64_t)y * columns + x] = w->usual[c];
}

static odd_status compute_window_odds(work *w)
{
    const int64_t windows = (int64_t)w->down.count * w->across.count;
    odd_status st = ODD_OK;
    for (int64_t first = 0; first < windows; first += CHUNK) {
        const int64_t left = windows - first, count = left < CHUNK ? left : CHUNK;
#pragma omp parallel for default(none) shared(w, first, count) schedule(static)
        for (int64_t i = 0; i < count; i++)
            erase_window(w, first + i, w->erased + i * w->values);
        ODD_TRY(odd_heat_odds(w->network, count, w->erased, w->output, w->odds + first));
    }
done:
    return st;
}

/* The mean fall of the windows that cover a place. */
static float fall_at(const work *w, double odds, int y, int x)
{
    double sum = 0;
    int covered = 0, top, bottom, left, right;
    for (int i = 0; i < w->down.count; i++) {
        window_range(&w->down, i, &top, &bottom);
        for (int j = 0; y >= top && y < bottom && j < w->across.count; j++) {
            window_range(&w->across, j, &left, &right);
            if (x < left || x >= right) continue;
            sum += odds - w->odds[(int64_t)i * w->across.count + j];
            covered++;
        }
    }
    return (float)(sum / covered);
}

/* The place of pixel `at` of `pixels` among `places`, between *low and *low + 1. */
static float place_of(int at, int pixels, int places, int *low)
{
    const float exact = ((float)at + 0.5f) * (float)places / (float)pixels - 0.5f;
    const float inside = fminf(fmaxf(exact, 0), (float)places - 1);
    *low = (int)inside < places - 1 ? (int)inside : places - 2;
    if (*low < 0) *low = 0;
    return inside - (float)*low;
}

/* Between the places, straight lines. */
static void enlarge_heat(const odd_heat_network *n, const float place[], float heat[])
{
    for (int y = 0; y < n->height; y++) {
        int top, left;
        const float down = place_of(y, n->height, n->rows, &top);
        const float *upper = place + (int64_t)top * n->columns;
        const float *lower = n->rows > 1 ? upper + n->columns : upper;
        for (int x = 0; x < n->width; x++) {
            const float across = place_of(x, n->width, n->columns, &left);
            const int right = n->columns > 1 ? left + 1 : left;
            heat[(int64_t)y * n->width + x] =
                (1 - down) * ((1 - across) * upper[left] + across * upper[right]) +
                down * ((1 - across) * lower[left] + across * lower[right]);
        }
    }
}

static odd_status make_map(work *w, const float image[])
{
    float *const output[] = {w->map};
    if (w->network->front) return odd_net_run(w->network->front, 1, NULL, image, output);
    memcpy(w->map, image, (size_t)w->values * sizeof *w->map);
    return ODD_OK;
}

odd_status odd_heat_map(const odd_heat_network *network, const float image[], double *odds,
                        float heat[])
{
    work w;
    odd_status st;
    ODD_TRY(work_open(network, &w));
    ODD_TRY(make_map(&w, image));
    ODD_TRY(odd_heat_odds(network, 1, w.map, w.output, odds));
    find_usual(&w);
    ODD_TRY(compute_window_odds(&w));
    for (int y = 0; y < network->rows; y++)
        for (int x = 0; x < network->columns; x++)
            w.sorted[(int64_t)y * network->columns + x] = fall_at(&w, *odds, y, x);
    enlarge_heat(network, w.sorted, heat);
done:
    work_close(&w);
    return st;
}

/* -- the hottest area -- */

static int64_t hottest_pixel(int64_t pixels, const float heat[], float *coldest)
{
    int64_t hottest = 0;
    *coldest = heat[0];
    for (int64_t i = 1; i < pixels; i++) {
        if (heat[i] > heat[hottest]) hottest = i;
        *coldest = fminf(*coldest, heat[i]);
    }
    return hottest;
}

/* Grow from the hottest pixel over neighbours that are hot enough. */
static void grow_region(int height, int width, const float heat[], float least, int64_t from,
                        int64_t queue[], uint8_t seen[], odd_heat_region *r)
{
    int64_t waiting = 1;
    int x0 = width, x1 = -1, y0 = height, y1 = -1;
    queue[0] = from;
    seen[from] = 1;
    while (waiting > 0) {
        const int64_t at = queue[--waiting];
        const int x = (int)(at % width), y = (int)(at / width);
        x0 = x < x0 ? x : x0;
        x1 = x > x1 ? x : x1;
        y0 = y < y0 ? y : y0;
        y1 = y > y1 ? y : y1;
        const int64_t next[4] = {x > 0 ? at - 1 : at, x + 1 < width ? at + 1 : at,
                                 y > 0 ? at - width : at, y + 1 < height ? at + width : at};
        for (int k = 0; k < 4; k++) {
            if (seen[next[k]] || heat[next[k]] < least) continue;
            seen[next[k]] = 1;
            queue[waiting++] = next[k];
        }
    }
    *r = (odd_heat_region){x0, y0, x1 - x0 + 1, y1 - y0 + 1};
}

odd_status odd_heat_hottest(int height, int width, const float heat[], odd_heat_region *region)
{
    const int64_t pixels = (int64_t)height * width;
    int64_t *queue = NULL;
    uint8_t *seen = NULL;
    float coldest;
    odd_status st;
    *region = (odd_heat_region){0};
    ODD_TRY(ODD_NEW(queue, pixels));
    ODD_TRY(ODD_NEW(seen, pixels));
    const int64_t hottest = hottest_pixel(pixels, heat, &coldest);
    if (heat[hottest] <= 0) goto done;
    const float least = coldest + (heat[hottest] - coldest) * NEARLY_OF_10 / 10;
    grow_region(height, width, heat, least, hottest, queue, seen, region);
done:
    odd_free(queue);
    odd_free(seen);
    return st;
}
