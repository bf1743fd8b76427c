/* Resize: equal to Pillow, and the fast loop equal to the plain one. */
#include "oddlot_test.h"

#include "oddlot/base/random.h"
#include "oddlot/image/resize.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

typedef struct {
    odd_kernel kernel;
    int width, height, channels, left, top, box_width, box_height, out_width, out_height;
    uint64_t checksum; /* FNV-1a of the pixels */
    uint8_t first[4];
} known_resize;

#include "resize_data.h"

static size_t bytes_of(const odd_image *image)
{
    return (size_t)image->width * (size_t)image->height * (size_t)image->channels;
}

/* The same noise as make_resize.py. */
static odd_image noise(int width, int height, int channels)
{
    odd_image image = ODD_IMAGE_EMPTY;
    uint32_t state = 12345;
    CU_ASSERT_EQUAL_FATAL(odd_image_new(width, height, channels, &image), ODD_OK);
    for (size_t i = 0; i < bytes_of(&image); i++) {
        state = state * 1664525u + 1013904223u;
        image.pixels[i] = (uint8_t)(state >> 24);
    }
    return image;
}

static uint64_t checksum(const odd_image *image)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < bytes_of(image); i++)
        h = (h ^ image->pixels[i]) * 0x100000001b3u;
    return h;
}

static void equals_pillow(void)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const known_resize *k = &known[i];
        odd_image in = noise(k->width, k->height, k->channels), out;
        CU_ASSERT_EQUAL(odd_resize(&in, k->left, k->top, k->box_width, k->box_height, k->kernel,
                                   k->out_width, k->out_height, &out),
                        ODD_OK);
        for (size_t b = 0; b < sizeof k->first && b < bytes_of(&out); b++)
            CU_ASSERT_EQUAL(out.pixels[b], k->first[b]);
        CU_ASSERT_EQUAL(checksum(&out), k->checksum);
        odd_image_free(&out);
        odd_image_free(&in);
    }
}

static int draw(uint32_t row, uint32_t *n, int below)
{
    return (int)odd_below((uint64_t)below, 1, ODD_STREAM_TEST, row, (*n)++);
}

static bool same_both_ways(uint32_t row)
{
    static const int channel_counts[] = {1, 3, 4};
    uint32_t n = 0;
    int most = row % 10 == 0 ? 400 : 40; /* now and then more than one strip of rows */
    odd_image in =
        noise(1 + draw(row, &n, most), 1 + draw(row, &n, most), channel_counts[draw(row, &n, 3)]);
    int left = draw(row, &n, in.width), top = draw(row, &n, in.height);
    int width = 1 + draw(row, &n, in.width - left), height = 1 + draw(row, &n, in.height - top);
    int out_width = 1 + draw(row, &n, 90), out_height = 1 + draw(row, &n, 90);
    odd_kernel kernel = (odd_kernel)draw(row, &n, ODD_KERNEL_NEAREST + 1);
    odd_image fast, plain;
    bool same =
        odd_resize(&in, left, top, width, height, kernel, out_width, out_height, &fast) == ODD_OK &&
        odd_resize_plain(&in, left, top, width, height, kernel, out_width, out_height, &plain) ==
            ODD_OK &&
        bytes_of(&fast) == bytes_of(&plain) &&
        memcmp(fast.pixels, plain.pixels, bytes_of(&fast)) == 0;
    odd_image_free(&plain);
    odd_image_free(&fast);
    odd_image_free(&in);
    return same;
}

static void equals_plain_loop(void)
{
    for (uint32_t row = 0; row < 400; row++) {
        bool same = same_both_ways(row);
        if (!same) fprintf(stderr, "random resize %u differs\n", row);
        CU_ASSERT(same);
    }
}

static void keeps_what_is_flat(void)
{
    odd_image in = noise(31, 17, 3), out;
    memset(in.pixels, 200, bytes_of(&in));
    for (int k = 0; odd_kernel_names[k]; k++) {
        CU_ASSERT_EQUAL((int)odd_kernel_find(odd_kernel_names[k]), k);
        CU_ASSERT_EQUAL(odd_resize(&in, 0, 0, 31, 17, (odd_kernel)k, 64, 5, &out), ODD_OK);
        bool flat = true;
        for (size_t i = 0; i < bytes_of(&out); i++)
            flat = flat && out.pixels[i] == 200;
        CU_ASSERT(flat);
        odd_image_free(&out);
    }
    odd_image_free(&in);
}

/* Each new pixel covers 5/4 of a pixel. */
static void area_is_what_is_covered(void)
{
    static const uint8_t row[] = {0, 50, 100, 150, 200}, covered[] = {10, 70, 130, 190};
    for (int across = 0; across < 2; across++) {
        const int width = across ? 5 : 1, height = across ? 1 : 5;
        odd_image in = noise(width, height, 1), out;
        memcpy(in.pixels, row, sizeof row);
        CU_ASSERT_EQUAL(odd_resize(&in, 0, 0, width, height, ODD_KERNEL_AREA, across ? 4 : 1,
                                   across ? 1 : 4, &out),
                        ODD_OK);
        CU_ASSERT_EQUAL(memcmp(out.pixels, covered, sizeof covered), 0);
        odd_image_free(&out);
        odd_image_free(&in);
    }
}

static void copies_at_the_same_size(void)
{
    odd_image in = noise(28, 28, 1), out;
    CU_ASSERT_EQUAL(odd_resize(&in, 0, 0, 28, 28, ODD_KERNEL_LANCZOS, 28, 28, &out), ODD_OK);
    CU_ASSERT_EQUAL(memcmp(in.pixels, out.pixels, bytes_of(&in)), 0);
    odd_image_free(&out);
    odd_image_free(&in);
}

/* Filters are kept for a while: one that is in use must not go when the other axis needs a new one,
 * however many came before. */
static void keeps_both_filters(void)
{
    for (int first = 2; first < 40; first++)
        for (int n = 0; n < 2; n++) {
            odd_image in = noise(24, first, 1), out, plain;
            for (int width = 2; width < first; width++) { /* to be forgotten */
                CU_ASSERT_EQUAL(
                    odd_resize(&in, 0, 0, 24, first, ODD_KERNEL_BILINEAR, width, first, &out),
                    ODD_OK);
                odd_image_free(&out);
            }
            for (int height = 41; height < 44; height++) {
                CU_ASSERT_EQUAL(
                    odd_resize(&in, 0, 0, 24, first, ODD_KERNEL_BILINEAR, 2, height + 3 * n, &out),
                    ODD_OK);
                CU_ASSERT_EQUAL(odd_resize_plain(&in, 0, 0, 24, first, ODD_KERNEL_BILINEAR, 2,
                                                 height + 3 * n, &plain),
                                ODD_OK);
                CU_ASSERT_EQUAL(memcmp(out.pixels, plain.pixels, bytes_of(&out)), 0);
                odd_image_free(&plain);
                odd_image_free(&out);
            }
            odd_image_free(&in);
        }
}

static void refuses_boxes_outside(void)
{
    static const int boxes[][4] = {
        {-1, 0, 4, 4}, {0, -1, 4, 4}, {0, 0, 0, 4}, {0, 0, 4, 0}, {5, 0, 4, 4}, {0, 5, 4, 4},
    };
    odd_image in = noise(8, 8, 3), out;
    for (size_t i = 0; i < sizeof boxes / sizeof *boxes; i++) {
        const int *b = boxes[i];
        CU_ASSERT_EQUAL(odd_resize(&in, b[0], b[1], b[2], b[3], ODD_KERNEL_BICUBIC, 4, 4, &out),
                        ODD_ARG);
        CU_ASSERT_PTR_NULL(out.pixels);
    }
    CU_ASSERT_EQUAL(odd_resize(&in, 0, 0, 8, 8, ODD_KERNEL_BICUBIC, 0, 4, &out), ODD_ARG);
    CU_ASSERT_PTR_NULL(out.pixels);
    in.channels = 2;
    CU_ASSERT_EQUAL(odd_resize(&in, 0, 0, 8, 8, ODD_KERNEL_BICUBIC, 4, 4, &out), ODD_ARG);
    odd_image_free(&in);
}

const char *odd_test_name = "image/resize";
CU_TestInfo odd_tests[] = {
    {"equals Pillow", equals_pillow},
    {"equals the plain loop", equals_plain_loop},
    {"keeps what is flat", keeps_what_is_flat},
    {"area is what is covered", area_is_what_is_covered},
    {"copies at the same size", copies_at_the_same_size},
    {"keeps both filters", keeps_both_filters},
    {"refuses boxes outside", refuses_boxes_outside},
    CU_TEST_INFO_NULL,
};
