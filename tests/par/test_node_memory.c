/* Node memory: the bytes of rank 0 on every rank, once a node, however nodes are cut, and also
 * where ranks cannot see each other's memory; where there is none, all fail alike. */
#include "oddlot_test_mpi.h"

#include "oddlot/base/memory.h"
#include "oddlot/base/minmax.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"
#include "oddlot/par/node_memory.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *odd_test_name = "par.node_memory";

#define WORLD MPI_COMM_WORLD

static uint32_t word_at(size_t i)
{
    return (uint32_t)(i * 2654435761U + 7);
}

/* Rank 0 has `words` words, the others do not know how many. */
static odd_status share(size_t words, odd_node_memory *out)
{
    uint32_t *given = NULL;
    if (odd_rank(WORLD) == 0) {
        given = odd_alloc((int64_t)words, sizeof *given);
        for (size_t i = 0; i < words; i++)
            given[i] = word_at(i);
    }
    return odd_node_memory_share(WORLD, given, odd_rank(WORLD) == 0 ? words * sizeof *given : 99,
                                 out);
}

static bool has_words(const odd_node_memory *m, size_t words)
{
    const uint32_t *word = m->data;
    bool same = word && m->bytes == words * sizeof *word;
    for (size_t i = 0; same && i < words; i++)
        same = word[i] == word_at(i);
    return same;
}

static bool shared(size_t words, bool common)
{
    odd_node_memory m;
    const bool good = share(words, &m) == ODD_OK && has_words(&m, words) && m.common == common;
    odd_node_memory_free(&m);
    return good && !m.data;
}

/* Ranks so many a node; 0: as the machine is. */
static void cut_nodes(int ranks)
{
    char number[16];
    snprintf(number, sizeof number, "%d", ranks);
    setenv("ODDLOT_RANKS_PER_NODE", number, 1);
}

/* My node has ranks [first, first + count). */
static int ranks_of_node(int ranks)
{
    const int size = odd_size(WORLD), first = ranks > 0 ? odd_rank(WORLD) / ranks * ranks : 0;
    return ranks > 0 ? odd_min_int(ranks, size - first) : size;
}

/* The file behind an address by /proc/self/maps; 0: none. */
static int64_t file_behind(const void *data)
{
    char line[512];
    int64_t found = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (maps && fgets(line, sizeof line, maps)) {
        uintptr_t from, to;
        int64_t inode;
        if (sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %*s %*s %*s %" SCNd64, &from, &to, &inode) ==
                3 &&
            (uintptr_t)data >= from && (uintptr_t)data < to)
            found = inode;
    }
    if (maps) fclose(maps);
    return found;
}

/* -- tests -- */

static void test_nodes(void)
{
    static const size_t words[] = {0, 1, 1000, 100003};
    for (int ranks = 0; ranks <= 4; ranks++) {
        cut_nodes(ranks);
        for (size_t i = 0; i < sizeof words / sizeof *words; i++)
            check_all(WORLD, shared(words[i], words[i] > 0 && ranks_of_node(ranks) > 1));
    }
    cut_nodes(0);
}

/* More than rank 0 moves at a time. */
static void test_long(void)
{
    cut_nodes(2);
    check_all(WORLD, shared((size_t)20 << 20, ranks_of_node(2) > 1));
    cut_nodes(0);
}

/* The ranks of a node have the same pages, and one that lets go takes them from nobody. */
static void test_once(void)
{
    odd_node_memory m;
    int64_t file[2];
    cut_nodes(0);
    if (!check_all(WORLD, share(5000, &m) == ODD_OK)) return;
    file[0] = m.common ? file_behind(m.data) : 0;
    file[1] = -file[0];
    odd_max_i64(WORLD, file, 2);
    check_all(WORLD, file[0] == -file[1] && (odd_size(WORLD) == 1 || file[0] > 0));
    if (odd_rank(WORLD) == 0) odd_node_memory_free(&m);
    MPI_Barrier(WORLD);
    check_all(WORLD, odd_rank(WORLD) == 0 || has_words(&m, 5000));
    odd_node_memory_free(&m);
    odd_node_memory_free(&m);
}

static void set_fault(const char *point, int rank)
{
    char list[64];
    snprintf(list, sizeof list, "%s:rank=%d", point, rank);
    odd_fault_setup(list, odd_rank(WORLD));
}

/* A node of which one rank cannot see the memory has copies; the others do as ever. */
static void test_copies(void)
{
    for (int ranks = 1; ranks <= 4; ranks++)
        for (int rank = 0; rank < odd_size(WORLD); rank++) {
            const int node = rank / ranks, mine = odd_rank(WORLD) / ranks;
            cut_nodes(ranks);
            set_fault(rank % ranks == 0 ? "node.make" : "node.open", rank);
            check_all(WORLD, shared(4321, ranks_of_node(ranks) > 1 && node != mine));
        }
    odd_fault_setup(NULL, 0);
    cut_nodes(0);
}

/* Memory that is short on one rank is a failure of all, and nothing is left behind. */
static void fails(const char *point, int rank)
{
    odd_node_memory m;
    set_fault(point, rank);
    check_all(WORLD, share(4321, &m) == ODD_NOMEM && !m.data);
    check_all(WORLD, strstr(odd_fail_reason(), "cannot allocate") != NULL);
    odd_fault_setup(NULL, 0);
    check_all(WORLD, shared(4321, ranks_of_node(2) > 1));
}

static void test_short(void)
{
    cut_nodes(2);
    for (int rank = 0; rank < odd_size(WORLD); rank++) {
        const bool first = rank % 2 == 0, alone = first && rank == odd_size(WORLD) - 1;
        if (first && !alone) fails("node.reserve", rank); /* rank 0: while it moves */
        if (alone && rank > 0) fails("memory", rank);     /* one of its own */
    }
    cut_nodes(0);
}

CU_TestInfo odd_tests[] = {
    {"nodes", test_nodes},   {"long", test_long},   {"once", test_once},
    {"copies", test_copies}, {"short", test_short}, CU_TEST_INFO_NULL,
};
