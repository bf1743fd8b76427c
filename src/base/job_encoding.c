/* Job encoding: what a text editor saved becomes UTF-8 without a byte order mark. */
#include "base/job_internal.h"

#include "oddlot/base/memory.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

/* How a file begins in each encoding: with a mark, or, as a job begins with an ASCII character,
 * with zero bytes where that character has none (YAML 1.2, section 5.2). */
enum { ANY = -1 };
static const struct {
    int length;
    int byte[4];
    const char *encoding;
} beginnings[] = {
    {4, {0x00, 0x00, 0xFE, 0xFF}, "UTF-32BE"},
    {4, {0x00, 0x00, 0x00, ANY}, "UTF-32BE"},
    {4, {0xFF, 0xFE, 0x00, 0x00}, "UTF-32LE"},
    {4, {ANY, 0x00, 0x00, 0x00}, "UTF-32LE"},
    {2, {0xFE, 0xFF}, "UTF-16BE"},
    {2, {0x00, ANY}, "UTF-16BE"},
    {2, {0xFF, 0xFE}, "UTF-16LE"},
    {2, {ANY, 0x00}, "UTF-16LE"},
};

static bool begins_like(const char *bytes, size_t size, const int beginning[], int length)
{
    if (size < (size_t)length) return false;
    for (int i = 0; i < length; i++)
        if (beginning[i] != ANY && beginning[i] != (unsigned char)bytes[i]) return false;
    return true;
}

/* NULL: UTF-8. */
static const char *wide_encoding(const char *bytes, size_t size)
{
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (begins_like(bytes, size, beginnings[i].byte, beginnings[i].length))
            return beginnings[i].encoding;
    return NULL;
}

/* A unit of two bytes becomes at most three, one of four bytes at most four. */
static odd_status convert_to_utf8(const odd_job_source *source, const char *encoding, char **text,
                                  size_t *size)
{
    const size_t room = 2 * source->size;
    char *in = (char *)(uintptr_t)source->bytes, *out; /* iconv() does not write there */
    size_t in_left = source->size, out_left = room;
    if (!(out = *text = odd_alloc((int64_t)room, 1))) return ODD_NOMEM;
    iconv_t converter = iconv_open("UTF-8", encoding);
    bool known = (intptr_t)converter != -1;
    bool good = known && iconv(converter, &in, &in_left, &out, &out_left) != (size_t)-1;
    if (known) iconv_close(converter);
    *size = room - out_left;
    if (good) return ODD_OK;
    const odd_job_source done = {source->name, true, *text, *size};
    odd_fail(ODD_USAGE, "not valid %s; save the job file as UTF-8", encoding);
    return odd_source_fail(&done, ODD_USAGE, odd_source_mark(&done, *size));
}

static void skip_mark(odd_job_source *source)
{
    static const char mark[] = {'\xEF', '\xBB', '\xBF'};
    if (source->size < sizeof mark || memcmp(source->bytes, mark, sizeof mark) != 0) return;
    source->bytes += sizeof mark;
    source->size -= sizeof mark;
}

odd_status odd_source_decode(odd_job_source *source, char **owned)
{
    const char *encoding = wide_encoding(source->bytes, source->size);
    *owned = NULL;
    if (encoding) {
        size_t size;
        odd_status st = convert_to_utf8(source, encoding, owned, &size);
        if (st != ODD_OK) return st;
        source->bytes = *owned;
        source->size = size;
    }
    skip_mark(source);
    return ODD_OK;
}
