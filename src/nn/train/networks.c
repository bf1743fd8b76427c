/* Networks: they are there. */
#include "oddlot/nn/networks.h"

#include <stddef.h>

const char *odd_networks_absent(void)
{
    return NULL;
}

odd_status odd_networks_check(const odd_job *job, const char *key)
{
    (void)job, (void)key;
    return ODD_OK;
}
