/**
 * Stages of an audit, each a folder of src/stage and one line here, in the order of the data. A
 * stage may look at those before it.
 */
#ifndef ODDLOT_STAGE_STAGES_H
#define ODDLOT_STAGE_STAGES_H

#include "oddlot/run/stage.h"

#define ODD_STAGES(X)                                                                              \
    X(odd_stage_ingest)                                                                            \
    X(odd_stage_train)                                                                             \
    X(odd_stage_features)                                                                          \
    X(odd_stage_copies)                                                                            \
    X(odd_stage_categories)                                                                        \
    X(odd_stage_reduce)                                                                            \
    X(odd_stage_fit)                                                                               \
    X(odd_stage_views)                                                                             \
    X(odd_stage_groups)                                                                            \
    X(odd_stage_score)                                                                             \
    X(odd_stage_check)                                                                             \
    X(odd_stage_evaluate)                                                                          \
    X(odd_stage_report)

#define ODD_DECLARE(record) extern const odd_stage record;
ODD_STAGES(ODD_DECLARE)
#undef ODD_DECLARE

#endif
