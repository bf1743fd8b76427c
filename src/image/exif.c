/* EXIF: the one tag that matters to pixels, the orientation. */
#include "image/decode_internal.h"

#include <string.h>

#define TAG_ORIENTATION 0x0112
#define TYPE_SHORT      3
#define ENTRY_BYTES     12

static unsigned get16(const uint8_t *p, bool big)
{
    return big ? p[0] << 8 | p[1] : p[1] << 8 | p[0];
}

static uint32_t get32(const uint8_t *p, bool big)
{
    uint32_t first = get16(p, big), second = get16(p + 2, big);
    return big ? first << 16 | second : second << 16 | first;
}

/* Looks only into the first directory; any nonsense means "upright". */
static int orientation_of_tiff(const uint8_t *tiff, size_t size)
{
    if (size < 8 || (memcmp(tiff, "II*", 4) != 0 && memcmp(tiff, "MM\0*", 4) != 0)) return 1;
    bool big = tiff[0] == 'M';
    size_t at = get32(tiff + 4, big);
    if (at > size - 2) return 1;
    unsigned entries = get16(tiff + at, big);
    at += 2;
    for (unsigned i = 0; i < entries && at + ENTRY_BYTES <= size; i++, at += ENTRY_BYTES) {
        if (get16(tiff + at, big) != TAG_ORIENTATION) continue;
        unsigned value = get16(tiff + at + 8, big);
        bool valid = get16(tiff + at + 2, big) == TYPE_SHORT && value >= 1 && value <= 8;
        return valid ? (int)value : 1;
    }
    return 1;
}

int odd_exif_orientation(const uint8_t *exif, size_t size)
{
    static const char mark[6] = "Exif\0";
    bool marked = size >= sizeof mark && memcmp(exif, mark, sizeof mark) == 0;
    return marked ? orientation_of_tiff(exif + sizeof mark, size - sizeof mark)
                  : orientation_of_tiff(exif, size);
}
