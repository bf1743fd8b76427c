/**
 * File, as the files of this room see it.
 */
#ifndef ODDLOT_STORE_FILE_INTERNAL_H
#define ODDLOT_STORE_FILE_INTERNAL_H

#include "store/hdf5_internal.h"

#include "oddlot/store/file.h"

/* What this rank wrote of one dataset: rows, and the sum of their digests (see checksum.c). */
typedef struct {
    char *dataset;
    int64_t rows_whole; /* rows that the dataset has */
    int64_t rows;       /* rows that I wrote */
    uint64_t sum;
} odd_file_tally;

#define ODD_FILE_ALIGNMENT (1 << 20) /* bytes; datasets as large as this begin at a multiple */
#define ODD_FILE_METADATA  (1 << 20) /* bytes; room for what HDF5 adds to the datasets */

struct odd_file {
    hid_t id;
    hid_t access;  /* link access: no external link is followed */
    char *path;    /* final name */
    int64_t bytes; /* size of the file on disk when it was opened; reading only */
    bool ours;     /* it says that oddlot wrote it; reading only */

    /* Writing only; reading leaves comm at MPI_COMM_NULL. */
    MPI_Comm comm;  /* ours, duplicated */
    char *partial;  /* name while it is written */
    char *mpi_name; /* the same, as MPI-IO wants it */
    char *stage;    /* of the provenance, for the attributes of datasets */
    uint64_t seed;
    int fd;                /* rank 0: a second door to the file, for what HDF5 cannot do; else -1 */
    int64_t reserved;      /* rank 0: bytes of the disk that were asked for */
    odd_file **segment;    /* where the rows of a dataset go that is cut (segments_internal.h) */
    int segments;          /* 0: all rows go into this file */
    bool replaces;         /* the file of before is gone, segments of this one appear */
    bool spoilt;           /* a write failed: never to be published */
    odd_file_tally *tally; /* one a dataset, in the order of their creation */
    int tallies;
};

/* file_read.c */

/** Open for reading by this process alone. @local */
odd_status odd_file_open_here(const char *path, bool any, odd_file **out);

/* object.c */

/** ODD_FORMAT unless `object` can be reached in the file. @local */
odd_status odd_file_need(const odd_file *file, const char *object);

/* attribute.c */

/** Copy the attributes of a file that are numbers to an object of another. ODD_FORMAT, ODD_IO.
 *  @local */
odd_status odd_attributes_copy_numbers(const odd_file *from, odd_file *to, const char *object);

/** As odd_file_set_text(), for a text that is known to be the same on all ranks. @collective */
odd_status odd_attribute_text(odd_file *file, const char *object, const char *name,
                              const char *value);

/* reserve.c */

/** Rank 0 asks the disk for `bytes` more, so that a full disk shows now and with its reason. The
 *  others return at once. @local @return ODD_IO. */
odd_status odd_file_reserve(odd_file *file, int64_t bytes);

/** Rank 0 makes sure that metadata can still be written, by writing as much. The others return at
 *  once. @local @return ODD_IO. */
odd_status odd_file_check_room(const odd_file *file);

/* divert.c */

/** What this process still writes into the file of that name goes into memory from now on. @local
 */
void odd_file_divert(const char *path);

/* provenance.c */

/** Names of the attributes that odd_provenance_write() gives; each list ends with NULL. */
extern const char *const odd_provenance_texts[], *const odd_provenance_numbers[];

/** Mark the root group with all that tells where the file comes from. @collective */
odd_status odd_provenance_write(odd_file *file, const odd_provenance *from);

/** ODD_FORMAT unless the file says that oddlot wrote it. @local */
odd_status odd_provenance_check(const odd_file *file);

/* checksum.c */

/** Start the tally of a dataset; its number. @local */
odd_status odd_tally_add(odd_file *file, const char *dataset, int64_t rows, int *tally);

/** Rows row0 ... row0 + count - 1, of `width` bytes each, were written. @local */
void odd_tally_rows(odd_file *file, int tally, int64_t row0, int64_t count, size_t width,
                    const void *rows);

/** Give each dataset whose rows were all written once its checksum as attribute. @collective */
odd_status odd_tally_publish(odd_file *file);

/** The sum that odd_tally_rows() would add up. @local */
uint64_t odd_checksum_rows(int64_t row0, int64_t count, size_t width, const void *rows);

#define ODD_CHECKSUM_TEXT 17 /* 16 hexadecimal digits and the final 0 */
const char *odd_checksum_text(uint64_t sum, char buffer[static ODD_CHECKSUM_TEXT]);

#endif
