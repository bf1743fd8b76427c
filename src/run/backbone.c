/* Backbone: where a pretrained network lies that audits use by themselves. */
#include "oddlot/run/backbone.h"

#include "oddlot/par/comm.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char found[PATH_MAX]; /* the same on every rank that looked together; "": none */

static bool is_onnx(const char *name)
{
    const char *dot = strrchr(name, '.');
    return *name != '.' && dot && strcmp(dot, ".onnx") == 0;
}

/* Names in a folder have no order of their own. */
static void first_name(const char *folder, char name[static NAME_MAX + 1])
{
    DIR *entries = opendir(folder);
    *name = '\0';
    for (const struct dirent *e; entries && (e = readdir(entries));)
        if (is_onnx(e->d_name) && (!*name || strcmp(e->d_name, name) < 0))
            snprintf(name, NAME_MAX + 1, "%s", e->d_name);
    if (entries) closedir(entries);
}

/* Paths that are too long are passed over, as what is not there. */
static bool look_into(const char *base, const char *below)
{
    char folder[PATH_MAX], name[NAME_MAX + 1];
    int length = snprintf(folder, sizeof folder, "%s%s/oddlot/backbones", base, below);
    if (length < 0 || length >= (int)sizeof folder) return false;
    first_name(folder, name);
    if (!*name) return false;
    length = snprintf(found, sizeof found, "%s/%s", folder, name);
    if (length > 0 && length < (int)sizeof found) return true;
    *found = '\0';
    return false;
}

/* The XDG standard wants a folder that is not absolute passed over. */
static bool look_at_user(void)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    if (data && *data == '/') return look_into(data, "");
    return home && *home && look_into(home, "/.local/share");
}

/* INSTALLATION/bin/oddlot has INSTALLATION/share beside it. */
static bool look_at_installation(void)
{
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0) return false;
    program[length] = '\0';
    *strrchr(program, '/') = '\0';
    return look_into(program, "/../share");
}

static void look_here(void)
{
    const char *given = getenv("ODDLOT_BACKBONE");
    snprintf(found, sizeof found, "%s", given ? given : "");
    if (!given && !look_at_user()) look_at_installation();
}

void odd_backbone_look(MPI_Comm comm)
{
    if (odd_rank(comm) == 0) look_here();
    odd_broadcast(comm, 0, found, sizeof found);
}

const char *odd_backbone(void)
{
    return *found ? found : NULL;
}
