/* Named arrays of a stage's file, read for the page. */
#include "stage/report/report_page_internal.h"

/* What a page shows of a bundle are figures and short curves; rows and models of many are not. */
#define MOST_BYTES (1 << 20)

odd_status odd_page_bundle_read(odd_page *p, const odd_file *file, const char *name,
                                odd_status (*take)(odd_page *p, const odd_bundle *bundle))
{
    odd_bundle bundle = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY(odd_bundle_read_small(file, name, MOST_BYTES, &bundle));
    ODD_TRY(take(p, &bundle));
done:
    odd_bundle_free(&bundle);
    return st;
}
