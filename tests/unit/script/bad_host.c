/* A moonroom-lua that does everything wrong, for the tests of the manager.
 *
 * It reads manifests as the real one does. When it is to load a script, the text tells how to
 * misbehave: the word behind "-- bad: ".
 */
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LINK = 3, LINE = 300000, FLOOD = 20000 };

static void put(const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t done = write(LINK, text, len);
        if (done <= 0) {
            _exit(0);
        }
        text += done;
        len -= (size_t)done;
    }
}

static void put_times(const char *text, int times)
{
    for (int i = 0; i < times; i++) {
        put(text);
    }
}

/* Reads one line of the core; the end of the link is the end. */
static void get(char *out, size_t size)
{
    size_t len = 0;
    while (len + 1 < size && read(LINK, out + len, 1) == 1) {
        if (out[len++] == '\n') {
            out[len] = '\0';
            return;
        }
    }
    _exit(0);
}

static void answer(const char *line)
{
    char text[256];
    const char *id = strstr(line, "\"id\":");
    bool manifest = strstr(line, "\"manifest\"") != NULL;
    snprintf(text, sizeof text, "{\"jsonrpc\":\"2.0\",\"id\":%ld,\"result\":%s}\n",
             id ? strtol(id + 5, NULL, 10) : 0, manifest ? "{\"manifest\":null}" : "{}");
    put(text);
}

static void long_line(void)
{
    put("{\"id\":1,\"result\":\"");
    put_times("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", LINE / 32);
    put("\"}\n");
}

static void deep_line(void)
{
    put("{\"id\":1,\"result\":");
    put_times("[", 100);
    put_times("]", 100);
    put("}\n");
}

static void flood_log(void)
{
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (int i = 0; i < 200; i++) {
        if (write(STDERR_FILENO, block, sizeof block) <= 0) {
            return;
        }
    }
}

/* What may go on after having been loaded. */
static void after_load(const char *mode, const char *line)
{
    answer(line);
    if (strcmp(mode, "twice") == 0) {
        answer(line);
    } else if (strcmp(mode, "wrong_ids") == 0) {
        put("{\"id\":999999,\"result\":1}\n{\"id\":\"x\",\"result\":1}\n{\"id\":-1,\"error\":5}\n"
            "{\"id\":0,\"result\":null}\n{\"id\":1e300,\"result\":1}\n");
    } else if (strcmp(mode, "unknown") == 0) {
        put("{\"id\":1,\"method\":\"no.such\",\"params\":[1,2]}\n{\"method\":\"chat.say\"}\n"
            "{\"id\":2,\"method\":\"chat.say\",\"params\":7}\n"
            "{\"id\":\"text\",\"method\":\"event.subscribe\",\"params\":{\"name\":5}}\n"
            "{\"id\":3,\"method\":\"script.error\"}\n{\"method\":\"strategy.attempts\"}\n"
            "{\"method\":\"strategy.ended\",\"params\":{}}\n");
    } else if (strcmp(mode, "flood") == 0) {
        put_times("{\"id\":1,\"method\":\"chat.me\"}\n", FLOOD);
    } else if (strcmp(mode, "notify_flood") == 0) {
        put_times("{\"method\":\"script.error\",\"params\":{\"what\":\"x\",\"text\":\"y\"}}\n",
                  FLOOD);
    } else if (strcmp(mode, "log") == 0) {
        flood_log();
    } else if (strcmp(mode, "garbage") == 0) {
        put("\n\n\xff\xfe nonsense\n");
    } else if (strcmp(mode, "deaf") == 0) {
        put_times("{\"id\":1,\"method\":\"settings.list\"}\n", FLOOD / 10);
        for (;;) {
            pause();
        }
    }
}

static void misbehave(const char *mode, const char *line)
{
    if (strcmp(mode, "exit") == 0) {
        _exit(0);
    } else if (strcmp(mode, "abort") == 0) {
        abort();
    } else if (strcmp(mode, "close") == 0) {
        close(LINK);
        for (;;) {
            pause();
        }
    } else if (strcmp(mode, "half_close") == 0) {
        shutdown(LINK, SHUT_WR);
        for (;;) {
            pause();
        }
    } else if (strcmp(mode, "long") == 0) {
        long_line();
    } else if (strcmp(mode, "endless") == 0) {
        put_times("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 100 * 1024 * 1024 / 32);
    } else if (strcmp(mode, "deep") == 0) {
        deep_line();
    } else if (strcmp(mode, "array") == 0) {
        put("[1]\n");
    } else if (strcmp(mode, "no_id") == 0) {
        put("{}\n");
    } else if (strcmp(mode, "half") == 0) {
        put("{\"id\":1,\"result\":{");
        _exit(0);
    } else {
        after_load(mode, line);
    }
}

int main(void)
{
    static char line[LINE];
    char mode[32] = "";
    /* Whatever it is told, it lives until the core has had enough of it. */
    for (;;) {
        get(line, sizeof line);
        const char *bad = strstr(line, "-- bad: ");
        bool load = strstr(line, "\"method\":\"load\"") && !strstr(line, "\"kind\":\"manifest\"");
        if (load && bad) {
            snprintf(mode, sizeof mode, "%.*s", (int)strcspn(bad + 8, " \\\""), bad + 8);
            misbehave(mode, line);
        } else {
            answer(line);
        }
    }
}
