/* Contact sheet: the oddest images in one picture. Small images grow by whole factors, so their
 * pixels stay squares; large ones shrink by averaging. */
#include "report/contact_sheet_internal.h"

#include "oddlot/base/memory.h"
#include "report/sections_internal.h"

#include <string.h>

#define CELL    112 /* pixels, the largest side of an image */
#define MARGIN  6
#define COLUMNS 10
#define ROWS    8
#define PAPER   246 /* grey level */

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

static int larger(int a, int b)
{
    return a > b ? a : b;
}

/* The size of an image on the sheet. */
static void fit(const odd_flagged *image, int *width, int *height)
{
    int longest = larger(image->width, image->height);
    if (longest <= CELL) {
        *width = image->width * (CELL / longest);
        *height = image->height * (CELL / longest);
    } else {
        *width = larger(1, (int)((int64_t)image->width * CELL / longest));
        *height = larger(1, (int)((int64_t)image->height * CELL / longest));
    }
}

/* The source pixels [from, to) that pixel i of `size` stands for; at least one. */
static void span(int i, int size, int source, int *from, int *to)
{
    *from = (int)((int64_t)i * source / size);
    *to = larger(*from + 1, (int)((int64_t)(i + 1) * source / size));
}

static uint8_t average(const odd_flagged *image, int x0, int x1, int y0, int y1, int channel)
{
    int64_t sum = 0, area = (int64_t)(x1 - x0) * (y1 - y0);
    for (int y = y0; y < y1; y++) {
        const uint8_t *row = image->pixels + (int64_t)y * image->width * image->channels;
        for (int x = x0; x < x1; x++)
            sum += row[(int64_t)x * image->channels + channel];
    }
    return (uint8_t)((sum + area / 2) / area);
}

/* Into the middle of the cell whose upper left corner is at `cell`. */
static void paste(const odd_flagged *image, uint8_t *cell, int64_t stride)
{
    int width, height, x0, x1, y0, y1;
    fit(image, &width, &height);
    cell += (CELL - height) / 2 * stride + (CELL - width) / 2 * INT64_C(3);
    for (int y = 0; y < height; y++) {
        span(y, height, image->height, &y0, &y1);
        for (int x = 0; x < width; x++) {
            span(x, width, image->width, &x0, &x1);
            for (int c = 0; c < 3; c++)
                cell[y * stride + INT64_C(3) * x + c] =
                    average(image, x0, x1, y0, y1, image->channels == 3 ? c : 0);
        }
    }
}

static int count_shown(const odd_flagged images[], int64_t count)
{
    int shown = 0;
    for (int64_t i = 0; i < count && shown < COLUMNS * ROWS; i++)
        shown += odd_gallery_has_picture(&images[i]);
    return shown;
}

odd_status odd_contact_sheet_make(const odd_flagged images[], int64_t count, int *width,
                                  int *height, uint8_t **pixels)
{
    odd_status st = ODD_OK;
    int shown = count_shown(images, count), columns = smaller(shown, COLUMNS);
    *width = *height = 0;
    *pixels = NULL;
    if (shown == 0) return ODD_OK;
    int across = columns * (CELL + MARGIN) + MARGIN;
    int down = (shown + columns - 1) / columns * (CELL + MARGIN) + MARGIN;
    ODD_TRY(ODD_NEW(*pixels, (int64_t)across * down * 3));
    memset(*pixels, PAPER, (size_t)across * (size_t)down * 3);
    for (int64_t i = 0, place = 0; place < shown; i++) {
        if (!odd_gallery_has_picture(&images[i])) continue;
        int64_t x = MARGIN + place % columns * (CELL + MARGIN);
        int64_t y = MARGIN + place / columns * (CELL + MARGIN);
        paste(&images[i], *pixels + (y * across + x) * 3, (int64_t)across * 3);
        place++;
    }
    *width = across;
    *height = down;
done:
    return st;
}
