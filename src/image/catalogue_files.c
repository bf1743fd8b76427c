/* Files of a catalogue: open them without waiting, read parts of them within limits, and the reader
 * of items that are whole files. */
#include "image/catalogue_internal.h"

#include "image/read_result_internal.h"
#include "oddlot/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

bool odd_is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

bool odd_is_csv(const char *path)
{
    const char *end = strrchr(path, '.');
    return end && strcasecmp(end, ".csv") == 0;
}

/* Without waiting for the other end of a pipe, say, before it is seen to be none of ours. */
int odd_regular_open(const char *path, struct stat *info, const char **why)
{
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0 && fstat(fd, info) == 0 && S_ISREG(info->st_mode)) return fd;
    bool irregular = fd >= 0 && !S_ISREG(info->st_mode);
    *why = irregular ? "not a regular file" : strerrordesc_np(errno);
    if (fd >= 0) close(fd);
    return -1;
}

int64_t odd_modified(const struct stat *info)
{
    return (int64_t)info->st_mtim.tv_sec * 1000000000 + info->st_mtim.tv_nsec;
}

odd_status odd_item_blame(odd_catalogue *c, odd_item *item, odd_image_status status,
                          const char *reason)
{
    item->problem = status;
    return odd_catalogue_string(c, reason, &item->reason);
}

bool odd_item_sound(const odd_catalogue *c, int64_t i, odd_read_result *result)
{
    const odd_item *item = &c->item[i];
    if (item->problem == ODD_IMAGE_OK)
        odd_read_result_ok(result);
    else
        odd_read_result_set(result, (odd_image_status)item->problem, "%s",
                            odd_catalogue_text(c, item->reason));
    return item->problem == ODD_IMAGE_OK;
}

/* Read until `size` bytes are there or the file ends; the count read, -1 on failure. */
static int64_t read_at(int fd, uint8_t *bytes, int64_t size, int64_t offset)
{
    int64_t done = 0;
    while (done < size) {
        ssize_t n = pread(fd, bytes + done, (size_t)(size - done), offset + done);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return -1;
        if (n == 0) break;
        done += n;
    }
    return done;
}

static bool is_size_good(int64_t size, int64_t limit, odd_read_result *result)
{
    char text[32], limit_text[32];
    if (size == 0)
        odd_read_result_set(result, ODD_IMAGE_EMPTY_FILE, "the file is empty: it has no bytes");
    if (size > limit)
        odd_read_result_set(result, ODD_IMAGE_TOO_LARGE, "%s, the limit is %s",
                            odd_human_bytes(size, text), odd_human_bytes(limit, limit_text));
    return size > 0 && size <= limit;
}

/* A file that cannot be read is a result; only a want of memory is a failure. */
odd_status odd_span_read(int fd, int64_t offset, int64_t size, int64_t limit, uint8_t **bytes,
                         size_t *length, odd_read_result *result)
{
    uint8_t *read;
    odd_read_result_ok(result);
    if (!is_size_good(size, limit, result)) return ODD_OK;
    odd_status st = ODD_NEW(read, size);
    if (st != ODD_OK) return st;
    int64_t n = read_at(fd, read, size, offset);
    if (n == size) {
        *bytes = read;
        *length = (size_t)size;
        return ODD_OK;
    }
    if (n < 0)
        odd_read_result_set(result, ODD_IMAGE_MISSING, "cannot be read: %s",
                            strerrordesc_np(errno));
    else
        odd_read_result_set(result, ODD_IMAGE_TRUNCATED, "only %lld of %lld bytes are there",
                            (long long)n, (long long)size);
    odd_free(read);
    return ODD_OK;
}

struct odd_reader {
    const odd_catalogue *catalogue;
};

odd_status odd_files_open(const odd_catalogue_options *options, const odd_catalogue *catalogue,
                          odd_reader **out)
{
    (void)options;
    odd_status st = ODD_NEW(*out, 1);
    if (st == ODD_OK) (*out)->catalogue = catalogue;
    return st;
}

odd_status odd_files_read(odd_reader *reader, int64_t i, int64_t limit, uint8_t **bytes,
                          size_t *size, odd_image *raw, odd_read_result *result)
{
    const odd_catalogue *c = reader->catalogue;
    struct stat info;
    const char *why;
    *bytes = NULL;
    *size = 0;
    *raw = (odd_image)ODD_IMAGE_EMPTY;
    if (!odd_item_sound(c, i, result)) return ODD_OK;
    int fd = odd_regular_open(odd_catalogue_text(c, c->item[i].source), &info, &why);
    if (fd < 0) {
        odd_read_result_set(result, ODD_IMAGE_MISSING, "%s", why);
        return ODD_OK;
    }
    odd_status st = odd_span_read(fd, 0, info.st_size, limit, bytes, size, result);
    close(fd);
    return st;
}

void odd_files_close(odd_reader **reader)
{
    odd_free(*reader);
    *reader = NULL;
}
