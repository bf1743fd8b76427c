/* One picture brought onto another, and the step that brings it nearer. Sums go down the columns of
 * a picture first, so that they have one order whatever the width of the CPU's vectors. */
#include "image/aligned_internal.h"

#include "oddlot/base/minmax.h"
#include "oddlot/base/simd.h"

#include <math.h>
#include <string.h>

enum { SIDE = ODD_CLOSE_SIDE /* at most */, COLOURS = ODD_WARP_COLOURS };
#define MARGIN      0.8  /* pixels */
#define MOST_SHIFT  0.14 /* of half a side */
#define LEAST_SCALE 0.87
#define MOST_SCALE  1.15
#define LEAST_GAIN  0.86f /* of a colour */
#define MOST_GAIN   1.16f
#define MOST_OFFSET 12.0f /* levels */
#define WHITE       255.0f
#define CLIPPED     4.0f  /* levels from white or black */
#define MIXED       24.0f /* so far away it is no mixture with white or black either */
#define SLACK       12.0f
#define DAMPING     1e-3 /* of the normal equations, relative */

void odd_warped_begin(odd_warped *w, int side, float room[])
{
    const int values = COLOURS * side * side;
    w->value = room;
    w->across = room + values;
    w->down = room + 2 * values;
    w->error = room + 3 * values;
    w->room = room + 4 * values;
}

static double clamp(double value, double least, double most)
{
    return fmin(fmax(value, least), most);
}

static inline float clampf(float value, float least, float most)
{
    return value < least ? least : value > most ? most : value;
}

/* The place of pixel x of `side`, from -1 to 1. */
static float place(int x, int side)
{
    return (float)((2 * x + 1) / (double)side - 1);
}

/* -- b onto a -- */

/* Of each pixel of a side: the pixel of b before its place, how far behind that it is, and whether
 * it lies well in a and b, whose rims know nothing of what is beyond. */
static void find_places(int side, double scale, double shift, int before[SIDE], float behind[SIDE],
                        float inside[SIDE])
{
    for (int i = 0; i < side; i++) {
        const double u = scale * (double)place(i, side) + shift;
        const double at = (u + 1) * side / 2 - 0.5, in = clamp(at, 0, side - 1);
        before[i] = odd_min_int((int)in, side - 2);
        behind[i] = (float)(in - before[i]);
        inside[i] = i > 0 && i < side - 1 && at >= MARGIN && at <= side - 1 - MARGIN;
    }
}

/* A plane of b at places across: values and slopes (side, side). */
static void move_across(int side, const float b[], const int before[], const float behind[],
                        float value[], float slope[])
{
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const float *at = b + y * side + before[x];
            slope[y * side + x] = at[1] - at[0];
            value[y * side + x] = at[0] + behind[x] * (at[1] - at[0]);
        }
}

ODD_SIMD(static, void, move_down,
         (int side, const float value[], const float slope[], const int before[],
          const float behind[], float to[], float across[], float down[]),
         (side, value, slope, before, behind, to, across, down))
{
    for (int y = 0; y < side; y++) {
        const int up = before[y] * side, low = up + side;
        const float f = behind[y];
        for (int x = 0; x < side; x++) {
            down[y * side + x] = value[low + x] - value[up + x];
            to[y * side + x] = value[up + x] + f * (value[low + x] - value[up + x]);
            across[y * side + x] = slope[up + x] + f * (slope[low + x] - slope[up + x]);
        }
    }
}

/* -- colours -- */

typedef struct {
    float gain, offset;
} colour;

enum { SUM_N, SUM_A, SUM_B, SUM_BB, SUM_AB, SUMS };

/* What a regression of a on b wants, of pixels inside. White that stays white, and black, say
 * nothing of a change of the light: `rim` levels from them pixels do not count. */
ODD_SIMD(static, void, add_regression,
         (int side, const float a[], const float b[], const float inside_x[],
          const float inside_y[], float rim, float sum[SUMS][SIDE]),
         (side, a, b, inside_x, inside_y, rim, sum))
{
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const float va = a[y * side + x], vb = b[y * side + x];
            const float least = va < vb ? va : vb, most = va > vb ? va : vb;
            const float tells = least <= WHITE - rim && most >= rim ? 1.0f : 0.0f;
            const float n = tells * inside_x[x] * inside_y[y];
            sum[SUM_N][x] += n;
            sum[SUM_A][x] += n * va;
            sum[SUM_B][x] += n * vb;
            sum[SUM_BB][x] += n * vb * vb;
            sum[SUM_AB][x] += n * va * vb;
        }
}

/* Gain and offset of a colour, within what a copy may suffer. */
static colour regress(int side, const float a[], const float b[], const odd_warped *w, float rim)
{
    float sum[SUMS][SIDE] = {{0}};
    double s[SUMS] = {1e-9};
    add_regression(side, a, b, w->inside_x, w->inside_y, rim, sum);
    for (int i = 0; i < SUMS; i++)
        for (int x = 0; x < side; x++)
            s[i] += (double)sum[i][x];
    const double spread = s[SUM_BB] - s[SUM_B] * s[SUM_B] / s[SUM_N];
    const double slope =
        spread > s[SUM_N] ? (s[SUM_AB] - s[SUM_A] * s[SUM_B] / s[SUM_N]) / spread : 1;
    const float gain = clampf((float)slope, LEAST_GAIN, MOST_GAIN);
    const float offset = (float)((s[SUM_A] - (double)gain * s[SUM_B]) / s[SUM_N]);
    return (colour){gain, clampf(offset, -MOST_OFFSET, MOST_OFFSET)};
}

/* What is left of a; of white in b, which may have been whiter than can be, a little less, and of
 * black likewise. square[x] becomes the sum of its squares down the column. */
ODD_SIMD(static, void, find_error,
         (int side, const float a[], const float b[], colour k, const float inside_x[],
          const float inside_y[], float error[], float square[SIDE]),
         (side, a, b, k, inside_x, inside_y, error, square))
{
    for (int x = 0; x < side; x++)
        square[x] = 0;
    for (int y = 0; y < side; y++)
        for (int x = 0; x < side; x++) {
            const int i = y * side + x;
            const float more = a[i] - clampf(k.gain * b[i] + k.offset, 0, WHITE);
            const float above = more - (b[i] > WHITE - 1 ? SLACK : 0);
            const float below = more + (b[i] < 1 ? SLACK : 0);
            const float left = (above > 0 ? above : 0) + (below < 0 ? below : 0);
            error[i] = inside_x[x] * inside_y[y] * left;
            square[x] += error[i] * error[i];
        }
}

enum { FEW_FITS = 2, ALL_FITS = 3 };

/* Of no change of a plane's light and of some regressions, what leaves least. */
static void fit_colour(int side, const float a[], const float b[], int c, int fits, odd_warped *w)
{
    static const float rims[ALL_FITS] = {0, MIXED, CLIPPED};
    float *error = w->room, square[SIDE];
    double least = INFINITY;
    for (int i = 0; i <= fits; i++) {
        const colour tried = i == 0 ? (colour){1, 0} : regress(side, a, b, w, rims[i - 1]);
        double sum = 0;
        find_error(side, a, b, tried, w->inside_x, w->inside_y, error, square);
        for (int x = 0; x < side; x++)
            sum += (double)square[x];
        if (!(sum < least)) continue;
        least = sum;
        w->gain[c] = tried.gain;
        memcpy(w->error + c * side * side, error, (size_t)(side * side) * sizeof *error);
    }
}

static void warp(const odd_picture_pair *p, const double t[ODD_WARP], int fits, odd_warped *w)
{
    const int side = p->side, plane = side * side;
    int before_x[SIDE], before_y[SIDE];
    float behind_x[SIDE], behind_y[SIDE], *value = w->room, *slope = w->room + plane;
    float across = 0, down = 0;
    find_places(side, t[0], t[1], before_x, behind_x, w->inside_x);
    find_places(side, t[2], t[3], before_y, behind_y, w->inside_y);
    for (int i = 0; i < side; i++) {
        across += w->inside_x[i];
        down += w->inside_y[i];
    }
    w->pixels = across * down;
    for (int c = 0; c < COLOURS; c++) {
        const int at = c * plane;
        move_across(side, p->b + at, before_x, behind_x, value, slope);
        move_down(side, value, slope, before_y, behind_y, w->value + at, w->across + at,
                  w->down + at);
        fit_colour(side, p->a + at, w->value + at, c, fits, w);
    }
}

void odd_warp(const odd_picture_pair *p, const double t[ODD_WARP], odd_warped *w)
{
    warp(p, t, ALL_FITS, w);
}

void odd_warp_quickly(const odd_picture_pair *p, const double t[ODD_WARP], odd_warped *w)
{
    warp(p, t, FEW_FITS, w);
}

double odd_warp_error(const odd_picture_pair *p, const odd_warped *w)
{
    double sum = 0;
    for (int i = 0; i < COLOURS * p->side * p->side; i++)
        sum += (double)w->error[i] * (double)w->error[i];
    return sqrt(sum / fmax(1, COLOURS * (double)w->pixels));
}

/* -- Gauss-Newton -- */

/* Sums down the columns: of products of slopes (across-across, across-down, down-down) and of
 * slopes and errors, as they are, times v, and times v squared, v from -1 at the top to 1. */
enum { AA, AD, ADV, DD, DDV, DDVV, AE, DE, DEV, COLUMN_SUMS };

ODD_SIMD(static, void, add_columns,
         (int side, float gain, const float across[], const float down[], const float error[],
          const float inside_x[], const float inside_y[], float sum[COLUMN_SUMS][SIDE]),
         (side, gain, across, down, error, inside_x, inside_y, sum))
{
    for (int y = 0; y < side; y++) {
        const float v = (float)(2 * y + 1) / (float)side - 1;
        for (int x = 0; x < side; x++) {
            const int i = y * side + x;
            const float scale = inside_x[x] * inside_y[y] * gain * (float)side / 2;
            const float a = scale * across[i], d = scale * down[i], e = error[i];
            sum[AA][x] += a * a;
            sum[AD][x] += a * d;
            sum[ADV][x] += a * d * v;
            sum[DD][x] += d * d;
            sum[DDV][x] += d * d * v;
            sum[DDVV][x] += d * d * v * v;
            sum[AE][x] += a * e;
            sum[DE][x] += d * e;
            sum[DEV][x] += d * e * v;
        }
    }
}

/* The normal equations h step = g for (scale, shift) across and down. */
static void gather_columns(int side, float sum[COLUMN_SUMS][SIDE], double h[ODD_WARP][ODD_WARP],
                           double g[ODD_WARP])
{
    for (int x = 0; x < side; x++) {
        const double u = (double)place(x, side);
        double s[COLUMN_SUMS];
        for (int i = 0; i < COLUMN_SUMS; i++)
            s[i] = (double)sum[i][x];
        h[0][0] += u * u * s[AA];
        h[0][1] += u * s[AA];
        h[0][2] += u * s[ADV];
        h[0][3] += u * s[AD];
        h[1][1] += s[AA];
        h[1][2] += s[ADV];
        h[1][3] += s[AD];
        h[2][2] += s[DDVV];
        h[2][3] += s[DDV];
        h[3][3] += s[DD];
        g[0] += u * s[AE];
        g[1] += s[AE];
        g[2] += s[DEV];
        g[3] += s[DE];
    }
}

/* Solve h step = g, of h the upper triangle, with some damping; the step takes the place of g. */
static void solve(double h[ODD_WARP][ODD_WARP], double g[ODD_WARP])
{
    double trace = 1;
    for (int i = 0; i < ODD_WARP; i++)
        trace += h[i][i];
    for (int i = 0; i < ODD_WARP; i++) {
        h[i][i] += DAMPING * trace;
        for (int c = 0; c < i; c++)
            h[i][c] = h[c][i];
    }
    for (int i = 0; i < ODD_WARP; i++)
        for (int r = i + 1; r < ODD_WARP; r++) {
            const double factor = h[r][i] / h[i][i];
            for (int c = i; c < ODD_WARP; c++)
                h[r][c] -= factor * h[i][c];
            g[r] -= factor * g[i];
        }
    for (int i = ODD_WARP - 1; i >= 0; i--) {
        for (int c = i + 1; c < ODD_WARP; c++)
            g[i] -= h[i][c] * g[c];
        g[i] /= h[i][i];
    }
}

void odd_warp_step(const odd_picture_pair *p, const odd_warped *w, double t[ODD_WARP])
{
    const int plane = p->side * p->side;
    float sum[COLUMN_SUMS][SIDE] = {{0}};
    double h[ODD_WARP][ODD_WARP] = {{0}}, g[ODD_WARP] = {0};
    for (int c = 0; c < COLOURS; c++)
        add_columns(p->side, w->gain[c], w->across + c * plane, w->down + c * plane,
                    w->error + c * plane, w->inside_x, w->inside_y, sum);
    gather_columns(p->side, sum, h, g);
    solve(h, g);
    for (int i = 0; i < ODD_WARP; i += 2) {
        t[i] = clamp(t[i] + g[i], LEAST_SCALE, MOST_SCALE);
        t[i + 1] = clamp(t[i + 1] + g[i + 1], -MOST_SHIFT, MOST_SHIFT);
    }
}
