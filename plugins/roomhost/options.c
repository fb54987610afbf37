#include "plugins/roomhost/options.h"

#include "core/base/name.h"
#include "core/base/safe_text.h"
#include "core/base/str.h"
#include "plugins/roomhost/address.h"

#include <moonroom/errors.h>

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

struct parse {
    struct mr_host_options *out;
    char *why;
    size_t why_size;
};

typedef int option_fn(struct parse *parse, const char *value);

static int wrong(struct parse *parse, const char *problem, const char *value)
{
    char shown[128];
    struct mr_safe_text safe;
    snprintf(shown, sizeof shown, "?");
    if (mr_safe_text_make(value, strlen(value), 64, &safe) == MR_OK) {
        snprintf(shown, sizeof shown, "%s", safe.text);
        mr_safe_text_free(&safe);
    }
    snprintf(parse->why, parse->why_size, "%s: %s.", problem, shown);
    return MR_EINVAL;
}

static int number(struct parse *parse, const char *value, int64_t min, int64_t max, int64_t *out)
{
    if (mr_str_to_i64(value, strlen(value), min, max, out) == MR_OK)
        return MR_OK;
    snprintf(parse->why, parse->why_size, "A number from %lld to %lld is wanted: %.40s.",
             (long long)min, (long long)max, value);
    return MR_EINVAL;
}

static int set_port(struct parse *parse, const char *value)
{
    int64_t port = 0;
    int err = number(parse, value, 0, 65535, &port);
    parse->out->port = (uint16_t)port;
    return err;
}

static int set_listen(struct parse *parse, const char *value)
{
    struct sockaddr_storage address;
    if (mr_address_read(value, 0, &address) != MR_OK)
        return wrong(parse, "This is not a numeric address", value);
    parse->out->listen = value;
    return MR_OK;
}

static int set_zeros(struct parse *parse, const char *value)
{
    int64_t zeros = 0;
    int err = number(parse, value, 1, MR_LIMIT_ZEROS, &zeros);
    parse->out->terms.zeros = (int)zeros;
    return err;
}

static int set_order(struct parse *parse, const char *value)
{
    if (mr_work_order_by_name(value, &parse->out->terms.order) != MR_OK)
        return wrong(parse, "The order is s_prev or prev_s", value);
    parse->out->terms.order_given = true;
    return MR_OK;
}

static int set_per_address(struct parse *parse, const char *value)
{
    int64_t count = 0;
    int err = number(parse, value, 0, 1000000, &count);
    parse->out->accounts_per_address = (unsigned)count;
    return err;
}

static int set_fine(struct parse *parse, const char *value)
{
    return number(parse, value, 0, 1000000, &parse->out->fine);
}

static int add_admin(struct parse *parse, const char *value)
{
    if (mr_name_problem(value, strlen(value)))
        return wrong(parse, "No account can have this name", value);
    if (parse->out->admin_count == MR_LIMIT_ROOM_ADMINS)
        return wrong(parse, "There are too many admins", value);
    parse->out->admins[parse->out->admin_count++] = value;
    return MR_OK;
}

/* Each line becomes a line of the room, which begins with no "/" and is valid UTF-8. */
static int check_welcome(struct parse *parse)
{
    struct mr_span rest = {mr_buf_str(&parse->out->welcome), mr_buf_len(&parse->out->welcome)};
    if (!mr_utf8_valid(rest.at, rest.len) || memchr(rest.at, 0, rest.len) ||
        memchr(rest.at, '\r', rest.len)) {
        snprintf(parse->why, parse->why_size, "The welcome is not plain text in UTF-8.");
        return MR_EINVAL;
    }
    while (rest.len > 0) {
        const char *lf = memchr(rest.at, '\n', rest.len);
        size_t len = lf ? (size_t)(lf - rest.at) : rest.len;
        if (rest.at[0] == '/' || len > MR_LIMIT_CHAT_TEXT) {
            snprintf(parse->why, parse->why_size,
                     "A line of the welcome begins with / or is longer than %d bytes.",
                     MR_LIMIT_CHAT_TEXT);
            return MR_EINVAL;
        }
        rest = (struct mr_span){rest.at + len + (lf ? 1 : 0), rest.len - len - (lf ? 1 : 0)};
    }
    return MR_OK;
}

static int set_welcome(struct parse *parse, const char *value)
{
    mr_buf_clear(&parse->out->welcome);
    if (mr_buf_append_str(&parse->out->welcome, value) != MR_OK)
        return wrong(parse, "This welcome is too long", value);
    return check_welcome(parse);
}

static int set_welcome_file(struct parse *parse, const char *value)
{
    uint8_t bytes[MR_LIMIT_WELCOME + 1];
    FILE *file = fopen(value, "re");
    if (!file)
        return wrong(parse, "The welcome cannot be read", value);
    size_t len = fread(bytes, 1, sizeof bytes, file);
    int failed = ferror(file);
    fclose(file);
    mr_buf_clear(&parse->out->welcome);
    if (failed || mr_buf_append(&parse->out->welcome, bytes, len) != MR_OK)
        return wrong(parse, "The welcome cannot be read, or is too long", value);
    return check_welcome(parse);
}

static int set_home(struct parse *parse, const char *value)
{
    if (!value[0])
        return wrong(parse, "A folder is wanted", value);
    parse->out->home = value;
    return MR_OK;
}

static int set_log(struct parse *parse, const char *value)
{
    parse->out->log = value;
    return MR_OK;
}

static int set_exit_with_parent(struct parse *parse, const char *value)
{
    int64_t parent = 0;
    int err = value ? number(parse, value, 1, INT32_MAX, &parent) : MR_OK;
    parse->out->exit_with_parent = true;
    parse->out->parent = (pid_t)parent;
    return err;
}

static int set_verify(struct parse *parse, const char *value)
{
    (void)value;
    parse->out->mode = MR_HOST_VERIFY;
    return MR_OK;
}

static int set_help(struct parse *parse, const char *value)
{
    (void)value;
    parse->out->mode = MR_HOST_HELP;
    return MR_OK;
}

static int set_version(struct parse *parse, const char *value)
{
    (void)value;
    parse->out->mode = MR_HOST_VERSION;
    return MR_OK;
}

static const struct option {
    const char *name;
    const char
        *value; /* what it is called in the help; NULL: takes none; in [] it may be left out */
    option_fn *set;
    const char *help;
} table[] = {
    {"port", "N", set_port, "TCP port, 1235 by default; 0 takes a free one"},
    {"listen", "ADDRESS", set_listen, "numeric address to listen on, 127.0.0.1 by default"},
    {"zeros", "N", set_zeros, "zeros of a block; fixed when the room is made (7)"},
    {"order", "ORDER", set_order, "what is hashed first: s_prev (default) or prev_s"},
    {"accounts-per-address", "N", set_per_address,
     "1 by default, 0 for no limit; not for loopback"},
    {"admin", "NAME", add_admin, "make NAME an admin, now or once registered"},
    {"fine", "N", set_fine, "coins that a wrong block costs, 1 by default"},
    {"welcome", "TEXT", set_welcome, "say TEXT to everybody who comes in"},
    {"welcome-file", "FILE", set_welcome_file, "the same, from a file"},
    {"home", "DIR", set_home, "the room's folder, moonroom/room in the data folder"},
    {"log", "FILE", set_log, "write the log to FILE instead of standard error"},
    {"exit-with-parent", "[PID]", set_exit_with_parent,
     "close the room when the parent process ends"},
    {"verify", NULL, set_verify, "check every balance and every block, and exit"},
    {"help", NULL, set_help, "show this help"},
    {"version", NULL, set_version, "show the version"},
};

enum { OPTIONS = sizeof table / sizeof table[0] };

static bool optional(const struct option *option)
{
    return option->value && option->value[0] == '[';
}

void mr_host_options_help(void)
{
    printf("Usage: moonroom host [OPTION]...\n"
           "  or:  moonroom host accounts [--home DIR]\n"
           "  or:  moonroom host reset-password NAME [--home DIR]\n"
           "Open a room until SIGINT or SIGTERM. The first line of output says where.\n"
           "accounts lists the accounts; reset-password reads one from standard input.\n"
           "\n");
    for (size_t i = 0; i < OPTIONS; i++) {
        char left[40];
        if (optional(&table[i]))
            snprintf(left, sizeof left, "--%s[=PID]", table[i].name);
        else
            snprintf(left, sizeof left, "--%s%s%s", table[i].name, table[i].value ? "=" : "",
                     table[i].value ? table[i].value : "");
        printf("  %-26s %s\n", left, table[i].help);
    }
    printf("\nExit status: 0 if all went well, 1 if not, 2 for a wrong command line.\n");
}

/* --name, --name=value or --name value; a beginning that fits one name alone will do. */
static const struct option *find(struct parse *parse, const char *word, size_t len)
{
    const struct option *found = NULL;
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strncmp(table[i].name, word, len) != 0)
            continue;
        if (table[i].name[len] == '\0')
            return &table[i];
        if (found) {
            wrong(parse, "This option could be several", word);
            return NULL;
        }
        found = &table[i];
    }
    if (!found)
        wrong(parse, "There is no such option", word);
    return found;
}

static int take_option(struct parse *parse, char **argv, int argc, int *at)
{
    const char *word = argv[*at] + 2;
    const char *equals = strchr(word, '=');
    size_t len = equals ? (size_t)(equals - word) : strlen(word);
    const struct option *option = find(parse, word, len);
    if (!option)
        return MR_EINVAL;
    if (!option->value && equals)
        return wrong(parse, "This option takes no value", word);
    const char *value = equals ? equals + 1 : NULL;
    if (option->value && !value && !optional(option)) {
        if (*at + 1 >= argc)
            return wrong(parse, "This option wants a value", word);
        value = argv[++*at];
    }
    int error = option->set(parse, value);
    if (error) {
        char problem[256];
        snprintf(problem, sizeof problem, "%s", parse->why);
        snprintf(parse->why, parse->why_size, "--%s: %s", option->name, problem);
    }
    return error;
}

static int take_word(struct parse *parse, const char *word)
{
    struct mr_host_options *out = parse->out;
    if (out->mode == MR_HOST_RESET_PASSWORD && !out->user) {
        if (!mr_name_valid(word, strlen(word)))
            return wrong(parse, "This is not the name of an account", word);
        out->user = word;
        return MR_OK;
    }
    if (out->mode == MR_HOST_ROOM && strcmp(word, "accounts") == 0)
        out->mode = MR_HOST_ACCOUNTS;
    else if (out->mode == MR_HOST_ROOM && strcmp(word, "reset-password") == 0)
        out->mode = MR_HOST_RESET_PASSWORD;
    else
        return wrong(parse, "This word means nothing here", word);
    return MR_OK;
}

int mr_host_options_parse(int argc, char **argv, struct mr_host_options *out, char *why,
                          size_t why_size)
{
    struct parse parse = {out, why, why_size};
    *out = (struct mr_host_options){
        .listen = "127.0.0.1", .port = 1235, .accounts_per_address = 1, .fine = 1};
    out->terms.zeros = -1;
    mr_buf_init(&out->welcome, MR_LIMIT_WELCOME);
    bool words_only = false;
    for (int i = 1; i < argc; i++) {
        int err = MR_OK;
        if (!words_only && strcmp(argv[i], "--") == 0)
            words_only = true;
        else if (!words_only && strncmp(argv[i], "--", 2) == 0)
            err = take_option(&parse, argv, argc, &i);
        else if (!words_only && strcmp(argv[i], "-h") == 0)
            out->mode = MR_HOST_HELP;
        else if (!words_only && argv[i][0] == '-')
            err = wrong(&parse, "There is no such option", argv[i]);
        else
            err = take_word(&parse, argv[i]);
        if (err != MR_OK)
            return err;
        if (out->mode == MR_HOST_HELP || out->mode == MR_HOST_VERSION)
            return MR_OK;
    }
    if (out->mode == MR_HOST_RESET_PASSWORD && !out->user) {
        snprintf(why, why_size, "Whose password? moonroom host reset-password NAME");
        return MR_EINVAL;
    }
    return MR_OK;
}

void mr_host_options_free(struct mr_host_options *options)
{
    mr_buf_free(&options->welcome);
}
