/* Foreign files: what is given for a model and is none, by how its bytes begin. */
#include "nn/onnx/onnx_foreign_internal.h"

#include <ctype.h>
#include <string.h>

/* What to do about it, at the end of what it is. */
#define EXPORT  "; export the model to ONNX (torch.onnx.export)"
#define CONVERT "; convert the model to ONNX (tf2onnx)"
#define UNPACK  "; unpack it first"

static const struct {
    size_t offset;
    const char *bytes;
    size_t length;
    const char *what;
} beginnings[] = {
#define AT(offset, bytes, what)                                                                    \
    {                                                                                              \
        offset, bytes, sizeof bytes - 1, what                                                      \
    }
    AT(0, "version https://git-lfs",
       "a pointer of Git LFS in place of the file; fetch it by "
       "`git lfs pull`"),
    AT(0, "\x89HDF", "an HDF5 file, as Keras saves" CONVERT),
    AT(4, "TFL3", "a TensorFlow Lite model" CONVERT),
    AT(0, "\x80\x02", "a Python pickle, as PyTorch saves" EXPORT),
    AT(0, "\x80\x03", "a Python pickle" EXPORT),
    AT(0, "\x80\x04", "a Python pickle" EXPORT),
    AT(0, "\x1F\x8B", "compressed by gzip" UNPACK),
    AT(0, "BZh", "compressed by bzip2" UNPACK),
    AT(0, "\xFD\x37zXZ", "compressed by xz" UNPACK),
    AT(0, "\x28\xB5\x2F\xFD", "compressed by zstd" UNPACK),
    AT(257, "ustar", "a tar archive" UNPACK),
    AT(0, "GGUF", "a GGUF file of a language model"),
    AT(0, "\x89PNG", "a PNG image"),
    AT(0, "\xFF\xD8\xFF", "a JPEG image"),
    AT(0, "\x93NUMPY", "an array of NumPy"),
#undef AT
};

/* Looks no further than the first member names of an archive are. */
static bool has(const char *bytes, size_t size, const char *word)
{
    return memmem(bytes, size < 4096 ? size : 4096, word, strlen(word)) != NULL;
}

/* Archives of models begin with a member that tells whose they are. */
static const char *zip_archive(const char *bytes, size_t size)
{
    if (has(bytes, size, "data.pkl") || has(bytes, size, "__torch__"))
        return "a zip archive, as PyTorch saves (.pt, .pth)" EXPORT;
    if (has(bytes, size, "config.json") || has(bytes, size, "metadata.json"))
        return "a zip archive, as Keras saves (.keras)" CONVERT;
    return "a zip archive" UNPACK;
}

static bool is_text(const char *bytes, size_t size)
{
    for (size_t i = 0; i < size && i < 512; i++)
        if (!isprint((unsigned char)bytes[i]) && !isspace((unsigned char)bytes[i])) return false;
    return true;
}

static const char *text(const char *bytes, size_t size)
{
    size_t blanks = 0;
    while (blanks < size && isspace((unsigned char)bytes[blanks]))
        blanks++;
    const char first = blanks < size ? bytes[blanks] : '\0';
    if (first == '<') return "a web page or XML; was the download refused?";
    if (first == '{' || first == '[') return "JSON text; was the download refused?";
    return "a text";
}

static bool only_zeros(const char *bytes, size_t size)
{
    return size > 0 && bytes[0] == 0 && memcmp(bytes, bytes + 1, size - 1) == 0;
}

const char *odd_onnx_foreign(const void *given, size_t size)
{
    const char *bytes = given;
    if (size == 0) return "empty; was the download or the export cut short?";
    if (only_zeros(bytes, size)) return "nothing but zeros; was the download cut short?";
    for (size_t i = 0; i < sizeof beginnings / sizeof *beginnings; i++)
        if (size >= beginnings[i].offset + beginnings[i].length &&
            memcmp(bytes + beginnings[i].offset, beginnings[i].bytes, beginnings[i].length) == 0)
            return beginnings[i].what;
    if (size > 4 && memcmp(bytes, "PK\3\4", 4) == 0) return zip_archive(bytes, size);
    /* Eight bytes of length, then a JSON header with the offsets of the tensors. */
    if (size > 9 && bytes[8] == '{' && has(bytes, size, "data_offsets"))
        return "weights without a network (safetensors)" EXPORT;
    return is_text(bytes, size) ? text(bytes, size) : NULL;
}
