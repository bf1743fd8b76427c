/* How networks learnt, as the report shows it: curves by the epoch, figures, kinds of damage or
 * classes. */
#include "oddlot/run/columns.h"
#include "stage/report/report_page_internal.h"
#include "stage/train/train_task_internal.h"

#include "oddlot/base/memory.h"

#include <math.h>
#include <stdio.h>

#define MOST_LINES 200 /* of the table */

/* -- curves -- */

static odd_status read_curves(const odd_file *train, odd_page_training *t)
{
    odd_learning_curve *loss = &t->data.loss, *accuracy = &t->data.accuracy;
    const struct {
        const char *name;
        const odd_band_point **point;
        int64_t *count;
    } curve[] = {
        {"curves/loss_seen", &loss->seen, &loss->seen_count},
        {"curves/accuracy_seen", &accuracy->seen, &accuracy->seen_count},
        {"curves/loss_held_out", &loss->held_out, &loss->held_out_count},
        {"curves/accuracy_held_out", &accuracy->held_out, &accuracy->held_out_count},
    };
    odd_status st = ODD_OK;
    for (int i = 0; i < 4; i++) {
        odd_learning_band *band = &t->band[i];
        ODD_TRY(odd_learning_band_add(band, train, curve[i].name, &t->data.networks));
        odd_learning_band_settle(band);
        *curve[i].point = band->point;
        *curve[i].count = band->count;
    }
done:
    return st;
}

/* -- figures -- */

/* NaN where there is none. */
static double read_number(const odd_file *train, const char *name)
{
    odd_dataset *dataset = NULL;
    double value = NAN;
    if (!odd_file_has(train, name)) return NAN;
    if (odd_dataset_open(train, name, &dataset) != ODD_OK ||
        odd_dataset_shape(dataset)->rank != 0 ||
        odd_dataset_read(dataset, 0, 1, ODD_F64, &value) != ODD_OK)
        value = NAN;
    odd_dataset_close(&dataset);
    return value;
}

/* Numbers as people read them; a dash where there is none. */
static const char *share_text(double share, char text[static TEXT_SIZE])
{
    if (isfinite(share))
        snprintf(text, TEXT_SIZE, "%.1f %%", 100 * share);
    else
        snprintf(text, TEXT_SIZE, "–");
    return text;
}

static const char *area_text(double area, char text[static TEXT_SIZE])
{
    if (isfinite(area))
        snprintf(text, TEXT_SIZE, "%.4f", area);
    else
        snprintf(text, TEXT_SIZE, "–");
    return text;
}

static void read_figures(const odd_train_task *task, const odd_file *train, odd_page_training *t)
{
    char text[TEXT_SIZE];
    double seconds;
    for (const odd_task_figure *f = task->figures; f && f->name; f++) {
        const double value = read_number(train, f->dataset);
        if (isnan(value)) continue;
        (f->share ? share_text : area_text)(value, text);
        odd_facts_add(&t->facts, f->name, "%s", text);
    }
    if (odd_file_get_f64(train, "/", "seconds_per_1000_images", &seconds) == ODD_OK)
        odd_facts_add(&t->facts, "Seconds per 1,000 images", "%.3g", seconds);
    t->data.fact = t->facts.fact;
    t->data.facts = t->facts.count;
}

/* -- kinds of damage -- */

/* What judged/ says, a line for each kind and size. */
typedef struct {
    char *name;
    size_t width;
    double *smallest, *largest, *altered, *auc, *auc_altered;
    uint8_t *learnt;
    int64_t lines;
} damage_metrics;

static void damage_metrics_free(damage_metrics *m)
{
    odd_free(m->name);
    odd_free(m->smallest);
    odd_free(m->largest);
    odd_free(m->altered);
    odd_free(m->auc);
    odd_free(m->auc_altered);
    odd_free(m->learnt);
}

static odd_status read_column(const odd_file *train, const char *name, odd_type type, int64_t lines,
                              void **out)
{
    int64_t n;
    odd_status st = odd_column_read(train, name, type, out, &n);
    if (st == ODD_OK && n < lines)
        return odd_fail(ODD_FORMAT, "train.h5: '%s' has %lld values, not %lld", name, (long long)n,
                        (long long)lines);
    return st;
}

static odd_status read_damage_metrics(const odd_file *train, damage_metrics *m)
{
    const struct {
        const char *name;
        odd_type type;
        void **out;
    } column[] = {{"judged/smallest", ODD_F64, (void **)&m->smallest},
                  {"judged/largest", ODD_F64, (void **)&m->largest},
                  {"judged/altered", ODD_F64, (void **)&m->altered},
                  {"judged/auc", ODD_F64, (void **)&m->auc},
                  {"judged/auc_altered", ODD_F64, (void **)&m->auc_altered},
                  {"judged/learnt", ODD_U8, (void **)&m->learnt}};
    odd_status st;
    ODD_TRY(odd_column_read_text(train, "judged/name", MOST_LINES, &m->name, &m->width, &m->lines));
    for (size_t c = 0; c < sizeof column / sizeof *column; c++)
        ODD_TRY(read_column(train, column[c].name, column[c].type, m->lines, column[c].out));
done:
    return st;
}

static void write_side(double smallest, double largest, char text[static TEXT_SIZE])
{
    if (!isfinite(smallest) || !isfinite(largest))
        snprintf(text, TEXT_SIZE, "all of it");
    else if (largest - smallest < 0.005)
        snprintf(text, TEXT_SIZE, "%.0f %%", 100 * smallest);
    else
        snprintf(text, TEXT_SIZE, "%.0f – %.0f %%", 100 * smallest, 100 * largest);
}

enum { COLUMNS = 6 };
static const char damage_table[] = "Kinds of damage";

static void write_metrics_line(const damage_metrics *m, int64_t i, char cell[COLUMNS][TEXT_SIZE])
{
    snprintf(cell[0], TEXT_SIZE, "%s", m->name + (size_t)i * (m->width + 1));
    write_side(m->smallest[i], m->largest[i], cell[1]);
    snprintf(cell[2], TEXT_SIZE, "%s", m->learnt[i] ? "yes" : "no");
    area_text(m->auc[i], cell[3]);
    share_text(m->altered[i], cell[4]);
    area_text(m->auc_altered[i], cell[5]);
}

/* Room for a table under these heads. label: kept. */
static odd_status begin_table(odd_page_training *t, const char *label, int64_t lines, int columns,
                              const char *const head[])
{
    const int64_t cells = (lines + 1) * columns;
    odd_status st;
    if (!(t->text = odd_alloc(cells, sizeof *t->text))) return ODD_NOMEM;
    ODD_TRY(ODD_NEW(t->cell, cells));
    for (int64_t i = 0; i < cells; i++)
        t->cell[i] = t->text[i];
    for (int c = 0; c < columns; c++)
        snprintf(t->text[c], TEXT_SIZE, "%s", head[c]);
    t->data.label = label;
    t->data.cell = t->cell;
    t->data.lines = (int)lines + 1;
    t->data.columns = columns;
done:
    return st;
}

/* Kinds and sizes that were tried on purpose. */
static odd_status table_of_metrics(const odd_file *train, odd_page_training *t)
{
    static const char *const head[COLUMNS] = {"Damage", "Side",           "Learnt",
                                              "AUC",    "Alters a pixel", "AUC of these"};
    damage_metrics m = {0};
    odd_status st;
    ODD_TRY(read_damage_metrics(train, &m));
    ODD_TRY(begin_table(t, damage_table, m.lines, COLUMNS, head));
    for (int64_t i = 0; i < m.lines; i++)
        write_metrics_line(&m, i, t->text + (i + 1) * COLUMNS);
done:
    damage_metrics_free(&m);
    return st;
}

/* Kinds as they fell in training. */
static odd_status table_of_learnt(const odd_file *train, odd_page_training *t)
{
    static const char *const head[] = {"Damage", "AUC, held out"};
    char *name = NULL;
    double *auc = NULL;
    int64_t lines;
    size_t width;
    odd_status st;
    ODD_TRY(odd_column_read_text(train, "kinds/name", MOST_LINES, &name, &width, &lines));
    ODD_TRY(read_column(train, "kinds/auc", ODD_F64, lines, (void **)&auc));
    ODD_TRY(begin_table(t, damage_table, lines, 2, head));
    for (int64_t i = 0; i < lines; i++) {
        snprintf(t->text[2 * i + 2], TEXT_SIZE, "%s", name + (size_t)i * (width + 1));
        area_text(auc[i], t->text[2 * i + 3]);
    }
done:
    odd_free(name);
    odd_free(auc);
    return st;
}

/* -- classes -- */

static odd_status table_of_classes(const odd_file *train, odd_page_training *t)
{
    enum { RATES = 3, FIRST = 2, HEADS = FIRST + RATES };
    static const char *const head[HEADS] = {"Class", "Images held out", "Precision", "Recall",
                                            "F1"};
    static const char *const rate[RATES] = {"classes/precision", "classes/recall", "classes/f1"};
    char *name = NULL;
    double *value[RATES] = {NULL};
    int64_t lines, *images = NULL;
    size_t width;
    odd_status st;
    ODD_TRY(odd_column_read_text(train, "classes/name", MOST_LINES, &name, &width, &lines));
    ODD_TRY(read_column(train, "classes/held_out", ODD_I64, lines, (void **)&images));
    for (int r = 0; r < RATES; r++)
        ODD_TRY(read_column(train, rate[r], ODD_F64, lines, (void **)&value[r]));
    ODD_TRY(begin_table(t, "Classes", lines, HEADS, head));
    for (int64_t i = 0; i < lines; i++) {
        char(*cell)[TEXT_SIZE] = t->text + (i + 1) * HEADS;
        snprintf(cell[0], TEXT_SIZE, "%s", name + (size_t)i * (width + 1));
        snprintf(cell[1], TEXT_SIZE, "%lld", (long long)images[i]);
        for (int r = 0; r < RATES; r++)
            area_text(value[r][i], cell[FIRST + r]);
    }
done:
    for (int r = 0; r < RATES; r++)
        odd_free(value[r]);
    odd_free(images);
    odd_free(name);
    return st;
}

static odd_status read_table(const odd_file *train, odd_page_training *t)
{
    if (odd_file_has(train, "judged/name")) return table_of_metrics(train, t);
    if (odd_file_has(train, "kinds/name")) return table_of_learnt(train, t);
    if (odd_file_has(train, "classes/name")) return table_of_classes(train, t);
    return ODD_OK;
}

odd_status odd_page_training_read(const odd_train_task *task, const odd_file *train,
                                  odd_page_training *out)
{
    odd_status st;
    *out = (odd_page_training){0};
    ODD_TRY(read_curves(train, out));
    read_figures(task, train, out);
    ODD_TRY(read_table(train, out));
done:
    return st;
}

void odd_page_training_free(odd_page_training *t)
{
    for (size_t i = 0; i < sizeof t->band / sizeof *t->band; i++)
        odd_learning_band_free(&t->band[i]);
    odd_free(t->text);
    odd_free(t->cell);
    *t = (odd_page_training){0};
}
