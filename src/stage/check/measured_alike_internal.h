/**
 * Measured alike: rules and checks of hygiene that judge one measure.
 */
#ifndef ODDLOT_STAGE_CHECK_MEASURED_ALIKE_INTERNAL_H
#define ODDLOT_STAGE_CHECK_MEASURED_ALIKE_INTERNAL_H

#include "oddlot/run/findings.h"

/** Which measure a check of these kinds judges, from 1 on; 0: one that no other does. For
 *  odd_findings_join(). @local */
int odd_measured_alike(odd_finding_kind kind, const char *check);

#endif
