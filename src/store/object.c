/* Whether a file has an object. */
#include "store/file_internal.h"

bool odd_file_has(const odd_file *file, const char *object)
{
    bool there = H5Oexists_by_name(file->id, object, file->access) > 0;
    H5Eclear2(H5E_DEFAULT);
    return there;
}

odd_status odd_file_need(const odd_file *file, const char *object)
{
    if (odd_file_has(file, object)) return ODD_OK;
    return odd_fail(ODD_FORMAT, "'%s' is missing in '%s'", object, file->path);
}
