/* The window through which a prepared image shows the whole one. */
#include "oddlot/image/prepare.h"

#include "oddlot/base/minmax.h"

#include <math.h>
#include <string.h>

/* Shares of one side; of a padded one more than all of it. */
static void centre_window(double shown, double length, double *from, double *to)
{
    *from = 0.5 - 0.5 * shown / length;
    *to = 0.5 + 0.5 * shown / length;
}

void odd_prepare_window(const odd_prepare_options *options, double width, double height,
                        double window[4])
{
    const bool squeezed = strcmp(options->crop, "none") == 0;
    const bool padded = strcmp(options->crop, "pad") == 0;
    const double side = (width < height) == padded ? height : width, kept = 1 - options->margin;
    centre_window(kept * (squeezed ? width : side), width, &window[0], &window[2]);
    centre_window(kept * (squeezed ? height : side), height, &window[1], &window[3]);
}

/* Where shares from `low` to `high` of the whole image lie that are stored on `size` pixels. */
static void find_extent(double low, double high, int size, int *from, int *to)
{
    const double scale = size / (high - low);
    *from = odd_max_int(0, (int)lrint(-low * scale));
    *to = odd_min_int(size, (int)lrint((1 - low) * scale));
    if (*to > *from) return;
    *from = odd_min_int(*from, size - 1); /* thinner than a pixel */
    *to = *from + 1;
}

odd_aligned_part odd_prepared_part(const odd_prepare_options *options, int size, double width,
                                   double height)
{
    odd_aligned_part part = {0, 0, size, size};
    double window[4];
    if (!(width >= 1) || !(height >= 1)) return part;
    odd_prepare_window(options, width, height, window);
    find_extent(window[0], window[2], size, &part.left, &part.right);
    find_extent(window[1], window[3], size, &part.top, &part.bottom);
    return part;
}
