/* Made by make_forest.py. */
enum { FOREST_ROWS = 1000, FOREST_FEATURES = 6, FOREST_SEEDS = 20 };
static const double forest_auc_mean = 0.886392, forest_auc_sd = 0.009782;
static const double forest_usual_score = 0.442618;
static const double forest_odd_score = 0.528800;
