/* EXIF orientation: turns and mirrors pixels so that they stand upright. */
#include "image/pixels_internal.h"

#include <stdbool.h>
#include <string.h>

/* What each orientation does to the stored pixels, in this order (EXIF 2.3, table 6). */
static const struct {
    bool transpose, mirror, flip; /* swap axes; then left-right; then top-bottom */
} turns[9] = {
    [2] = {false, true, false}, [3] = {false, true, true}, [4] = {false, false, true},
    [5] = {true, false, false}, [6] = {true, true, false}, [7] = {true, true, true},
    [8] = {true, false, true},
};

static void orient_box(const odd_image *out, int orientation, odd_box *box)
{
    if (turns[orientation].transpose)
        *box = (odd_box){box->top, box->left, box->height, box->width};
    if (turns[orientation].mirror) box->left = out->width - box->left - box->width;
    if (turns[orientation].flip) box->top = out->height - box->top - box->height;
}

odd_status odd_orient(const odd_view *view, int orientation, odd_box *box, odd_image *out)
{
    odd_status st;
    bool transpose = turns[orientation].transpose;
    size_t channels = (size_t)view->channels;
    size_t step_x = transpose ? view->stride : channels;
    size_t step_y = transpose ? channels : view->stride;
    ODD_TRY(odd_image_new(transpose ? view->height : view->width,
                          transpose ? view->width : view->height, view->channels, out));
    for (int y = 0; y < out->height; y++) {
        int from_y = turns[orientation].flip ? out->height - 1 - y : y;
        uint8_t *row = out->pixels + (size_t)y * (size_t)out->width * channels;
        for (int x = 0; x < out->width; x++) {
            int from_x = turns[orientation].mirror ? out->width - 1 - x : x;
            memcpy(row + (size_t)x * channels,
                   view->pixels + (size_t)from_x * step_x + (size_t)from_y * step_y, channels);
        }
    }
    orient_box(out, orientation, box);
done:
    return st;
}
