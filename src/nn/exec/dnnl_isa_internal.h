/* Instruction sets, inside the room. */
#ifndef ODDLOT_NN_DNNL_ISA_INTERNAL_H
#define ODDLOT_NN_DNNL_ISA_INTERNAL_H

#include "oddlot/nn/net.h"

#include <stdbool.h>

/** "avx512_core_bf16"; static. */
const char *odd_isa_name(void);
/** True if convolutions and products in bfloat16 run, be it by float32 instructions. */
bool odd_isa_has_bf16(void);

#endif
