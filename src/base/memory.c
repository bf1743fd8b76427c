/* Memory: aligned, zeroed arrays whose size is checked before they are allocated. */
#include "oddlot/base/memory.h"

#include "base/memory_internal.h"
#include "oddlot/base/text.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#define ALIGNMENT 64
#define HUGE_PAGE ((int64_t)2 << 20)

/* Blocks that the C library maps from the kernel one by one, whatever was freed before. */
#define LARGE ((size_t)32 << 20)
#define PAGE  ((uintptr_t)4096)

static bool (*allows)(void);

void odd_memory_set_check(bool (*check)(void))
{
    allows = check;
}

bool odd_memory_allowed(void)
{
    return !allows || allows();
}

/* Where the first whole page from p on begins, and the last one before p ends. */
static char *page_from(char *p)
{
    return (char *)(((uintptr_t)p + PAGE - 1) / PAGE * PAGE);
}

static char *page_before(char *p)
{
    return (char *)((uintptr_t)p / PAGE * PAGE);
}

/* The kernel's pages are zero when they are first touched, by whichever thread, which then has them
 * near. To clear them here would be to fetch them all by one thread, and to write them twice.
 *
 * Huge pages were tried: reading 540 MB into one took 0.2 s of the kernel's time instead of 0.5
 * where it had such pages, and up to 1.3 s where it first had to make them. */
static bool has_fresh_pages(char *p, size_t size)
{
    char *first = page_from(p), *end = page_before(p + size);
    if (madvise(first, (size_t)(end - first), MADV_DONTNEED) != 0) return false;
    memset(p, 0, (size_t)(first - p));
    memset(end, 0, (size_t)(p + size - end));
    return true;
}

void odd_memory_forget(void *p, size_t bytes)
{
    char *first = page_from(p), *end = page_before((char *)p + bytes);
    if (first < end) madvise(first, (size_t)(end - first), MADV_DONTNEED);
}

/* False, with the reason recorded, for a size that no object has. */
static bool size_of(int64_t count, size_t element, size_t *size)
{
    if (count < 0) {
        odd_fail(ODD_NOMEM, "cannot allocate %lld elements", (long long)count);
        return false;
    }
    if (__builtin_mul_overflow((size_t)count, element, size) || *size > PTRDIFF_MAX) {
        odd_fail(ODD_NOMEM, "cannot allocate %lld elements of %zu bytes: too many",
                 (long long)count, element);
        return false;
    }
    return true;
}

static void *fail_to_allocate(size_t size)
{
    char text[32];
    odd_fail(ODD_NOMEM, "cannot allocate %s", odd_human_bytes((int64_t)size, text));
    return NULL;
}

void *odd_alloc(int64_t count, size_t element)
{
    size_t size;
    void *p;
    if (!size_of(count, element, &size)) return NULL;
    /* not aligned_alloc(): it would round the size up and hide overruns from the sanitizer */
    const size_t bytes = size > 0 ? size : 1;
    if (!odd_memory_allowed() || posix_memalign(&p, ALIGNMENT, bytes) != 0)
        return fail_to_allocate(size);
    return size >= LARGE && has_fresh_pages(p, size) ? p : memset(p, 0, bytes);
}

void *odd_alloc_lasting(int64_t bytes)
{
    void *p;
    size_t size;
    if (bytes < HUGE_PAGE) return odd_alloc(bytes, 1);
    if (!size_of(bytes, 1, &size)) return NULL;
    if (!odd_memory_allowed() || posix_memalign(&p, (size_t)HUGE_PAGE, size) != 0)
        return fail_to_allocate(size);
    const size_t whole = size / (size_t)HUGE_PAGE * (size_t)HUGE_PAGE;
    madvise(p, whole, MADV_DONTNEED);
    madvise(p, whole, MADV_HUGEPAGE); /* not everywhere; then small ones */
    return memset(p, 0, size);
}

void odd_memory_trim(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

void odd_free(void *p)
{
    free(p);
}
