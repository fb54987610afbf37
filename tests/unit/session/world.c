#include "world.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/secret.h"
#include "core/runtime/paths.h"
#include "core/wire/line.h"

static void stop_peer(struct world *world)
{
    mr_timer_stop(&world->quiet);
    mr_stream_close(&world->peer);
    mr_login_room_free(world->login);
    world->login = NULL;
    mr_sealer_free(world->sealer);
    world->sealer = NULL;
    mr_frame_reader_free(world->reader);
    world->reader = NULL;
}

void world_send_bytes(struct world *world, const void *bytes, size_t len)
{
    if (!world->peer)
        return;
    if (world->manners == DIES_EARLY && (long)(world->sent + len) >= world->life) {
        size_t left = (size_t)world->life - world->sent;
        mr_stream_write(world->peer, bytes, left);
        world->sent += left;
        stop_peer(world);
        return;
    }
    if (world->manners == DRIBBLES)
        for (size_t i = 0; i < len; i++)
            assert_int_equal(mr_stream_write(world->peer, (const char *)bytes + i, 1), MR_OK);
    else
        assert_int_equal(mr_stream_write(world->peer, bytes, len), MR_OK);
    world->sent += len;
}

static void send_buf(struct world *world, struct mr_buf *buf, int err)
{
    assert_int_equal(err, MR_OK);
    world_send_bytes(world, mr_buf_data(buf), mr_buf_len(buf));
    mr_buf_free(buf);
}

void world_send(struct world *world, const char *text)
{
    struct mr_buf buf;
    mr_buf_init(&buf, 1 << 20);
    assert_non_null(world->sealer);
    send_buf(world, &buf, mr_envelope_seal(world->sealer, text, strlen(text), &buf));
}

void world_hang_up(struct world *world)
{
    stop_peer(world);
}

void world_reset_peer(struct world *world)
{
    /* Data that stays unread turns the close into a reset. */
    mr_stream_pause(world->peer);
    assert_int_equal(mr_session_raw(world->session, "unread", world->why, sizeof(world->why)),
                     MR_OK);
    world_run(world, 60);
    stop_peer(world);
}

/* What a whole room answers. */
static void answer_generously(struct world *world, const struct mr_line *line)
{
    char text[512], digest[MR_WORK_HASH_HEX + 1];
    switch (line->type) {
    case MR_LINE_REQUEST_ACTIVE:
        world_send(world, "Server> Active users: \nalice\ncarol");
        break;
    case MR_LINE_REQUEST_LEADERBOARD:
        world_send(world, "/update_leaderboard alice,5 carol,0");
        world_send(world, "/updateLeaderboard alice,5 carol,0");
        break;
    case MR_LINE_REQUEST_HASH:
        snprintf(text, sizeof(text), "/newHash %s", world->info.prev_hash);
        world_send(world, text);
        break;
    case MR_LINE_REQUEST_COST:
        world_send(world, "Server> cookie costs 10 coins. ");
        break;
    case MR_LINE_BUY:
        world_send(world, "/balance -10\n/cookies 1");
        break;
    case MR_LINE_MINE:
        mr_work_verify(MR_WORK_S_PREV, world->info.zeros, world->info.prev_hash, line->text.at,
                       digest);
        memcpy(world->info.prev_hash, digest, sizeof(digest));
        snprintf(text, sizeof(text), "/balance 5\n/newHash %s", digest);
        world_send(world, text);
        break;
    default:
        break;
    }
}

static void answer_line(struct world *world, const struct mr_line *line)
{
    char text[512];
    if (line->type == MR_LINE_PING) {
        snprintf(text, sizeof(text), "/ping %.*s", (int)line->text.len, line->text.at);
        world_send(world, text);
    } else if (line->type == MR_LINE_CHAT) {
        snprintf(text, sizeof(text), "%s> %.*s", world->name, (int)line->text.len, line->text.at);
        world_send(world, text);
    } else if (line->type == MR_LINE_EXIT) {
        stop_peer(world);
    } else if (world->generous) {
        answer_generously(world, line);
    }
}

static void read_frames(struct world *world)
{
    struct mr_frame frame;
    while (world->reader && mr_frame_reader_next(world->reader, &frame) == MR_FRAME_TEXT) {
        struct mr_span text = {frame.text, frame.len};
        struct mr_line line;
        size_t before = world->received ? strlen(world->received) : 0;
        world->frames++;
        world->received = realloc(world->received, before + frame.len + 2);
        assert_non_null(world->received);
        memcpy(world->received + before, frame.text, frame.len);
        memcpy(world->received + before + frame.len, "\n", 2);
        char *copy = strndup(frame.text, frame.len);
        text.at = copy;
        while (world->answers && world->peer && mr_line_next_from_client(&text, &line))
            answer_line(world, &line);
        free(copy);
    }
}

static void step(struct world *world);

static void on_quiet(void *ctx)
{
    struct world *world = ctx;
    mr_timer_stop(&world->quiet);
    mr_login_room_quiet(world->login);
    step(world);
}

static void judge(struct world *world)
{
    struct mr_buf buf;
    const struct mr_login_credentials *credentials = mr_login_room_credentials(world->login);
    mr_buf_init(&buf, 1 << 16);
    snprintf(world->name, sizeof(world->name), "%.*s", (int)credentials->name.len,
             credentials->name.at);
    snprintf(world->hash, sizeof(world->hash), "%.*s", (int)credentials->hash.len,
             credentials->hash.at);
    world->registering = credentials->registering;
    if (world->manners == SILENT)
        return;
    if (world->manners == SAYS_RAW) {
        world_send_bytes(world, world->raw, world->raw_len);
        mr_timer_stop(&world->quiet);
        return;
    }
    if (world->manners == REFUSES) {
        send_buf(world, &buf, mr_login_room_refuse(world->login, world->refusal, &buf));
        stop_peer(world);
        return;
    }
    send_buf(world, &buf, mr_login_room_accept(world->login, &buf));
}

/* The login machine makes no bad info frame: one of our own does. */
static void inform_badly(struct world *world)
{
    struct mr_buf buf;
    struct mr_rsa_public *key;
    struct mr_sealer *sealer;
    const char *n = world->credentials, *e = strchr(n, '\n') + 1;
    struct mr_span n_span = {n, (size_t)(e - n) - 1}, e_span = {e, strcspn(e, "\n")};
    mr_buf_init(&buf, 1 << 16);
    assert_int_equal(mr_rsa_public_parse(MR_RSA_PEER_CLIENT, n_span, e_span, &key, NULL), MR_OK);
    assert_int_equal(mr_sealer_new(key, &sealer), MR_OK);
    int err = mr_envelope_seal(sealer, world->raw, world->raw_len, &buf);
    mr_sealer_free(sealer);
    send_buf(world, &buf, err);
}

static void inform(struct world *world)
{
    struct mr_buf buf;
    mr_buf_init(&buf, 1 << 16);
    int err = mr_login_room_info(world->login, &world->info, &buf);
    if (world->manners == BAD_INFO) {
        mr_buf_free(&buf);
        inform_badly(world);
    } else {
        send_buf(world, &buf, err);
    }
}

static void step(struct world *world)
{
    while (world->login) {
        int verdict = mr_login_room_next(world->login);
        if (verdict == MR_LOGIN_CREDENTIALS) {
            judge(world);
            if (world->manners == SILENT || world->manners == SAYS_RAW)
                return;
        } else if (verdict == MR_LOGIN_ACK1) {
            inform(world);
        } else if (verdict == MR_LOGIN_DONE) {
            assert_int_equal(mr_login_room_finish(world->login, &world->sealer, &world->reader),
                             MR_OK);
            mr_login_room_free(world->login);
            world->login = NULL;
            read_frames(world);
        } else {
            if (verdict == MR_LOGIN_WAIT && !world->quiet)
                mr_timer_start(world->loop, (uint64_t)mr_login_room_wait_ms(world->login), 0,
                               on_quiet, world, &world->quiet);
            return;
        }
    }
}

static void on_peer_read(void *ctx, const uint8_t *bytes, size_t len)
{
    struct world *world = ctx;
    if (world->login) {
        if (!*world->credentials)
            snprintf(world->credentials, sizeof(world->credentials), "%.*s", (int)len,
                     (const char *)bytes);
        mr_timer_stop(&world->quiet);
        mr_login_room_push(world->login, bytes, len);
        step(world);
    } else if (world->reader) {
        assert_int_equal(mr_frame_reader_push(world->reader, bytes, len), MR_OK);
        read_frames(world);
    }
}

static void on_peer_close(void *ctx, int err, const char *text)
{
    struct world *world = ctx;
    (void)err;
    (void)text;
    world->ends++;
    stop_peer(world);
}

static void on_accept(void *ctx)
{
    static const struct mr_stream_callbacks callbacks = {.on_read = on_peer_read,
                                                         .on_close = on_peer_close};
    struct world *world = ctx;
    int fd = accept(world->listener, NULL, NULL);
    assert_true(fd >= 0);
    stop_peer(world);
    world->connections++;
    world->sent = 0;
    world->credentials[0] = '\0';
    assert_int_equal(mr_login_room_new(world->key, &world->login), MR_OK);
    assert_int_equal(mr_stream_open_fd(world->loop, fd, &callbacks, world, &world->peer), MR_OK);
    if (world->manners == DIES_EARLY && world->life == 0)
        stop_peer(world);
}

static void listen_on_loopback(struct world *world)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof(address);
    world->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(world->listener >= 0);
    assert_int_equal(bind(world->listener, (struct sockaddr *)&address, sizeof(address)), 0);
    assert_int_equal(listen(world->listener, 8), 0);
    assert_int_equal(getsockname(world->listener, (struct sockaddr *)&address, &len), 0);
    assert_int_equal(mr_watch_start(world->loop, world->listener, on_accept, world, &world->watch),
                     MR_OK);
    snprintf(world->where, sizeof(world->where), "127.0.0.1:%u", (unsigned)ntohs(address.sin_port));
    assert_int_equal(
        mr_address_parse(world->where, &world->address, world->why, sizeof(world->why)), MR_OK);
}

static void keep_event(void *ctx, const char *name, const cJSON *data)
{
    struct world *world = ctx;
    struct kept_event *event = calloc(1, sizeof(*event));
    assert_non_null(event);
    event->name = strdup(name);
    event->data = cJSON_Duplicate(data, true);
    *world->last_event = event;
    world->last_event = &event->next;
}

static void on_tick(void *ctx)
{
    struct world *world = ctx;
    mr_loop_stop(world->loop);
}

/* One key for the whole program: making it is the slow part. */
static struct mr_rsa_key *room_key(void)
{
    struct mr_rsa_key *key;
    assert_int_equal(mr_rsa_key_generate(MR_RSA_ROOM_BITS, &key), MR_OK);
    return key;
}

static int set_up(void **state, uint64_t handshake_ms)
{
    struct world *world = calloc(1, sizeof(*world));
    assert_non_null(world);
    world->last_event = &world->events;
    world->answers = true;
    world->handshake_ms = handshake_ms;
    world->info = (struct mr_login_info){.coins = 10, .cookies = 2, .zeros = 2};
    memset(world->info.prev_hash, 'a', MR_WORK_HASH_HEX);
    strcpy(world->folder, "/tmp/mr-test-session-XXXXXX");
    assert_non_null(mkdtemp(world->folder));
    world->logins_path = mr_paths_join(world->folder, "logins.json");
    world->key = room_key();
    mr_log_init(&world->log, NULL, MR_LOG_DEBUG);
    assert_int_equal(mr_loop_new(&world->loop), MR_OK);
    assert_int_equal(mr_hooks_new(&world->hooks), MR_OK);
    assert_int_equal(mr_filters_new(&world->filters), MR_OK);
    assert_int_equal(mr_settings_new(NULL, world->hooks, &world->log, &world->settings), MR_OK);
    for (int i = 0; i < MR_EVENT_COUNT; i++)
        mr_hooks_listen(world->hooks, mr_event_name((enum mr_event)i), 0, NULL, keep_event, world,
                        NULL);
    const struct mr_session_options options = {.loop = world->loop,
                                               .hooks = world->hooks,
                                               .settings = world->settings,
                                               .log = &world->log,
                                               .filters = world->filters,
                                               .logins_path = world->logins_path,
                                               .handshake_ms = world->handshake_ms,
                                               .retry_ms = 50};
    assert_int_equal(mr_session_new(&options, &world->session), MR_OK);
    listen_on_loopback(world);
    assert_int_equal(mr_timer_start(world->loop, 1, 1, on_tick, world, &world->tick), MR_OK);
    *state = world;
    return 0;
}

int world_set_up(void **state)
{
    return set_up(state, 0);
}

int world_set_up_hasty(void **state)
{
    return set_up(state, 600);
}

int world_tear_down(void **state)
{
    struct world *world = *state;
    char command[128];
    mr_session_free(world->session);
    stop_peer(world);
    mr_watch_stop(&world->watch);
    mr_timer_stop(&world->tick);
    close(world->listener);
    mr_settings_free(world->settings);
    mr_filters_free(world->filters);
    mr_hooks_free(world->hooks);
    mr_loop_free(world->loop);
    mr_rsa_key_free(world->key);
    world_forget(world);
    snprintf(command, sizeof(command), "rm -rf '%s'", world->folder);
    assert_int_equal(system(command), 0);
    free(world->received);
    free(world->logins_path);
    free(world);
    return 0;
}

void world_run(struct world *world, uint64_t ms)
{
    uint64_t begin = mr_loop_now_ms(world->loop);
    while (mr_loop_now_ms(world->loop) - begin < ms)
        mr_loop_run(world->loop);
}

int world_login(struct world *world, const char *name, const char *password, bool registering)
{
    struct mr_secret secret;
    assert_int_equal(mr_secret_init(&secret, 1024), MR_OK);
    assert_int_equal(mr_secret_set(&secret, password, strlen(password)), MR_OK);
    int err = mr_session_login(world->session, &world->address, name, &secret, registering,
                               world->why, sizeof(world->why));
    mr_secret_free(&secret);
    return err;
}

void world_enter(struct world *world)
{
    assert_int_equal(world_login(world, "alice", "correct horse", false), MR_OK);
    WORLD_UNTIL(world, mr_session_state(world->session) == MR_SESSION_ONLINE && world->sealer);
    world_forget(world);
}

bool world_received(const struct world *world, const char *line)
{
    return world_count_received(world, line) > 0;
}

size_t world_count_received(const struct world *world, const char *line)
{
    size_t count = 0, len = strlen(line);
    const char *at = world->received;
    while (at && *at) {
        size_t part = strcspn(at, "\n");
        count += part == len && memcmp(at, line, len) == 0;
        at += part;
        at += *at == '\n';
    }
    return count;
}

void world_forget(struct world *world)
{
    while (world->events) {
        struct kept_event *event = world->events;
        world->events = event->next;
        free(event->name);
        cJSON_Delete(event->data);
        free(event);
    }
    world->last_event = &world->events;
}

size_t world_count(const struct world *world, const char *name)
{
    size_t count = 0;
    for (const struct kept_event *event = world->events; event; event = event->next)
        count += strcmp(event->name, name) == 0;
    return count;
}

const cJSON *world_last(const struct world *world, const char *name)
{
    const cJSON *found = NULL;
    for (const struct kept_event *event = world->events; event; event = event->next)
        if (strcmp(event->name, name) == 0)
            found = event->data;
    return found;
}

const char *world_text(const struct world *world, const char *name, const char *field)
{
    const char *text = mr_json_string(world_last(world, name), field);
    return text ? text : "(none)";
}

const char *world_names(struct world *world)
{
    static char names[4096];
    names[0] = '\0';
    for (const struct kept_event *event = world->events; event; event = event->next) {
        assert_true(strlen(names) + strlen(event->name) + 2 < sizeof(names));
        strcat(names, event->name);
        strcat(names, " ");
    }
    return names;
}

void world_answer(void *ctx, int err, const char *text, const cJSON *value)
{
    struct answer *answer = ctx;
    answer->calls++;
    answer->err = err;
    snprintf(answer->text, sizeof(answer->text), "%s", text);
    cJSON_Delete(answer->value);
    answer->value = value ? cJSON_Duplicate(value, true) : NULL;
}

void world_answer_clear(struct answer *answer)
{
    cJSON_Delete(answer->value);
    memset(answer, 0, sizeof(*answer));
}
