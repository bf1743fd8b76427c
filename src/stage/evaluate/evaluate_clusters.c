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

#include <math.h>
#include <stdio.h>
#include <string.h>

#define CLUSTERS "columns/cluster"

/* The labels of the images that count. */
typedef struct {
    odd_labels numbered; /* on rank 0 of all images, on the others of theirs */
    bool held_out;       /* some images are */
} evaluated_labels;

/* Of my images; one that is held out has none here. @local */
static odd_status collect_labels(odd_image_facts *facts, const uint8_t held_out[],
                                 const odd_partition *part, evaluated_labels *out)
{
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
static odd_status read_labels(const odd_file *ingest, const odd_partition *part,
                              evaluated_labels *out)
{
    odd_image_facts *facts = NULL;
    uint8_t *held_out = NULL;
    odd_status st;
    ODD_TRY(ODD_NEW(held_out, part->n_local));
    ODD_TRY(odd_image_column_part(ingest, "ingest.h5", "held_out", ODD_U8, part->n, part->row0,
                                  part->n_local, held_out));
    ODD_TRY(odd_image_facts_open(ingest, part->n, &facts));
    ODD_TRY(collect_labels(facts, held_out, part, out));
done:
    odd_image_facts_close(&facts);
    odd_free(held_out);
    return st;
}

/* @collective */
static odd_status number_labels(MPI_Comm comm, const odd_file *ingest, int64_t images,
                                evaluated_labels *out)
{
    const odd_partition part = odd_partition_rows(comm, images);
    int64_t *all = NULL, n;
    odd_status st;
    ODD_TRY_ALL(comm, read_labels(ingest, &part, out));
    int64_t some = out->held_out;
    odd_max_i64(comm, &some, 1);
    out->held_out = some != 0;
    ODD_TRY(odd_labels_settle(comm, &out->numbered));
    ODD_TRY(
        odd_gather_rows(comm, 0, out->numbered.of, part.n_local, sizeof *all, (void **)&all, &n));
    if (odd_rank(comm) != 0) goto done;
    odd_free(out->numbered.of);
    out->numbered.of = all;
    out->numbered.rows = n;
    all = NULL;
done:
    odd_free(all);
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

/* A catalogue may have a label for each image: nothing to compare then, but no failure. */
static odd_status count_images(const evaluated_labels *l, int64_t rows, const double cluster[],
                               odd_contingency *out)
{
    const odd_status st = odd_contingency_of(rows, l->numbered.of, l->numbered.count, cluster, out);
    if (st != ODD_ARG) return st;
    odd_log(ODD_LOG_INFO, "evaluate: %s", odd_fail_reason());
    return ODD_OK;
}

/* @local: rank 0 */
static odd_status compare(const evaluated_labels *l, const odd_file *scores, int64_t images,
                          odd_bundle *metrics)
{
    odd_contingency table = {0};
    double *cluster = NULL;
    odd_status st;
    ODD_TRY(
        odd_image_column_read(scores, "scores.h5", CLUSTERS, ODD_F64, images, (void **)&cluster));
    ODD_TRY(count_images(l, images, cluster, &table));
    if (table.rows > 0) ODD_TRY(compute_agreement(l, &table, metrics));
done:
    odd_free(cluster);
    odd_contingency_free(&table);
    return st;
}

odd_status odd_evaluate_clusters(MPI_Comm comm, const odd_file *ingest, const odd_file *scores,
                                 int64_t images, odd_bundle *metrics)
{
    evaluated_labels l = {0};
    odd_status st = ODD_OK;
    if (!odd_file_has(scores, CLUSTERS)) goto done;
    ODD_TRY(number_labels(comm, ingest, images, &l));
    if (l.numbered.count < 2) goto done;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? compare(&l, scores, images, metrics) : ODD_OK);
done:
    odd_labels_free(&l.numbered);
    return st;
}
