/* Gzip: members one behind the other, as `cat` and parallel compressors make them, are one stream.
 */
#include "image/gzip_internal.h"

#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define PART 65536

typedef struct {
    z_stream z;
    int fd;
    int64_t read; /* bytes of the file */
    bool unreadable;
    uint8_t in[PART], out[PART];
} stream;

/* Have at least `wanted` bytes before us; false: the file ends. */
static bool fill_input(stream *s, unsigned wanted)
{
    memmove(s->in, s->z.next_in, s->z.avail_in);
    s->z.next_in = s->in;
    while (s->z.avail_in < wanted) {
        ssize_t n = pread(s->fd, s->in + s->z.avail_in, PART - s->z.avail_in, s->read);
        s->unreadable = s->unreadable || n < 0;
        if (n <= 0) return false;
        s->z.avail_in += (unsigned)n;
        s->read += n;
    }
    return true;
}

static bool is_member(const stream *s)
{
    return s->z.avail_in >= 2 && s->z.next_in[0] == 0x1F && s->z.next_in[1] == 0x8B;
}

/* To the end of a member, or until there is more than `most`. */
static bool unpack_member(stream *s, int64_t most, int64_t *bytes)
{
    int result = Z_OK;
    while (result == Z_OK && *bytes <= most) {
        if (s->z.avail_in == 0 && !fill_input(s, 1)) return false;
        s->z.next_out = s->out;
        s->z.avail_out = PART;
        result = inflate(&s->z, Z_NO_FLUSH);
        *bytes += PART - s->z.avail_out;
    }
    return (result == Z_OK || result == Z_STREAM_END) && inflateReset(&s->z) == Z_OK;
}

/* Of the file, from where we stand. */
static bool only_zeros(stream *s)
{
    do {
        for (unsigned i = 0; i < s->z.avail_in; i++)
            if (s->z.next_in[i] != 0) return false;
        s->z.avail_in = 0;
    } while (fill_input(s, 1));
    return true;
}

bool odd_gzip_measure(int fd, int64_t file_size, int64_t most, odd_gzip_size *size)
{
    stream s = {.fd = fd};
    int64_t end = 0; /* of the last whole member */
    bool member, whole;
    *size = (odd_gzip_size){0, 0};
    s.z.next_in = s.in;
    if (inflateInit2(&s.z, 16 + MAX_WBITS) != Z_OK) return false;
    do {
        (void)fill_input(&s, 2);
        member = is_member(&s);
        whole = member && unpack_member(&s, most, &size->bytes);
        if (whole) end = s.read - s.z.avail_in;
    } while (whole && size->bytes <= most);
    inflateEnd(&s.z);
    if (size->bytes <= most && end > 0 && (member || !only_zeros(&s))) size->rest = file_size - end;
    return end > 0 && !s.unreadable;
}
