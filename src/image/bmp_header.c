/* BMP headers: of OS/2 (12, 16 or 64 bytes) and of Windows (40 to 124 bytes), as far as pixels
 * depend on them. An alpha channel is what a mask says is one; the spare byte of 32 bits is none.
 */
#include "image/bmp_internal.h"

#include <stdlib.h>
#include <string.h>

#define FILE_HEADER    14 /* "BM", sizes, where the pixels are */
#define PIXELS_AT      10
#define OLDEST_HEADER  12
#define SHORT_HEADER   16
#define WINDOWS_HEADER 40
#define ALPHA_HEADER   56 /* from this size on, there is a mask of alpha */
#define OS2_HEADER     64
#define MASKS_AT       (FILE_HEADER + WINDOWS_HEADER) /* inside larger headers, behind this one */
#define MAX_COLOURS    256

#define PLAIN        0 /* compression */
#define RLE8         1
#define RLE4         2
#define FIELDS       3
#define ALPHA_FIELDS 6

/* What a header says, as it says it. */
typedef struct {
    uint32_t size;
    int32_t width, height; /* negative: the first row stands first */
    int bits;
    uint32_t compression, colours;
    size_t end; /* of the header and the masks behind it */
} header;

static uint32_t get16(const uint8_t *p)
{
    return (uint32_t)(p[0] | p[1] << 8);
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | get16(p + 2) << 16;
}

bool odd_is_bmp(const uint8_t *bytes, size_t size)
{
    static const uint32_t sizes[] = {
        OLDEST_HEADER, SHORT_HEADER, WINDOWS_HEADER, 52, ALPHA_HEADER, OS2_HEADER, 108, 124};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        if (size >= FILE_HEADER + 4 && get32(bytes + FILE_HEADER) == sizes[i]) return true;
    return false;
}

static bool has_fields(const header *h)
{
    return h->compression == FIELDS || h->compression == ALPHA_FIELDS;
}

/* False if the file ends before its header does. */
static bool read_header(const odd_source *source, header *h)
{
    const uint8_t *p = source->bytes;
    *h = (header){.size = get32(p + FILE_HEADER)};
    h->end = FILE_HEADER + h->size;
    if (source->size < h->end) return false;
    const bool oldest = h->size == OLDEST_HEADER;
    h->width = oldest ? (int32_t)get16(p + 18) : (int32_t)get32(p + 18);
    h->height = oldest ? (int32_t)get16(p + 20) : (int32_t)get32(p + 22);
    h->bits = (int)get16(oldest ? p + 24 : p + 28);
    if (h->size < WINDOWS_HEADER) return true;
    h->compression = get32(p + 30);
    h->colours = get32(p + 46);
    if (h->size == WINDOWS_HEADER && has_fields(h)) h->end += h->compression == FIELDS ? 12 : 16;
    return source->size >= h->end;
}

/* How pixels are packed; false for a combination that is not one. */
static bool find_packing(const header *h, odd_bmp *out)
{
    const bool colours = h->bits == 16 || h->bits == 24 || h->bits == 32;
    const bool numbers = h->bits == 1 || h->bits == 2 || h->bits == 4 || h->bits == 8;
    out->bits = h->bits;
    if (has_fields(h)) {
        out->packing = ODD_BMP_FIELDS;
        return colours && h->size != OS2_HEADER; /* where it is another compression */
    }
    out->packing = h->compression == RLE8   ? ODD_BMP_RLE8
                   : h->compression == RLE4 ? ODD_BMP_RLE4
                                            : ODD_BMP_PLAIN;
    return (h->compression == PLAIN && (colours || numbers)) ||
           (h->compression == RLE8 && h->bits == 8) || (h->compression == RLE4 && h->bits == 4);
}

static void set_fields(odd_bmp *out, uint32_t red, uint32_t green, uint32_t blue, uint32_t alpha)
{
    memcpy(out->field, (uint32_t[]){red, green, blue, alpha}, sizeof out->field);
}

static bool is_contiguous(uint32_t mask)
{
    mask >>= mask ? __builtin_ctz(mask) : 0;
    return (mask & (mask + 1)) == 0;
}

/* Where in a pixel its colours are; false for masks that make no sense. */
static bool find_fields(const header *h, const uint8_t *masks, odd_bmp *out)
{
    const bool alpha =
        h->size >= ALPHA_HEADER || (h->size == WINDOWS_HEADER && h->compression == ALPHA_FIELDS);
    if (out->packing != ODD_BMP_FIELDS) {
        if (h->bits == 16)
            set_fields(out, 0x7c00, 0x03e0, 0x001f, 0);
        else
            set_fields(out, 0xff0000, 0xff00, 0xff, 0);
        return true;
    }
    set_fields(out, get32(masks), get32(masks + 4), get32(masks + 8),
               alpha ? get32(masks + 12) : 0);
    if (h->bits == 32 && !(out->field[0] | out->field[1] | out->field[2] | out->field[3]))
        set_fields(out, 0xff0000, 0xff00, 0xff, 0xff000000);
    for (int c = 0; c < 4; c++)
        if (!is_contiguous(out->field[c]) || (c < 3 && out->field[c] == 0)) return false;
    return true;
}

/* Colours stand behind header and masks, pixels where the file says; some files do not count the
 * colours, and their pixels are taken to stand behind them, as in Pillow. */
static void find_parts(const odd_source *source, const header *h, odd_bmp *out)
{
    const size_t step = h->size == OLDEST_HEADER ? 3 : 4, room = (source->size - h->end) / step;
    size_t count = h->bits > 8 ? 0 : h->colours > 0 ? h->colours : (size_t)1 << h->bits;
    size_t at = get32(source->bytes + PIXELS_AT);
    if (count > MAX_COLOURS) count = MAX_COLOURS;
    if (count > room) count = room;
    if (at == 0 || at == h->end) at = h->end + count * step;
    if (at > source->size) at = source->size;
    out->palette = (odd_span){source->bytes + h->end, count * step};
    out->palette_step = (int)step;
    out->data = (odd_span){source->bytes + at, source->size - at};
}

bool odd_bmp_open(const odd_source *source, odd_bmp *out, odd_read_result *result)
{
    header h;
    *out = (odd_bmp){.source = source};
    if (!read_header(source, &h))
        return ODD_REJECT(result, ODD_IMAGE_TRUNCATED, "BMP data ends too early");
    if (!find_packing(&h, out) || !find_fields(&h, source->bytes + MASKS_AT, out))
        return ODD_REJECT(result, ODD_IMAGE_BROKEN,
                          "damaged BMP header, or of a kind that is not read");
    const int64_t height = llabs((long long)h.height);
    if (!odd_within_limits(source, h.width, height, result)) return false;
    out->width = h.width;
    out->height = (int)height;
    out->from_top = h.height < 0;
    find_parts(source, &h, out);
    return true;
}
