/* Evaluate clusters: how well they agree with the labels of the catalogue, whether or not it is
 * known which images are odd. */
#include "oddlot/run/columns.h"
#include "oddlot/run/labels.h"
#include "stage/evaluate/evaluate_internal.h"

#include "oddlot/base/log.h"
#include "oddlot/base/memory.h"
#include "oddlot/eval/clustering.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/partition.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CLUSTERS "columns/cluster"

/* My images, and the labels of those that count. */
typedef struct {
    MPI_Comm comm;
    odd_partition part;
    odd_labels numbered; /* names of all ranks */
    bool held_out;       /* some images are, of all ranks */
} evaluated_labels;

/* An image that is held out has none here. @local */
static odd_status collect_labels(odd_image_facts *facts, const uint8_t held_out[],
                                 evaluated_labels *out)
{
    const odd_partition *part = &out->part;
    odd_status st;
    ODD_TRY(odd_labels_new(part->n_local, &out->numbered));
    for (int64_t i = 0; i < part->n_local; i++) {
        const char *label = "";
        if (!held_out[i])
            ODD_TRY(odd_image_text_of(facts, ODD_IMAGE_LABEL, part->row0 + i, &label));
        ODD_TRY(odd_labels_add(&out->numbered, label));
        out->held_out = out->held_out || held_out[i];
    }
done:
    return st;
}

/* @local */
static odd_status read_labels(const odd_file *ingest, evaluated_labels *out)
{
    const odd_partition *part = &out->part;
    odd_image_facts *facts = NULL;
    uint8_t *held_out = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(held_out, part->n_local));
    ODD_TRY(odd_image_column_part(ingest, "ingest.h5", "held_out", ODD_U8, part->n, part->row0,
                                  part->n_local, held_out));
    ODD_TRY(odd_image_facts_open(ingest, part->n, &facts));
    ODD_TRY(collect_labels(facts, held_out, out));
done:
    odd_image_facts_close(&facts);
    odd_free(held_out);
    return st;
}

/* @collective */
static odd_status number_labels(const odd_file *ingest, evaluated_labels *out)
{
    odd_status st;
    ODD_TRY_ALL(out->comm, read_labels(ingest, out));
    int64_t some = out->held_out;
    odd_max_i64(out->comm, &some, 1);
    out->held_out = some != 0;
    ODD_TRY(odd_labels_settle(out->comm, &out->numbered));
done:
    return st;
}

/* One value, and what it is over. */
static odd_status add_value(odd_bundle *b, const char *name, const char *what,
                            const evaluated_labels *l, int64_t images, double value)
{
    char about[192];
    snprintf(about, sizeof about, "%s; over the %lld labelled images%s", what, (long long)images,
             l->held_out ? " that are not held out" : "");
    return odd_bundle_add_f64(b, name, about, value);
}

static odd_status add_values(odd_bundle *b, const evaluated_labels *l, int64_t images,
                             const odd_agreement *found)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(b, "clustering/images",
                               "that have a label and a cluster and are not held out", images));
    ODD_TRY(add_value(b, "clustering/accuracy",
                      "share of the images in the cluster of their label, by the best assignment "
                      "of one to one",
                      l, images, found->accuracy));
    ODD_TRY(add_value(b, "clustering/nmi",
                      "normalised mutual information of clusters and labels, arithmetic mean", l,
                      images, found->nmi));
    ODD_TRY(add_value(b, "clustering/ari", "adjusted Rand index of clusters and labels", l, images,
                      found->ari));
done:
    return st;
}

static odd_status add_names(odd_bundle *b, const evaluated_labels *l)
{
    size_t width = 1;
    char *cell;
    odd_status st;
    for (int64_t i = 0; i < l->numbered.count; i++)
        if (strlen(l->numbered.name[i]) > width) width = strlen(l->numbered.name[i]);
    const odd_shape shape = {ODD_STRING, width, 1, {l->numbered.count}};
    ODD_TRY(odd_bundle_add_shape(b, "clustering/label", "labels, sorted", &shape, &cell));
    for (int64_t i = 0; i < l->numbered.count; i++)
        memcpy(cell + (size_t)i * width, l->numbered.name[i], strlen(l->numbered.name[i]));
done:
    return st;
}

static odd_status add_table(odd_bundle *b, const odd_contingency *table, const int64_t cluster_of[])
{
    const size_t cells = (size_t)(table->labels * table->clusters);
    int64_t *count, *cluster;
    odd_status st;
    ODD_TRY(odd_bundle_add(b, "clustering/table", ODD_I64, "images by label and cluster", &count, 2,
                           table->labels, table->clusters));
    memcpy(count, table->count, cells * sizeof *count);
    ODD_TRY(odd_bundle_add(b, "clustering/cluster_of_label", ODD_I64,
                           "the cluster that stands for each label; -1: none is left", &cluster, 1,
                           table->labels));
    memcpy(cluster, cluster_of, (size_t)table->labels * sizeof *cluster);
done:
    return st;
}

static odd_status compute_agreement(const evaluated_labels *l, const odd_contingency *table,
                                    odd_bundle *metrics)
{
    int64_t *cluster_of = NULL;
    odd_agreement found;
    odd_status st;
    ODD_TRY(ODD_NEW(cluster_of, table->labels));
    ODD_TRY(odd_agreement_of(table, cluster_of, &found));
    ODD_TRY(add_values(metrics, l, table->rows, &found));
    ODD_TRY(add_names(metrics, l));
    ODD_TRY(add_table(metrics, table, cluster_of));
done:
    odd_free(cluster_of);
    return st;
}

/* A catalogue may have a label for each image: nothing to compare then, but no failure.
 * @collective */
static odd_status count_images(const evaluated_labels *l, double largest, const double cluster[],
                               odd_contingency *out)
{
    const odd_status st = odd_agree(l->comm, odd_contingency_new(l->numbered.count, largest, out));
    if (st == ODD_ARG) odd_log(ODD_LOG_INFO, "evaluate: %s", odd_fail_reason());
    if (st != ODD_OK) return st == ODD_ARG ? ODD_OK : st;
    odd_contingency_add(out, l->part.n_local, l->numbered.of, cluster);
    odd_sum_i64(l->comm, out->count, out->labels * out->clusters);
    odd_sum_i64(l->comm, &out->rows, 1);
    return ODD_OK;
}

/* Rank 0 compares; the others get what it found. @collective */
static odd_status compare(const evaluated_labels *l, const odd_contingency *table,
                          odd_bundle *metrics)
{
    odd_status st;
    ODD_TRY_ALL(l->comm, odd_rank(l->comm) == 0 ? compute_agreement(l, table, metrics) : ODD_OK);
    ODD_TRY(odd_share_bundle(l->comm, 0, metrics));
done:
    return st;
}

/* @local */
static odd_status read_clusters(const odd_file *scores, const odd_partition *part, double **cluster,
                                double *largest)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*cluster, part->n_local));
    ODD_TRY(odd_image_column_part(scores, "scores.h5", CLUSTERS, ODD_F64, part->n, part->row0,
                                  part->n_local, *cluster));
    ODD_TRY(odd_contingency_largest(part->row0, part->n_local, *cluster, largest));
done:
    return st;
}

odd_status odd_evaluate_clusters(MPI_Comm comm, const odd_file *ingest, const odd_file *scores,
                                 int64_t images, odd_bundle *metrics)
{
    evaluated_labels l = {.comm = comm, .part = odd_partition_rows(comm, images)};
    odd_contingency table = {0};
    double *cluster = NULL, largest;
    odd_status st = ODD_OK;
    if (!odd_file_has(scores, CLUSTERS)) return ODD_OK;
    ODD_TRY_ALL(comm, read_clusters(scores, &l.part, &cluster, &largest));
    odd_max_f64(comm, &largest, 1);
    if (largest < 0) goto done; /* no image is in any */
    ODD_TRY(number_labels(ingest, &l));
    if (l.numbered.count < 2) goto done;
    ODD_TRY(count_images(&l, largest, cluster, &table));
    if (table.rows > 0) ODD_TRY(compare(&l, &table, metrics));
done:
    odd_free(cluster);
    odd_contingency_free(&table);
    odd_labels_free(&l.numbered);
    return st;
}
