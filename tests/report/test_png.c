/* PNG: what is written is what libpng reads back, and nothing is written where it cannot be. */
#include "oddlot/report/png.h"

#include "oddlot/base/memory.h"
#include "oddlot_test.h"

#include <png.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const png_uint_32 formats[] = {
    [1] = PNG_FORMAT_GRAY, [3] = PNG_FORMAT_RGB, [4] = PNG_FORMAT_RGBA};

static void fill(uint8_t *pixels, int count)
{
    for (int i = 0; i < count; i++)
        pixels[i] = (uint8_t)(i * 37 + i / 5);
}

static void round_trip(int width, int height, int channels)
{
    uint8_t pixels[9 * 7 * 4], back[9 * 7 * 4] = {0}, *bytes;
    size_t size;
    png_image image = {.version = PNG_IMAGE_VERSION};
    fill(pixels, width * height * channels);
    CU_ASSERT_EQUAL(odd_png_encode(width, height, channels, pixels, &bytes, &size), ODD_OK);
    CU_ASSERT(png_image_begin_read_from_memory(&image, bytes, size));
    CU_ASSERT_EQUAL(image.width, (png_uint_32)width);
    CU_ASSERT_EQUAL(image.height, (png_uint_32)height);
    image.format = formats[channels];
    CU_ASSERT(png_image_finish_read(&image, NULL, back, 0, NULL));
    CU_ASSERT_EQUAL(memcmp(pixels, back, (size_t)(width * height * channels)), 0);
    png_image_free(&image);
    odd_free(bytes);
}

static void round_trips(void)
{
    for (int channels = 1; channels <= 4; channels++) {
        if (channels == 2) continue;
        round_trip(1, 1, channels);
        round_trip(9, 7, channels);
        round_trip(1, 7, channels);
    }
}

static void refuses(void)
{
    const uint8_t pixels[4] = {0};
    uint8_t *bytes;
    size_t size;
    CU_ASSERT_EQUAL(odd_png_encode(0, 1, 1, pixels, &bytes, &size), ODD_ARG);
    CU_ASSERT_EQUAL(odd_png_encode(1, -1, 1, pixels, &bytes, &size), ODD_ARG);
    CU_ASSERT_EQUAL(odd_png_encode(1, 2000000, 1, pixels, &bytes, &size), ODD_ARG);
    CU_ASSERT_EQUAL(odd_png_encode(1, 1, 2, pixels, &bytes, &size), ODD_ARG);
    CU_ASSERT_EQUAL(odd_png_encode(1, 1, 1, NULL, &bytes, &size), ODD_ARG);
    CU_ASSERT_PTR_NULL(bytes);
    CU_ASSERT_EQUAL(odd_png_write("a.png", 1, 1, 2, pixels), ODD_ARG);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), "'a.png'"));
}

static void writes_a_file_or_names_it(void)
{
    char folder[] = "/tmp/oddlot-png-XXXXXX", path[64];
    const uint8_t pixels[12] = {255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 9, 9};
    struct stat info;
    CU_ASSERT_PTR_NOT_NULL(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/a.png", folder);
    CU_ASSERT_EQUAL(odd_png_write(path, 2, 2, 3, pixels), ODD_OK);
    CU_ASSERT(stat(path, &info) == 0 && info.st_size > 50);
    unlink(path);
    snprintf(path, sizeof path, "%s/none/a.png", folder);
    CU_ASSERT_EQUAL(odd_png_write(path, 2, 2, 3, pixels), ODD_IO);
    CU_ASSERT_PTR_NOT_NULL(strstr(odd_fail_reason(), path));
    CU_ASSERT_EQUAL(rmdir(folder), 0); /* no half-written file is left */
}

const char *odd_test_name = "report.png";
CU_TestInfo odd_tests[] = {
    {"round trips of 1, 3 and 4 channels", round_trips},
    {"refuses sizes, channels, no pixels", refuses},
    {"writes a file or names it", writes_a_file_or_names_it},
    CU_TEST_INFO_NULL,
};
