/**
 * Assignment: rows and columns of a table paired one to one such that the pairs are worth most.
 */
#ifndef ODDLOT_EVAL_ASSIGNMENT_H
#define ODDLOT_EVAL_ASSIGNMENT_H

#include "oddlot/base/status.h"

#include <stdint.h>

/**
 * Pair min(rows, columns) rows and columns such that the sum of their values is largest.
 *
 * Shortest augmenting paths with dual variables (Jonker and Volgenant, "A shortest augmenting path
 * algorithm for dense and sparse linear assignment problems", Computing 38, 1987), in the form for
 * tables that are not square of Crouse ("On implementing 2D rectangular assignment algorithms",
 * IEEE Trans. Aerospace and Electronic Systems 52, 2016). Exact where the values are whole numbers
 * below 2^50. @local
 *
 * @param value          (rows, columns), finite.
 * @param[out] column_of (rows) the column of each row; -1 for rows that are left over.
 * @return ODD_NUMERIC for a value that is not finite; ODD_NOMEM.
 * Cost  at most min^2 max steps of the two counts.
 */
odd_status odd_assignment(int64_t rows, int64_t columns, const double value[], int64_t column_of[]);

#endif
