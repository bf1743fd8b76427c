/* Matrices in files: dense datasets as they are, sparse ones written out row by row. */
#include "oddlot/store/matrix.h"

#include "oddlot/base/memory.h"
#include "oddlot/store/dataset.h"
#include "store/file_internal.h"
#include "store/path_internal.h"

#include <stdlib.h>
#include <string.h>

enum { PIECE = 1 << 16 }; /* places of ones that are read at a time */

struct odd_matrix {
    int64_t rows, width;
    odd_dataset *dense; /* NULL: sparse */
    odd_dataset *indptr, *indices;
    char *name; /* for messages */
};

static odd_status open_dense(const odd_file *file, const char *name, odd_matrix *m)
{
    const odd_shape matrix = {.type = ODD_F32, .rank = 2, .shape = {-1, -1}};
    const odd_status st = odd_dataset_expect(file, name, &matrix, &m->dense);
    if (st != ODD_OK) return st;
    m->rows = odd_dataset_shape(m->dense)->shape[0];
    m->width = odd_dataset_shape(m->dense)->shape[1];
    return ODD_OK;
}

static odd_status open_part(const odd_file *file, const char *name, const char *part, odd_type type,
                            odd_dataset **out)
{
    const odd_shape list = {.type = type, .rank = 1, .shape = {-1}};
    char *path = NULL;
    odd_status st;
    ODD_TRY(odd_path_format(&path, "%s/%s", name, part));
    ODD_TRY(odd_dataset_expect(file, path, &list, out));
done:
    free(path);
    return st;
}

/* Does the list of starts begin at 0 and end where the ones do? */
static odd_status check_ends(const odd_matrix *m)
{
    int64_t first, last;
    odd_status st;
    ODD_TRY(odd_dataset_read(m->indptr, 0, 1, ODD_I64, &first));
    ODD_TRY(odd_dataset_read(m->indptr, m->rows, 1, ODD_I64, &last));
    if (first != 0 || last != odd_dataset_shape(m->indices)->shape[0])
        ODD_TRY(odd_fail(ODD_FORMAT, "'%s/indptr' goes from %lld to %lld, there are %lld indices",
                         m->name, (long long)first, (long long)last,
                         (long long)odd_dataset_shape(m->indices)->shape[0]));
done:
    return st;
}

static odd_status open_sparse(const odd_file *file, const char *name, odd_matrix *m)
{
    odd_status st;
    ODD_TRY(odd_file_get_i64(file, name, "columns", &m->width));
    ODD_TRY(open_part(file, name, "indptr", ODD_I64, &m->indptr));
    ODD_TRY(open_part(file, name, "indices", ODD_I32, &m->indices));
    m->rows = odd_dataset_shape(m->indptr)->shape[0] - 1;
    if (m->rows < 0 || m->width < 1 || m->width > INT32_MAX)
        ODD_TRY(odd_fail(ODD_FORMAT, "sparse matrix '%s' has %lld rows of %lld columns", name,
                         (long long)m->rows, (long long)m->width));
    ODD_TRY(check_ends(m));
done:
    return st;
}

odd_status odd_matrix_open(const odd_file *file, const char *name, odd_matrix **out)
{
    char *columns = NULL;
    odd_status st;
    *out = NULL;
    ODD_TRY(ODD_NEW(*out, 1));
    ODD_TRY(odd_path_format(&(*out)->name, "%s", name));
    ODD_TRY(odd_path_format(&columns, "%s/indptr", name));
    ODD_TRY(odd_file_has(file, columns) ? open_sparse(file, name, *out)
                                        : open_dense(file, name, *out));
done:
    free(columns);
    if (st != ODD_OK) odd_matrix_close(out);
    return st;
}

void odd_matrix_close(odd_matrix **matrix)
{
    odd_matrix *m = *matrix;
    if (!m) return;
    odd_dataset_close(&m->dense);
    odd_dataset_close(&m->indptr);
    odd_dataset_close(&m->indices);
    free(m->name);
    odd_free(m);
    *matrix = NULL;
}

int64_t odd_matrix_rows(const odd_matrix *matrix)
{
    return matrix->rows;
}

int64_t odd_matrix_width(const odd_matrix *matrix)
{
    return matrix->width;
}

bool odd_matrix_is_sparse(const odd_matrix *matrix)
{
    return !matrix->dense;
}

static odd_status check_starts(const odd_matrix *m, int64_t row0, int64_t count,
                               const int64_t start[])
{
    const int64_t ones = odd_dataset_shape(m->indices)->shape[0];
    for (int64_t i = 0; i < count; i++)
        if (start[i] < 0 || start[i + 1] < start[i] || start[i + 1] > ones)
            return odd_fail(ODD_FORMAT, "'%s/indptr' is not rising at row %lld", m->name,
                            (long long)(row0 + i));
    return ODD_OK;
}

/* Set the ones of places start[0] ... start[count] - 1, which lie `piece` at a time in `at`. */
static odd_status set_ones(const odd_matrix *m, int64_t count, const int64_t start[], int32_t at[],
                           float x[])
{
    int64_t row = 0;
    odd_status st = ODD_OK;
    for (int64_t first = start[0]; first < start[count]; first += PIECE) {
        const int64_t left = start[count] - first, some = left < PIECE ? left : PIECE;
        ODD_TRY(odd_dataset_read(m->indices, first, some, ODD_I32, at));
        for (int64_t k = 0; k < some; k++) {
            while (start[row + 1] <= first + k)
                row++;
            if (at[k] < 0 || at[k] >= m->width)
                ODD_TRY(odd_fail(ODD_FORMAT, "'%s/indices' has %d, there are %lld columns", m->name,
                                 at[k], (long long)m->width));
            x[row * m->width + at[k]] = 1;
        }
    }
done:
    return st;
}

static odd_status read_sparse(const odd_matrix *m, int64_t row0, int64_t count, float x[])
{
    int64_t *start = NULL;
    int32_t *at = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(start, count + 1));
    ODD_TRY(ODD_NEW(at, PIECE));
    ODD_TRY(odd_dataset_read(m->indptr, row0, count + 1, ODD_I64, start));
    ODD_TRY(check_starts(m, row0, count, start));
    memset(x, 0, (size_t)(count * m->width) * sizeof *x);
    ODD_TRY(set_ones(m, count, start, at, x));
done:
    odd_free(start);
    odd_free(at);
    return st;
}

odd_status odd_matrix_read(const odd_matrix *matrix, int64_t row0, int64_t count, float x[])
{
    if (count == 0) return ODD_OK;
    return matrix->dense ? odd_dataset_read(matrix->dense, row0, count, ODD_F32, x)
                         : read_sparse(matrix, row0, count, x);
}
