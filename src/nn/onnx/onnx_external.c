/* External data: weights that stand in a file beside the model, never in one outside its folder. */
#include "nn/onnx/onnx_tensor_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct {
    const char *location;
    int64_t offset, length; /* length -1: not given */
} place;

static odd_status parse_number(const char *key, const char *text, int64_t *value)
{
    char *end;
    errno = 0;
    long long number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < 0)
        return odd_fail(ODD_FORMAT, "%s of external data is '%s'", key, text);
    *value = number;
    return ODD_OK;
}

/* Keys that we do not know ("checksum") say nothing about the place. */
static odd_status find_place(const Onnx__TensorProto *proto, place *p)
{
    odd_status st = ODD_OK;
    *p = (place){.length = -1};
    for (size_t i = 0; i < proto->n_external_data; i++) {
        const Onnx__StringStringEntryProto *entry = proto->external_data[i];
        if (!entry->key || !entry->value) continue;
        if (strcmp(entry->key, "location") == 0) p->location = entry->value;
        if (strcmp(entry->key, "offset") == 0)
            ODD_TRY(parse_number("the offset", entry->value, &p->offset));
        if (strcmp(entry->key, "length") == 0)
            ODD_TRY(parse_number("the length", entry->value, &p->length));
    }
done:
    return st;
}

/* A relative path with no way up. */
static bool stays_inside(const char *path)
{
    if (!path || !*path || *path == '/') return false;
    for (const char *part = path; part; part = strchr(part, '/')) {
        part += *part == '/';
        if (strncmp(part, "..", 2) == 0 && (part[2] == '/' || part[2] == '\0')) return false;
    }
    return true;
}

static odd_status read_at(int fd, const char *path, int64_t offset, uint8_t *to, size_t size)
{
    while (size > 0) {
        ssize_t n = pread(fd, to, size, offset);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return odd_fail(ODD_IO, "cannot read '%s': %s", path, strerror(errno));
        if (n == 0) return odd_fail(ODD_IO, "'%s' became shorter while it was read", path);
        to += n;
        size -= (size_t)n;
        offset += n;
    }
    return ODD_OK;
}

/* The file is long enough before memory is asked for. */
static odd_status read_part(int fd, const char *path, const place *p, size_t size, uint8_t **out)
{
    struct stat info;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return odd_fail(ODD_IO, "'%s' is not a plain file", path);
    if (p->offset > info.st_size || size > (uint64_t)(info.st_size - p->offset))
        return odd_fail(ODD_FORMAT, "'%s' ends before the weights that should be there", path);
    odd_status st = ODD_NEW(*out, (int64_t)size);
    return st == ODD_OK ? read_at(fd, path, p->offset, *out, size) : st;
}

static odd_status path_of(const place *p, const char *folder, odd_text *path)
{
    if (!stays_inside(p->location))
        return odd_fail(ODD_FORMAT, "its data is in '%s', outside the folder of the model",
                        p->location ? p->location : "");
    odd_text_format(path, "%s/%s", folder, p->location);
    return odd_text_status(path);
}

static odd_status read_external(const place *p, const char *folder, size_t size, uint8_t **out)
{
    odd_status st;
    int fd = -1;
    odd_text path = ODD_TEXT_EMPTY;
    if (!folder) return odd_fail(ODD_FORMAT, "its data is in another file, which is not allowed");
    ODD_TRY(path_of(p, folder, &path));
    if (p->length >= 0 && (uint64_t)p->length != size) {
        st = odd_fail(ODD_FORMAT, "its shape takes %zu bytes, its external data has %lld", size,
                      (long long)p->length);
        goto done;
    }
    /* not blocking: a FIFO instead of a file must not stop us */
    fd = open(path.s, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    st = fd < 0 ? odd_fail(ODD_IO, "cannot open '%s': %s", path.s, strerror(errno))
                : read_part(fd, path.s, p, size, out);
done:
    if (fd >= 0) close(fd);
    odd_text_free(&path);
    return st;
}

bool odd_proto_is_outside(const Onnx__TensorProto *proto)
{
    return proto->has_data_location &&
           proto->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL;
}

odd_status odd_proto_outside(const Onnx__TensorProto *proto, const char *folder,
                             const char **location, odd_text *path)
{
    place p;
    *location = NULL;
    if (!odd_proto_is_outside(proto)) return ODD_OK;
    odd_status st = find_place(proto, &p);
    if (st == ODD_OK) st = path_of(&p, folder, path);
    if (st == ODD_OK) *location = p.location;
    return st;
}

odd_status odd_proto_external(const Onnx__TensorProto *proto, const char *folder, size_t size,
                              uint8_t **out)
{
    place p;
    *out = NULL;
    odd_status st = find_place(proto, &p);
    return st == ODD_OK ? read_external(&p, folder, size, out) : st;
}

odd_status odd_onnx_folder(const char *path, odd_text *folder)
{
    const char *slash = strrchr(path, '/');
    odd_text_add(folder, "");
    if (slash)
        odd_text_bytes(folder, path, (size_t)(slash - path) + 1);
    else
        odd_text_add(folder, ".");
    return odd_text_status(folder);
}
