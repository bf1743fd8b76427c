/**
 * Fortran: the BLAS and LAPACK routines that this room calls, under their generic names. Fortran is
 * column-major; character arguments bring their lengths at the end, as gfortran has it.
 */
#ifndef ODDLOT_LINALG_FORTRAN_INTERNAL_H
#define ODDLOT_LINALG_FORTRAN_INTERNAL_H

#include "oddlot/base/blas_library.h"

#include <stddef.h>

void sgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k,
            const float *alpha, const float *a, const int *lda, const float *b, const int *ldb,
            const float *beta, float *c, const int *ldc, size_t, size_t);
void dgemm_(const char *transa, const char *transb, const int *m, const int *n, const int *k,
            const double *alpha, const double *a, const int *lda, const double *b, const int *ldb,
            const double *beta, double *c, const int *ldc, size_t, size_t);
void ssyrk_(const char *uplo, const char *trans, const int *n, const int *k, const float *alpha,
            const float *a, const int *lda, const float *beta, float *c, const int *ldc, size_t,
            size_t);
void dsyrk_(const char *uplo, const char *trans, const int *n, const int *k, const double *alpha,
            const double *a, const int *lda, const double *beta, double *c, const int *ldc, size_t,
            size_t);
void dsymv_(const char *uplo, const int *n, const double *alpha, const double *a, const int *lda,
            const double *x, const int *incx, const double *beta, double *y, const int *incy,
            size_t);
void strmm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m,
            const int *n, const float *alpha, const float *a, const int *lda, float *b,
            const int *ldb, size_t, size_t, size_t, size_t);
void dtrmm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m,
            const int *n, const double *alpha, const double *a, const int *lda, double *b,
            const int *ldb, size_t, size_t, size_t, size_t);

void dtrsm_(const char *side, const char *uplo, const char *trans, const char *diag, const int *m,
            const int *n, const double *alpha, const double *a, const int *lda, double *b,
            const int *ldb, size_t, size_t, size_t, size_t);
void dpotrf_(const char *uplo, const int *n, double *a, const int *lda, int *info, size_t);
void dtrtri_(const char *uplo, const char *diag, const int *n, double *a, const int *lda, int *info,
             size_t, size_t);
void dsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *lda, double *w,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t,
             size_t);
void dsytrd_(const char *uplo, const int *n, double *a, const int *lda, double *d, double *e,
             double *tau, double *work, const int *lwork, int *info, size_t);
void dstedc_(const char *compz, const int *n, double *d, double *e, double *z, const int *ldz,
             double *work, const int *lwork, int *iwork, const int *liwork, int *info, size_t);
void dormtr_(const char *side, const char *uplo, const char *trans, const int *m, const int *n,
             const double *a, const int *lda, const double *tau, double *c, const int *ldc,
             double *work, const int *lwork, int *info, size_t, size_t, size_t);
void dgelqf_(const int *m, const int *n, double *a, const int *lda, double *tau, double *work,
             const int *lwork, int *info);
void dorglq_(const int *m, const int *n, const int *k, double *a, const int *lda, const double *tau,
             double *work, const int *lwork, int *info);
void dormlq_(const char *side, const char *trans, const int *m, const int *n, const int *k,
             const double *a, const int *lda, const double *tau, double *c, const int *ldc,
             double *work, const int *lwork, int *info, size_t, size_t);

/* Each of these calls uses the threads that odd_threads_to_blas() lends, else one. */
#define ODD_BLAS_CALL(routine, ...)                                                                \
    do {                                                                                           \
        const int openmp_threads = odd_blas_library_enter();                                       \
        routine(__VA_ARGS__);                                                                      \
        odd_blas_library_leave(openmp_threads);                                                    \
    } while (0)
#define sgemm_(...)  ODD_BLAS_CALL(sgemm_, __VA_ARGS__)
#define dgemm_(...)  ODD_BLAS_CALL(dgemm_, __VA_ARGS__)
#define ssyrk_(...)  ODD_BLAS_CALL(ssyrk_, __VA_ARGS__)
#define dsyrk_(...)  ODD_BLAS_CALL(dsyrk_, __VA_ARGS__)
#define dsymv_(...)  ODD_BLAS_CALL(dsymv_, __VA_ARGS__)
#define strmm_(...)  ODD_BLAS_CALL(strmm_, __VA_ARGS__)
#define dtrmm_(...)  ODD_BLAS_CALL(dtrmm_, __VA_ARGS__)
#define dtrsm_(...)  ODD_BLAS_CALL(dtrsm_, __VA_ARGS__)
#define dpotrf_(...) ODD_BLAS_CALL(dpotrf_, __VA_ARGS__)
#define dtrtri_(...) ODD_BLAS_CALL(dtrtri_, __VA_ARGS__)
#define dsyevd_(...) ODD_BLAS_CALL(dsyevd_, __VA_ARGS__)
#define dsytrd_(...) ODD_BLAS_CALL(dsytrd_, __VA_ARGS__)
#define dstedc_(...) ODD_BLAS_CALL(dstedc_, __VA_ARGS__)
#define dormtr_(...) ODD_BLAS_CALL(dormtr_, __VA_ARGS__)
#define dgelqf_(...) ODD_BLAS_CALL(dgelqf_, __VA_ARGS__)
#define dorglq_(...) ODD_BLAS_CALL(dorglq_, __VA_ARGS__)
#define dormlq_(...) ODD_BLAS_CALL(dormlq_, __VA_ARGS__)

#endif
