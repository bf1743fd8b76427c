/* Node memory: pages of a file without a name, made by the first rank of a node and opened by the
 * others by way of /proc, as long as its maker has it open. */
#include "oddlot/par/node_memory.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/base/text.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/fault.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE ((size_t)64 << 20) /* bytes that rank 0 holds twice while it moves them */

/* ---- which ranks are on a node ---- */

/* Ranks of my node, in the order of all; the first ranks of all nodes, MPI_COMM_NULL on others. */
typedef struct {
    MPI_Comm all, node, first;
} places;

/* See ODDLOT_RANKS_PER_NODE in the header. */
static void split_node(MPI_Comm *node)
{
    const char *wish = getenv("ODDLOT_RANKS_PER_NODE");
    const int each = wish ? atoi(wish) : 0;
    MPI_Comm part;
    if (each <= 0) return;
    MPI_Comm_split(*node, odd_rank(*node) / each, odd_rank(*node), &part);
    MPI_Comm_free(node);
    *node = part;
}

static MPI_Comm node_of(MPI_Comm comm)
{
    MPI_Comm node;
    MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, odd_rank(comm), MPI_INFO_NULL, &node);
    split_node(&node);
    return node;
}

static places places_of(MPI_Comm comm)
{
    places p = {.all = comm, .node = node_of(comm)};
    MPI_Comm_split(comm, odd_rank(p.node) == 0 ? 0 : MPI_UNDEFINED, odd_rank(comm), &p.first);
    return p;
}

static void places_free(places *p)
{
    MPI_Comm_free(&p->node);
    if (p->first != MPI_COMM_NULL) MPI_Comm_free(&p->first);
}

static bool is_first(const places *p)
{
    return p->first != MPI_COMM_NULL;
}

/* ---- a file without a name ---- */

/* By which others on the node find it, and know that it is the one: elsewhere the same process
 * number may be another process. */
typedef struct {
    int64_t process, file, device, inode;
} address;

static void *map_file(int file, size_t bytes, int protection)
{
    void *data = mmap(NULL, bytes, protection, MAP_SHARED, file, 0);
    return data == MAP_FAILED ? NULL : data;
}

/* The file, -1: it cannot be had. Its pages are not there yet. */
static int make_file(size_t bytes, address *at, void **data)
{
    struct stat info;
    const int file = memfd_create("oddlot", MFD_CLOEXEC);
    if (file < 0) return -1;
    if (odd_fault("node.make") == ODD_OK && ftruncate(file, (off_t)bytes) == 0 &&
        fstat(file, &info) == 0 && (*data = map_file(file, bytes, PROT_READ | PROT_WRITE))) {
        *at = (address){getpid(), file, (int64_t)info.st_dev, (int64_t)info.st_ino};
        return file;
    }
    close(file);
    return -1;
}

static void *open_file(const address *at, size_t bytes)
{
    char path[64];
    struct stat info;
    void *data = NULL;
    snprintf(path, sizeof path, "/proc/%lld/fd/%lld", (long long)at->process, (long long)at->file);
    const int file = odd_fault("node.open") == ODD_OK ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (file < 0) return NULL;
    if (fstat(file, &info) == 0 && (int64_t)info.st_dev == at->device &&
        (int64_t)info.st_ino == at->inode && (size_t)info.st_size == bytes)
        data = map_file(file, bytes, PROT_READ);
    close(file);
    return data;
}

/* Have pages: without them a write would end the process, and where there are none to be had the
 * kernel ends some process to make room. */
static odd_status reserve(int file, size_t from, size_t bytes)
{
    const bool may = odd_fault("node.reserve") == ODD_OK;
    int error = may && (int64_t)bytes <= odd_memory_available() ? EINTR : ENOMEM;
    char text[32];
    while (error == EINTR)
        error = posix_fallocate(file, (off_t)from, (off_t)bytes);
    if (error == 0) return ODD_OK;
    return odd_fail(ODD_NOMEM, "cannot allocate %s that the ranks of a node share: %s",
                    odd_human_bytes((int64_t)bytes, text), strerror(error));
}

/* ---- room, before anything moves ---- */

/* What is under way to becoming odd_node_memory. */
typedef struct {
    places at;
    char *data; /* (bytes) */
    size_t bytes;
    bool common;
    int file; /* of the first rank of a node, while others open it; else -1 */
} room;

/* All ranks of a node see one memory, or none does. @collective on the node */
static void make_common(room *r)
{
    address at = {0};
    void *data = NULL;
    if (is_first(&r->at)) r->file = make_file(r->bytes, &at, &data);
    odd_broadcast(r->at.node, 0, &at, sizeof at);
    if (!is_first(&r->at) && at.process > 0) data = open_file(&at, r->bytes);
    int64_t lacking = data == NULL;
    odd_sum_i64(r->at.node, &lacking, 1);
    if (lacking > 0 && data) munmap(data, r->bytes);
    r->common = lacking == 0;
    r->data = r->common ? data : NULL;
}

/* @collective on the node; a status of this rank alone */
static odd_status find_room(room *r, bool has_it)
{
    if (odd_size(r->at.node) > 1 && r->bytes > 0) make_common(r);
    if (r->common || has_it) return ODD_OK;
    return ODD_NEW(r->data, (int64_t)r->bytes);
}

/* ---- from rank 0 to all ---- */

/* Into pages of the node, piece by piece: no byte is there twice but those of a piece. */
static odd_status move_given(const room *r, char *given)
{
    odd_status st = ODD_OK;
    for (size_t done = 0, piece; done < r->bytes; done += piece) {
        piece = r->bytes - done < PIECE ? r->bytes - done : PIECE;
        ODD_TRY(reserve(r->file, done, piece));
        memcpy(r->data + done, given + done, piece);
        odd_memory_forget(given + done, piece);
    }
done:
    return st;
}

/* Pages that will be written by the first rank of a node. @local */
static odd_status take_pages(const room *r, char *given)
{
    if (!r->common || !is_first(&r->at)) return ODD_OK;
    return odd_rank(r->at.all) == 0 ? move_given(r, given) : reserve(r->file, 0, r->bytes);
}

/* @collective */
static void hand_out(const room *r)
{
    if (is_first(&r->at)) odd_broadcast(r->at.first, 0, r->data, r->bytes);
    if (!r->common) odd_broadcast(r->at.node, 0, r->data, r->bytes);
    if (r->common && is_first(&r->at)) mprotect(r->data, r->bytes, PROT_READ);
    if (r->common) MPI_Barrier(r->at.node); /* nobody looks before it is there */
}

/* @collective */
static void tell(const room *r)
{
    int64_t count[] = {is_first(&r->at), !r->common && odd_size(r->at.node) > 1};
    char text[32];
    odd_sum_i64(r->at.all, count, 2);
    odd_human_bytes((int64_t)r->bytes, text);
    odd_log(ODD_LOG_DEBUG, "%s once a node, of which there are %lld%s", text, (long long)count[0],
            count[1] > 0 ? ", but for ranks that cannot see each other's memory" : "");
}

odd_status odd_node_memory_share(MPI_Comm comm, void *given, size_t bytes, odd_node_memory *out)
{
    const bool has_it = odd_rank(comm) == 0;
    room r = {.at = places_of(comm), .bytes = bytes, .file = -1};
    odd_status st;
    *out = (odd_node_memory){0};
    odd_broadcast(comm, 0, &r.bytes, sizeof r.bytes);
    ODD_TRY_ALL(comm, find_room(&r, has_it));
    ODD_TRY_ALL(comm, take_pages(&r, given));
    if (has_it && !r.common) {
        r.data = given;
        given = NULL;
    }
    hand_out(&r);
    tell(&r);
    *out = (odd_node_memory){r.data, r.bytes, r.common};
    r.data = NULL; /* handed over */
done:
    odd_node_memory_free(&(odd_node_memory){r.data, r.bytes, r.common});
    if (r.file >= 0) close(r.file);
    if (has_it) odd_free(given);
    places_free(&r.at);
    return st;
}

void odd_node_memory_free(odd_node_memory *memory)
{
    if (memory->data && memory->common)
        munmap(memory->data, memory->bytes);
    else
        odd_free(memory->data);
    *memory = (odd_node_memory){0};
}
