/* Hostile ONNX: broken models are refused with words that name the fault, and no bytes, however
 * they were damaged, do harm. */
#include "oddlot_test.h"
#include "onnx_models.h"

#include "nn/onnx/onnx_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *odd_test_name = "nn.onnx_hostile";

#define MODELS    (sizeof onnx_models / sizeof *onnx_models)
#define BROKEN    (sizeof onnx_broken / sizeof *onnx_broken)
#define MUTATIONS 400 /* of each model */
#define LONGER    64  /* bytes that a mutation may add */

static void broken_models_are_refused(void)
{
    for (size_t i = 0; i < BROKEN; i++) {
        odd_graph *g;
        odd_status st = odd_onnx_parse(onnx_broken[i].bytes, onnx_broken[i].size, NULL, &g);
        bool told = st == ODD_FORMAT && strstr(odd_fail_reason(), onnx_broken[i].words);
        if (!told)
            printf("\n    %s: %s", onnx_broken[i].name, st == ODD_OK ? "read" : odd_fail_reason());
        CU_ASSERT(told);
        CU_ASSERT_PTR_NULL(g);
        odd_graph_free(&g);
    }
}

/* Every prefix of a model is refused, or is a model (protobuf has no end mark). */
static void truncated_models(void)
{
    odd_graph *g;
    for (size_t size = 0; size < onnx_models[0].size; size++) {
        odd_onnx_parse(onnx_models[0].bytes, size, NULL, &g);
        odd_graph_free(&g);
    }
    CU_ASSERT_EQUAL(odd_onnx_parse("", 0, NULL, &g), ODD_FORMAT);
    CU_ASSERT_EQUAL(odd_onnx_parse("not an ONNX file", 16, NULL, &g), ODD_FORMAT);
}

/* What people give for a model: the reason says what it is and what to do. */
static void foreign_files(void)
{
    static const char zeros[300], tar[300] = {[0] = 'm', [257] = 'u', 's', 't', 'a', 'r'};
#define GIVEN(bytes, words)                                                                        \
    {                                                                                              \
        bytes, sizeof bytes - 1, words                                                             \
    }
    static const struct {
        const char *bytes;
        size_t size;
        const char *words;
    } list[] = {
        GIVEN("", "it is empty"),
        GIVEN(zeros, "nothing but zeros"),
        GIVEN(tar, "tar archive; unpack it"),
        GIVEN("<!DOCTYPE html>\n<html>", "a web page"),
        GIVEN("\n  <html lang=\"en\">", "a web page"),
        GIVEN("{\"error\": \"Not found\"}", "JSON"),
        GIVEN("version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\n", "git lfs pull"),
        GIVEN("PK\3\4\24\0\0\0\0\0\0\0!\0\1\2\3\4\0\0\0\0\0\0\0\0\20\0\0\0archive/data.pkl",
              "PyTorch saves (.pt, .pth); export"),
        GIVEN("PK\3\4\24\0\0\0\0\0\0\0!\0\1\2\3\4\0\0\0\0\0\0\0\0\13\0\0\0config.json",
              "Keras saves (.keras); convert"),
        GIVEN("PK\3\4\24\0\0\0", "a zip archive; unpack it"),
        GIVEN("\x80\2}q\0.", "Python pickle, as PyTorch saves; export"),
        GIVEN("\x89HDF\r\n\x1a\n\0\0", "Keras saves; convert"),
        GIVEN("\x1c\0\0\0TFL3\0\0", "TensorFlow Lite"),
        GIVEN("\x1f\x8b\b\0\0", "gzip; unpack it"),
        GIVEN("\x48\0\0\0\0\0\0\0{\"w\":{\"data_offsets\":[0,4]}}", "safetensors"),
        GIVEN("\b\1\22\5hello", "the model has no graph (TensorFlow"),
        GIVEN("weights of my network\n", "it is a text"),
        GIVEN("\xEF\xBF\1\2\3", "not an ONNX file, or a damaged one"),
    };
#undef GIVEN
    for (size_t i = 0; i < sizeof list / sizeof *list; i++) {
        odd_graph *g;
        odd_status st = odd_onnx_parse(list[i].bytes, list[i].size, NULL, &g);
        bool told = st == ODD_FORMAT && strstr(odd_fail_reason(), list[i].words);
        CU_ASSERT_TRUE(told);
        if (!told) printf("\n    %s: %s", list[i].words, odd_fail_reason());
        odd_graph_free(&g);
    }
}

typedef struct {
    uint64_t seed, row;
    uint32_t draws;
} dice;

static size_t draw(dice *d, size_t n)
{
    return (size_t)odd_below(n, d->seed, ODD_STREAM_TEST, d->row, d->draws++);
}

/* Change a byte, change a bit, copy a part over another, take a part out, put bytes in. */
static size_t mutate(dice *d, unsigned char bytes[], size_t size)
{
    size_t at = draw(d, size), from = draw(d, size), length = 1 + draw(d, LONGER / 4);
    size_t after = size - (at > from ? at : from);
    if (length > after) length = after;
    switch (draw(d, 5)) {
    case 0:
        bytes[at] = (unsigned char)draw(d, 256);
        return size;
    case 1:
        bytes[at] ^= (unsigned char)(1u << draw(d, 8));
        return size;
    case 2:
        memmove(bytes + at, bytes + from, length);
        return size;
    case 3:
        memmove(bytes + at, bytes + at + length, size - at - length);
        return size - length;
    default:
        memmove(bytes + at + length, bytes + at, size - at);
        memset(bytes + at, (int)draw(d, 256), length);
        return size + length;
    }
}

/* What is done with a network that was read. */
static void use(odd_graph *g)
{
    int id;
    odd_text text = ODD_TEXT_EMPTY;
    odd_status st = odd_graph_fold(g);
    CU_ASSERT(st == ODD_OK || st == ODD_NOMEM);
    odd_graph_describe(g, &text);
    odd_text_free(&text);
    if (odd_graph_find(g, "last_map", &id) == ODD_OK) CU_ASSERT_EQUAL(odd_graph_cut(g, id), ODD_OK);
}

static void mutated_models(void)
{
    int read = 0, refused = 0;
    for (size_t i = 0; i < MODELS; i++) {
        for (uint64_t m = 0; m < MUTATIONS; m++) {
            dice d = {i, m, 0};
            odd_graph *g;
            size_t size = onnx_models[i].size, most = 1 + draw(&d, 3);
            unsigned char *bytes = odd_alloc((int64_t)(size + LONGER), 1);
            CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
            memcpy(bytes, onnx_models[i].bytes, size);
            for (size_t k = 0; k < most && size > 1; k++)
                size = mutate(&d, bytes, size);
            unsigned char *exact = odd_alloc((int64_t)size, 1); /* the sanitizer sees its end */
            CU_ASSERT_PTR_NOT_NULL_FATAL(exact);
            memcpy(exact, bytes, size);
            odd_status st = odd_onnx_parse(exact, size, NULL, &g);
            CU_ASSERT(st == ODD_OK || st == ODD_FORMAT || st == ODD_NOMEM);
            CU_ASSERT((st == ODD_OK) == (g != NULL));
            if (st == ODD_OK) use(g);
            read += st == ODD_OK;
            refused += st != ODD_OK;
            odd_graph_free(&g);
            odd_free(exact);
            odd_free(bytes);
        }
    }
    printf(" %d read, %d refused ", read, refused);
    CU_ASSERT(read > 0 && refused > 0);
}

/* A field of the wire format: its number, and what is in it so far, moved behind the head. */
static size_t wrap(unsigned field, unsigned char bytes[], size_t size)
{
    unsigned char head[8];
    size_t at = 0, length = size;
    head[at++] = (unsigned char)(field << 3 | 2);
    for (; length >= 0x80; length >>= 7)
        head[at++] = (unsigned char)(length | 0x80);
    head[at++] = (unsigned char)length;
    memmove(bytes + at, bytes, size);
    memcpy(bytes, head, at);
    return size + at;
}

/* Graphs in attributes of nodes of graphs in ... */
static void deep_nesting(void)
{
    enum { DEPTH = 3000 };
    unsigned char *bytes = odd_alloc(DEPTH * 24 + 64, 1);
    odd_graph *g;
    size_t size = 0;
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    for (int i = 0; i < DEPTH; i++) {
        size = wrap(6, bytes, size); /* AttributeProto.g */
        size = wrap(5, bytes, size); /* NodeProto.attribute */
        size = wrap(1, bytes, size); /* GraphProto.node */
    }
    size = wrap(7, bytes, size); /* ModelProto.graph */
    CU_ASSERT_EQUAL(odd_onnx_parse(bytes, size, NULL, &g), ODD_FORMAT);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "nests too deep"));
    odd_free(bytes);
}

/* Two bytes each, but a hundred in memory. */
static void empty_nodes(void)
{
    enum { NODES = 4000000 };
    unsigned char *bytes = odd_alloc(2 * NODES + 64, 1);
    odd_graph *g;
    CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
    for (int i = 0; i < NODES; i++)
        bytes[2 * i] = 1 << 3 | 2; /* GraphProto.node, of no bytes */
    size_t size = wrap(7, bytes, 2 * NODES);
    CU_ASSERT_EQUAL(odd_onnx_parse(bytes, size, NULL, &g), ODD_FORMAT);
    odd_free(bytes);
}

/* The value of the key "location" is changed in a copy of the model with external weights. */
static void check_location(const char *location, const char *words)
{
    for (size_t i = 0; i < BROKEN; i++) {
        if (strcmp(onnx_broken[i].name, "external") != 0) continue;
        unsigned char *bytes = odd_alloc((int64_t)onnx_broken[i].size, 1);
        odd_graph *g;
        CU_ASSERT_PTR_NOT_NULL_FATAL(bytes);
        memcpy(bytes, onnx_broken[i].bytes, onnx_broken[i].size);
        unsigned char *at = memmem(bytes, onnx_broken[i].size, "w.bin", 5);
        CU_ASSERT_PTR_NOT_NULL_FATAL(at);
        memcpy(at, location, 5);
        CU_ASSERT_EQUAL(odd_onnx_parse(bytes, onnx_broken[i].size, "/nowhere", &g), ODD_FORMAT);
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), words));
        CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "tensor 'w'"));
        odd_free(bytes);
    }
}

static void weights_outside_the_folder(void)
{
    check_location("../ab", "outside the folder");
    check_location("a/../", "outside the folder");
    check_location("ab/..", "outside the folder");
    check_location("/etc/", "outside the folder");
}

/* Tensors alone, as the test cases of ONNX have them. */
static void mutated_tensors(void)
{
    static const unsigned char whole[] = {8, 2, 8, 1, 16, 1, 74, 8, 0, 0, 128, 63, 0, 0, 0, 64};
    odd_tensor t;
    CU_ASSERT_EQUAL_FATAL(odd_onnx_tensor(whole, sizeof whole, &t), ODD_OK);
    CU_ASSERT_EQUAL(t.rank, 2);
    CU_ASSERT_EQUAL(t.shape[0], 2);
    CU_ASSERT_EQUAL(t.data[1], 2.0f);
    odd_free(t.data);
    for (size_t at = 0; at < sizeof whole; at++)
        for (int value = 0; value < 256; value++) {
            unsigned char bytes[sizeof whole];
            memcpy(bytes, whole, sizeof whole);
            bytes[at] = (unsigned char)value;
            odd_status st = odd_onnx_tensor(bytes, sizeof bytes, &t);
            CU_ASSERT(st == ODD_OK || st == ODD_FORMAT);
            odd_free(t.data);
        }
}

CU_TestInfo odd_tests[] = {
    {"broken models are refused", broken_models_are_refused},
    {"truncated models", truncated_models},
    {"foreign files", foreign_files},
    {"mutated models", mutated_models},
    {"deep nesting", deep_nesting},
    {"empty nodes", empty_nodes},
    {"weights outside the folder", weights_outside_the_folder},
    {"mutated tensors", mutated_tensors},
    CU_TEST_INFO_NULL,
};
