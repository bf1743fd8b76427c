/**
 * Bundle: a few named arrays with their shapes and a sentence on what each is. It is how a model
 * (a PCA, a mixture, ...) travels between rooms: `linalg` and `detect` fill and read bundles,
 * `store` writes them to HDF5, neither knows the other.
 */
#ifndef ODDLOT_BASE_BUNDLE_H
#define ODDLOT_BASE_BUNDLE_H

#include "oddlot/base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Element types of arrays in memory and in files. */
typedef enum {
    ODD_U8,
    ODD_I32,
    ODD_I64,
    ODD_F16, /* uint16_t in memory, see half.h */
    ODD_F32,
    ODD_F64,
    ODD_STRING /* fixed width, filled up with 0 */
} odd_type;

#define ODD_MAX_RANK 4

typedef struct {
    odd_type type;
    size_t width;                /* bytes of one element; needed for ODD_STRING, else set for you */
    int rank;                    /* number of dimensions; 0 is a scalar */
    int64_t shape[ODD_MAX_RANK]; /* row-major, first dimension slowest */
} odd_shape;

typedef struct {
    char *name;  /* path in its file, "theme/mean" */
    char *about; /* what it is, with units */
    odd_shape shape;
    void *data;
} odd_array;

typedef struct {
    odd_array *array;
    int count;
} odd_bundle;

#define ODD_BUNDLE_EMPTY                                                                           \
    {                                                                                              \
        NULL, 0                                                                                    \
    }

/** Bytes of one element; of the whole array (ODD_ARG when negative or past INT64_MAX). */
size_t odd_type_size(odd_type type);
odd_status odd_shape_bytes(const odd_shape *shape, int64_t *bytes);

/** ODD_FORMAT, naming the array, unless all its numbers, of ODD_F32 or ODD_F64, are finite: a model
 *  may come from a file, and what is wrong with it must not be blamed on rows. */
odd_status odd_array_check_finite(const odd_array *array);

void odd_bundle_free(odd_bundle *b); /* frees all arrays and empties */

/** Add a zeroed array (rank and its dimensions as the last arguments, each int64_t) and lend its
 *  data: `odd_bundle_add(&b, "mean", ODD_F64, "mean of each feature", &mean, 1, d)`. */
odd_status odd_bundle_add(odd_bundle *b, const char *name, odd_type type, const char *about,
                          void *data_out, int rank, ... /* int64_t */);
/** The same for a shape that is known at run time, and for arrays of strings. */
odd_status odd_bundle_add_shape(odd_bundle *b, const char *name, const char *about,
                                const odd_shape *shape, void *data_out);
/** Add a scalar. */
odd_status odd_bundle_add_f64(odd_bundle *b, const char *name, const char *about, double value);
odd_status odd_bundle_add_i64(odd_bundle *b, const char *name, const char *about, int64_t value);
odd_status odd_bundle_add_text(odd_bundle *b, const char *name, const char *about,
                               const char *value);

/** Move the arrays "part/..." out of a bundle into another one, without those words; what they lend
 *  stays where it is. Where it fails, both are still to be freed, and hold each array once.
 * ODD_NOMEM, ODD_ARG for a name that is there already. */
odd_status odd_bundle_take(odd_bundle *from, const char *part, odd_bundle *to);

/** Find an array, NULL if there is none. Borrowed. */
const odd_array *odd_bundle_find(const odd_bundle *b, const char *name);
/** Find an array that must be there with this type and rank: ODD_FORMAT names what is wrong. */
odd_status odd_bundle_get(const odd_bundle *b, const char *name, odd_type type, int rank,
                          const odd_array **out);
odd_status odd_bundle_get_f64(const odd_bundle *b, const char *name, double *value);
odd_status odd_bundle_get_i64(const odd_bundle *b, const char *name, int64_t *value);
/** Lends the text; it lives as long as the bundle. */
odd_status odd_bundle_get_text(const odd_bundle *b, const char *name, const char **value);

#endif
