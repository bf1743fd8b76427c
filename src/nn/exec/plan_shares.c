/* Shares: which kinds of layers, and what they are made of, a plan spends its time on. */
#include "nn/exec/plan_internal.h"

#include <string.h>

/* The share of a kind and part, perhaps a new one. */
static odd_net_share *share_of(odd_net_share share[], int *shares, odd_layer_kind kind,
                               const char *part)
{
    for (int i = 0; i < *shares; i++)
        if (share[i].kind == kind && strcmp(share[i].part, part) == 0) return &share[i];
    share[*shares] = (odd_net_share){.kind = kind, .part = part};
    return &share[(*shares)++];
}

void odd_plan_shares(const odd_plan *plan, const odd_program *program, odd_net_share share[],
                     int *shares)
{
    for (int i = 0; i < plan->operations; i++) {
        const odd_operation *op = &plan->operation[i];
        const odd_layer_kind kind =
            op->step < program->steps ? program->step[op->step].kind : ODD_LAYER_COUNT;
        odd_net_share *of = share_of(share, shares, kind, op->what);
        of->seconds += op->seconds;
        of->plain = of->plain || (op->primitive && odd_primitive_is_slow(op->primitive));
    }
}
