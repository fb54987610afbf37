#include "tests/unit/roomhost/unsynced_vfs.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES_MAX = 8, FILE_MAX = 8 << 20 };

/* A write, or with data of NULL a cut. */
struct change {
    sqlite3_int64 at;
    size_t len;
    unsigned char *data;
    struct change *next;
};

struct picture {
    char name[256];
    unsigned char *bytes; /* what is on the disk for sure */
    size_t len;
    struct change *first, **last;
};

struct wrapped {
    sqlite3_file base;
    struct picture *picture; /* NULL: another file */
    sqlite3_file *real;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct picture pictures[FILES_MAX];
static char watched[256];
static sqlite3_vfs vfs;
static sqlite3_vfs *real_vfs;
static unsigned syncs;

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct wrapped *)file)->real;
}

static struct picture *picture_of(const char *name)
{
    for (int i = 0; i < FILES_MAX; i++) {
        if (strcmp(pictures[i].name, name) == 0)
            return &pictures[i];
        if (!pictures[i].name[0]) {
            snprintf(pictures[i].name, sizeof pictures[i].name, "%s", name);
            pictures[i].bytes = calloc(1, FILE_MAX);
            pictures[i].last = &pictures[i].first;
            return &pictures[i];
        }
    }
    abort();
}

static void apply(unsigned char *bytes, size_t *len, const struct change *change)
{
    size_t end = (size_t)change->at + change->len;
    if (end > FILE_MAX)
        abort();
    if (!change->data) {
        *len = (size_t)change->at;
        memset(bytes + *len, 0, FILE_MAX - *len);
        return;
    }
    memcpy(bytes + change->at, change->data, change->len);
    if (end > *len)
        *len = end;
}

static void add_change(struct picture *picture, sqlite3_int64 at, const void *data, int len)
{
    struct change *change = calloc(1, sizeof *change);
    if (!change)
        abort();
    change->at = at;
    if (data) {
        change->len = (size_t)len;
        change->data = malloc(change->len);
        memcpy(change->data, data, change->len);
    }
    pthread_mutex_lock(&lock);
    *picture->last = change;
    picture->last = &change->next;
    pthread_mutex_unlock(&lock);
}

static void forget_changes(struct picture *picture)
{
    while (picture->first) {
        struct change *change = picture->first;
        picture->first = change->next;
        free(change->data);
        free(change);
    }
    picture->last = &picture->first;
}

static int file_close(sqlite3_file *file)
{
    return real_of(file)->pMethods->xClose(real_of(file));
}

static int file_read(sqlite3_file *file, void *out, int len, sqlite3_int64 at)
{
    return real_of(file)->pMethods->xRead(real_of(file), out, len, at);
}

static int file_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
    struct wrapped *wrapped = (struct wrapped *)file;
    if (wrapped->picture)
        add_change(wrapped->picture, at, data, len);
    return wrapped->real->pMethods->xWrite(wrapped->real, data, len, at);
}

static int file_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    struct wrapped *wrapped = (struct wrapped *)file;
    if (wrapped->picture)
        add_change(wrapped->picture, size, NULL, 0);
    return wrapped->real->pMethods->xTruncate(wrapped->real, size);
}

static int file_sync(sqlite3_file *file, int flags)
{
    struct wrapped *wrapped = (struct wrapped *)file;
    (void)flags;
    if (!wrapped->picture)
        return SQLITE_OK;
    pthread_mutex_lock(&lock);
    struct picture *picture = wrapped->picture;
    for (const struct change *change = picture->first; change; change = change->next)
        apply(picture->bytes, &picture->len, change);
    forget_changes(picture);
    syncs++;
    pthread_mutex_unlock(&lock);
    return SQLITE_OK; /* the real disk need not be bothered */
}

static int file_size(sqlite3_file *file, sqlite3_int64 *out)
{
    return real_of(file)->pMethods->xFileSize(real_of(file), out);
}

static int file_lock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xLock(real_of(file), level);
}

static int file_unlock(sqlite3_file *file, int level)
{
    return real_of(file)->pMethods->xUnlock(real_of(file), level);
}

static int file_check_lock(sqlite3_file *file, int *out)
{
    return real_of(file)->pMethods->xCheckReservedLock(real_of(file), out);
}

static int file_control(sqlite3_file *file, int what, void *arg)
{
    return real_of(file)->pMethods->xFileControl(real_of(file), what, arg);
}

static int file_sector(sqlite3_file *file)
{
    return real_of(file)->pMethods->xSectorSize(real_of(file));
}

/* No promise of the real file system counts here. */
static int file_traits(sqlite3_file *file)
{
    (void)file;
    return 0;
}

static int file_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
    return real_of(file)->pMethods->xShmMap(real_of(file), page, size, extend, out);
}

static int file_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void file_shm_barrier(sqlite3_file *file)
{
    real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int file_shm_unmap(sqlite3_file *file, int erase)
{
    return real_of(file)->pMethods->xShmUnmap(real_of(file), erase);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = file_close,
    .xRead = file_read,
    .xWrite = file_write,
    .xTruncate = file_truncate,
    .xSync = file_sync,
    .xFileSize = file_size,
    .xLock = file_lock,
    .xUnlock = file_unlock,
    .xCheckReservedLock = file_check_lock,
    .xFileControl = file_control,
    .xSectorSize = file_sector,
    .xDeviceCharacteristics = file_traits,
    .xShmMap = file_shm_map,
    .xShmLock = file_shm_lock,
    .xShmBarrier = file_shm_barrier,
    .xShmUnmap = file_shm_unmap,
};

static int vfs_open(sqlite3_vfs *self, const char *name, sqlite3_file *file, int flags,
                    int *out_flags)
{
    struct wrapped *wrapped = (struct wrapped *)file;
    (void)self;
    wrapped->real = (sqlite3_file *)(wrapped + 1);
    wrapped->picture = NULL;
    int result = real_vfs->xOpen(real_vfs, name, wrapped->real, flags, out_flags);
    file->pMethods = wrapped->real->pMethods ? &methods : NULL;
    if (result == SQLITE_OK && name && strncmp(name, watched, strlen(watched)) == 0)
        wrapped->picture = picture_of(name);
    return result;
}

static int vfs_delete(sqlite3_vfs *self, const char *name, int sync)
{
    (void)self;
    if (strncmp(name, watched, strlen(watched)) == 0) {
        struct picture *picture = picture_of(name);
        pthread_mutex_lock(&lock);
        forget_changes(picture);
        picture->len = 0;
        memset(picture->bytes, 0, FILE_MAX);
        pthread_mutex_unlock(&lock);
    }
    return real_vfs->xDelete(real_vfs, name, sync);
}

void unsynced_install(const char *prefix)
{
    snprintf(watched, sizeof watched, "%s", prefix);
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs;
    vfs.zName = "unsynced";
    vfs.szOsFile = (int)sizeof(struct wrapped) + real_vfs->szOsFile;
    vfs.xOpen = vfs_open;
    vfs.xDelete = vfs_delete;
    if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
        abort();
}

static void save(const struct picture *picture, const char *folder, unsigned chance)
{
    static unsigned seed = 1;
    char path[512];
    unsigned char *bytes = malloc(FILE_MAX);
    size_t len = picture->len;
    memcpy(bytes, picture->bytes, FILE_MAX);
    for (const struct change *change = picture->first; change; change = change->next) {
        seed = seed * 1103515245u + 12345u;
        if ((seed >> 16 & 255) < chance)
            apply(bytes, &len, change);
    }
    snprintf(path, sizeof path, "%s%s", folder, strrchr(picture->name, '/'));
    FILE *file = fopen(path, "wb");
    if (!file || fwrite(bytes, 1, len, file) != len || fclose(file) != 0)
        abort();
    free(bytes);
}

void unsynced_save(const char *folder, unsigned chance)
{
    pthread_mutex_lock(&lock);
    for (int i = 0; i < FILES_MAX && pictures[i].name[0]; i++)
        save(&pictures[i], folder, chance);
    pthread_mutex_unlock(&lock);
}

unsigned unsynced_syncs(void)
{
    pthread_mutex_lock(&lock);
    unsigned count = syncs;
    pthread_mutex_unlock(&lock);
    return count;
}
