/* The style as the settings have it. */
#include "core/ui/style.h"

#include <moonroom/errors.h>
#include <stdio.h>

static const struct {
    enum mr_role role;
    const char *setting;
} colors[] = {
    {MR_ROLE_WHISPER, "color.whisper"}, {MR_ROLE_ERROR, "color.error"},
    {MR_ROLE_SELF, "color.self"},       {MR_ROLE_HIGHLIGHT, "color.highlight"},
    {MR_ROLE_SERVER, "color.server"},
};

void mr_style_load(struct mr_style *style, const struct mr_settings *settings,
                   const struct mr_style_terminal *terminal)
{
    mr_style_init(style, mr_settings_string(settings, "color"), terminal);
    style->names = mr_settings_bool(settings, "color.names");
    snprintf(style->time_format, sizeof style->time_format, "%s",
             mr_settings_string(settings, "time.format"));
    for (size_t i = 0; style->color && i < sizeof colors / sizeof colors[0]; i++) {
        char sgr[MR_STYLE_SGR];

        /* A colour that cannot be read keeps its default. */
        if (mr_style_parse(mr_settings_string(settings, colors[i].setting), sgr) == MR_OK) {
            snprintf(style->open[colors[i].role], MR_STYLE_SGR, "%s", sgr);
        }
    }
}
