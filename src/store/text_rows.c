/* Text rows: a block of rows is read as HDF5 has them, and one row after the other becomes text. */
#include "store/text_rows_internal.h"

#include "store/untrusted_internal.h"

#include "oddlot/base/memory.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 1024 /* rows */ };

typedef enum { FIXED, VARIABLE, SIGNED, UNSIGNED, SINGLE, DOUBLE } kind;

struct odd_text_rows {
    const odd_file *file; /* borrowed */
    char *name;
    hid_t id, transfer, memory; /* memory: the type of a row in `block` */
    kind kind;
    size_t width; /* bytes of a row in `block` */
    int64_t rows;
    int64_t first, held; /* rows in `block` */
    char *block;
    odd_text_arena arena;   /* VARIABLE */
    odd_enumeration *names; /* SIGNED: NULL if they are plain numbers */
    char text[ODD_TEXT_ROW_MOST + 1];
};

/* ---- open ---- */

static bool set_memory(odd_text_rows *t, kind k, hid_t type)
{
    t->kind = k;
    t->memory = H5Tcopy(type);
    t->width = t->memory >= 0 ? H5Tget_size(t->memory) : 0;
    return t->width > 0;
}

/* Padding of every kind becomes zeros; HDF5 does not convert between ASCII and UTF-8. */
static bool set_string(odd_text_rows *t, hid_t stored)
{
    const bool variable = H5Tis_variable_str(stored) > 0;
    return set_memory(t, variable ? VARIABLE : FIXED, H5T_C_S1) &&
           H5Tset_size(t->memory, variable ? H5T_VARIABLE : H5Tget_size(stored)) >= 0 &&
           H5Tset_cset(t->memory, H5Tget_cset(stored)) >= 0 &&
           (variable || H5Tset_strpad(t->memory, H5T_STR_NULLPAD) >= 0) &&
           (t->width = H5Tget_size(t->memory)) > 0;
}

static bool set_integer(odd_text_rows *t, hid_t stored)
{
    const bool wide = H5Tget_sign(stored) == H5T_SGN_NONE && H5Tget_size(stored) >= 8;
    return set_memory(t, wide ? UNSIGNED : SIGNED, wide ? H5T_NATIVE_UINT64 : H5T_NATIVE_INT64);
}

static odd_status set_enumeration(odd_text_rows *t, hid_t stored)
{
    odd_status st = odd_enumeration_read(stored, &t->names);
    if (st == ODD_OK && odd_enumeration_is_bool(t->names)) odd_enumeration_free(&t->names);
    return st;
}

static odd_status set_kind(odd_text_rows *t, hid_t stored)
{
    bool good = false;
    switch (H5Tget_class(stored)) {
    case H5T_STRING:
        good = set_string(t, stored);
        break;
    case H5T_INTEGER:
        good = set_integer(t, stored);
        break;
    case H5T_FLOAT:
        good = H5Tget_size(stored) > sizeof(float) ? set_memory(t, DOUBLE, H5T_NATIVE_DOUBLE)
                                                   : set_memory(t, SINGLE, H5T_NATIVE_FLOAT);
        break;
    case H5T_ENUM:
        good = set_memory(t, SIGNED, H5T_NATIVE_INT64);
        if (good) return set_enumeration(t, stored);
        break;
    default:
        return odd_fail(ODD_FORMAT, "elements that are neither numbers nor strings");
    }
    return good ? ODD_OK : odd_hdf5_fail(ODD_FORMAT, "elements that cannot be read");
}

static odd_status set_rows(odd_text_rows *t)
{
    odd_shape shape;
    odd_status st = odd_untrusted_storage(t->file, t->id, &shape);
    if (st != ODD_OK) return st;
    if (shape.rank != 1 && !(shape.rank == 2 && shape.shape[1] == 1))
        return odd_fail(ODD_FORMAT, "not one text or number for each row: (n) or (n, 1) is wanted");
    t->rows = shape.shape[0];
    return ODD_OK;
}

static odd_status make_block(odd_text_rows *t)
{
    odd_status st = ODD_NEW(t->block, BLOCK * (int64_t)t->width);
    if (st != ODD_OK || t->kind != VARIABLE) return st;
    st = odd_text_arena_new(BLOCK, &t->arena);
    if (st != ODD_OK || odd_text_arena_use(t->transfer, &t->arena)) return st;
    return odd_hdf5_fail(ODD_FORMAT, "strings that cannot be read");
}

static odd_status open_dataset(odd_text_rows *t)
{
    odd_status st;
    t->id = H5Dopen2(t->file->id, t->name, H5P_DEFAULT);
    t->transfer = odd_element_transfer();
    hid_t type = t->id >= 0 ? H5Dget_type(t->id) : H5I_INVALID_HID;
    if (t->transfer < 0 || type < 0) ODD_TRY(odd_hdf5_fail(ODD_FORMAT, "cannot be opened"));
    ODD_TRY(set_rows(t));
    ODD_TRY(set_kind(t, type));
    if (t->kind == FIXED && t->width > ODD_TEXT_ROW_MOST)
        ODD_TRY(odd_fail(ODD_FORMAT, "texts of %zu bytes; at most %d", t->width,
                         (int)ODD_TEXT_ROW_MOST));
    ODD_TRY(make_block(t));
done:
    if (type >= 0) H5Tclose(type);
    return st;
}

/* A failed block is not held: some of its strings are there, some are not. */
static odd_status read_block(odd_text_rows *t, int64_t first)
{
    int64_t count = t->rows - first < BLOCK ? t->rows - first : BLOCK;
    hid_t file = H5Dget_space(t->id);
    const hsize_t one = 1, from[2] = {(hsize_t)first, 0}, size[2] = {(hsize_t)count, one};
    hid_t memory = H5Screate_simple(1, size, NULL);
    t->held = 0;
    t->arena.used = 0;
    H5Sselect_hyperslab(file, H5S_SELECT_SET, from, NULL, size, NULL);
    errno = 0;
    odd_status st = ODD_OK;
    if (H5Dread(t->id, t->memory, memory, file, t->transfer, t->block) < 0)
        st = odd_hdf5_fail(ODD_FORMAT,
                           "cannot read rows %lld to %lld of dataset '%s' of '%s' as texts of at "
                           "most %d bytes",
                           (long long)first, (long long)(first + count - 1), t->name, t->file->path,
                           (int)ODD_TEXT_ROW_MOST);
    H5Sclose(memory);
    H5Sclose(file);
    if (st != ODD_OK) return st;
    t->first = first;
    t->held = count;
    return ODD_OK;
}

/* Strings of variable length lie anywhere in the file, and HDF5 runs in circles where the places
 * are damaged: a child process looks each up before we do. */
static void read_all(void *rows)
{
    odd_text_rows *t = rows;
    odd_status st = ODD_OK;
    for (int64_t i = 0; i < t->rows && st == ODD_OK; i += BLOCK)
        st = read_block(t, i);
}

static odd_status rows_new(const odd_file *file, const char *name, odd_text_rows **out)
{
    odd_text_rows *t;
    odd_status st = ODD_NEW(*out, 1);
    if (st != ODD_OK) return st;
    t = *out;
    t->id = t->transfer = t->memory = H5I_INVALID_HID;
    t->file = file;
    t->name = strdup(name);
    return t->name ? ODD_OK : odd_fail(ODD_NOMEM, "cannot allocate a name");
}

odd_status odd_text_rows_open(const odd_file *file, const char *name, odd_text_rows **out)
{
    odd_text_rows *t = *out = NULL;
    odd_status st;
    ODD_CHECK(file->partial == NULL); /* files that are written are not read */
    ODD_TRY(odd_file_need(file, name));
    ODD_TRY(rows_new(file, name, &t));
    ODD_TRY(open_dataset(t));
    if (t->kind == VARIABLE) ODD_TRY(odd_untrusted_try(file->path, read_all, t));
    *out = t;
    t = NULL;
done:
    if (st == ODD_FORMAT && t) odd_fail_prefix(st, "dataset '%s' of '%s': ", name, file->path);
    odd_text_rows_close(&t);
    return st;
}

void odd_text_rows_close(odd_text_rows **rows)
{
    odd_text_rows *t = *rows;
    if (!t) return;
    *rows = NULL;
    if (t->memory >= 0) H5Tclose(t->memory);
    if (t->transfer >= 0) H5Pclose(t->transfer);
    if (t->id >= 0) H5Dclose(t->id);
    odd_enumeration_free(&t->names);
    odd_free(t->arena.bytes);
    odd_free(t->block);
    free(t->name);
    odd_free(t);
}

int64_t odd_text_rows_count(const odd_text_rows *rows)
{
    return rows->rows;
}

/* ---- read ---- */

static const char *fixed_text(odd_text_rows *t, const char *row)
{
    memcpy(t->text, row, t->width);
    t->text[t->width] = '\0';
    return t->text;
}

/* The fewest digits that give the number back, of which its type has `most`. */
static const char *number_text(odd_text_rows *t, double value, int most)
{
    t->text[0] = '\0';
    if (isnan(value)) return t->text;
    for (int digits = most - 3; digits <= most; digits++) {
        snprintf(t->text, sizeof t->text, "%.*g", digits, value);
        double back = strtod(t->text, NULL);
        if (most < 10 ? (float)back == (float)value : back == value) break;
    }
    return t->text;
}

static const char *integer_text(odd_text_rows *t, int64_t value)
{
    const char *name = t->names ? odd_enumeration_name(t->names, value) : NULL;
    if (name) return name;
    snprintf(t->text, sizeof t->text, "%" PRId64, value);
    return t->text;
}

static const char *text_of(odd_text_rows *t, const char *row)
{
    union {
        int64_t i;
        uint64_t u;
        float f;
        double d;
        const char *s;
    } value = {0};
    if (t->kind == FIXED) return fixed_text(t, row);
    memcpy(&value, row, t->width);
    switch (t->kind) {
    case VARIABLE:
        return value.s ? value.s : "";
    case UNSIGNED:
        snprintf(t->text, sizeof t->text, "%" PRIu64, value.u);
        return t->text;
    case SINGLE:
        return number_text(t, (double)value.f, 9);
    case DOUBLE:
        return number_text(t, value.d, 17);
    default:
        return integer_text(t, value.i);
    }
}

odd_status odd_text_rows_read(odd_text_rows *t, int64_t row, const char **text)
{
    *text = "";
    ODD_CHECK(row >= 0 && row < t->rows);
    if (row < t->first || row >= t->first + t->held) {
        odd_status st = read_block(t, row);
        if (st != ODD_OK) return st;
    }
    *text = text_of(t, t->block + (size_t)(row - t->first) * t->width);
    return ODD_OK;
}
