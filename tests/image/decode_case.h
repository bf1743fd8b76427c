/**
 * A tiny image as a file and what becomes of it: for tests that go through tables of them.
 */
#ifndef ODDLOT_TEST_DECODE_CASE_H
#define ODDLOT_TEST_DECODE_CASE_H

#include "oddlot_test.h"

#include "oddlot/base/random.h"
#include "oddlot/image/prepare.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SIDE      8
#define MAX_BYTES (SIDE * SIDE * 3)

typedef struct {
    const char *name;
    const uint8_t *bytes;
    size_t size;
    odd_image_status status;
    char *channels, *background;
    int within;            /* grey levels */
    const uint8_t *pixels; /* SIDE x SIDE, NULL unless the status is OK */
} decode_case;

static inline void begin(void)
{
    static bool begun;
    if (begun) return;
    CU_ASSERT_EQUAL_FATAL(odd_image_start(), ODD_OK);
    atexit(odd_image_stop);
    begun = true;
}

static inline odd_prepare_options options_of(const decode_case *c)
{
    return (odd_prepare_options){.size = SIDE,
                                 .channels = c->channels,
                                 .crop = "centre",
                                 .kernel = "bicubic",
                                 .background = c->background,
                                 .max_megapixels = 100,
                                 .max_megabytes = 1,
                                 .max_seconds = 60};
}

static inline bool all_zero(const uint8_t *pixels, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pixels[i] != 0) return false;
    return true;
}

static inline bool printable(const char *s)
{
    for (; *s; s++)
        if (*s < ' ' || *s > '~') return false;
    return true;
}

/* What holds for any image: a reason where there is a fault, and then no pixels. */
static inline bool is_sound(const odd_read_result *v, const uint8_t *pixels, size_t n)
{
    if ((unsigned)v->status >= ODD_IMAGE_STATUS_COUNT || !printable(v->reason)) return false;
    if (v->status == ODD_IMAGE_OK) return v->reason[0] == '\0';
    return v->reason[0] != '\0' && all_zero(pixels, n);
}

static inline int largest_difference(const uint8_t *a, const uint8_t *b, size_t n)
{
    int most = 0;
    for (size_t i = 0; i < n; i++)
        most = abs(a[i] - b[i]) > most ? abs(a[i] - b[i]) : most;
    return most;
}

static inline bool case_holds(const decode_case *c)
{
    odd_prepare_options options = options_of(c);
    size_t n = odd_prepared_bytes(&options);
    uint8_t pixels[MAX_BYTES];
    odd_read_result result;
    memset(pixels, 1, sizeof pixels);
    odd_prepare_encoded(&options, c->bytes, c->size, pixels, NULL, &result);
    int difference =
        c->pixels && result.status == ODD_IMAGE_OK ? largest_difference(pixels, c->pixels, n) : 0;
    bool holds =
        result.status == c->status && difference <= c->within && is_sound(&result, pixels, n);
    if (!holds)
        fprintf(stderr, "%s: %s (%s), differs by %d\n", c->name,
                odd_image_status_text(result.status), result.reason, difference);
    return holds;
}

/* What becomes of any image under any options. */
static inline odd_read_result decode_one(const decode_case *c, const odd_prepare_options *options)
{
    uint8_t pixels[MAX_BYTES];
    odd_read_result result;
    odd_prepare_encoded(options, c->bytes, c->size, pixels, NULL, &result);
    CU_ASSERT(is_sound(&result, pixels, odd_prepared_bytes(options)));
    return result;
}

/* Change a few bytes, or cut the end off; every tenth time both. */
static inline size_t mutate(uint8_t *bytes, size_t size, uint64_t row)
{
    uint32_t n = 0;
    int changes = (int)odd_below(8, 2, ODD_STREAM_TEST, row, n++);
    for (int i = 0; i < changes; i++) {
        size_t at = (size_t)odd_below(size, 2, ODD_STREAM_TEST, row, n++);
        bytes[at] = (uint8_t)odd_below(256, 2, ODD_STREAM_TEST, row, n++);
    }
    bool cut = changes == 0 || row % 10 == 0;
    return cut ? (size_t)odd_below(size, 2, ODD_STREAM_TEST, row, n++) : size;
}

/* Mutants of all cases: whatever becomes of them, it is sound. */
static inline void judge_mutants(const decode_case cases[], int count, int each)
{
    for (int i = 0; i < count * each; i++) {
        const decode_case *c = &cases[i % count];
        if (c->size == 0) continue;
        odd_prepare_options options = options_of(c);
        options.max_megapixels = 1;
        uint8_t *bytes = malloc(c->size); /* of the exact size, so that a sanitizer sees its end */
        memcpy(bytes, c->bytes, c->size);
        size_t size = mutate(bytes, c->size, (uint64_t)i);
        uint8_t *exact = realloc(bytes, size + !size);
        decode_case mutant = {.bytes = exact, .size = size};
        decode_one(&mutant, &options);
        free(exact);
    }
}

/* From four threads at once. */
static inline int count_wrong(const decode_case cases[], int count)
{
    int wrong = 0;
#pragma omp parallel for schedule(dynamic) num_threads(4) default(none) shared(cases, count)        \
    reduction(+ : wrong)
    for (int i = 0; i < 3 * count; i++)
        wrong += !case_holds(&cases[i % count]);
    return wrong;
}

static inline const decode_case *find_case(const decode_case cases[], int count, const char *name)
{
    for (int i = 0; i < count; i++)
        if (strcmp(cases[i].name, name) == 0) return &cases[i];
    CU_FAIL_FATAL("no such case");
    return NULL;
}

#endif
