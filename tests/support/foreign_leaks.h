/**
 * For the drivers, under the address sanitizer: let lsan.supp see whose a leak is. MPI and libvips
 * leak in libraries that are built without frame pointers and in plugins that are unloaded early.
 */
#ifndef ODDLOT_TEST_FOREIGN_LEAKS_H
#define ODDLOT_TEST_FOREIGN_LEAKS_H

#ifdef __SANITIZE_ADDRESS__
/* Called by the sanitizer at start: unwind by tables; a size that cannot be had is an error path.
 */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "fast_unwind_on_malloc=0:allocator_may_return_null=1";
}

/* In place of the C library's: plugins stay where the report can name them. */
int dlclose(void *handle);
int dlclose(void *handle)
{
    (void)handle;
    return 0;
}
#endif

#endif
