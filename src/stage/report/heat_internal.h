/**
 * Heat: where in an image a network sees damage.
 *
 * Windows are erased (Zeiler and Fergus, "Visualizing and understanding convolutional networks",
 * ECCV 2014), and the heat of a place is how far the log odds of damage fall, on the mean over the
 * windows that cover it. They are erased in the last map of the network, not in the image: an
 * erased rectangle of an image looks damaged itself, and the rest of the network takes no time.
 * What is erased becomes the median of its channel, which is what most of the image looks like.
 * Windows are half as wide as the map, so that no sign of a damaged region is left when one is on
 * it. Where a network has no such map, or does not depend on it alone, the image itself is the map.
 */
#ifndef ODDLOT_STAGE_REPORT_HEAT_INTERNAL_H
#define ODDLOT_STAGE_REPORT_HEAT_INTERNAL_H

#include "oddlot/run/run.h"
#include "oddlot/store/file.h"

#include "oddlot/nn/graph.h"
#include "oddlot/nn/net.h"

/* -- heat_network.c -- */

/* A network in two parts, and room for what goes between them. */
typedef struct {
    int height, width, channels; /* of images */
    int rows, columns, planes;   /* of the map */
    int values;                  /* of the output: 1 (log odds) or 2 (no damage, damage) */
    odd_net *front, *back;       /* image to map; map to output. front NULL: the map is the image */
} odd_heat_network;

/** Cut a network of images into one or two values. @local; ODD_NOMEM. */
odd_status odd_heat_network_open(const odd_graph *graph, odd_heat_network *out);
void odd_heat_network_close(odd_heat_network *network);

/** Log odds of damage for n maps (n, planes, rows, columns); output: room for (n, values). */
odd_status odd_heat_odds(const odd_heat_network *network, int64_t n, const float map[],
                         float output[], double odds[]);

/* -- heat_map.c -- */

/* Pixels of an image. */
typedef struct {
    int32_t left, top, width, height;
} odd_heat_region;

/** The heat of one image, planes as the network wants them (channels, height, width); odds: what
 *  the network says of it; heat: (height, width) log odds. All threads. The bits depend on the
 * image and the network only. @local; ODD_NOMEM, ODD_NUMERIC. */
odd_status odd_heat_map(const odd_heat_network *network, const float image[], double *odds,
                        float heat[]);

/** The hottest area: what hangs together with the hottest pixel and is nearly as hot, as a
 *  rectangle around it. Empty where nothing is warm. @local; ODD_NOMEM. */
odd_status odd_heat_hottest(int height, int width, const float heat[], odd_heat_region *region);

/* -- heat_flagged.c -- */

/* The maps of the first flagged images. */
typedef struct {
    int64_t count; /* on every rank; 0: there are none */
    int height, width;
    int64_t *row;            /* (count) global index, on every rank */
    float *map;              /* (count, height, width) on rank 0 */
    odd_heat_region *region; /* (count) on rank 0 */
} odd_heat_maps;

/** Make them where the job has trained damage networks and report.heat_maps is on: each rank works
 *  on some of the images, by networks that have not seen them. @collective; ODD_IO, ODD_FORMAT
 * where networks/ is not what train.h5 is about, ODD_NOMEM. */
odd_status odd_heat_make(const odd_run *run, odd_heat_maps *out);
void odd_heat_free(odd_heat_maps *maps);

/** Write group `heat` of report.h5; nothing where there are none. @collective */
odd_status odd_heat_write(const odd_run *run, const odd_heat_maps *maps, odd_file *file);

#endif
