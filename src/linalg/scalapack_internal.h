/**
 * ScaLAPACK: its routines and those of BLACS that this room calls. See fortran_internal.h for the
 * manner.
 */
#ifndef ODDLOT_LINALG_SCALAPACK_INTERNAL_H
#define ODDLOT_LINALG_SCALAPACK_INTERNAL_H

#include <mpi.h>
#include <stddef.h>

/* BLACS has a C face. */
int Csys2blacs_handle(MPI_Comm comm);
void Cfree_blacs_system_handle(int handle);
void Cblacs_gridinit(int *context, const char *order, int rows, int columns);
void Cblacs_gridexit(int context);
void Cblacs_set(int context, int what, const int *value);
enum { BLACS_REPEATABLE = 15 }; /* `what`: sums in an order of their own, not that of arrival */

int numroc_(const int *n, const int *nb, const int *iproc, const int *isrcproc, const int *nprocs);
void descinit_(int *desc, const int *m, const int *n, const int *mb, const int *nb,
               const int *irsrc, const int *icsrc, const int *ictxt, const int *lld, int *info);
void pdsyevd_(const char *jobz, const char *uplo, const int *n, double *a, const int *ia,
              const int *ja, const int *desca, double *w, double *z, const int *iz, const int *jz,
              const int *descz, double *work, const int *lwork, int *iwork, const int *liwork,
              int *info, size_t, size_t);

#endif
