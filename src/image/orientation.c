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

/* One upright row of pixels that lie `step` bytes apart; inlined, so that the pixel size is fixed.
 */
static inline void gather_row(int width, size_t channels, const uint8_t *from, ptrdiff_t step,
                              uint8_t *row)
{
    for (int x = 0; x < width; x++)
        memcpy(row + (size_t)x * channels, from + x * step, channels);
}

odd_status odd_orient(const odd_pixel_view *view, int orientation, odd_box *box, odd_image *out)
{
    odd_status st;
    bool transpose = turns[orientation].transpose;
    ptrdiff_t stride = (ptrdiff_t)view->stride;
    ptrdiff_t step_x = transpose ? stride : view->channels;
    ptrdiff_t step_y = transpose ? view->channels : stride;
    const uint8_t *corner = view->pixels; /* of the upright image */
    ODD_TRY(odd_image_new(transpose ? view->height : view->width,
                          transpose ? view->width : view->height, view->channels, out));
    if (turns[orientation].mirror) corner += (out->width - 1) * step_x;
    if (turns[orientation].flip) corner += (out->height - 1) * step_y;
    if (turns[orientation].mirror) step_x = -step_x;
    if (turns[orientation].flip) step_y = -step_y;
    for (int y = 0; y < out->height; y++) {
        uint8_t *row = out->pixels + (size_t)y * (size_t)out->width * (size_t)out->channels;
        if (out->channels == 1)
            gather_row(out->width, 1, corner + y * step_y, step_x, row);
        else if (out->channels == 3)
            gather_row(out->width, 3, corner + y * step_y, step_x, row);
        else
            gather_row(out->width, 4, corner + y * step_y, step_x, row);
    }
    orient_box(out, orientation, box);
done:
    return st;
}
