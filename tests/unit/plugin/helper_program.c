/* A child for the tests: answers questions by their method, one line of JSON-RPC at a time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void answer(const char *line, const char *result)
{
    const char *id = strstr(line, "\"id\":");
    if (id)
        printf("{\"jsonrpc\":\"2.0\",\"id\":%ld,\"result\":\"%s\"}\n", strtol(id + 5, NULL, 10),
               result);
    fflush(stdout);
}

static int handle(const char *line)
{
    if (strstr(line, "\"method\":\"echo\"")) {
        answer(line, "echo");
    } else if (strstr(line, "\"method\":\"hint\"")) {
        puts("{\"jsonrpc\":\"2.0\",\"method\":\"thanks\"}");
        puts("{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"may.i\"}");
        fflush(stdout);
    } else if (strstr(line, "\"method\":\"leave\"")) {
        fputs("I leave\n", stderr);
        return 3;
    } else if (strstr(line, "\"method\":\"crash\"")) {
        abort();
    } else if (strstr(line, "\"method\":\"break\"")) {
        puts("this is no JSON");
        fflush(stdout);
    } else if (strstr(line, "\"method\":\"dismiss\"")) {
        puts("{\"jsonrpc\":\"2.0\",\"method\":\"end\"}\n{\"jsonrpc\":\"2.0\",\"method\":\"late\"}");
        fflush(stdout);
    }
    return -1;
}

int main(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin)) {
        int status = handle(line);
        if (status >= 0)
            _exit(status);
    }
    return 0;
}
