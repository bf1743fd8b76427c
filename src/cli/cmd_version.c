/* oddlot version: which one, how it was built, and with which libraries. */
#include "cli/cli_internal.h"

#include "oddlot/bench/bench.h"
#include "oddlot/par/comm.h"

#include <stdio.h>

#ifdef __clang__
#define COMPILER "" /* it calls itself by name */
#else
#define COMPILER "gcc "
#endif

odd_status odd_cmd_version(int argc, char **argv)
{
    (void)argc, (void)argv;
    if (!odd_par_speaks()) return ODD_OK;
    printf("oddlot %s\nbuilt with " COMPILER "%s for %s\n", ODD_VERSION, __VERSION__,
#ifdef __AVX512F__
           "this machine only (native)"
#else
           "any x86-64; hot loops also for AVX2 and AVX-512, chosen at start"
#endif
    );
    odd_libraries_print();
    return ODD_OK;
}
