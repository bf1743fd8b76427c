/* Made by make_srp.py with scikit-learn 1.2.1. Do not edit. */
static const double srp_share = 0.049794, srp_size = 0.44721362;
/* of squared distances, projected over true: mean, and root mean square of what is off */
static const double srp_ratio = 0.998057, srp_off = 0.143666;
