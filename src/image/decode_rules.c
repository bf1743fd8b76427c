/* The rules that hold for every decoder: what is too large or too slow, which part is kept, and who
 * owns what was found. */
#include "image/decode_internal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MAX_SIDE 1000000 /* keeps what a resize needs beside the pixels below their own size */

void odd_decoded_free(odd_decoded *decoded)
{
    odd_image_free(&decoded->image);
    free(decoded->profile);
    *decoded = (odd_decoded)ODD_DECODED_EMPTY;
}

void odd_keep_profile(odd_decoded *decoded, odd_span profile)
{
    free(decoded->profile);
    decoded->profile_size = 0;
    decoded->profile = profile.size > 0 ? malloc(profile.size) : NULL;
    if (!decoded->profile) return;
    memcpy(decoded->profile, profile.bytes, profile.size);
    decoded->profile_size = profile.size;
}

bool odd_reject_slow(const odd_source *source, odd_read_result *result)
{
    return ODD_REJECT(result, ODD_IMAGE_TOO_SLOW, "%s takes longer than the limit of %g seconds",
                      source->format, source->options->max_seconds);
}

bool odd_reject_absent(const odd_source *source, const char *library, const char *package,
                       odd_read_result *result)
{
    return ODD_REJECT(result, ODD_IMAGE_UNKNOWN,
                      "%s is not read, as this oddlot was built without %s: install %s and build "
                      "it again, or convert the image",
                      source->format, library, package);
}

bool odd_reject_status(odd_read_result *result)
{
    return ODD_REJECT(result, ODD_IMAGE_TOO_LARGE, "%s", odd_fail_reason());
}

bool odd_within_limits(const odd_source *source, int64_t width, int64_t height,
                       odd_read_result *result)
{
    double megapixels = (double)width * (double)height / 1e6;
    if (width < 1 || height < 1)
        return ODD_REJECT(result, ODD_IMAGE_BROKEN, "%s has no pixels", source->format);
    if (width > MAX_SIDE || height > MAX_SIDE)
        return ODD_REJECT(result, ODD_IMAGE_TOO_LARGE,
                          "%s %lld x %lld is over the limit of %d pixels a side", source->format,
                          (long long)width, (long long)height, MAX_SIDE);
    if (megapixels > source->options->max_megapixels)
        return ODD_REJECT(result, ODD_IMAGE_TOO_LARGE,
                          "%s %lld x %lld is over the limit of %g megapixels", source->format,
                          (long long)width, (long long)height, source->options->max_megapixels);
    return true;
}

static int kept_length(const odd_prepare_options *options, int length)
{
    int most = (int)lround(length * (1 - options->margin));
    return most < 1 ? 1 : most;
}

odd_box odd_kept_box(const odd_prepare_options *options, int width, int height, int orientation)
{
    const int side = width < height ? width : height;
    const bool square = strcmp(options->crop, "centre") == 0;
    const int across = kept_length(options, square ? side : width);
    const int down = kept_length(options, square ? side : height);
    int left = (width - across) / 2, top = (height - down) / 2;
    /* Halves round down in the upright image: from the other end when it gets mirrored. */
    bool from_right = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
    bool from_below = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
    if (from_right) left = width - across - left;
    if (from_below) top = height - down - top;
    return (odd_box){left, top, across, down};
}
