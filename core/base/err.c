#include <moonroom/errors.h>

#include <stddef.h>
#include <string.h>

static const struct {
    int value;
    const char *name;
    const char *text;
} error_table[] = {
#define ROW(constant, number, name_, text_) {number, name_, text_},
    MR_ERROR_LIST(ROW)
#undef ROW
};

enum { ERROR_COUNT = sizeof error_table / sizeof error_table[0] };

const char *mr_error_name(int error)
{
    if (error >= 0)
        return "ok";
    for (size_t i = 0; i < ERROR_COUNT; i++)
        if (error_table[i].value == error)
            return error_table[i].name;
    return "unknown";
}

const char *mr_error_text(int error)
{
    if (error >= 0)
        return "no error";
    for (size_t i = 0; i < ERROR_COUNT; i++)
        if (error_table[i].value == error)
            return error_table[i].text;
    return "an unknown error";
}

int mr_error_by_name(const char *name)
{
    for (size_t i = 0; i < ERROR_COUNT; i++)
        if (strcmp(error_table[i].name, name) == 0)
            return error_table[i].value;
    return MR_ENOTFOUND;
}
