/* BMP run lengths (RLE8, RLE4): pairs of a count and a colour; a count of 0 escapes to the end of a
 * row, the end of the image, a jump, or colours one by one. What lies beyond a row is dropped. */
#include "image/bmp_internal.h"

#define END_OF_ROW   0 /* after a count of 0; above JUMP: that many colours follow */
#define END_OF_IMAGE 1
#define JUMP         2

typedef struct {
    const odd_bmp *bmp;
    uint8_t *numbers;
    int x, y;
} runs;

static void put_pixel(runs *r, uint8_t number)
{
    if (r->x < r->bmp->width && r->y < r->bmp->height)
        r->numbers[(size_t)r->y * (size_t)r->bmp->width + (size_t)r->x] = number;
    if (r->x < r->bmp->width) r->x++;
}

/* Colour i of a byte, or of a row of them. */
static uint8_t colour_number(const odd_bmp *bmp, const uint8_t *p, int i)
{
    if (bmp->packing == ODD_BMP_RLE8) return p[i];
    return i % 2 == 0 ? p[i / 2] >> 4 : p[i / 2] & 15;
}

static void jump_by(runs *r, int right, int up)
{
    r->x = right < r->bmp->width - r->x ? r->x + right : r->bmp->width;
    r->y = up < r->bmp->height - r->y ? r->y + up : r->bmp->height;
}

static void repeat_colours(runs *r, const uint8_t *colour, int count)
{
    const bool pairs = r->bmp->packing == ODD_BMP_RLE4;
    for (int i = 0; i < count; i++)
        put_pixel(r, colour_number(r->bmp, colour, pairs ? i % 2 : 0));
}

/* Bytes that `count` colours take, rounded up to a pair of bytes. */
static size_t colour_bytes(const odd_bmp *bmp, int count)
{
    int bytes = bmp->packing == ODD_BMP_RLE8 ? count : (count + 1) / 2;
    return (size_t)(bytes + bytes % 2);
}

bool odd_bmp_unpack(const odd_bmp *bmp, uint8_t *numbers)
{
    runs r = {bmp, numbers, 0, 0};
    const uint8_t *p = bmp->data.bytes, *end = p + bmp->data.size;
    while (r.y < bmp->height && end - p >= 2) {
        const int count = p[0], escape = p[1];
        p += 2;
        if (count > 0) {
            repeat_colours(&r, p - 1, count);
        } else if (escape == END_OF_ROW) {
            r.x = 0;
            r.y++;
        } else if (escape == END_OF_IMAGE) {
            return true;
        } else if (escape == JUMP) {
            if (end - p < 2) return false;
            jump_by(&r, p[0], p[1]);
            p += 2;
        } else {
            const size_t bytes = colour_bytes(bmp, escape);
            if ((size_t)(end - p) < bytes - bytes % 2) return false;
            for (int i = 0; i < escape; i++)
                put_pixel(&r, colour_number(bmp, p, i));
            p += bytes;
        }
    }
    return r.y >= bmp->height || (r.y == bmp->height - 1 && r.x == bmp->width);
}
