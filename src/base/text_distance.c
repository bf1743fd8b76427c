/* Text distance: the count of typing errors between two words. */
#include "oddlot/base/text.h"

#include <limits.h>
#include <string.h>

#define LONGEST 64

static int min_of(int a, int b)
{
    return a < b ? a : b;
}

/* The optimal string alignment distance: Levenshtein's table, and a swap of neighbours counts as
 * one. Rows i - 2, i - 1 and i of the table are kept. */
int odd_text_distance(const char *a, const char *b)
{
    int rows[3][LONGEST + 1];
    size_t m = strlen(a), n = strlen(b);
    if (m > LONGEST || n > LONGEST) return INT_MAX;
    for (size_t j = 0; j <= n; j++)
        rows[0][j] = (int)j;
    for (size_t i = 1; i <= m; i++) {
        int *row = rows[i % 3], *above = rows[(i + 2) % 3], *above2 = rows[(i + 1) % 3];
        row[0] = (int)i;
        for (size_t j = 1; j <= n; j++) {
            row[j] =
                min_of(above[j - 1] + (a[i - 1] != b[j - 1]), min_of(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = min_of(row[j], above2[j - 2] + 1);
        }
    }
    return rows[m % 3][n];
}
