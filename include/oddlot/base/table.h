/**
 * Table: the parts of one kind that the program has, each a record in a file of its own and one
 * line in the list of a header:
 *
 *     #define ODD_DETECTORS(X) X(odd_detector_core) X(odd_detector_knn)
 *
 * The list declares the records and fills the table, an array of pointers that a NULL ends. The
 * array is all that is in its file: a program that is linked with the rooms may have a table of its
 * own in its place, such as that of this list and one part more.
 */
#ifndef ODDLOT_BASE_TABLE_H
#define ODDLOT_BASE_TABLE_H

/* The entry of a record in the table. */
#define ODD_TABLE_ENTRY(record) &record,

#endif
