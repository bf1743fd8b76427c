/* IDX: open a file of the format of MNIST, plain or by gzip, and check what its header promises. */
#include "image/idx_internal.h"

#include "image/catalogue_internal.h"
#include "image/gzip_internal.h"
#include "oddlot/base/log.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

#define TYPE_U8        0x08
#define MAX_DIMENSIONS 4
#define MAX_SIDE       65536
#define MAX_DEFLATE    1032 /* bytes that one byte of deflate can stand for at most (zlib's FAQ) */
#define BUFFER_BYTES   (1 << 14) /* zlib loses twice this before a damaged place */

int64_t odd_idx_item_bytes(const odd_idx *x)
{
    return (int64_t)x->height * x->width * x->channels;
}

void odd_idx_close(odd_idx *x)
{
    if (x->file) gzclose(x->file);
    x->file = NULL;
}

static odd_status open_file(const char *path, odd_idx *x)
{
    const char *why;
    int fd = odd_regular_open(path, &x->info, &why);
    if (fd < 0) return odd_fail(ODD_IO, "cannot open '%s': %s", path, why);
    x->file = gzdopen(fd, "rb");
    if (!x->file) {
        close(fd);
        return odd_fail(ODD_NOMEM, "cannot allocate the reader of '%s'", path);
    }
    gzbuffer(x->file, BUFFER_BYTES);
    return ODD_OK;
}

/* Two zeros, the type of the values, the number of dimensions. gzread() reads plain files, too. */
bool odd_idx_recognise(const char *path)
{
    struct stat info;
    uint8_t first[4];
    const char *why;
    const int fd = odd_regular_open(path, &info, &why);
    gzFile file = fd < 0 ? NULL : gzdopen(fd, "rb");
    if (!file) {
        if (fd >= 0) close(fd);
        return false;
    }
    const bool whole = gzread(file, first, sizeof first) == sizeof first;
    gzclose(file);
    return whole && first[0] == 0 && first[1] == 0 && first[2] == TYPE_U8 &&
           (first[3] == 3 || first[3] == MAX_DIMENSIONS);
}

bool odd_idx_read(odd_idx *x, void *bytes, int64_t size)
{
    return gzread(x->file, bytes, (unsigned)size) == (int)size;
}

const char *odd_idx_fault(odd_idx *x, bool *damaged)
{
    int code;
    const char *why = gzerror(x->file, &code);
    const char *text = strstr(why, ": "); /* after zlib's name for the file */
    *damaged = code == Z_DATA_ERROR;
    return code == Z_OK ? "too short" : text ? text + 2 : why;
}

static int64_t big_endian(const uint8_t *b)
{
    return (int64_t)b[0] << 24 | (int64_t)b[1] << 16 | (int64_t)b[2] << 8 | b[3];
}

/* (n), (n, h, w) or (n, h, w, c) */
static odd_status set_shape(const char *path, const int64_t *shape, int dimensions, odd_idx *x)
{
    int64_t height = dimensions > 1 ? shape[1] : 1, width = dimensions > 1 ? shape[2] : 1;
    int64_t channels = dimensions > 3 ? shape[3] : 1;
    if (height < 1 || height > MAX_SIDE || width < 1 || width > MAX_SIDE)
        return odd_fail(ODD_FORMAT, "'%s': images of %lld x %lld pixels", path, (long long)width,
                        (long long)height);
    if (channels != 1 && channels != 3 && channels != 4)
        return odd_fail(ODD_FORMAT, "'%s': images with %lld channels, not 1, 3 or 4", path,
                        (long long)channels);
    if (height * width * channels > INT_MAX)
        return odd_fail(ODD_FORMAT, "'%s': images of more than 2 GiB", path);
    x->count = shape[0];
    x->height = (int)height;
    x->width = (int)width;
    x->channels = (int)channels;
    x->start = 4 + 4 * dimensions;
    return ODD_OK;
}

static odd_status read_header(const char *path, odd_idx *x, int *dimensions)
{
    uint8_t magic[4], side[4];
    int64_t shape[MAX_DIMENSIONS] = {0};
    bool damaged;
    if (!odd_idx_read(x, magic, sizeof magic))
        return odd_fail(ODD_FORMAT, "'%s' is not an IDX file: %s", path,
                        odd_idx_fault(x, &damaged));
    if (magic[0] != 0 || magic[1] != 0)
        return odd_fail(ODD_FORMAT, "'%s' is not an IDX file", path);
    if (magic[2] != TYPE_U8)
        return odd_fail(ODD_FORMAT, "'%s': values of IDX type 0x%02X; only bytes (0x08) are read",
                        path, magic[2]);
    *dimensions = magic[3];
    if (*dimensions != 1 && *dimensions != 3 && *dimensions != 4)
        return odd_fail(ODD_FORMAT, "'%s': %d dimensions; images have 3 or 4, labels 1", path,
                        *dimensions);
    for (int k = 0; k < *dimensions; k++) {
        if (!odd_idx_read(x, side, sizeof side))
            return odd_fail(ODD_FORMAT, "'%s' ends in its header: %s", path,
                            odd_idx_fault(x, &damaged));
        shape[k] = big_endian(side);
    }
    return set_shape(path, shape, *dimensions, x);
}

/* Before the count is trusted with memory: can the file hold that much? A plain file must hold
 * exactly that; of a compressed one only the bound is known before it is read. */
static odd_status check_size(const char *path, odd_idx *x)
{
    bool plain = gzdirect(x->file);
    int64_t held = x->info.st_size;
    int64_t total = x->start + x->count * odd_idx_item_bytes(x); /* under 2^32 * 2^31 */
    if (plain ? total == held : total / MAX_DEFLATE <= held) return ODD_OK;
    return odd_fail(ODD_FORMAT, "'%s': its header tells %lld items of %lld bytes, %s%lld bytes",
                    path, (long long)x->count, (long long)odd_idx_item_bytes(x),
                    plain ? "but the file has " : "too many for a compressed file of ",
                    (long long)held);
}

odd_status odd_idx_check_end(const char *path, const odd_idx *x)
{
    const int64_t total = x->start + x->count * odd_idx_item_bytes(x);
    odd_gzip_size size;
    struct stat info;
    const char *why;
    if (gzdirect(x->file)) return ODD_OK;
    int fd = odd_regular_open(path, &info, &why);
    if (fd < 0) return odd_fail(ODD_IO, "cannot open '%s': %s", path, why);
    bool whole = odd_gzip_measure(fd, info.st_size, total, &size);
    close(fd);
    if (whole && size.bytes > total)
        return odd_fail(ODD_FORMAT,
                        "'%s': its header tells %lld items of %lld bytes, but more data follows; "
                        "if these are several files in one, unpack them apart",
                        path, (long long)x->count, (long long)odd_idx_item_bytes(x));
    if (whole && size.bytes == total && size.rest > 0)
        odd_log(ODD_LOG_WARN, "'%s' has %lld bytes after its compressed data: they are passed over",
                path, (long long)size.rest);
    return ODD_OK;
}

odd_status odd_idx_open(const char *path, bool labels, odd_idx *x)
{
    int dimensions = 0;
    odd_status st;
    ODD_TRY(open_file(path, x));
    ODD_TRY(read_header(path, x, &dimensions));
    if (labels != (dimensions == 1))
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s' holds %s", path,
                         labels ? "images, not labels" : "labels, not images"));
    ODD_TRY(check_size(path, x));
done:
    if (st != ODD_OK) odd_idx_close(x);
    return st;
}
