/* Libraries used: what this program runs on, and what it was built without. */
#include "oddlot/bench/bench.h"

#include "oddlot/base/blas_library.h"
#include "oddlot/image/prepare.h"
#include "oddlot/nn/net.h"
#include "oddlot/store/file.h"

#include <stdio.h>

void odd_libraries_print(void)
{
    printf("networks  %s\nblas      %s\nhdf5      %s\nimages    %s\n", odd_net_text(),
           odd_blas_library_text(), odd_store_text(), odd_image_text());
}
