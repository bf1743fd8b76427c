/**
 * Sum exchange: how vectors are cut, which par/exchange_cost.c has to know as well.
 */
#ifndef ODDLOT_PAR_SUM_EXCHANGE_INTERNAL_H
#define ODDLOT_PAR_SUM_EXCHANGE_INTERNAL_H

enum {
    ODD_SUM_PARTS = 32,              /* at most */
    ODD_SUM_SHORTEST_PART = 1 << 15, /* values */
    ODD_SUM_SHORTEST_SLICE = 1 << 8  /* of a part: each goes to one of all ranks, and many of few
                                    bytes  cost more than these */
};

#endif
