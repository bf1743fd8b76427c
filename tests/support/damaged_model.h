/**
 * For the contracts of what learns: a model may come from a file, and that may be damaged. Each of
 * its arrays is damaged in turn, in several ways; each damage must be refused, and as a fault of
 * the model, or not matter. Ranks may judge differently, so none leaves the others alone.
 */
#ifndef ODDLOT_DAMAGED_MODEL_H
#define ODDLOT_DAMAGED_MODEL_H

#include "oddlot/base/bundle.h"
#include "oddlot/base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* What uses the model. */
typedef struct {
    void *context;
    odd_status (*use)(void *context);      /* make results by the model as it is now */
    bool (*is_same)(const void *context);  /* are they those of the whole model? */
    bool (*is_sound)(const void *context); /* are they finite? */
    void (*promise)(const void *context, const char *what, bool kept);
} model_user;

/* The model is to blame, not a row; or it is for other rows. */
static inline bool is_refusal(odd_status st)
{
    return st == ODD_FORMAT || (st == ODD_ARG && strstr(odd_fail_reason(), "features"));
}

/* Refused, or the array says nothing about results. */
static inline bool is_noticed(const model_user *u)
{
    const odd_status st = u->use(u->context);
    return is_refusal(st) || (st == ODD_OK && u->is_same(u->context));
}

/* Refused, or results of another model. */
static inline bool is_borne(const model_user *u)
{
    const odd_status st = u->use(u->context);
    return is_refusal(st) || (st == ODD_OK && u->is_sound(u->context));
}

static inline bool damage_name(const model_user *u, odd_array *a)
{
    char *name = a->name;
    a->name = (char *)"other";
    const bool noticed = is_noticed(u);
    a->name = name;
    return noticed;
}

static inline bool damage_type(const model_user *u, odd_array *a)
{
    const odd_type type = a->shape.type;
    a->shape.type = type == ODD_I64 ? ODD_F64 : ODD_I64;
    const bool noticed = is_noticed(u);
    a->shape.type = type;
    return noticed;
}

/* The last number of an array becomes another one, and may be off its end. */
static inline bool damage_number(const model_user *u, odd_array *a, double number, int off,
                                 bool (*is_good)(const model_user *))
{
    int64_t bytes;
    const odd_shape shape = a->shape;
    const bool wide = shape.type == ODD_F64;
    if ((!wide && shape.type != ODD_F32) || odd_shape_bytes(&shape, &bytes) != ODD_OK) return true;
    void *kept = odd_alloc(bytes, 1);
    if (!kept) return false;
    memcpy(kept, a->data, (size_t)bytes);
    if (wide)
        ((double *)a->data)[bytes / 8 - 1] = number;
    else
        ((float *)a->data)[bytes / 4 - 1] = (float)number;
    if (off) a->shape.shape[shape.rank - 1] -= off;
    const bool good = is_good(u);
    a->shape = shape;
    memcpy(a->data, kept, (size_t)bytes);
    odd_free(kept);
    return good;
}

/* Nothing is read from where an array is not. */
static inline bool damage_length(const model_user *u, odd_array *a)
{
    return a->shape.rank == 0 || damage_number(u, a, 1e4, 1, is_noticed);
}

/* Numbers that are none must not become results. */
static inline bool damage_finite(const model_user *u, odd_array *a)
{
    const bool none = damage_number(u, a, NAN, 0, is_noticed);
    return damage_number(u, a, INFINITY, 0, is_noticed) && none;
}

static inline bool damage_sign(const model_user *u, odd_array *a)
{
    const bool zero = damage_number(u, a, 0, 0, is_borne);
    return damage_number(u, a, -1, 0, is_borne) && zero;
}

/* Whole numbers say how many things there are. */
static inline bool damage_count(const model_user *u, odd_array *a)
{
    static const int64_t wild[] = {-1, 1 << 20, INT64_MIN, INT64_MAX, (int64_t)1 << 33};
    bool good = true;
    if (a->shape.type != ODD_I64 || a->shape.rank > 0) return true;
    int64_t *value = a->data, kept = *value;
    for (size_t i = 0; i < sizeof wild / sizeof *wild; i++) {
        *value = wild[i];
        good = is_borne(u) && good;
    }
    *value = kept;
    return good;
}

/* All ways, on each array. */
static inline void damage_model(const model_user *u, odd_bundle *model)
{
    static const struct {
        const char *what;
        bool (*is_good)(const model_user *, odd_array *);
    } ways[] = {{"is missing", damage_name},         {"is too short", damage_length},
                {"is of another type", damage_type}, {"is not finite", damage_finite},
                {"is 0 or less", damage_sign},       {"is out of range", damage_count}};
    char text[256];
    for (int i = 0; i < model->count; i++)
        for (size_t w = 0; w < sizeof ways / sizeof *ways; w++) {
            snprintf(text, sizeof text, "it notices that '%s' %s", model->array[i].name,
                     ways[w].what);
            u->promise(u->context, text, ways[w].is_good(u, &model->array[i]));
        }
}

#endif
