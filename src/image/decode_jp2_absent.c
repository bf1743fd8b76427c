/* In place of OpenJPEG, where oddlot is built without it. */
#include "image/decode_internal.h"

const char *odd_openjpeg_text(void)
{
    return "no OpenJPEG (JPEG 2000 is not read)";
}

bool odd_decode_jp2(const odd_source *source, odd_decoded *out, odd_read_result *result)
{
    (void)out;
    return odd_reject_absent(source, "OpenJPEG", "libopenjp2-7-dev", result);
}
