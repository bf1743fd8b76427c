/* Memory: aligned, zeroed arrays whose size is checked before it is asked for. */
#include "oddlot/base/memory.h"

#include "base/memory_internal.h"
#include "oddlot/base/text.h"

#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#define ALIGNMENT 64

static bool (*ask)(void);

void odd_memory_ask(bool (*may)(void))
{
    ask = may;
}

bool odd_memory_allowed(void)
{
    return !ask || ask();
}

void *odd_alloc(int64_t count, size_t element)
{
    size_t size;
    void *p;
    if (count < 0) {
        odd_fail(ODD_NOMEM, "cannot allocate %lld elements", (long long)count);
        return NULL;
    }
    if (__builtin_mul_overflow((size_t)count, element, &size) || size > PTRDIFF_MAX) {
        odd_fail(ODD_NOMEM, "cannot allocate %lld elements of %zu bytes: too many",
                 (long long)count, element);
        return NULL;
    }
    /* not aligned_alloc(): it would round the size up and hide overruns from the sanitizer */
    if (!odd_memory_allowed() || posix_memalign(&p, ALIGNMENT, size > 0 ? size : 1) != 0) {
        char text[32];
        odd_fail(ODD_NOMEM, "cannot allocate %s", odd_human_bytes((int64_t)size, text));
        return NULL;
    }
    return memset(p, 0, size > 0 ? size : 1);
}

void odd_free(void *p)
{
    free(p);
}

int64_t odd_memory_peak(void)
{
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) != 0) return 0;
    return (int64_t)usage.ru_maxrss * 1024;
}
