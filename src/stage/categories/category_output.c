/* Category output: categories.h5. What is said of images is written by those who have them,
 * probabilities of all categories by those who have the rows; rank 0 has what is said of
 * categories. */
#include "oddlot/run/columns.h"
#include "oddlot/store/dataset.h"
#include "stage/categories/categories_internal.h"

#include "oddlot/base/memory.h"
#include "oddlot/par/agree.h"
#include "oddlot/par/comm.h"
#include "oddlot/par/route.h"

#include <math.h>
#include <stdio.h>

/* -- of each image -- */

/* What is said of an image, on its way to the rank that has the image. */
typedef struct {
    int64_t image;
    int32_t category, other, confident, fold;
    float own, chance;
} told_image;

static int owner_of_told(const void *owners, const void *told)
{
    return odd_partition_owner(owners, ((const told_image *)told)->image);
}

/* Of my rows; mine NULL: nothing but categories is known. @local */
static odd_status list_told(const odd_category_rows *c, const odd_category_verdict mine[],
                            told_image **out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(*out, c->part.n_local));
    for (int64_t i = 0; i < c->part.n_local; i++) {
        told_image *t = &(*out)[i];
        *t = (told_image){c->image[i], c->mine[i], -1, -1, -1, NAN, NAN};
        if (!mine) continue;
        t->fold = c->fold[i];
        t->own = mine[i].own;
        t->other = mine[i].other[0];
        t->chance = mine[i].chance[0];
        t->confident = mine[i].confident;
    }
done:
    return st;
}

typedef struct {
    int32_t *category, *other, *confident, *fold; /* (n_local) of my images */
    float *own, *chance;
} image_columns;

static void image_columns_free(image_columns *c)
{
    odd_free(c->category);
    odd_free(c->other);
    odd_free(c->confident);
    odd_free(c->fold);
    odd_free(c->own);
    odd_free(c->chance);
}

static odd_status new_columns(int64_t images, image_columns *out)
{
    odd_status st;
    ODD_TRY(ODD_NEW(out->category, images));
    ODD_TRY(ODD_NEW(out->other, images));
    ODD_TRY(ODD_NEW(out->confident, images));
    ODD_TRY(ODD_NEW(out->fold, images));
    ODD_TRY(ODD_NEW(out->own, images));
    ODD_TRY(ODD_NEW(out->chance, images));
    for (int64_t i = 0; i < images; i++) {
        out->category[i] = out->other[i] = out->confident[i] = out->fold[i] = -1;
        out->own[i] = out->chance[i] = NAN;
    }
done:
    return st;
}

/* @local */
static odd_status fill_columns(const odd_partition *part, const told_image told[], int64_t count,
                               image_columns *out)
{
    odd_status st;
    ODD_TRY(new_columns(part->n_local, out));
    for (int64_t k = 0; k < count; k++) {
        const int64_t i = told[k].image - part->row0;
        out->category[i] = told[k].category;
        out->other[i] = told[k].other;
        out->confident[i] = told[k].confident;
        out->fold[i] = told[k].fold;
        out->own[i] = told[k].own;
        out->chance[i] = told[k].chance;
    }
done:
    return st;
}

/* Columns of my images, which other ranks may have as rows. @collective */
static odd_status bring_columns(MPI_Comm comm, const odd_category_rows *c,
                                const odd_category_verdict mine[], const odd_partition *part,
                                image_columns *out)
{
    odd_owners owners = {0};
    told_image *told = NULL, *met = NULL;
    int64_t count;
    odd_status st;
    ODD_TRY_ALL(comm, odd_owners_new(comm, c->images, &owners));
    ODD_TRY_ALL(comm, list_told(c, mine, &told));
    ODD_TRY(odd_route(comm, told, c->part.n_local, sizeof *told, owner_of_told, &owners,
                      (void **)&met, &count));
    ODD_TRY_ALL(comm, fill_columns(part, met, count, out));
done:
    odd_owners_free(&owners);
    odd_free(told);
    odd_free(met);
    return st;
}

static odd_status write_images(const odd_run *run, odd_file *file, const odd_category_rows *c,
                               const odd_category_verdict verdict[])
{
    const odd_partition part = odd_partition_rows(run->comm, c->images);
    const int64_t n = part.n, row0 = part.row0, mine = part.n_local;
    image_columns of = {0};
    odd_status st;
    ODD_TRY(bring_columns(run->comm, c, verdict, &part, &of));
    ODD_TRY(odd_column_write(file, "image/category", ODD_I32, n, row0, mine, of.category,
                             "number of the category that it is filed under; -1: none, or one with "
                             "too few images",
                             ""));
    ODD_TRY(odd_column_write(file, "image/probability", ODD_F32, n, row0, mine, of.own,
                             "that it belongs there, by what has not seen it; NaN: not known", ""));
    ODD_TRY(odd_column_write(file, "image/other", ODD_I32, n, row0, mine, of.other,
                             "the most probable of the other categories; -1: not known", ""));
    ODD_TRY(odd_column_write(file, "image/other_probability", ODD_F32, n, row0, mine, of.chance,
                             "that it belongs to that one", ""));
    ODD_TRY(odd_column_write(file, "image/confident", ODD_I32, n, row0, mine, of.confident,
                             "the most probable of the categories that are as sure of it as of "
                             "their own images; -1: none",
                             ""));
    ODD_TRY(odd_column_write(file, "image/fold", ODD_I32, n, row0, mine, of.fold,
                             "which discriminant has not seen it; -1: not judged", ""));
done:
    image_columns_free(&of);
    return st;
}

/* -- of each category, and of pairs -- */

static const char *name_of(const void *context, int64_t i)
{
    return ((const odd_category_rows *)context)->name[i];
}

static odd_status write_categories(const odd_run *run, odd_file *file, const odd_category_rows *c,
                                   const odd_category_judgement *j)
{
    const int64_t mine = odd_rank(run->comm) == 0 ? c->count : 0;
    odd_status st;
    ODD_TRY(odd_column_write_text(file, "category/name", run->comm, c->count, 0, mine, name_of, c,
                                  "categories that have images enough, sorted"));
    ODD_TRY(odd_column_write(file, "category/images", ODD_I64, c->count, 0, mine, c->size,
                             "readable images of each", ""));
    if (j)
        ODD_TRY(odd_column_write(file, "category/probability", ODD_F64, c->count, 0, mine,
                                 j->threshold, "mean probability of its own images", ""));
done:
    return st;
}

/* Entries of the joint or pairs, as columns. */
typedef struct {
    int64_t count;
    int32_t *first, *second;
    int64_t *images;
    double *value;
} pair_columns;

static void pair_columns_free(pair_columns *p)
{
    odd_free(p->first);
    odd_free(p->second);
    odd_free(p->images);
    odd_free(p->value);
}

static odd_status new_pairs(int64_t count, pair_columns *out)
{
    odd_status st;
    out->count = count;
    ODD_TRY(ODD_NEW(out->first, count));
    ODD_TRY(ODD_NEW(out->second, count));
    ODD_TRY(ODD_NEW(out->images, count));
    ODD_TRY(ODD_NEW(out->value, count));
done:
    return st;
}

static odd_status fill_joint(const odd_confident_joint *joint, pair_columns *out)
{
    odd_status st;
    ODD_TRY(new_pairs(joint->count, out));
    for (int64_t i = 0; i < joint->count; i++) {
        out->first[i] = joint->entry[i].label;
        out->second[i] = joint->entry[i].other;
        out->images[i] = joint->entry[i].rows;
        out->value[i] = joint->entry[i].estimated;
    }
done:
    return st;
}

static odd_status fill_pairs(const odd_category_judgement *j, pair_columns *out)
{
    odd_status st;
    ODD_TRY(new_pairs(j->pairs, out));
    for (int64_t i = 0; i < j->pairs; i++) {
        out->first[i] = j->pair[i].first;
        out->second[i] = j->pair[i].second;
        out->value[i] = j->pair[i].likeness;
    }
done:
    return st;
}

static odd_status write_joint(MPI_Comm comm, odd_file *file, const odd_category_judgement *j)
{
    pair_columns p = {0};
    odd_status st;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? fill_joint(&j->joint, &p) : ODD_OK);
    int64_t n = p.count;
    odd_broadcast(comm, 0, &n, sizeof n);
    ODD_TRY(odd_column_write(file, "joint/category", ODD_I32, n, 0, p.count, p.first,
                             "images are filed under this one", ""));
    ODD_TRY(odd_column_write(file, "joint/confident", ODD_I32, n, 0, p.count, p.second,
                             "and this one is confident of them", ""));
    ODD_TRY(odd_column_write(file, "joint/images", ODD_I64, n, 0, p.count, p.images,
                             "so many of them", ""));
    ODD_TRY(odd_column_write(file, "joint/estimated", ODD_F64, n, 0, p.count, p.value,
                             "and of all images, also those of which none is confident", ""));
done:
    pair_columns_free(&p);
    return st;
}

static odd_status write_pairs(MPI_Comm comm, odd_file *file, const odd_category_judgement *j)
{
    pair_columns p = {0};
    odd_status st;
    ODD_TRY_ALL(comm, odd_rank(comm) == 0 ? fill_pairs(j, &p) : ODD_OK);
    int64_t n = p.count;
    odd_broadcast(comm, 0, &n, sizeof n);
    ODD_TRY(odd_column_write(file, "pair/first", ODD_I32, n, 0, p.count, p.first,
                             "of two categories that are taken for one another", ""));
    ODD_TRY(
        odd_column_write(file, "pair/second", ODD_I32, n, 0, p.count, p.second, "the other", ""));
    ODD_TRY(odd_column_write(file, "pair/likeness", ODD_F64, n, 0, p.count, p.value,
                             "how probable each is among images of the other, as a share of that "
                             "among its own: 0 never, 1 they cannot be told apart",
                             ""));
done:
    pair_columns_free(&p);
    return st;
}

/* -- probabilities of all categories -- */

typedef struct {
    const odd_category_model *m;
    float *p;      /* (rows of a panel, k) */
    int64_t first; /* my row that it begins with */
} filling;

static odd_status fill_probabilities(void *context, const odd_block *block, double sum[])
{
    const filling *f = context;
    const int64_t k = f->m->of->count, step = odd_category_step(f->m);
    double *p = NULL;
    odd_status st;
    (void)sum;
    ODD_TRY(ODD_NEW(p, step * k));
    for (int64_t first = 0; first < block->count; first += step) {
        const odd_block part = odd_block_part(block, first, step);
        ODD_TRY(odd_category_probabilities(f->m, &part, p));
        for (int64_t i = 0; i < part.count * k; i++)
            f->p[(part.local - f->first) * k + i] = (float)p[i];
    }
done:
    odd_free(p);
    return st;
}

static odd_status write_probabilities(const odd_run *run, odd_file *file,
                                      const odd_category_model *m)
{
    const int64_t k = m->of->count, n = m->rows->part.n, n_local = m->rows->part.n_local;
    const odd_shape shape = {.type = ODD_F32, .rank = 2, .shape = {n, k}};
    filling f = {.m = m};
    odd_dataset *dataset = NULL;
    odd_status st;
    ODD_TRY_ALL(run->comm, ODD_NEW(f.p, n_local * k));
    ODD_TRY(odd_rows_each(m->rows, fill_probabilities, &f));
    ODD_TRY(odd_dataset_create(file, "probabilities", &shape,
                               "of each category, for each row of features.h5", "", &dataset));
    ODD_TRY(odd_dataset_write(dataset, m->rows->part.row0, n_local, f.p));
done:
    odd_dataset_close(&dataset);
    odd_free(f.p);
    return st;
}

/* -- all -- */

static odd_status describe_model(const odd_category_rows *c, const odd_category_model *m,
                                 odd_bundle *b)
{
    odd_status st;
    ODD_TRY(odd_bundle_add_i64(b, "small", "images of categories that have too few", c->small));
    ODD_TRY(odd_bundle_add_i64(b, "folders", "1: categories are the folders of images",
                               c->filing.folders));
    ODD_TRY(odd_bundle_add_f64(b, "skill",
                               "how much better images tell their category than sizes of "
                               "categories do: 0 not at all, 1 always and surely",
                               m ? m->skill : NAN));
    ODD_TRY(odd_bundle_add_f64(b, "trust", "weight of the discriminants, of all evidence",
                               m ? m->weight[ODD_CATEGORY_DISCRIMINANT] : NAN));
    ODD_TRY(odd_bundle_add_f64(b, "sharpness", "what their scores were multiplied by",
                               m ? m->sharpness[ODD_CATEGORY_DISCRIMINANT] : NAN));
    ODD_TRY(odd_bundle_add_f64(b, "classifier",
                               "weight of the trained classifier; 0: none is asked",
                               m ? m->weight[ODD_CATEGORY_CLASSIFIER] : NAN));
    ODD_TRY(odd_bundle_add_f64(b, "classifier_sharpness", "what its logits were multiplied by",
                               m ? m->sharpness[ODD_CATEGORY_CLASSIFIER] : NAN));
done:
    return st;
}

static odd_status write_model(const odd_run *run, odd_file *file, const odd_category_rows *c,
                              const odd_category_model *m)
{
    odd_bundle b = ODD_BUNDLE_EMPTY;
    odd_status st;
    ODD_TRY_ALL(run->comm, describe_model(c, m, &b));
    ODD_TRY(odd_bundle_write(file, "model", &b));
done:
    odd_bundle_free(&b);
    return st;
}

odd_status odd_categories_write(const odd_run *run, odd_file *file, const odd_category_rows *c,
                                const odd_category_model *m, const odd_category_judgement *j,
                                bool probabilities)
{
    odd_status st;
    ODD_TRY(write_images(run, file, c, j ? j->mine : NULL));
    ODD_TRY(write_categories(run, file, c, j));
    ODD_TRY(write_model(run, file, c, m));
    if (j) ODD_TRY(write_joint(run->comm, file, j));
    if (j) ODD_TRY(write_pairs(run->comm, file, j));
    if (m && probabilities) ODD_TRY(write_probabilities(run, file, m));
done:
    return st;
}
