/* Constants in the layouts that primitives want, made once for a net and shared by its plans. */
#include "nn/exec/weights_internal.h"

#include "nn/exec/reorder_internal.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/simd.h"

#include <string.h>

void odd_weights_free(odd_weights *w)
{
    for (int i = 0; i < w->weights; i++) {
        odd_free(w->weight[i].data);
    }
    odd_free(w->weight);
    w->weight = NULL;
    w->weights = w->room = 0;
}

static void *find(const odd_weights *w, const void *from, const odd_desc *source,
                  const odd_desc *target, float scale)
{
    for (int i = 0; i < w->weights; i++) {
        const odd_weight *have = &w->weight[i];
        if (have->from == from && have->scale == scale && odd_desc_equal(&have->source, source) &&
            odd_desc_equal(&have->target, target)) {
            return have->data;
        }
    }
    return NULL;
}

static odd_status make_room(odd_weights *w)
{
    odd_weight *more;
    if (w->weights < w->room) return ODD_OK;
    int room = w->room ? 2 * w->room : 32;
    if (ODD_NEW(more, room) != ODD_OK) return ODD_NOMEM;
    if (w->weights) memcpy(more, w->weight, sizeof *more * (size_t)w->weights);
    odd_free(w->weight);
    w->weight = more;
    w->room = room;
    return ODD_OK;
}

ODD_SIMD(, void, odd_weights_scale, (int64_t n, float scale, const float x[], float y[]),
         (n, scale, x, y))
{
    for (int64_t i = 0; i < n; i++)
        y[i] = x[i] * scale;
}

/* Run one reorder now. */
static odd_status reorder(odd_weights *w, const odd_weight *entry, const void *source)
{
    dnnl_primitive_t primitive = NULL;
    dnnl_memory_t from = NULL, to = NULL;
    odd_status st;
    ODD_TRY(odd_memory_new(&entry->source, w->engine, (void *)(uintptr_t)source, &from));
    ODD_TRY(odd_memory_new(&entry->target, w->engine, entry->data, &to));
    ODD_TRY(odd_reorder_now(w->engine, &entry->source, &entry->target, &primitive));
    const dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    ODD_TRY(odd_dnnl(dnnl_primitive_execute(primitive, w->stream, 2, args), "reorder of weights"));
    ODD_TRY(odd_dnnl(dnnl_stream_wait(w->stream), "reorder of weights"));
done:
    dnnl_primitive_destroy(primitive);
    dnnl_memory_destroy(from);
    dnnl_memory_destroy(to);
    return st;
}

static odd_status fill(odd_weights *w, const odd_weight *entry)
{
    const int64_t bytes = odd_desc_bytes(&entry->source);
    float *scaled = NULL;
    odd_status st;
    if (entry->scale == 1) return reorder(w, entry, entry->from);
    ODD_CHECK(entry->source.data_type == dnnl_f32);
    scaled = odd_alloc(bytes, 1);
    if (!scaled) return ODD_NOMEM;
    odd_weights_scale(bytes / (int64_t)sizeof *scaled, entry->scale, entry->from, scaled);
    st = reorder(w, entry, scaled);
    odd_free(scaled);
    return st;
}

odd_status odd_weights_get(odd_weights *w, const void *from, const odd_desc *source,
                           const odd_desc *target, float scale, void **data)
{
    odd_status st;
    odd_weight entry = {.from = from, .source = *source, .target = *target, .scale = scale};
    *data = find(w, from, source, target, scale);
    if (*data) return ODD_OK;
    ODD_TRY(make_room(w));
    entry.data = odd_alloc_lasting(odd_desc_bytes(target));
    if (!entry.data) return ODD_NOMEM;
    ODD_TRY(fill(w, &entry));
    *data = entry.data;
    w->weight[w->weights++] = entry;
    entry.data = NULL;
done:
    odd_free(entry.data);
    return st;
}
