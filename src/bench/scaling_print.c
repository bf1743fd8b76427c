/* Scaling print: the table for people, as CSV, and as a line of JSON. */
#include "bench/scaling_internal.h"

#include <math.h>

/* "0.93", "-" where it is not known */
static void add_share(double value, odd_text *out)
{
    if (isnan(value))
        odd_text_format(out, " %7s", "-");
    else
        odd_text_format(out, " %7.2f", value);
}

static void add_seconds(double seconds, odd_text *out)
{
    char took[32];
    odd_text_format(out, " %9s", isnan(seconds) ? "-" : odd_human_seconds(seconds, took));
}

static void add_row(const odd_scaling_line *l, odd_text *out)
{
    char images[32];
    odd_text_format(out, "%-6s %-10s %5d %13s %3d", l->weak ? "weak" : "strong", l->stage, l->ranks,
                    odd_human_count(l->images, images), l->repeats);
    add_seconds(l->seconds, out);
    add_seconds(l->median, out);
    add_share(l->speedup, out);
    add_share(l->efficiency, out);
    add_share(l->balance, out);
    add_share(l->files, out);
    add_share(l->communication, out);
    add_share(l->computation, out);
    add_share(l->processors, out);
    add_seconds(l->predicted, out);
    odd_text_add(out, "\n");
}

void odd_scaling_text(const odd_scaling_table *table, odd_text *out)
{
    odd_text_format(out, "%-6s %-10s %5s %13s %3s %9s %9s %7s %7s %7s %7s %7s %7s %7s %9s\n",
                    "kind", "stage", "ranks", "images", "of", "fastest", "median", "speedup",
                    "effic.", "balance", "files", "comm.", "work", "by CPU", "model");
    for (int i = 0; i < table->count; i++)
        add_row(&table->line[i], out);
    odd_text_add(
        out, "\neffic.: against the fewest ranks; balance x files x comm.: the share of the time "
             "that ranks are at work;\n"
             "work: that of the fewest ranks by that of all of these; by CPU: efficiency by it "
             "and the busiest rank alone,\n"
             "both in seconds of processors outside MPI, which other programs do not lengthen\n");
}

/* -- for programs -- */

void odd_scaling_csv(const odd_scaling_table *table, odd_text *out)
{
    odd_text_add(out, "kind,stage,ranks,threads,images,repeats,bytes_sent");
    for (const odd_scaling_number *n = odd_scaling_numbers; n->name; n++)
        odd_text_format(out, ",%s", n->name);
    for (int i = 0; i < table->count; i++) {
        const odd_scaling_line *l = &table->line[i];
        odd_text_format(out, "\n%s,%s,%d,%d,%lld,%d,%lld", l->weak ? "weak" : "strong", l->stage,
                        l->ranks, l->threads, (long long)l->images, l->repeats, (long long)l->sent);
        for (const odd_scaling_number *n = odd_scaling_numbers; n->name; n++) {
            const double value = odd_scaling_value(l, n);
            odd_text_format(out, isfinite(value) ? ",%.6g" : ",", value);
        }
    }
    odd_text_add(out, "\n");
}

static void add_object(const odd_scaling_line *l, odd_text *out)
{
    odd_text_format(out,
                    "{\"kind\": \"%s\", \"stage\": \"%s\", \"ranks\": %d, \"threads\": %d, "
                    "\"images\": %lld, \"repeats\": %d, \"bytes_sent\": %lld",
                    l->weak ? "weak" : "strong", l->stage, l->ranks, l->threads,
                    (long long)l->images, l->repeats, (long long)l->sent);
    for (const odd_scaling_number *n = odd_scaling_numbers; n->name; n++) {
        const double value = odd_scaling_value(l, n);
        if (isfinite(value)) odd_text_format(out, ", \"%s\": %.6g", n->name, value);
    }
    odd_text_add(out, "}");
}

void odd_scaling_json(const odd_scaling_table *table, odd_text *out)
{
    odd_text_add(out, "{\"scaling\": [");
    for (int i = 0; i < table->count; i++) {
        odd_text_add(out, i > 0 ? ", " : "");
        add_object(&table->line[i], out);
    }
    odd_text_add(out, "]}\n");
}
