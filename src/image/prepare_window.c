/* The window through which a prepared image shows the whole one. */
#include "oddlot/image/prepare.h"

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
