/* Network precision: its names in settings. */
#include "oddlot/learn/network_precision.h"

#include <string.h>

const char *const odd_precision_names[] = {[ODD_PRECISION_F32] = "f32",
                                           [ODD_PRECISION_BF16] = "bf16",
                                           [ODD_PRECISION_AUTO] = "auto",
                                           NULL};

bool odd_precision_find(const char *name, odd_precision *out)
{
    for (int i = 0; odd_precision_names[i]; i++) {
        *out = (odd_precision)i;
        if (strcmp(odd_precision_names[i], name) == 0) return true;
    }
    return false;
}

odd_status odd_precision_of_name(const char *name, odd_precision *out)
{
    odd_precision used;
    ODD_CHECK(odd_precision_find(name, out));
    return odd_precision_choose(*out, &used);
}
