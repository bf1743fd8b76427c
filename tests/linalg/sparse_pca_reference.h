/* Made by make_sparse_pca.py with scikit-learn 1.2.1. Do not edit. */
static const double tall_objective = 88.7082184; /* share of zeros 0.92 */
static const double tall_score[] = {-2.99917492, 0.686881188, 0.0783828364, 0.457405116,
                                    0.0849834974}; /* of the last row */
static const double wide_objective = 37.3512737;   /* share of zeros 0.97 */
static const double zeros_objective = 203.579644;  /* share of zeros 0.94 */
