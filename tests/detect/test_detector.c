/* The table of detectors: names, columns, settings and sentences are as a stage expects them. */
#include "detect_fixture.h"

#include <stdio.h>

const char *odd_test_name = "detect/detector";

static void test_table(void)
{
    CU_ASSERT(strcmp(odd_detectors[0]->name, "core") == 0);
    for (int i = 0; odd_detectors[i]; i++) {
        const odd_detector *d = odd_detectors[i];
        CU_ASSERT(odd_detector_find(d->name) == d);
        CU_ASSERT(odd_detector_columns(d) >= 1);
        CU_ASSERT(d->columns[0].ranks != 0);
        CU_ASSERT(d->summary[0] && d->fit && d->score && d->reason);
    }
    CU_ASSERT(odd_detector_find("mixtur") == NULL);
    CU_ASSERT(odd_detector_find("") == NULL);
}

/* Fits twice by each detector: the same model; scores in every column; a sentence that fits into
 * a small buffer as well. */
static void test_each(void)
{
    odd_rows rows = rows_of(WORLD, 200, 5, 2, theme_and_odd);
    uint8_t *verified = seventh_verified(&rows);
    for (int i = 0; odd_detectors[i]; i++) {
        const odd_detector *d = odd_detectors[i];
        odd_bundle model = ODD_BUNDLE_EMPTY, again = ODD_BUNDLE_EMPTY;
        double *score = NULL, *other = NULL;
        char reason[256] = "", little[8];
        bool ok = fit_and_score(d, NULL, 0, &rows, verified, &model, &score) == ODD_OK &&
                  fit_and_score(d, NULL, 0, &rows, verified, &again, &other) == ODD_OK;
        if (!check_all(WORLD, ok)) return;
        const size_t bytes = (size_t)rows.part.n_local * (size_t)odd_detector_columns(d) * 8;
        ok = same_bundle(&model, &again) && memcmp(score, other, bytes) == 0;
        d->reason(&model, (const double[8]){3, 0.7, -4, 5}, reason, sizeof reason);
        d->reason(&model, (const double[8]){3, 0.7, -4, 5}, little, sizeof little);
        check_all(WORLD, ok && strlen(reason) > 20 && strncmp(little, reason, 7) == 0);
        for (int c = 0; c < model.count; c++)
            CU_ASSERT(model.array[c].about && model.array[c].about[0]);
        odd_free(score);
        odd_free(other);
        odd_bundle_free(&model);
        odd_bundle_free(&again);
    }
    odd_free(verified);
    rows_free(&rows);
}

CU_TestInfo odd_tests[] = {
    {"the table", test_table},
    {"each detector fits, scores and gives a reason", test_each},
    CU_TEST_INFO_NULL,
};
