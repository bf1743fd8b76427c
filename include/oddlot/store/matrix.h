/**
 * Matrix: rows of numbers in a file, read as float32 whichever way they lie there.
 *
 * Dense: a dataset (n, d) of float32 or float16. Sparse: rows of zeros and ones as a group that
 * holds where the ones are, compressed by rows: `indptr` (n + 1), `indices` (of row i from
 * indptr[i] on, rising), attribute `columns` (d). With h5py and SciPy:
 *   csr_matrix((numpy.ones(len(g["indices"])), g["indices"][:], g["indptr"][:]),
 *              (len(g["indptr"]) - 1, g.attrs["columns"]))
 */
#ifndef ODDLOT_STORE_MATRIX_H
#define ODDLOT_STORE_MATRIX_H

#include "oddlot/store/file.h"

typedef struct odd_matrix odd_matrix;

/** Open either kind. ODD_FORMAT, naming file and matrix, where it is neither or its parts do not
 *  fit each other. @local after a collective odd_file_open() */
odd_status odd_matrix_open(const odd_file *file, const char *name, odd_matrix **out);
void odd_matrix_close(odd_matrix **matrix); /* @local; NULL is fine; also after its file */

int64_t odd_matrix_rows(const odd_matrix *matrix);
int64_t odd_matrix_width(const odd_matrix *matrix);
bool odd_matrix_is_sparse(const odd_matrix *matrix);

/** Rows row0 ... row0 + count - 1: x (count, width). ODD_FORMAT where what says the places of ones
 *  is not rising or not within the width. @local: any rank any time, one thread at a time */
odd_status odd_matrix_read(const odd_matrix *matrix, int64_t row0, int64_t count, float x[]);

/** Bytes of a row of d bits. */
static inline int64_t odd_bits_bytes(int64_t d)
{
    return (d + 7) / 8;
}

/** Rows of bits: bit j of row i is bit (j % 8), counted from the lowest, of byte j / 8 of its
 *  odd_bits_bytes(d); it is set where x[i * d + j] is not 0. @local */
void odd_bits_pack(int64_t count, int64_t d, const float x[], uint8_t bits[]);

/** Write n rows of bits as a sparse matrix, of which mine are `count` from global row row0 on.
 *  @collective; @same name, n, d, about. d <= 2^31 - 1. ODD_IO, ODD_NOMEM */
odd_status odd_sparse_write(odd_file *file, const char *name, int64_t n, int64_t d,
                            const char *about, int64_t row0, int64_t count, const uint8_t bits[]);

#endif
