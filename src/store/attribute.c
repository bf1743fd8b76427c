/* Attributes: short facts about an object, as fixed-length strings and scalars. */
#include "store/file_internal.h"

#include "oddlot/base/hash.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"

#include <string.h>

/* HDF5 keeps strings of no length out of its format; an empty text is one final 0. */
static hid_t text_type(const char *value)
{
    hid_t type = odd_element_type(ODD_STRING, strlen(value) > 0 ? strlen(value) : 1);
    if (type >= 0) H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

/* An attribute cannot change its type or length, so it is made anew. */
static odd_status write_attribute(odd_file *file, const char *object, const char *name, hid_t type,
                                  const void *value)
{
    if (H5Aexists_by_name(file->id, object, name, file->access) > 0)
        H5Adelete_by_name(file->id, object, name, file->access);
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate_by_name(file->id, object, name, type, space, H5P_DEFAULT,
                                        H5P_DEFAULT, file->access);
    odd_status st = ODD_OK;
    if (attribute < 0 || H5Awrite(attribute, type, value) < 0)
        st = odd_hdf5_fail(ODD_IO, "cannot write attribute '%s' of '%s' in '%s'", name, object,
                           file->partial);
    if (attribute >= 0) H5Aclose(attribute);
    H5Sclose(space);
    return st;
}

static odd_status set_attribute(odd_file *file, const char *object, const char *name, hid_t type,
                                const void *value)
{
    ODD_CHECK(file->partial != NULL); /* files opened for reading do not change */
    odd_status st = write_attribute(file, object, name, type, value);
    H5Tclose(type);
    return odd_agree(file->comm, st);
}

odd_status odd_attribute_text(odd_file *file, const char *object, const char *name,
                              const char *value)
{
    return set_attribute(file, object, name, text_type(value), value);
}

/* Texts of different lengths would leave each rank with metadata of its own, and a damaged file. */
odd_status odd_file_set_text(odd_file *file, const char *object, const char *name,
                             const char *value)
{
    odd_hash h = odd_hash_add_text(odd_hash_add_text(ODD_HASH_START, object), name);
    h = odd_hash_add_text(h, value);
    odd_status st = odd_same_i64(file->comm, name, (int64_t)h.low);
    if (st == ODD_OK) return odd_attribute_text(file, object, name, value);
    return odd_fail(st, "attribute '%s' of '%s' in '%s' is not the same on all ranks", name, object,
                    file->partial);
}

odd_status odd_file_set_f64(odd_file *file, const char *object, const char *name, double value)
{
    return set_attribute(file, object, name, odd_element_type(ODD_F64, 0), &value);
}

odd_status odd_file_set_i64(odd_file *file, const char *object, const char *name, int64_t value)
{
    return set_attribute(file, object, name, odd_element_type(ODD_I64, 0), &value);
}

static odd_status open_attribute(const odd_file *file, const char *object, const char *name,
                                 hid_t *out)
{
    *out = H5I_INVALID_HID;
    odd_status st = odd_file_need(file, object);
    if (st != ODD_OK) return st;
    if (H5Aexists_by_name(file->id, object, name, file->access) > 0)
        *out = H5Aopen_by_name(file->id, object, name, H5P_DEFAULT, file->access);
    if (*out >= 0) return ODD_OK;
    H5Eclear2(H5E_DEFAULT);
    return odd_fail(ODD_FORMAT, "attribute '%s' of '%s' is missing in '%s'", name, object,
                    file->path);
}

/* One value, of a type that we know, not longer than the file itself. */
static odd_status inspect(const odd_file *file, hid_t attribute, odd_type *type, size_t *width)
{
    hid_t space = H5Aget_space(attribute), stored = H5Aget_type(attribute);
    hssize_t points = H5Sget_simple_extent_npoints(space);
    odd_status st = odd_element_of(stored, type, width);
    if (st == ODD_OK && points != 1)
        st = odd_fail(ODD_FORMAT, "%lld values instead of one", (long long)points);
    if (st == ODD_OK && file->bytes > 0 && *width > (size_t)file->bytes)
        st = odd_fail(ODD_FORMAT, "a text longer than its file");
    H5Tclose(stored);
    H5Sclose(space);
    return st;
}

/* Read as `type`, or as text where `text` is given. */
static odd_status read_value(hid_t attribute, odd_type type, size_t width, void *value)
{
    hid_t memory = odd_element_type(type, width);
    hid_t stored = H5Aget_type(attribute);
    if (type == ODD_STRING) H5Tset_cset(memory, H5Tget_cset(stored));
    odd_status st = ODD_OK;
    if (H5Aread(attribute, memory, value) < 0) st = odd_hdf5_fail(ODD_FORMAT, "cannot be read");
    H5Tclose(stored);
    H5Tclose(memory);
    return st;
}

static odd_status read_text(hid_t attribute, odd_type type, size_t width, char **value)
{
    if (type != ODD_STRING) return odd_fail(ODD_FORMAT, "a number instead of a text");
    char *text = odd_alloc((int64_t)width + 1, 1);
    if (!text) return ODD_NOMEM;
    odd_status st = read_value(attribute, ODD_STRING, width, text);
    if (st == ODD_OK)
        *value = text;
    else
        odd_free(text);
    return st;
}

/* The common way of the getters: `wanted` is ODD_STRING, ODD_F64 or ODD_I64. */
static odd_status get(const odd_file *file, const char *object, const char *name, odd_type wanted,
                      void *value)
{
    odd_status st;
    hid_t attribute;
    odd_type type;
    size_t width;
    if ((st = open_attribute(file, object, name, &attribute)) != ODD_OK) return st;
    ODD_TRY(inspect(file, attribute, &type, &width));
    if (wanted == ODD_STRING)
        ODD_TRY(read_text(attribute, type, width, value));
    else if (type == ODD_STRING)
        ODD_TRY(odd_fail(ODD_FORMAT, "a text instead of a number"));
    else
        ODD_TRY(read_value(attribute, wanted, 0, value));
done:
    if (st != ODD_OK)
        odd_fail_prefix(st, "attribute '%s' of '%s' in '%s': ", name, object, file->path);
    H5Aclose(attribute);
    return st;
}

odd_status odd_file_get_text(const odd_file *file, const char *object, const char *name,
                             char **value)
{
    *value = NULL;
    return get(file, object, name, ODD_STRING, value);
}

odd_status odd_file_get_f64(const odd_file *file, const char *object, const char *name,
                            double *value)
{
    *value = 0;
    return get(file, object, name, ODD_F64, value);
}

odd_status odd_file_get_i64(const odd_file *file, const char *object, const char *name,
                            int64_t *value)
{
    *value = 0;
    return get(file, object, name, ODD_I64, value);
}

/* -- all numbers of a file -- */

typedef struct {
    const odd_file *from;
    odd_file *to;
    const char *object;
    odd_status st;
} copying;

static odd_status copy_number(const copying *c, const char *name, odd_type type)
{
    const bool real = type == ODD_F64 || type == ODD_F32;
    int64_t whole;
    double value;
    odd_status st;
    if (real)
        ODD_TRY(odd_file_get_f64(c->from, "/", name, &value));
    else
        ODD_TRY(odd_file_get_i64(c->from, "/", name, &whole));
    st = real ? odd_file_set_f64(c->to, c->object, name, value)
              : odd_file_set_i64(c->to, c->object, name, whole);
done:
    return st;
}

static herr_t visit_attribute(hid_t object, const char *name, const H5A_info_t *info, void *context)
{
    copying *c = context;
    hid_t attribute;
    odd_type type;
    size_t width;
    (void)object, (void)info;
    c->st = open_attribute(c->from, "/", name, &attribute);
    if (c->st != ODD_OK) return 1;
    if (inspect(c->from, attribute, &type, &width) == ODD_OK && type != ODD_STRING)
        c->st = copy_number(c, name, type);
    H5Aclose(attribute);
    return c->st == ODD_OK ? 0 : 1;
}

odd_status odd_attributes_copy_numbers(const odd_file *from, odd_file *to, const char *object)
{
    copying c = {from, to, object, ODD_OK};
    const herr_t end = H5Aiterate_by_name(from->id, "/", H5_INDEX_NAME, H5_ITER_INC, NULL,
                                          visit_attribute, &c, from->access);
    if (end < 0 && c.st == ODD_OK)
        c.st = odd_hdf5_fail(ODD_FORMAT, "cannot list the attributes of '%s'", from->path);
    return c.st;
}
