/* Digest of a model: of its file, and of the files beside it that hold its weights. */
#include "oddlot/nn/onnx.h"

#include "nn/graph/names_internal.h"
#include "nn/onnx/onnx_tensor_internal.h"

#include "oddlot/base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_LIMIT ((int64_t)2 << 30) /* protobuf's own; weights outside may be larger */
#define PART_BYTES ((int64_t)1 << 20)

/* The bytes of an open file join the digest. */
static odd_status add_bytes(int fd, const char *path, odd_hash *digest)
{
    odd_status st;
    struct stat info;
    char *part = NULL;
    ssize_t n = 0;
    if (fstat(fd, &info) != 0 || !S_ISREG(info.st_mode))
        return odd_fail(ODD_IO, "'%s' is not a plain file", path);
    ODD_TRY(ODD_NEW(part, PART_BYTES));
    while ((n = read(fd, part, (size_t)PART_BYTES)) > 0 || (n < 0 && errno == EINTR))
        if (n > 0) *digest = odd_hash_add(*digest, part, (size_t)n);
    if (n < 0) st = odd_fail(ODD_IO, "cannot read '%s': %s", path, strerror(errno));
done:
    odd_free(part);
    return st;
}

static odd_status add_file(const char *path, odd_hash *digest)
{
    /* not blocking: a FIFO instead of a file must not stop us */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) return odd_fail(ODD_IO, "cannot open '%s': %s", path, strerror(errno));
    odd_status st = add_bytes(fd, path, digest);
    close(fd);
    return st;
}

/* The file of this tensor, if it is outside and was not yet seen. */
static odd_status add_tensor(const Onnx__TensorProto *proto, const char *folder, odd_names *seen,
                             odd_hash *digest)
{
    odd_status st;
    const char *location;
    odd_text path = ODD_TEXT_EMPTY;
    ODD_TRY(odd_proto_outside(proto, folder, &location, &path));
    if (!location || odd_names_find(seen, location) >= 0) goto done;
    ODD_TRY(odd_names_add(seen, location, 0));
    ODD_TRY(add_file(odd_text_string(&path), digest));
done:
    odd_text_free(&path);
    return st;
}

static odd_status add_weights(const Onnx__GraphProto *graph, const char *folder, odd_names *seen,
                              odd_hash *digest)
{
    odd_status st = ODD_OK;
    for (size_t i = 0; i < graph->n_initializer; i++)
        ODD_TRY(add_tensor(graph->initializer[i], folder, seen, digest));
    for (size_t i = 0; i < graph->n_node; i++)
        for (size_t a = 0; a < graph->node[i]->n_attribute; a++)
            if (graph->node[i]->attribute[a]->t)
                ODD_TRY(add_tensor(graph->node[i]->attribute[a]->t, folder, seen, digest));
done:
    return st;
}

odd_status odd_onnx_digest(const char *path, odd_hash *digest)
{
    odd_status st;
    char *bytes = NULL;
    int64_t size;
    odd_names seen = {0};
    odd_text folder = ODD_TEXT_EMPTY;
    Onnx__ModelProto *model = NULL;
    ODD_TRY(odd_onnx_folder(path, &folder));
    ODD_TRY(odd_file_slurp(path, FILE_LIMIT, &bytes, &size));
    *digest = odd_hash_add(ODD_HASH_START, bytes, (size_t)size);
    model =
        (Onnx__ModelProto *)odd_onnx_unpack(&onnx__model_proto__descriptor, bytes, (size_t)size);
    /* What is no model is told when it is read. */
    if (model && model->graph)
        ODD_TRY(add_weights(model->graph, odd_text_string(&folder), &seen, digest));
done:
    if (model) onnx__model_proto__free_unpacked(model, NULL);
    odd_names_free(&seen);
    odd_text_free(&folder);
    odd_free(bytes);
    return st;
}
