/* oddlot version: which one, and how it was built. */
#include "cli/cli_internal.h"

#include "oddlot/par/comm.h"

#include <stdio.h>

odd_status odd_cmd_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    if (odd_par_speaks())
        printf("oddlot %s\nbuilt with gcc %s for %s\n", ODD_VERSION, __VERSION__,
#ifdef __AVX512F__
               "this machine only (native)"
#else
               "any x86-64; hot loops also for AVX2 and AVX-512, chosen at start"
#endif
        );
    return ODD_OK;
}
