/* Forecast: as a table for people, and as a line for programs. */
#include "bench/forecast_internal.h"

#include "oddlot/base/machine.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define BAR 20 /* places */

static const char *bytes_text(double bytes, char buffer[static 32])
{
    return bytes < 1 ? "-" : odd_human_bytes((int64_t)bytes, buffer);
}

static double node_hours(const odd_forecast_result *f, double seconds)
{
    return f->place.nodes * seconds / 3600;
}

static void add_bar(double share, odd_text *out)
{
    const int length = (int)lround(BAR * share);
    for (int i = 0; i < length; i++)
        odd_text_add(out, "#");
}

/* ---- the table ---- */

static void add_heads(const odd_forecast_result *f, odd_text *out)
{
    const odd_forecast_place *p = &f->place;
    char rows[32], tried[32], memory[32], took[32], cpu[128];
    odd_text_format(out, "%s: %s %s on %d rank%s x %d thread%s, %d node%s of %d CPUs and %s\n",
                    f->run->options->name, odd_human_count(f->rows, rows), f->run->pipeline->counts,
                    p->ranks, p->ranks == 1 ? "" : "s", p->threads, p->threads == 1 ? "" : "s",
                    p->nodes, p->nodes == 1 ? "" : "s", p->cpus,
                    odd_human_bytes((int64_t)p->memory, memory));
    odd_text_format(out, "by a rehearsal with %s of them in %s on %s\n\n",
                    odd_human_count(f->rehearsals.large.rows, tried),
                    odd_human_seconds(f->rehearsals.seconds, took), odd_cpu_name(cpu, sizeof cpu));
    odd_text_format(out, "%-10s %11s  %10s %10s %12s  %12s %10s\n", "stage", "memory/rank", "read",
                    "written", "between", "time", "node-hours");
}

static void add_time(const odd_forecast_result *f, double seconds, odd_text *out)
{
    char took[32];
    const double share = f->seconds > 0 ? seconds / f->seconds : 0;
    odd_text_format(out, "  %12s %10.3g  ", odd_human_seconds(seconds, took),
                    node_hours(f, seconds));
    add_bar(share, out);
    while (out->length > 0 && out->s[out->length - 1] == ' ') /* no blanks at the end of lines */
        out->s[--out->length] = '\0';
    odd_text_add(out, "\n");
}

static void add_stage(const odd_forecast_result *f, const odd_stage_forecast *s, odd_text *out)
{
    char memory[32], read[32], written[32], sent[32];
    odd_text_format(out, "%-10s %11s", s->stage->name, odd_human_bytes(s->memory, memory));
    if (!s->modelled) {
        odd_text_add(out, "  not modelled\n");
        return;
    }
    odd_text_format(out, "  %10s %10s %12s", bytes_text(s->read, read),
                    bytes_text(s->written, written),
                    f->place.ranks > 1 ? bytes_text(s->sent * f->place.ranks, sent) : "-");
    add_time(f, s->seconds, out);
}

static void add_sum(const odd_forecast_result *f, odd_text *out)
{
    double read = 0, written = 0;
    char memory[32], in[32], to[32];
    for (int i = 0; i < f->stages; i++) {
        read += f->stage[i].read;
        written += f->stage[i].written;
    }
    odd_text_format(out, "%-10s %11s  %10s %10s %12s", "all",
                    odd_human_bytes(f->stage[f->worst].memory, memory), bytes_text(read, in),
                    bytes_text(written, to), "");
    odd_text_format(out, "  %12s %10.3g\n", odd_human_seconds(f->seconds, in),
                    node_hours(f, f->seconds));
}

static void add_assumptions(const odd_forecast_result *f, odd_text *out)
{
    const odd_forecast_options *o = &f->options;
    const double disk = o->disk > 0 ? o->disk : f->rates.disk / 1e9;
    odd_text_format(out,
                    "\nmeasured here, %d thread%s: products %.0f Gflop/s, neighbours %.0f, disk "
                    "%.2f GB/s\n",
                    f->rates.workers, f->rates.workers == 1 ? "" : "s", f->rates.flops.clock / 1e9,
                    f->rates.pairs.clock / 1e9, f->rates.disk / 1e9);
    if (f->place.nodes > 1)
        odd_text_format(out,
                        "supposed: nodes like this machine, %.3g GB/s and %.3g us between them, "
                        "%.3g GB/s to disk by all\n"
                        "(--network, --latency, --disk)\n",
                        o->network, o->latency, disk);
    if (*f->rehearsals.why)
        odd_text_format(out, "not modelled, as the rehearsal failed: %s\n", f->rehearsals.why);
}

void odd_forecast_table(const odd_forecast_result *f, odd_text *out)
{
    add_heads(f, out);
    odd_text_format(out, "%-10s %11s  %10s %10s %12s", "(list)", "-", "-", "-", "-");
    add_time(f, f->list_seconds, out);
    for (int i = 0; i < f->stages; i++)
        add_stage(f, &f->stage[i], out);
    add_sum(f, out);
    add_assumptions(f, out);
}

/* ---- the line ---- */

static void add_stage_object(const odd_stage_forecast *s, odd_text *out)
{
    odd_text_format(out, "{\"stage\": \"%s\", \"memory\": %lld", s->stage->name,
                    (long long)s->memory);
    if (s->modelled)
        odd_text_format(out,
                        ", \"seconds\": %.6g, \"cpu_seconds\": %.6g, \"read\": %.0f, \"written\": "
                        "%.0f, \"received_by_a_rank\": %.0f",
                        s->seconds, s->cpu, s->read, s->written, s->sent);
    odd_text_format(out, ", \"modelled\": %s}", s->modelled ? "true" : "false");
}

void odd_forecast_json(const odd_forecast_result *f, odd_text *out)
{
    const odd_forecast_place *p = &f->place;
    char cpu[128];
    odd_text_add(out, "{\"job\": ");
    odd_text_json(out, f->run->options->name);
    odd_text_format(out,
                    ", \"images\": %lld, \"ranks\": %d, \"threads\": %d, \"ranks_per_node\": %d, "
                    "\"nodes\": %d, \"cpu\": ",
                    (long long)f->rows, p->ranks, p->threads, p->per_node, p->nodes);
    odd_text_json(out, odd_cpu_name(cpu, sizeof cpu));
    odd_text_format(
        out,
        ", \"rehearsed_images\": %lld, \"rehearsal_seconds\": %.3f, \"gflops\": %.1f, "
        "\"neighbour_gflops\": %.1f, \"disk_bytes_per_second\": %.0f, \"fits\": %s, "
        "\"list_seconds\": %.6g, \"seconds\": %.6g, \"node_hours\": %.6g, \"stages\": [",
        (long long)f->rehearsals.large.rows, f->rehearsals.seconds, f->rates.flops.clock / 1e9,
        f->rates.pairs.clock / 1e9, f->rates.disk, f->fits ? "true" : "false", f->list_seconds,
        f->seconds, node_hours(f, f->seconds));
    for (int i = 0; i < f->stages; i++) {
        odd_text_add(out, i > 0 ? ", " : "");
        add_stage_object(&f->stage[i], out);
    }
    odd_text_add(out, "]");
    if (!f->fits) {
        odd_text_add(out, ", \"refused\": ");
        odd_text_json(out, f->refusal);
    }
    odd_text_add(out, "}\n");
}
