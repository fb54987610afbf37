/* What the core does for scripts outside their wall: real programs, real files, a real socket. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <moonroom/errors.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/base/limits.h"
#include "core/runtime/file.h"
#include "tests/unit/script/harness.h"

enum { SOURCE = 8192 };

static int set_up(void **state)
{
    static struct harness h;
    harness_start(&h);
    *state = &h;
    h.reply = HARNESS_YES;
    return 0;
}

static int tear_down(void **state)
{
    harness_stop(*state);
    return 0;
}

/* A script of that name that may so much, and does this when it hears of a block. */
static void load(struct harness *h, const char *name, const char *needs, const char *body)
{
    char source[SOURCE], file[64], params[64], quoted[64];
    snprintf(source, sizeof source,
             "script{ needs = { %s } }\n"
             "local function show(v, err) if not v then print(err.code .. ': ' .. err.message)\n"
             "  return {} end return v end\n"
             "chat.on('block', function()\n%s\nend)",
             needs, body);
    snprintf(file, sizeof file, "%s.lua", name);
    snprintf(params, sizeof params, "{\"name\":\"%s\"}", name);
    snprintf(quoted, sizeof quoted, "\"%s\"", name);
    harness_script(h, file, source);
    assert_string_equal(harness_call(h, "script.load", params), quoted);
    harness_emit(h, "block", "{}");
}

static void expect(struct harness *h, const char *const *texts)
{
    for (; *texts; texts++) {
        harness_until(h, *texts);
    }
}

/* Programs ------------------------------------------------------------------------------------ */

static void test_programs(void **state)
{
    struct harness *h = *state;
    load(h, "run", "'process:sh', 'process:cat', 'process:/bin/echo', 'process:none'",
         "local r = show(process.run{ '/bin/echo', 'a  b', '$HOME', ';', 'x' })\n"
         "print('echo', r.code, r.out)\n"
         "r = show(process.run{ 'sh', '-c', 'echo out; echo err >&2; exit 3' })\n"
         "print('sh', r.code, r.out, r.err, r.truncated)\n"
         "r = show(process.run{ 'cat' }) print('cat', r.code, #r.out)\n"
         "r = show(process.run{ 'sh', '-c', 'kill -9 $$' }) print('signal', r.signal, r.code)\n"
         "r = show(process.run{ 'sh', '-c', [[printf '\\0\\377z']] }) print('bytes', r.out:byte(1, "
         "9))\n"
         "r = show(process.run({ 'sh', '-c', 'sleep 100' }, { timeout = '100ms' }))\n"
         "r = show(process.run{ 'sh', '-c', 'while :; do echo xxxxxxxxxxxxxxxxxxxxxxxxxxxxx; done' "
         "})\n"
         "print('much', #r.out, r.truncated, r.signal)\n"
         "show(process.run{ 'none' })\n"
         "show(process.run{ 'echo', 'x' }) show(process.run{ '/bin/sh' }) show(process.run{ "
         "'../sh' })\n"
         "show(process.run{}) show(process.run({ 'cat' }, { timeout = 1e6 }))\n"
         "print(pcall(process.run, { 'cat' }, { stdin = 'x' }))");
    static const char *const texts[] = {
        "run| echo\t0\ta  b $HOME ; x\n",
        "run| sh\t3\tout\n\terr\n\tfalse",
        "run| cat\t0\t0",
        "run| signal\t9\tnil",
        "run| bytes\t0\t255\t122",
        "run| timeout: it was ended, as it took longer than 0.1 s",
        "run| much\t65536\ttrue\t9",
        "run| not_found: there is no program none",
        "run| denied: process.run needs the permission 'process:echo'; name it",
        "run| denied: process.run needs the permission 'process:/bin/sh'",
        "run| invalid: '../sh' is no name of a program",
        "run| invalid: argv is a list of 1 to 64",
        "run| invalid: timeout is more than 0 and at most 600 seconds",
        "there is no option called stdin",
        NULL};
    expect(h, texts);
}

static bool runs(pid_t pid)
{
    char path[64], state = 'X';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    char line[256];
    if (file && fgets(line, sizeof line, file)) {
        state = strrchr(line, ')')[2];
    }
    if (file) {
        fclose(file);
    }
    return state != 'X' && state != 'Z';
}

static void until_gone(struct harness *h, pid_t pid)
{
    for (int i = 0; runs(pid); i++) {
        assert_true(i < HARNESS_WAIT_MS / 10);
        harness_run(h, 10);
    }
}

/* The numbers of a shell and of the sleep it has started, from a file that it writes. */
static void read_pids(struct harness *h, const char *name, pid_t pids[2])
{
    char path[256];
    struct mr_buf text;
    snprintf(path, sizeof path, "%s/files/%s/pids", h->paths.data, name);
    mr_buf_init(&text, 256);
    for (int i = 0; mr_buf_len(&text) == 0 || !strchr(mr_buf_str(&text), '.'); i++) {
        assert_true(i < HARNESS_WAIT_MS / 10);
        mr_buf_clear(&text);
        (void)mr_file_load(path, &text);
        harness_run(h, 10);
    }
    char *end;
    pids[0] = (pid_t)strtol(mr_buf_str(&text), &end, 10);
    pids[1] = (pid_t)strtol(end, NULL, 10);
    mr_buf_free(&text);
    assert_true(runs(pids[0]) && runs(pids[1]));
}

static const char sleeper[] = "print('ended', select(2, process.run({ 'sh', '-c', 'sleep 1000 & "
                              "echo $$ $! . > pids; wait' },\n"
                              "  { timeout = '10m' })))";

static void test_nothing_is_left_behind(void **state)
{
    struct harness *h = *state;
    pid_t pids[2];
    load(h, "bg", "'process:sh', 'fs:data'", sleeper);
    read_pids(h, "bg", pids);
    assert_int_equal(getsid(pids[0]), pids[0]);
    assert_int_equal(getsid(pids[1]), pids[0]);
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"bg\"}"), "true");
    until_gone(h, pids[0]);
    until_gone(h, pids[1]);
}

static void test_taken_while_it_runs(void **state)
{
    struct harness *h = *state;
    pid_t pids[2];
    load(h, "bg", "'process:sh', 'fs:data'", sleeper);
    read_pids(h, "bg", pids);
    harness_type(h, "/script revoke bg process:sh");
    harness_until(h, "bg| ended\tprocess.run needs the permission 'process:sh'; it was taken back");
    until_gone(h, pids[0]);
    until_gone(h, pids[1]);
}

static void test_only_so_many_at_once(void **state)
{
    struct harness *h = *state;
    load(h, "many", "'process:sleep'",
         "for i = 1, 6 do task.spawn(function()\n"
         "  local r, err = process.run({ 'sleep', '1000' }, { timeout = '10m' })\n"
         "  print(err.code .. i) end) end");
    harness_until(h, "many| busy6");
    assert_true(harness_has(h, "many| busy5"));
    assert_false(harness_has(h, "many| busy4"));
    harness_call(h, "script.unload", "{\"name\":\"many\"}");
}

/* Files ---------------------------------------------------------------------------------------- */

static void test_files(void **state)
{
    struct harness *h = *state;
    load(h, "file", "'fs:data', 'process:ln'",
         "print('write', show(fs.write('a.csv', 'x,1\\n')), show(fs.append('a.csv', 'y,2\\n')))\n"
         "print('read', show(fs.read('a.csv')))\n"
         "show(fs.read('none')) show(fs.read('../../config/settings.json')) show(fs.write('.x', "
         "''))\n"
         "local big = ('z'):rep(119999) .. '\\195\\164' .. ('\\0\\255'):rep(60000) .. "
         "('\\1'):rep(9000)\n"
         "show(fs.write('big', big)) print('big', fs.read('big') == big)\n"
         "for _, f in ipairs(fs.list()) do print('list', f.name, f.size) end\n"
         "process.run{ 'ln', '-s', '/etc/passwd', 'link' }\n"
         "show(fs.read('link')) show(fs.append('link', 'x')) show(fs.write('link', 'mine'))\n"
         "print('link', fs.read('link')) show(fs.remove('link')) show(fs.remove('link'))\n"
         "print('end')");
    static const char *const texts[] = {"file| write\ttrue\ttrue",
                                        "file| read\tx,1\ny,2\n",
                                        "file| not_found: there is no file none",
                                        "file| invalid: a file's name has 1 to 64",
                                        "file| big\ttrue",
                                        "file| list\ta.csv\t8",
                                        "file| list\tbig\t249001",
                                        "file| io: link cannot be opened",
                                        "file| io: link was not written",
                                        "file| link\tmine",
                                        "file| not_found: there is no file link",
                                        "file| end",
                                        NULL};
    expect(h, texts);
    char path[256];
    snprintf(path, sizeof path, "%s/files/file/a.csv", h->paths.data);
    assert_int_equal(access(path, R_OK), 0);
    assert_non_null(strstr(harness_call(h, "fs.list", "{}"), "!unsupported only a script"));
}

/* A file of that size in the folder of a script, as it would have become in time. */
static void grow(struct harness *h, const char *script, const char *name, off_t size)
{
    char path[256];
    snprintf(path, sizeof path, "%s/files/%s", h->paths.data, script);
    assert_int_equal(mr_file_make_folder(path), MR_OK);
    snprintf(path, sizeof path, "%s/files/%s/%s", h->paths.data, script, name);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, size), 0);
    close(fd);
}

static void test_files_are_bounded(void **state)
{
    struct harness *h = *state;
    grow(h, "fill", "one", MR_LIMIT_FS_FILE - 2);
    for (int i = 0; i < MR_LIMIT_FS_FILES - 2; i++) {
        char name[16];
        snprintf(name, sizeof name, "f%d", i);
        grow(h, "fill", name, 0);
    }
    load(h, "fill", "'fs:data'",
         "print('two', show(fs.append('one', 'xx')))\n"
         "show(fs.append('one', 'x')) print('last', show(fs.write('last', '')))\n"
         "show(fs.write('toomany', '')) show(fs.remove('f0'))\n"
         "print('again', show(fs.write('again', '')))");
    harness_until(h, "fill| two\ttrue");
    harness_until(h, "fill| limit: one would be larger than 4194304 bytes");
    harness_until(h, "fill| last\ttrue");
    harness_until(h, "fill| limit: the folder is full: it holds 256 files and 16777216 bytes");
    harness_until(h, "fill| again\ttrue");
    for (int i = 0; i < 4; i++) {
        grow(h, "heap", (const char[2]){(char)('a' + i), '\0'}, MR_LIMIT_FS_FOLDER / 4);
    }
    load(h, "heap", "'fs:data'",
         "show(fs.write('e', 'x')) show(fs.write('a', '')) print('smaller', fs.write('e', 'x'))");
    harness_until(h, "heap| limit: the folder is full");
    harness_until(h, "heap| smaller\ttrue");
}

/* The web: what a server says is tested with a real one, in Python
 * --------------------------------- */

static int listen_on_loopback(int *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    assert_true(fd >= 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
    assert_int_equal(listen(fd, 4), 0);
    assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
    *port = ntohs(address.sin_port);
    return fd;
}

/* The connection of a fetch whose request has come and is not answered. */
static int hanging_fetch(struct harness *h, int *listener)
{
    char body[256], bytes[512];
    int port, fd = -1;
    *listener = listen_on_loopback(&port);
    snprintf(body, sizeof body, "show(http.get('http://127.0.0.1:%d/', { timeout = '2m' }))", port);
    load(h, "get", "'http:127.0.0.1'", body);
    for (int i = 0; fd < 0; i++) {
        assert_true(i < HARNESS_WAIT_MS / 10);
        harness_run(h, 10);
        fd = accept4(*listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    }
    for (int i = 0; recv(fd, bytes, sizeof bytes, 0) <= 0; i++) {
        assert_true(i < HARNESS_WAIT_MS / 10);
        harness_run(h, 10);
    }
    return fd;
}

static void until_closed(struct harness *h, int fd, int listener)
{
    char byte;
    for (int i = 0; recv(fd, &byte, 1, 0) != 0; i++) {
        assert_true(i < HARNESS_WAIT_MS / 10);
        harness_run(h, 10);
    }
    close(fd);
    close(listener);
}

static void test_fetch_ends_with_its_script(void **state)
{
    struct harness *h = *state;
    int listener, fd = hanging_fetch(h, &listener);
    assert_string_equal(harness_call(h, "script.unload", "{\"name\":\"get\"}"), "true");
    until_closed(h, fd, listener);
}

static void test_fetch_ends_with_its_permission(void **state)
{
    struct harness *h = *state;
    int listener, fd = hanging_fetch(h, &listener);
    harness_type(h, "/script revoke get http:127.0.0.1");
    harness_until(h, "get| denied: http needs the permission 'http:127.0.0.1'; it was taken back");
    until_closed(h, fd, listener);
}

static void test_fetch_ends_with_the_client(void **state)
{
    struct harness *h = *state;
    int listener, fd = hanging_fetch(h, &listener);
    close(fd);
    close(listener); /* and tear_down frees all of it in the middle */
}

static void test_addresses(void **state)
{
    struct harness *h = *state;
    load(h, "url", "'http:127.0.0.1', 'http:example.org', 'http:localhost'",
         "for _, u in ipairs{ 'https://example.com/', 'https://127.0.0.1.example.org/',\n"
         "  'http://example.org/', 'ftp://127.0.0.1/', 'file:///etc/passwd', "
         "'https://a:b@127.0.0.1/',\n"
         "  'http://127.1:1/', 'http://2130706434/', 'https://[::1]/', 'nonsense', '',\n"
         "  'https://127.0.0.1\\\\@example.org/', 'http://127.0.0.1:1/' } do\n"
         "  local r, err = http.get(u) print(u .. ' -> ' .. err.code .. ' ' .. err.message) end\n"
         "for name, value in pairs{ Host = 'x', ['a b'] = 'x', A = 'x\\r\\nB: y', "
         "['content-length'] = '1' } do\n"
         "  print(name, select(2, http.get('http://127.0.0.1:1/', { headers = { [name] = value } "
         "})).code) end\n"
         "print(select(2, http.post('http://127.0.0.1:1/', { body = ('x'):rep(130000) })).code .. "
         "'!')\n"
         "print('done')");
    static const char *const texts[] = {
        "url| https://example.com/ -> denied http needs the permission 'http:example.com'",
        "-> denied http needs the permission 'http:127.0.0.1.example.org'",
        "url| http://example.org/ -> invalid what goes to example.org by http could be read",
        "url| ftp://127.0.0.1/ -> invalid an address begins with https://, not ftp://",
        "url| file:///etc/passwd -> invalid ", "url| https://a:b@127.0.0.1/ -> invalid ",
        /* Other spellings of an address are the same host, or another that is not granted. */
        "url| http://127.1:1/ -> refused", "needs the permission 'http:127.0.0.2'",
        "needs the permission 'http:[::1]'", "url| nonsense -> ", "url|  -> invalid ",
        "url| http://127.0.0.1:1/ -> refused", "url| Host\tinvalid", "url| a b\tinvalid",
        "url| A\tinvalid", "url| content-length\tinvalid", "url| limit!", "url| done", NULL};
    expect(h, texts);
    assert_false(harness_has(h, "127.0.0.1\\@example.org/ -> refused"));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(test_programs),
        TEST(test_nothing_is_left_behind),
        TEST(test_taken_while_it_runs),
        TEST(test_only_so_many_at_once),
        TEST(test_files),
        TEST(test_files_are_bounded),
        TEST(test_fetch_ends_with_its_script),
        TEST(test_fetch_ends_with_its_permission),
        TEST(test_fetch_ends_with_the_client),
        TEST(test_addresses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
