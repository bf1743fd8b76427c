/* Text arena: where strings of variable length are put while they are read. */
#include "store/text_rows_internal.h"

#include "oddlot/base/memory.h"

odd_status odd_text_arena_new(int64_t rows, odd_text_arena *arena)
{
    arena->used = 0;
    arena->room = (size_t)rows * (ODD_TEXT_ROW_MOST + 1); /* a final 0 */
    return ODD_NEW(arena->bytes, (int64_t)arena->room);
}

/* HDF5 asks for a string and its final 0. */
static void *take(size_t size, void *context)
{
    odd_text_arena *arena = context;
    if (size > ODD_TEXT_ROW_MOST + 1 || size > arena->room - arena->used) return NULL;
    char *string = arena->bytes + arena->used;
    arena->used += size;
    return string;
}

static void keep(void *string, void *context)
{
    (void)string, (void)context; /* all go together */
}

bool odd_text_arena_use(hid_t transfer, odd_text_arena *arena)
{
    return H5Pset_vlen_mem_manager(transfer, take, arena, keep, arena) >= 0;
}
