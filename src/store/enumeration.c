/* Enumerations of HDF5 files: the names of their values. */
#include "store/text_rows_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { MOST = 65536 }; /* names: more are no labels */

typedef struct {
    int64_t value;
    char *name; /* HDF5's: H5free_memory() */
} member;

struct odd_enumeration {
    member *member; /* by value */
    int count;
};

static int compare(const void *left, const void *right)
{
    const int64_t a = ((const member *)left)->value, b = ((const member *)right)->value;
    return (a > b) - (a < b);
}

/* Values come in the type below the enumeration, which is at most 8 bytes wide. */
static odd_status read_member(hid_t type, hid_t base, unsigned i, member *m)
{
    int64_t value[2] = {0, 0};
    m->name = H5Tget_member_name(type, i);
    if (!m->name || H5Tget_member_value(type, i, value) < 0 ||
        H5Tconvert(base, H5T_NATIVE_INT64, 1, value, NULL, H5P_DEFAULT) < 0)
        return odd_hdf5_fail(ODD_FORMAT, "a damaged enumeration");
    m->value = value[0];
    if (strlen(m->name) > ODD_TEXT_ROW_MOST)
        return odd_fail(ODD_FORMAT, "an enumeration with a name of %zu bytes", strlen(m->name));
    return ODD_OK;
}

static odd_status read_members(hid_t type, odd_enumeration *e)
{
    const int count = H5Tget_nmembers(type);
    hid_t base = H5Tget_super(type);
    odd_status st;
    if (count < 0 || count > MOST || base < 0 || H5Tget_size(base) > sizeof(int64_t))
        ODD_TRY(odd_fail(ODD_FORMAT, "an enumeration of %d names", count));
    ODD_TRY(ODD_NEW(e->member, count));
    while (e->count < count) {
        const unsigned i = (unsigned)e->count++;
        ODD_TRY(read_member(type, base, i, &e->member[i]));
    }
    qsort(e->member, (size_t)count, sizeof *e->member, compare);
done:
    if (base >= 0) H5Tclose(base);
    return st;
}

odd_status odd_enumeration_read(hid_t type, odd_enumeration **out)
{
    odd_status st = ODD_NEW(*out, 1);
    if (st == ODD_OK) st = read_members(type, *out);
    if (st != ODD_OK) odd_enumeration_free(out);
    return st;
}

void odd_enumeration_free(odd_enumeration **e)
{
    if (!*e) return;
    for (int i = 0; i < (*e)->count; i++)
        if ((*e)->member[i].name) H5free_memory((*e)->member[i].name);
    odd_free((*e)->member);
    odd_free(*e);
    *e = NULL;
}

const char *odd_enumeration_name(const odd_enumeration *e, int64_t value)
{
    const member wanted = {value, NULL};
    const member *m = bsearch(&wanted, e->member, (size_t)e->count, sizeof wanted, compare);
    return m ? m->name : NULL;
}

bool odd_enumeration_is_bool(const odd_enumeration *e)
{
    return e->count == 2 && e->member[0].value == 0 && strcmp(e->member[0].name, "FALSE") == 0 &&
           e->member[1].value == 1 && strcmp(e->member[1].name, "TRUE") == 0;
}
