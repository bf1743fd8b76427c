/* ICC profiles: recognises those that mean sRGB (or grey with its curve), by what they do and not
 * by their name, so that pixels with such a profile need no conversion.
 *
 * A matrix profile says sRGB when its primaries are those of sRGB (adapted to D50) and its curves
 * stay within two grey levels of sRGB's curve. A look-up table is never taken for sRGB.
 * ICC.1:2010, sections 7.2, 7.3, 10.5 (curveType), 10.15 (parametricCurveType), 10.27 (XYZType). */
#include "image/pixels_internal.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#define HEADER_BYTES   128
#define TAG_BYTES      12
#define MAX_TAGS       100
#define PRIMARY_WITHIN 0.004       /* of XYZ; writers round and adapt differently */
#define CURVE_WITHIN   (2.0 / 255) /* of the encoded value */
#define CURVE_PROBES   33

typedef struct {
    const uint8_t *bytes;
    size_t size;
} span;

static uint32_t get32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static double get_fixed(const uint8_t *p)
{
    return (int32_t)get32(p) / 65536.0;
}

static span find_tag(span profile, const char *name)
{
    uint32_t tags = get32(profile.bytes + HEADER_BYTES);
    for (uint32_t i = 0; i < tags && i < MAX_TAGS; i++) {
        size_t at = HEADER_BYTES + 4 + (size_t)i * TAG_BYTES;
        if (at + TAG_BYTES > profile.size) break;
        if (memcmp(profile.bytes + at, name, 4) != 0) continue;
        size_t offset = get32(profile.bytes + at + 4), size = get32(profile.bytes + at + 8);
        if (offset > profile.size || size > profile.size - offset) break;
        return (span){profile.bytes + offset, size};
    }
    return (span){NULL, 0};
}

static bool is_type(span tag, const char *type, size_t least)
{
    return tag.size >= least && memcmp(tag.bytes, type, 4) == 0;
}

static bool primary_is(span profile, const char *name, const double xyz[3])
{
    span tag = find_tag(profile, name);
    if (!is_type(tag, "XYZ ", 20)) return false;
    for (int i = 0; i < 3; i++)
        if (fabs(get_fixed(tag.bytes + 8 + 4 * i) - xyz[i]) > PRIMARY_WITHIN) return false;
    return true;
}

/* Encoded 0 ... 1 to linear by a table; one entry is a power, none is the straight line. */
static bool eval_table(span tag, double x, double *y)
{
    uint32_t n = get32(tag.bytes + 8);
    const uint8_t *entry = tag.bytes + 12;
    if (n > (tag.size - 12) / 2) return false;
    if (n == 0) *y = x;
    if (n == 1) *y = pow(x, (entry[0] << 8 | entry[1]) / 256.0);
    if (n < 2) return true;
    double at = x * (n - 1);
    uint32_t i = at < n - 1 ? (uint32_t)at : n - 2;
    double low = entry[2 * i] << 8 | entry[2 * i + 1];
    double high = entry[2 * i + 2] << 8 | entry[2 * i + 3];
    *y = (low + (high - low) * (at - i)) / 65535;
    return true;
}

/* Function types 0 (a power) and 3 (sRGB's own form: a power above d, a line below). */
static bool eval_parametric(span tag, double x, double *y)
{
    unsigned type = (unsigned)(tag.bytes[8] << 8 | tag.bytes[9]);
    const uint8_t *p = tag.bytes + 12;
    double g = get_fixed(p);
    if (type == 0) *y = pow(x, g);
    if (type == 0) return true;
    if (type != 3 || tag.size < 32) return false;
    double a = get_fixed(p + 4), b = get_fixed(p + 8), c = get_fixed(p + 12), d = get_fixed(p + 16);
    *y = x >= d ? pow(fmax(a * x + b, 0), g) : c * x;
    return true;
}

static double srgb_encode(double linear)
{
    return linear <= 0.0031308 ? 12.92 * linear : 1.055 * pow(linear, 1 / 2.4) - 0.055;
}

static bool curve_is_srgb(span profile, const char *name)
{
    span tag = find_tag(profile, name);
    bool table = is_type(tag, "curv", 12), parametric = is_type(tag, "para", 16);
    if (table && get32(tag.bytes + 8) == 1 && tag.size < 14) return false;
    for (int i = 0; i < CURVE_PROBES; i++) {
        double x = i / (CURVE_PROBES - 1.0), y = 0;
        bool known =
            (table && eval_table(tag, x, &y)) || (parametric && eval_parametric(tag, x, &y));
        if (!known || !(fabs(srgb_encode(y) - x) <= CURVE_WITHIN)) return false;
    }
    return true;
}

static bool is_srgb(span profile)
{
    static const double red[3] = {0.4361, 0.2225, 0.0139}, green[3] = {0.3851, 0.7169, 0.0971},
                        blue[3] = {0.1431, 0.0606, 0.7141};
    if (find_tag(profile, "A2B0").bytes) return false;
    return primary_is(profile, "rXYZ", red) && primary_is(profile, "gXYZ", green) &&
           primary_is(profile, "bXYZ", blue) && curve_is_srgb(profile, "rTRC") &&
           curve_is_srgb(profile, "gTRC") && curve_is_srgb(profile, "bTRC");
}

bool odd_profile_is_plain(const uint8_t *profile, size_t size, int channels)
{
    span whole = {profile, size};
    if (size < HEADER_BYTES + 4) return true;
    const char *space = (const char *)profile + 16;
    if (memcmp(space, "GRAY", 4) == 0) return channels > 2 || curve_is_srgb(whole, "kTRC");
    if (memcmp(space, "RGB ", 4) == 0) return channels <= 2 || is_srgb(whole);
    return true;
}
