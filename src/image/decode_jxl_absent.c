/* In place of libjxl, where oddlot is built without it. */
#include "image/decode_internal.h"

const char *odd_libjxl_text(void)
{
    return "no libjxl (JPEG XL is not read)";
}

bool odd_decode_jxl(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    (void)out;
    return odd_reject_absent(source, "libjxl", "libjxl-dev", result);
}
