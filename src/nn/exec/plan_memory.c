/* Memory of a plan: one arena whose bytes are used again when their readers are done. */
#include "nn/exec/plan_internal.h"

#include "oddlot/base/memory.h"

#include <stdlib.h>

#define ALIGNMENT 64 /* bytes: a cache line, an AVX-512 register */

static int64_t round_up(int64_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* First and last operation that touches each root; all for what stays, and from the first one on
 * for what is filled while all before it runs again. */
static void find_lifetimes(odd_plan *plan)
{
    for (int i = 0; i < plan->operations; i++) {
        const odd_operation *op = &plan->operation[i];
        for (int j = 0; j < op->arguments; j++) {
            odd_value *root = &plan->value[plan->value[op->argument[j].value].root];
            if (root->first < 0) root->first = i;
            root->last = i;
        }
    }
    for (int i = 0; i < plan->values; i++) {
        if (plan->value[i].stays || plan->value[i].joins) plan->value[i].first = 0;
        if (plan->value[i].stays) plan->value[i].last = plan->operations;
    }
}

/* Large values first: what is left between them takes the small ones. Ties by number, so that the
 * order does not depend on the library's sort. */
static int by_size(const void *a, const void *b)
{
    const odd_value *x = *(odd_value *const *)a, *y = *(odd_value *const *)b;
    if (x->bytes != y->bytes) return x->bytes > y->bytes ? -1 : 1;
    return x < y ? -1 : x > y;
}

static int by_offset(const void *a, const void *b)
{
    const odd_value *x = *(odd_value *const *)a, *y = *(odd_value *const *)b;
    if (x->offset != y->offset) return x->offset < y->offset ? -1 : 1;
    return x < y ? -1 : x > y;
}

static bool live_together(const odd_value *a, const odd_value *b)
{
    return a->first <= b->last && b->first <= a->last;
}

/* The lowest gap among the placed values that live at the same time; `placed` rises by offset. */
static int64_t first_fit(const odd_value *v, odd_value *const placed[], int count)
{
    int64_t offset = 0;
    for (int i = 0; i < count; i++) {
        const odd_value *other = placed[i];
        if (!live_together(v, other)) continue;
        if (offset + v->bytes <= other->offset) break;
        int64_t end = round_up(other->offset + other->bytes);
        if (end > offset) offset = end;
    }
    return offset;
}

static int64_t place_all(odd_value *sorted[], odd_value *placed[], int count)
{
    int64_t total = 0;
    for (int i = 0; i < count; i++) {
        odd_value *v = sorted[i];
        v->offset = first_fit(v, placed, i);
        if (v->offset + v->bytes > total) total = v->offset + v->bytes;
        placed[i] = v;
        qsort(placed, (size_t)i + 1, sizeof(odd_value *), by_offset);
    }
    return round_up(total);
}

static odd_status plan_arena(odd_plan *plan)
{
    odd_status st;
    odd_value **sorted, **placed = NULL;
    int count = 0;
    ODD_TRY(ODD_NEW(sorted, plan->values));
    ODD_TRY(ODD_NEW(placed, plan->values));
    for (int i = 0; i < plan->values; i++) {
        odd_value *v = &plan->value[i];
        if (v->home == ODD_HOME_SCRATCH && v->bytes > plan->scratch_bytes)
            plan->scratch_bytes = v->bytes;
        if (v->home == ODD_HOME_ARENA && v->root == i && v->first >= 0) sorted[count++] = v;
    }
    if (count > 0) qsort(sorted, (size_t)count, sizeof *sorted, by_size);
    plan->arena_bytes = place_all(sorted, placed, count);
done:
    odd_free(sorted);
    odd_free(placed);
    return st;
}

static void *address(const odd_plan *plan, const odd_value *v)
{
    switch (v->home) {
    case ODD_HOME_ARENA:
        return (char *)plan->arena + plan->value[v->root].offset + v->start;
    case ODD_HOME_SCRATCH:
        return (char *)plan->arena + plan->arena_bytes;
    case ODD_HOME_CONSTANT:
    case ODD_HOME_VARIABLE:
        return (char *)v->data + v->start;
    default:
        return DNNL_MEMORY_NONE; /* lent in each run */
    }
}

static odd_status bind_arguments(odd_plan *plan)
{
    for (int i = 0; i < plan->operations; i++) {
        odd_operation *op = &plan->operation[i];
        for (int j = 0; j < op->arguments; j++) {
            op->exec[j] =
                (dnnl_exec_arg_t){op->argument[j].arg, plan->value[op->argument[j].value].memory};
        }
    }
    return ODD_OK;
}

odd_status odd_plan_place(odd_plan *plan, dnnl_engine_t engine)
{
    odd_status st;
    find_lifetimes(plan);
    ODD_TRY(plan_arena(plan));
    plan->arena = odd_alloc_lasting(plan->arena_bytes + round_up(plan->scratch_bytes));
    if (!plan->arena) return ODD_NOMEM;
    for (int i = 0; i < plan->values; i++) {
        odd_value *v = &plan->value[i];
        ODD_TRY(odd_memory_new(&v->desc, engine, address(plan, v), &v->memory));
    }
    ODD_TRY(bind_arguments(plan));
done:
    return st;
}
