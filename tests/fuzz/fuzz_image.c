/* Fuzzes decoders: any bytes as an image file, prepared as ingest does it. */
#include "fuzz.h"

#include "oddlot/image/prepare.h"

#include <stdlib.h>

#define SIDE 16

static const odd_prepare_options options = {.size = SIDE,
                                            .channels = "rgb",
                                            .crop = "centre",
                                            .kernel = "bicubic",
                                            .background = "ffffff",
                                            .max_megapixels = 1,
                                            .max_megabytes = 1,
                                            .max_seconds = 5};

static void begin(void)
{
    static int begun;
    if (begun++) return;
    ODD_CHECK(odd_image_start() == ODD_OK);
    atexit(odd_image_stop);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    uint8_t pixels[SIDE * SIDE * 3];
    odd_measured measured;
    odd_read_result result;
    begin();
    odd_prepare_encoded(&options, bytes, size, pixels, &measured, &result);
    ODD_CHECK((result.status == ODD_IMAGE_OK) == (result.reason[0] == 0));
    return 0;
}
