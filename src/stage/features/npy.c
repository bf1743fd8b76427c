/* Npy: see npy_internal.h. */
#include "stage/features/npy_internal.h"

#include "stage/features/npy_header_internal.h"

#include "oddlot/base/half.h"
#include "oddlot/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC = 8, MOST_HEADER = 1 << 20, PIECE = 8192 /* numbers that are read at a time */ };

/* Exactly so many bytes; false where they are not there. */
static bool read_at(int fd, int64_t offset, int64_t size, void *bytes)
{
    for (int64_t done = 0; done < size;) {
        const ssize_t n = pread(fd, (char *)bytes + done, (size_t)(size - done), offset + done);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return false;
        done += n;
    }
    return true;
}

/* Where the header is, and how long: 2 bytes tell it in version 1, 4 in later ones. */
static odd_status find_header(int fd, int64_t *offset, int64_t *length)
{
    unsigned char b[MAGIC + 4];
    if (!read_at(fd, 0, sizeof b, b) || memcmp(b, "\x93NUMPY", 6) != 0)
        return odd_fail(ODD_FORMAT, "it is no .npy file");
    if (b[6] < 1 || b[6] > 3) return odd_fail(ODD_FORMAT, "it is of version %d of .npy", b[6]);
    const uint32_t size = b[8] | (uint32_t)b[9] << 8;
    *offset = b[6] == 1 ? MAGIC + 2 : MAGIC + 4;
    *length = b[6] == 1 ? size : size | (uint32_t)b[10] << 16 | (uint32_t)b[11] << 24;
    return *length <= MOST_HEADER ? ODD_OK : odd_fail(ODD_FORMAT, "its header is damaged");
}

static odd_status read_header(odd_npy *npy)
{
    int64_t length = 0;
    char *text = NULL;
    odd_status st;
    ODD_TRY(find_header(npy->fd, &npy->offset, &length));
    ODD_TRY(ODD_NEW(text, length + 1));
    if (!read_at(npy->fd, npy->offset, length, text))
        ODD_TRY(odd_fail(ODD_FORMAT, "it ends in its header"));
    ODD_TRY(odd_npy_header(text, npy));
    npy->offset += length;
done:
    odd_free(text);
    return st;
}

/* Whether the numbers that the header tells of are there. */
static odd_status check_size(const odd_npy *npy, int64_t there)
{
    int64_t bytes, end;
    if (__builtin_mul_overflow(npy->n, npy->width * npy->size, &bytes) ||
        __builtin_add_overflow(npy->offset, bytes, &end) || end > there)
        return odd_fail(ODD_FORMAT,
                        "it is cut off: %lld rows of %lld values of %d bytes do not fit into its "
                        "%lld bytes",
                        (long long)npy->n, (long long)npy->width, npy->size, (long long)there);
    return ODD_OK;
}

static odd_status open_file(const char *path, odd_npy *npy)
{
    struct stat info;
    /* not blocking: a FIFO instead of a file must not stop us */
    npy->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (npy->fd < 0 || fstat(npy->fd, &info) != 0)
        return odd_fail(ODD_IO, "it cannot be opened: %s", strerror(errno));
    if (!S_ISREG(info.st_mode)) return odd_fail(ODD_IO, "it is not a plain file");
    const odd_status st = read_header(npy);
    return st == ODD_OK ? check_size(npy, info.st_size) : st;
}

odd_status odd_npy_open(const char *path, odd_npy *out)
{
    *out = (odd_npy){.fd = -1};
    odd_status st = open_file(path, out);
    if (st == ODD_OK) return st;
    odd_npy_close(out);
    return odd_fail_prefix(st, "'%s': ", path);
}

void odd_npy_close(odd_npy *npy)
{
    if (npy->fd >= 0) close(npy->fd);
    *npy = (odd_npy){.fd = -1};
}

static void swap_bytes(int64_t count, int size, unsigned char *bytes)
{
    for (unsigned char *number = bytes; count-- > 0; number += size)
        for (int i = 0; i < size / 2; i++) {
            const unsigned char keep = number[i];
            number[i] = number[size - 1 - i];
            number[size - 1 - i] = keep;
        }
}

/* `some` numbers as they lie in the file become x. */
static void convert(const odd_npy *npy, int64_t some, unsigned char *bytes, float x[])
{
    if (npy->swap) swap_bytes(some, npy->size, bytes);
    if (npy->size == 2) odd_half_to_floats(some, (const uint16_t *)(const void *)bytes, x);
    if (npy->size == 4) memcpy(x, bytes, (size_t)some * sizeof *x);
    for (int64_t i = 0; npy->size == 8 && i < some; i++)
        x[i] = (float)((const double *)(const void *)bytes)[i];
}

odd_status odd_npy_read(const odd_npy *npy, int64_t row0, int64_t count, float x[])
{
    double piece[PIECE]; /* room for the largest numbers, and aligned for all */
    const int64_t first = row0 * npy->width, values = count * npy->width;
    for (int64_t i = 0; i < values; i += PIECE) {
        const int64_t some = values - i < PIECE ? values - i : PIECE;
        if (!read_at(npy->fd, npy->offset + (first + i) * npy->size, some * npy->size, piece))
            return odd_fail(ODD_IO, "cannot read row %lld: the file was cut off meanwhile",
                            (long long)(row0 + i / npy->width));
        convert(npy, some, (unsigned char *)piece, x + i);
    }
    return ODD_OK;
}
