/**
 * Light rows: the light of each image at 16 x 16 places, in which pictures that look alike are
 * near each other whatever their colours.
 */
#ifndef ODDLOT_STAGE_CHECK_LIGHT_ROWS_INTERNAL_H
#define ODDLOT_STAGE_CHECK_LIGHT_ROWS_INTERNAL_H

#include "oddlot/par/rows.h"
#include "stage/check/check_internal.h"

enum { ODD_LIGHT_SIDE = 16, ODD_LIGHT_VALUES = ODD_LIGHT_SIDE * ODD_LIGHT_SIDE };

typedef struct {
    odd_rows rows;  /* (n, ODD_LIGHT_VALUES), made of `light` as they are read; those that could not
                       be read are far from all others */
    uint8_t *light; /* (n_local, ODD_LIGHT_VALUES) mean levels, of the stored images */
    const uint8_t *status;
} odd_light_rows;

/** Of my rows; *out must stay where it is. @collective; ODD_FORMAT, ODD_NOMEM */
odd_status odd_light_rows_open(const odd_check_context *context, odd_light_rows *out);
void odd_light_rows_close(odd_light_rows *l);

#endif
