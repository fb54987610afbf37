/* Gives every file in the folders named on the command line to a fuzz target, once. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

static int replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    /* Exactly as large as the input, so that a sanitizer sees a read behind its end. */
    uint8_t *all = malloc(INPUT_MAX);
    if (!file || !all) {
        perror(path);
        free(all);
        if (file)
            fclose(file);
        return -1;
    }
    size_t size = fread(all, 1, INPUT_MAX, file);
    fclose(file);
    uint8_t *exact = malloc(size ? size : 1);
    if (exact) {
        memcpy(exact, all, size);
        LLVMFuzzerTestOneInput(exact, size);
    }
    free(exact);
    free(all);
    return exact ? 0 : -1;
}

static int replay_folder(const char *folder)
{
    int count = 0;
    DIR *dir = opendir(folder);
    if (!dir) {
        perror(folder);
        return -1;
    }
    for (struct dirent *entry; (entry = readdir(dir));) {
        char path[4096];
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (replay(path) != 0) {
            closedir(dir);
            return -1;
        }
        count++;
    }
    closedir(dir);
    return count;
}

int main(int argc, char **argv)
{
    int total = 0;
    for (int i = 1; i < argc; i++) {
        int count = replay_folder(argv[i]);
        if (count < 0)
            return 1;
        total += count;
    }
    printf("%d inputs\n", total);
    return total > 0 ? 0 : 1;
}
