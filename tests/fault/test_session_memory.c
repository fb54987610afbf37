/* Every allocation of the session and the floors below it fails once, each in a process of its own.
 *
 * Whatever fails: nothing crashes, nothing hangs, and everybody who asked the room something is
 * answered exactly once. libuv and OpenSSL are left alone, as they end the process or worse when
 * memory is out.
 */
#include "world.h"

#include <errno.h>
#include <link.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *memory, size_t size);

enum { PATIENCE_S = 20, PASSED = 0, NOTHING_FAILED = 40, UNANSWERED = 41 };

struct range {
    uintptr_t from, to;
};

/* The allocator's own state; malloc has no context. */
static struct {
    bool armed;
    unsigned long count, fails_at;
    struct range foreign[8]; /* the code of the libraries that are left alone */
    size_t foreign_count;
} memory;

static int note_library(struct dl_phdr_info *info, size_t size, void *ctx)
{
    (void)size;
    (void)ctx;
    if (!strstr(info->dlpi_name, "libuv") && !strstr(info->dlpi_name, "libcrypto"))
        return 0;
    for (size_t i = 0; i < info->dlpi_phnum && memory.foreign_count < 8; i++) {
        if (info->dlpi_phdr[i].p_type != PT_LOAD || !(info->dlpi_phdr[i].p_flags & PF_X))
            continue;
        uintptr_t from = info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
        memory.foreign[memory.foreign_count++] =
            (struct range){from, from + info->dlpi_phdr[i].p_memsz};
    }
    return 0;
}

static bool is_foreign(const void *caller)
{
    for (size_t i = 0; i < memory.foreign_count; i++)
        if ((uintptr_t)caller >= memory.foreign[i].from && (uintptr_t)caller < memory.foreign[i].to)
            return true;
    return false;
}

static bool fails(const void *caller)
{
    return memory.armed && !is_foreign(caller) && ++memory.count == memory.fails_at;
}

void *malloc(size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(old, size);
}

/* The client */

struct client {
    struct mr_loop *loop;
    struct mr_hooks *hooks;
    struct mr_settings *settings;
    struct mr_session *session;
    struct mr_timer *patience, *leave;
    struct mr_log log;
    int asked, answered;
    char why[300];
};

static void leave(void *ctx)
{
    struct client *client = ctx;
    mr_session_logout(client->session);
}

static void stop(void *ctx)
{
    struct client *client = ctx;
    mr_loop_stop(client->loop);
}

static void on_answer(void *ctx, int err, const char *text, const cJSON *value)
{
    struct client *client = ctx;
    (void)err;
    (void)text;
    (void)value;
    if (++client->answered == client->asked)
        mr_loop_defer(client->loop, leave, client);
}

static void ask(struct client *client, enum mr_request_kind kind, const char *arg)
{
    if (mr_session_request(client->session, kind, arg, 200, on_answer, client, client->why,
                           sizeof(client->why)) == MR_OK)
        client->asked++;
}

static void mine(struct client *client)
{
    struct mr_job job;
    char s[MR_WORK_S_BYTES + 1], number[16];
    if (!mr_session_job(client->session, &job))
        return;
    memset(s, 'q', MR_WORK_S_BYTES);
    s[MR_WORK_S_BYTES] = '\0';
    for (unsigned i = 0; i < 100000; i++) {
        int len = snprintf(number, sizeof(number), "%u-", i);
        memcpy(s, number, (size_t)len);
        if (mr_work_verify(job.order, (int)job.zeros, job.prev_hash, s, NULL) == MR_OK)
            break;
    }
    mr_session_submit(client->session, s, client->why, sizeof(client->why));
}

static void on_login(void *ctx, const char *name, const cJSON *data)
{
    struct client *client = ctx;
    (void)name;
    (void)data;
    mr_session_say(client->session, "hello", client->why, sizeof(client->why));
    mr_session_whisper(client->session, "carol", "to me", client->why, sizeof(client->why));
    mine(client);
    ask(client, MR_REQUEST_ACTIVE, NULL);
    ask(client, MR_REQUEST_LEADERBOARD, NULL);
    ask(client, MR_REQUEST_HASH, NULL);
    ask(client, MR_REQUEST_COST, "cookie");
    ask(client, MR_REQUEST_BUY, "cookie 1");
    ask(client, MR_REQUEST_PING, NULL);
    cJSON_Delete(mr_session_users(client->session));
}

static void on_disconnect(void *ctx, const char *name, const cJSON *data)
{
    (void)name;
    (void)data;
    stop(ctx);
}

static int create(struct client *client, const char *folder)
{
    char settings[128], logins[128];
    snprintf(settings, sizeof(settings), "%s/settings.json", folder);
    snprintf(logins, sizeof(logins), "%s/logins.json", folder);
    int err = mr_loop_new(&client->loop);
    if (err == MR_OK)
        err = mr_hooks_new(&client->hooks);
    if (err == MR_OK)
        err = mr_settings_new(settings, client->hooks, &client->log, &client->settings);
    const struct mr_session_options options = {.loop = client->loop,
                                               .hooks = client->hooks,
                                               .settings = client->settings,
                                               .log = &client->log,
                                               .logins_path = logins};
    if (err == MR_OK)
        err = mr_session_new(&options, &client->session);
    if (err == MR_OK)
        err = mr_hooks_listen(client->hooks, "login", 0, NULL, on_login, client, NULL);
    if (err == MR_OK)
        err = mr_hooks_listen(client->hooks, "disconnect", 0, NULL, on_disconnect, client, NULL);
    return err;
}

static int enter(struct client *client, const char *where)
{
    struct mr_address address;
    struct mr_secret password = {0};
    int err = mr_address_parse(where, &address, client->why, sizeof(client->why));
    if (err == MR_OK)
        err = mr_secret_init(&password, 100);
    if (err == MR_OK)
        err = mr_secret_set(&password, "correct horse", 13);
    if (err == MR_OK)
        err = mr_session_login(client->session, &address, "carol", &password, true, client->why,
                               sizeof(client->why));
    mr_secret_free(&password);
    return err;
}

static int visit(const char *where, const char *folder)
{
    struct client client = {0};
    mr_log_init(&client.log, NULL, MR_LOG_DEBUG);
    int err = create(&client, folder);
    if (err == MR_OK)
        err = enter(&client, where);
    if (err == MR_OK)
        err = mr_timer_start(client.loop, 400, 0, leave, &client, &client.leave);
    if (err == MR_OK)
        err = mr_timer_start(client.loop, 3000, 0, stop, &client, &client.patience);
    if (err == MR_OK)
        mr_loop_run(client.loop);
    if (client.settings) {
        mr_settings_set(client.settings, "color", "on", client.why, sizeof(client.why));
        mr_settings_set(client.settings, "color", "off", client.why, sizeof(client.why));
        cJSON_Delete(mr_settings_list(client.settings));
    }
    mr_session_free(client.session);
    mr_settings_free(client.settings);
    mr_timer_stop(&client.leave);
    mr_timer_stop(&client.patience);
    mr_hooks_free(client.hooks);
    mr_loop_free(client.loop);
    if (client.answered != client.asked)
        return UNANSWERED;
    return memory.count >= memory.fails_at ? PASSED : NOTHING_FAILED;
}

/* One visit in a process of its own; its exit code, or minus the signal that ended it. */
static int visit_apart(const char *where, const char *folder, unsigned long fails_at)
{
    int status;
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        memory.fails_at = fails_at;
        memory.armed = true;
        alarm(PATIENCE_S);
        _exit(visit(where, folder));
    }
    while (waitpid(pid, &status, 0) < 0)
        assert_int_equal(errno, EINTR);
    return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

/* The room, in a process of its own as well. Returns its pid; its address comes through the pipe.
 */
static pid_t open_room(char where[300])
{
    int fds[2];
    assert_int_equal(pipe(fds), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        void *state;
        world_set_up(&state);
        struct world *world = state;
        world->generous = true;
        if (write(fds[1], world->where, sizeof(world->where)) != (ssize_t)sizeof(world->where))
            _exit(1);
        for (;;)
            mr_loop_run(world->loop);
    }
    assert_int_equal(read(fds[0], where, 300), 300);
    close(fds[0]);
    close(fds[1]);
    return pid;
}

static void every_allocation_fails_once(void **state)
{
    char where[300], folder[] = "/tmp/mr-test-memory-XXXXXX", command[128];
    (void)state;
    assert_non_null(mkdtemp(folder));
    dl_iterate_phdr(note_library, NULL);
    assert_true(memory.foreign_count >= 2);
    pid_t room = open_room(where);
    /* Once without, to see that the visit itself goes well. */
    assert_int_equal(visit_apart(where, folder, ~0UL), NOTHING_FAILED);
    unsigned long n = 1;
    int result;
    while ((result = visit_apart(where, folder, n)) == PASSED)
        n++;
    kill(room, SIGKILL);
    waitpid(room, NULL, 0);
    snprintf(command, sizeof(command), "rm -rf '%s'", folder);
    assert_int_equal(system(command), 0);
    if (result != NOTHING_FAILED)
        fail_msg("allocation %lu: result %d", n, result);
    printf("%lu allocations\n", n - 1);
    assert_true(n > 300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_allocation_fails_once)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
