/**
 * Plan words: the options of a forecast, which `oddlot plan` and `oddlot scaling` take.
 */
#ifndef ODDLOT_CLI_PLAN_WORDS_INTERNAL_H
#define ODDLOT_CLI_PLAN_WORDS_INTERNAL_H

#include "oddlot/bench/forecast.h"

/** Take the options of odd_plan_word_options out of the words; left (argc + 1): what remains.
 * @local; ODD_USAGE */
odd_status odd_take_plan_words(int argc, char **argv, odd_forecast_options *o, char *left[],
                               int *count);

#endif
