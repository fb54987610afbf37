#include "plugins/miner/options.h"

#include "core/base/str.h"

#include <moonroom/errors.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct parse {
    struct mr_mine_options *out;
    char *why;
    size_t why_size;
};

typedef int option_fn(struct parse *parse, const char *value);

static int number(struct parse *parse, const char *value, size_t len, int64_t min, int64_t max,
                  int64_t *out)
{
    if (mr_str_to_i64(value, len, min, max, out) == MR_OK)
        return MR_OK;
    snprintf(parse->why, parse->why_size, "A number from %lld to %lld is wanted.", (long long)min,
             (long long)max);
    return MR_EINVAL;
}

static int set_prev(struct parse *parse, const char *value)
{
    parse->out->has_prev = true;
    return mr_mine_set_prev(&parse->out->job, value, parse->why, parse->why_size);
}

static int set_zeros(struct parse *parse, const char *value)
{
    int64_t zeros = 0;
    int err = number(parse, value, strlen(value), 0, MR_LIMIT_ZEROS, &zeros);
    parse->out->job.search.zeros = (int)zeros;
    parse->out->has_zeros = true;
    return err;
}

static int set_order(struct parse *parse, const char *value)
{
    return mr_mine_set_order(&parse->out->job, value, parse->why, parse->why_size);
}

static int set_threads(struct parse *parse, const char *value)
{
    int64_t threads = 0;
    int err = number(parse, value, strlen(value), 1, MR_LIMIT_MINE_THREADS, &threads);
    parse->out->job.threads = (unsigned)threads;
    return err;
}

static int set_kernel(struct parse *parse, const char *value)
{
    return mr_mine_set_kernel(&parse->out->job, value, parse->why, parse->why_size);
}

static int set_alphabet(struct parse *parse, const char *value)
{
    return mr_mine_set_alphabet(&parse->out->job, value, parse->why, parse->why_size);
}

static int set_prefix(struct parse *parse, const char *value)
{
    return mr_mine_set_prefix(&parse->out->job, value, parse->why, parse->why_size);
}

/* What a launcher tells each of the processes that it starts: which of them it is. */
static const struct {
    const char *name;
    int first; /* what it counts from */
} ranks[] = {
    {"SLURM_PROCID", 0},
    {"OMPI_COMM_WORLD_RANK", 0},
    {"JOB_COMPLETION_INDEX", 0},
    {"PARALLEL_SEQ", 1},
};

static int rank_from_environment(struct parse *parse, int64_t shards, int64_t *shard)
{
    for (size_t i = 0; i < sizeof ranks / sizeof ranks[0]; i++) {
        const char *value = getenv(ranks[i].name);
        if (!value)
            continue;
        if (mr_str_to_i64(value, strlen(value), ranks[i].first, ranks[i].first + shards - 1,
                          shard) == MR_OK) {
            *shard -= ranks[i].first;
            return MR_OK;
        }
        snprintf(parse->why, parse->why_size, "%s is %.20s, which is none of %lld shards.",
                 ranks[i].name, value, (long long)shards);
        return MR_EINVAL;
    }
    snprintf(parse->why, parse->why_size,
             "Which shard is this? Write I/N, or let a launcher set SLURM_PROCID, "
             "OMPI_COMM_WORLD_RANK, JOB_COMPLETION_INDEX or PARALLEL_SEQ.");
    return MR_EINVAL;
}

static int set_shard(struct parse *parse, const char *value)
{
    int64_t shard = 0, shards = 0;
    const char *slash = strchr(value, '/');
    const char *count = slash ? slash + 1 : value;
    int err = number(parse, count, strlen(count), 1, UINT32_MAX, &shards);
    if (err == MR_OK && slash)
        err = number(parse, value, (size_t)(slash - value), 0, shards - 1, &shard);
    else if (err == MR_OK)
        err = rank_from_environment(parse, shards, &shard);
    parse->out->job.shard = (uint32_t)shard;
    parse->out->job.shards = (uint32_t)shards;
    return err;
}

static int set_stop_file(struct parse *parse, const char *value)
{
    if (!value[0]) {
        snprintf(parse->why, parse->why_size, "The name of a file is wanted.");
        return MR_EINVAL;
    }
    parse->out->stop_file = value;
    return MR_OK;
}

static int set_json(struct parse *parse, const char *value)
{
    (void)value;
    parse->out->json = true;
    return MR_OK;
}

static int set_rpc(struct parse *parse, const char *value)
{
    (void)value;
    parse->out->mode = MR_MINE_RPC;
    return MR_OK;
}

static int set_follow(struct parse *parse, const char *value)
{
    int64_t parent = 0;
    int err = value ? number(parse, value, strlen(value), 1, INT32_MAX, &parent) : MR_OK;
    parse->out->follow = true;
    parse->out->parent = (pid_t)parent;
    return err;
}

static int set_seconds(struct parse *parse, const char *value)
{
    int64_t seconds = 0;
    int err = number(parse, value, strlen(value), 1, 3600, &seconds);
    parse->out->seconds = (unsigned)seconds;
    return err;
}

static int set_help(struct parse *parse, const char *value)
{
    (void)value;
    parse->out->mode = MR_MINE_HELP;
    return MR_OK;
}

static int set_version(struct parse *parse, const char *value)
{
    (void)value;
    parse->out->mode = MR_MINE_VERSION;
    return MR_OK;
}

enum { SEARCH = 1 << MR_MINE_SEARCH, BENCH = 1 << MR_MINE_BENCH };

static const struct row {
    unsigned commands;
    const char *name;
    const char *value; /* NULL: takes none; in [] it may be left out */
    option_fn *set;
    const char *help;
} rows[] = {
    {SEARCH, "prev", "HASH", set_prev, "the hash of the block before, 128 hex digits"},
    {SEARCH, "zeros", "N", set_zeros, "hex zeros that the digest has to begin with"},
    {SEARCH, "order", "ORDER", set_order, "what is hashed first: s_prev (default) or prev_s"},
    {SEARCH, "threads", "N", set_threads, "threads; one for each processor by default"},
    {SEARCH, "kernel", "NAME", set_kernel, "avx512, avx2 or scalar; the fastest by default"},
    {SEARCH, "alphabet", "LETTERS", set_alphabet, "what solutions are made of (A-Za-z0-9-_)"},
    {SEARCH, "prefix", "TEXT", set_prefix, "what solutions begin with"},
    {SEARCH, "shard", "[I/]N", set_shard,
     "search part I (from 0) of N; without I the launcher's number counts"},
    {SEARCH, "stop-file", "FILE", set_stop_file,
     "end when FILE is there, and write the solution to it"},
    {SEARCH, "rpc", NULL, set_rpc, "take jobs as JSON-RPC on standard input"},
    {SEARCH, "exit-with-parent", "[PID]", set_follow, "end when the parent process ends"},
    {BENCH, "seconds", "N", set_seconds, "how long to measure; 10 by default"},
    {SEARCH | BENCH, "json", NULL, set_json, "print one JSON object"},
    {SEARCH | BENCH, "help", NULL, set_help, "show this help"},
    {SEARCH | BENCH, "version", NULL, set_version, "show the version"},
};

enum { ROWS = sizeof rows / sizeof rows[0] };

void mr_mine_options_help(enum mr_mine_command command)
{
    fputs(command == MR_MINE_BENCH
              ? "Usage: moonroom bench [OPTION]...\n"
                "Measure how many solutions a second each mining kernel of this processor tries,\n"
                "and compare it with OpenSSL in the same run.\n\n"
              : "Usage: moonroom mine --prev=HASH --zeros=N [OPTION]...\n"
                "  or:  moonroom mine --rpc\n"
                "Search for a solution S of one block and print it. S are 86 characters; the\n"
                "SHA-512 of S and HASH together begins with N zeros.\n\n",
          stdout);
    for (size_t i = 0; i < ROWS; i++) {
        char left[40];
        if (!(rows[i].commands >> command & 1))
            continue;
        if (rows[i].value && rows[i].value[0] == '[' && rows[i].value[1] == 'P')
            snprintf(left, sizeof left, "--%s[=PID]", rows[i].name);
        else
            snprintf(left, sizeof left, "--%s%s%s", rows[i].name, rows[i].value ? "=" : "",
                     rows[i].value ? rows[i].value : "");
        printf("  %-26s %s\n", left, rows[i].help);
    }
    fputs(command == MR_MINE_BENCH
              ? "\nExit status: 0, or 2 for a wrong command line.\n"
              : "\nExit status: 0 if a solution was found or FILE ended the search, 1 if there is\n"
                "none, 2 for a wrong command line, 128 and the number of a signal that ended it.\n",
          stdout);
}

static void fill_options(enum mr_mine_command command, struct option out[static ROWS + 1])
{
    size_t count = 0;
    for (size_t i = 0; i < ROWS; i++) {
        int takes = !rows[i].value              ? no_argument
                    : rows[i].set == set_follow ? optional_argument
                                                : required_argument;
        if (rows[i].commands >> command & 1)
            out[count++] = (struct option){rows[i].name, takes, NULL, (int)i + 256};
    }
    out[count] = (struct option){0};
}

static int take(struct parse *parse, const struct row *row, const char *value)
{
    char problem[256];
    int err = row->set(parse, value);
    if (err != MR_OK) {
        snprintf(problem, sizeof problem, "%s", parse->why);
        snprintf(parse->why, parse->why_size, "--%s: %s", row->name, problem);
    }
    return err;
}

static int check(enum mr_mine_command command, struct parse *parse)
{
    const struct mr_mine_options *out = parse->out;
    if (command == MR_MINE_BENCH || out->mode != MR_MINE_RUN || (out->has_prev && out->has_zeros))
        return MR_OK;
    snprintf(parse->why, parse->why_size, "--prev=HASH and --zeros=N say what to search for.");
    return MR_EINVAL;
}

int mr_mine_options_parse(enum mr_mine_command command, int argc, char **argv,
                          struct mr_mine_options *out, char *why, size_t why_size)
{
    struct parse parse = {out, why, why_size};
    struct option options[ROWS + 1];
    *out = (struct mr_mine_options){.seconds = 10};
    out->job = (struct mr_engine_job){.shards = 1, .wanted = 1};
    snprintf(out->job.search.alphabet, sizeof out->job.search.alphabet, "%s", MR_SPACE_ALPHABET);
    fill_options(command, options);
    optind = 1;
    opterr = 0;
    for (int id; (id = getopt_long(argc, argv, "+:h", options, NULL)) != -1;) {
        int err = MR_EINVAL;
        if (id == 'h')
            err = set_help(&parse, NULL);
        else if (id >= 256)
            err = take(&parse, &rows[id - 256], optarg);
        else
            snprintf(why, why_size, "%s: %.60s",
                     id == ':' ? "This option wants a value" : "There is no such option",
                     argv[optind - 1]);
        if (err != MR_OK || out->mode == MR_MINE_HELP || out->mode == MR_MINE_VERSION)
            return err;
    }
    if (optind < argc) {
        snprintf(why, why_size, "This word means nothing here: %.60s", argv[optind]);
        return MR_EINVAL;
    }
    return check(command, &parse);
}
