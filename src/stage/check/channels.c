/* Channels: what they publish of their rules for product images, as far as it can be measured.
 * Where a channel recommends, as of how much a product fills, the recommendation is the limit. */
#include "stage/check/rules_internal.h"

#define MEGA 1e6

const odd_channel odd_channels[] = {
    {.name = "google", /* Merchant Center, image_link; 500 x 500 from 2027 on, 100 before */
     .formats = "JPEG WebP PNG GIF BMP TIFF",
     .limits = {.min_width = 500,
                .min_height = 500,
                .max_pixels = 64 * MEGA,
                .max_bytes = 16 * MEGA,
                .min_fill = 0.75,
                .max_fill = 0.9,
                .true_ending = true,
                .no_border = true,
                .no_single_colour = true}},
    {.name = "amazon", /* the main image */
     .formats = "JPEG PNG GIF TIFF",
     .limits = {.min_side = 500,
                .max_side = 10000,
                .min_white = 0.95,
                .min_near_white = 0.995,
                .min_fill = 0.85,
                .no_border = true,
                .no_single_colour = true}},
    {.name = "walmart",
     .formats = "JPEG PNG BMP",
     .limits = {.min_width = 2200,
                .min_height = 2200,
                .max_bytes = 5 * MEGA,
                .min_aspect = 0.99,
                .max_aspect = 1.01,
                .max_depth = 8,
                .min_white = 0.95,
                .min_near_white = 0.995,
                .rgb = true,
                .no_border = true}},
    {.name = "ebay",
     .formats = "JPEG PNG GIF TIFF BMP WebP HEIC/AVIF",
     .limits = {.min_side = 500, .max_bytes = 12 * MEGA, .no_border = true}},
    {.name = "shopify",
     .formats = "JPEG PNG WebP GIF HEIC/AVIF",
     .limits =
         {.max_width = 4472, .max_height = 4472, .max_pixels = 20 * MEGA, .max_bytes = 20 * MEGA}},
    {.name = "myntra", /* portrait, 3:4 */
     .formats = "JPEG PNG",
     .limits = {.min_width = 1080,
                .min_height = 1440,
                .min_aspect = 0.74,
                .max_aspect = 0.76,
                .min_fill = 0.8,
                .max_fill = 0.95}},
    {.name = "none", .formats = ""},
    {.name = NULL},
};

odd_part odd_channel_part(int i)
{
    return (odd_part){.name = odd_channels[i].name, .summary = ""};
}
