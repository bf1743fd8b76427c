/* The rows that `classes` learns from: by their classes, numbered without those that no row has. */
#include "detect/classes_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"

#include <string.h>

static bool is_odd(const odd_known *known, int64_t local)
{
    return known->verified && known->verified[local] == ODD_VERIFIED_ODD;
}

/* The class of my row as it is known; -1: it is not learnt from. one: all rows are of one class. */
static int32_t class_of(const odd_known *known, bool one, int64_t local)
{
    if (is_odd(known, local)) return -1;
    if (one) return 0;
    return known->class_of ? known->class_of[local] : -1;
}

/* ODD_ARG for a class that is none: the caller's fault. */
static odd_status check_classes(const odd_rows *rows, const odd_known *known)
{
    for (int64_t i = 0; known->class_of && i < rows->part.n_local; i++)
        if (known->class_of[i] < -1 || known->class_of[i] >= known->classes)
            return odd_fail(ODD_ARG, "row %lld is of class %d of %d",
                            (long long)(rows->part.row0 + i), known->class_of[i], known->classes);
    return ODD_OK;
}

static void count_classes(const odd_rows *rows, const odd_known *known, bool one, int64_t size[])
{
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        const int32_t c = class_of(known, one, i);
        if (c >= 0) size[c]++;
    }
}

/* number (k) of classes that have rows; new_number (classes). */
static odd_status number_classes(const int64_t size[], int32_t classes, bool one,
                                 int32_t new_number[], odd_class_rows *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->number, classes));
    for (int32_t c = 0; c < classes; c++) {
        new_number[c] = -1;
        if (size[c] == 0) continue;
        out->n += size[c];
        new_number[c] = out->k;
        out->number[out->k++] = one ? -1 : c;
    }
done:
    return st;
}

static odd_status mark_rows(const odd_rows *rows, const odd_known *known, bool one,
                            const int32_t new_number[], odd_class_rows *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->of, rows->part.n_local));
    ODD_TRY(ODD_NEW(out->learnt, rows->part.n_local));
    ODD_TRY(ODD_NEW(out->fold, rows->part.n_local));
    for (int64_t i = 0; i < rows->part.n_local; i++) {
        const int32_t c = class_of(known, one, i);
        out->of[i] = c < 0 ? -1 : new_number[c];
        out->learnt[i] = c >= 0;
    }
done:
    return st;
}

/* The rows of a class go to the folds in turn, whoever has them: 4 bytes a row on every rank for a
 * moment. */
static odd_status deal_folds(const odd_rows *rows, int64_t folds, odd_class_rows *out)
{
    const odd_partition *part = &rows->part;
    int32_t *all = NULL;
    int64_t *met = NULL, n;
    odd_status st;
    ODD_TRY_ALL(rows->comm, ODD_NEW(met, out->k));
    ODD_TRY(odd_share_rows(rows->comm, out->of, part->n_local, sizeof *all, (void **)&all, &n));
    for (int64_t i = 0; i < part->row0 + part->n_local; i++) {
        if (all[i] < 0) continue;
        if (i >= part->row0) out->fold[i - part->row0] = (uint8_t)(met[all[i]] % folds);
        met[all[i]]++;
    }
done:
    odd_free(met);
    odd_free(all);
    return st;
}

/* Does any row that may be learnt from have a class? */
static bool has_classes(const odd_rows *rows, const odd_known *known)
{
    int64_t count = 0;
    for (int64_t i = 0; i < rows->part.n_local; i++)
        count += class_of(known, false, i) >= 0;
    odd_sum_i64(rows->comm, &count, 1);
    return count > 0;
}

odd_status odd_class_rows_new(const odd_rows *rows, const odd_known *known, int64_t folds,
                              odd_class_rows *out)
{
    int64_t *size = NULL;
    int32_t *new_number = NULL;
    odd_status st;
    *out = (odd_class_rows){0};
    ODD_TRY_ALL(rows->comm, check_classes(rows, known));
    const bool one = !has_classes(rows, known);
    const int32_t classes = one ? 1 : known->classes;
    if (one) odd_log(ODD_LOG_INFO, "classes: no row has a class: all are one");
    ODD_TRY_ALL(rows->comm, ODD_NEW(size, classes));
    ODD_TRY_ALL(rows->comm, ODD_NEW(new_number, classes));
    count_classes(rows, known, one, size);
    odd_sum_i64(rows->comm, size, classes);
    ODD_TRY_ALL(rows->comm, number_classes(size, classes, one, new_number, out));
    if (out->n < 1)
        ODD_TRY_ALL(rows->comm,
                    odd_fail(ODD_ARG,
                             "detector 'classes' has no row to learn from: all are verified as "
                             "odd"));
    ODD_TRY_ALL(rows->comm, mark_rows(rows, known, one, new_number, out));
    ODD_TRY(deal_folds(rows, folds, out));
done:
    odd_free(size);
    odd_free(new_number);
    return st;
}

void odd_class_rows_free(odd_class_rows *rows)
{
    odd_free(rows->of);
    odd_free(rows->learnt);
    odd_free(rows->fold);
    odd_free(rows->number);
    *rows = (odd_class_rows){0};
}
