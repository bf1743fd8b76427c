/* A program of somebody else that links liboddlot: the area under a ROC curve, and a PCA of rows
 * spread over ranks. Prints both; ends with 0 if they are right. */
#include <oddlot/eval/roc.h>
#include <oddlot/linalg/pca.h>
#include <oddlot/par/comm.h>
#include <oddlot/par/partition.h>

#include <math.h>
#include <stdio.h>

enum { ROWS = 4, WIDTH = 3 };

static odd_status roc_auc(double *auc)
{
    const double score[ROWS] = {0.1, 0.4, 0.35, 0.8};
    const uint8_t truth[ROWS] = {0, 0, 1, 1};
    odd_roc roc;
    odd_status st = odd_roc_curve(ROWS, score, truth, &roc);
    *auc = st == ODD_OK ? roc.auc : NAN;
    odd_roc_free(&roc);
    return st;
}

/* Rows at -3, -1, 1 and 3 along (2, 1, 2) / 3 have all their variance, 20 / 3, on that axis. */
static odd_status line_pca(double *variance, double axis[WIDTH])
{
    const double at[ROWS] = {-3, -1, 1, 3}, along[WIDTH] = {2. / 3, 1. / 3, 2. / 3};
    const odd_pca_options options = {.components = 1, .solver = "auto"};
    odd_partition part = odd_partition_rows(MPI_COMM_WORLD, ROWS);
    float x[ROWS * WIDTH];
    odd_pca *pca = NULL;
    int64_t bad_row;
    odd_status st;
    for (int64_t i = 0; i < part.n_local; i++)
        for (int j = 0; j < WIDTH; j++)
            x[i * WIDTH + j] = (float)(5 + at[part.row0 + i] * along[j]);
    odd_rows rows = odd_rows_in_memory(MPI_COMM_WORLD, ROWS, WIDTH, x);
    ODD_TRY(odd_pca_fit(&rows, &options, &pca, &bad_row));
    *variance = pca->value[0];
    for (int j = 0; j < WIDTH; j++)
        axis[j] = pca->axis[j];
done:
    odd_pca_free(&pca);
    return st;
}

int main(int argc, char **argv)
{
    double auc = NAN, variance = NAN, axis[WIDTH] = {NAN, NAN, NAN};
    odd_status st;
    ODD_TRY(odd_par_start(&argc, &argv));
    ODD_TRY(roc_auc(&auc));
    ODD_TRY(line_pca(&variance, axis));
    if (odd_rank(MPI_COMM_WORLD) == 0)
        printf("AUC %.4f, variance %.4f along (%.4f, %.4f, %.4f)\n", auc, variance, axis[0],
               axis[1], axis[2]);
done:
    if (st != ODD_OK) fprintf(stderr, "%s\n", odd_fail_reason());
    odd_par_stop();
    return !(auc == 0.75 && fabs(variance - 20. / 3) < 1e-5 && fabs(axis[1] - 1. / 3) < 1e-5);
}
