/* Catalogue, images without files: patterns of random pixels, the same everywhere.
 *
 * They stand for the sets `binary` and `solid` on which Churchley et al. first try what learns to
 * see damage. We have no text of theirs that says how these are drawn, so the names are taken at
 * their word: each pixel black or white, or the whole of an image of one grey level. */
#include "image/catalogue_internal.h"

#include "image/read_result_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <stdio.h>
#include <string.h>

/* -- patterns -- */

typedef void paint(uint64_t seed, int64_t number, int64_t pixels, uint8_t level[]);

/* Each pixel is black or white, as likely: bit p % 32 of word p / 32 % 4 of draw p / 128. */
static void paint_binary(uint64_t seed, int64_t number, int64_t pixels, uint8_t level[])
{
    enum { WORD = 32, DRAW = 4 * WORD };
    uint32_t bits[4];
    for (int64_t p = 0; p < pixels; p++) {
        if (p % DRAW == 0)
            odd_philox(seed, ODD_STREAM_GENERATE, (uint64_t)number, (uint32_t)(p / DRAW), bits);
        level[p] = bits[p % DRAW / WORD] >> (p % WORD) & 1 ? 255 : 0;
    }
}

/* All pixels have one of the 256 levels, each as likely. */
static void paint_solid(uint64_t seed, int64_t number, int64_t pixels, uint8_t level[])
{
    const uint64_t one = odd_below(256, seed, ODD_STREAM_GENERATE, (uint64_t)number, 0);
    memset(level, (int)one, (size_t)pixels);
}

static paint *pattern_of(const odd_catalogue_options *options)
{
    return strcmp(options->pattern, "solid") == 0 ? paint_solid : paint_binary;
}

/* -- listing -- */

/* Names in the order of numbers: as many digits for each. */
static odd_status add_image(const odd_catalogue_options *o, int64_t number, odd_catalogue *out)
{
    char name[64], last[32];
    const int digits = snprintf(last, sizeof last, "%lld", (long long)o->images - 1);
    odd_item *item;
    snprintf(name, sizeof name, "%s/%0*lld", o->pattern, digits > 6 ? digits : 6,
             (long long)number);
    odd_status st = odd_catalogue_add(out, name, "", &item);
    if (st != ODD_OK) return st;
    item->offset = number;
    item->size = o->side * o->side;
    return ODD_OK;
}

static odd_status look_at_generated(const odd_catalogue_options *options, const char *folder,
                                    odd_catalogue_outline *out, odd_passed *passed)
{
    (void)folder, (void)passed;
    out->units = options->images;
    out->digest = odd_hash_add(ODD_HASH_START, &options->seed, sizeof options->seed);
    return ODD_OK;
}

static odd_status list_generated(const odd_catalogue_options *options, const char *folder,
                                 const odd_catalogue_outline *outline, int64_t from, int64_t to,
                                 odd_catalogue *out, odd_passed *passed)
{
    odd_status st = ODD_OK;
    (void)folder, (void)outline, (void)passed;
    for (int64_t i = from; i < to; i++)
        ODD_TRY(add_image(options, i, out));
done:
    return st;
}

/* -- reading -- */

struct odd_reader {
    const odd_catalogue_options *options;
    const odd_catalogue *catalogue;
};

static odd_status open_generated(const odd_catalogue_options *options,
                                 const odd_catalogue *catalogue, odd_reader **out)
{
    odd_status st = ODD_NEW(*out, 1);
    if (st == ODD_OK) **out = (odd_reader){options, catalogue};
    return st;
}

static odd_status read_generated(odd_reader *reader, int64_t i, int64_t limit, uint8_t **bytes,
                                 size_t *size, odd_image *raw, odd_read_result *result)
{
    const odd_catalogue_options *o = reader->options;
    const int64_t pixels = o->side * o->side;
    *bytes = NULL;
    *size = 0;
    *raw = (odd_image)ODD_IMAGE_EMPTY;
    odd_read_result_ok(result);
    if (pixels > limit) {
        odd_read_result_set(result, ODD_IMAGE_TOO_LARGE, "%lld x %lld pixels", (long long)o->side,
                            (long long)o->side);
        return ODD_OK;
    }
    odd_status st = odd_image_new((int)o->side, (int)o->side, 1, raw);
    if (st == ODD_OK)
        pattern_of(o)((uint64_t)o->seed, reader->catalogue->item[i].offset, pixels, raw->pixels);
    return st;
}

static void close_generated(odd_reader **reader)
{
    odd_free(*reader);
    *reader = NULL;
}

const odd_catalogue_kind odd_catalogue_generated = {
    .name = "generated",
    .summary = "patterns of random pixels, without files",
    .in_images = true,
    .look = look_at_generated,
    .list = list_generated,
    .open = open_generated,
    .read = read_generated,
    .close = close_generated,
};
