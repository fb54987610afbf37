/* ui.edit: the user's editor gets the terminal for a while. */
#ifndef MR_UI_EDITOR_H
#define MR_UI_EDITOR_H

#include "core/ui/parts.h"

/* For core/ui/methods.c: the handler of ui.edit, with a struct mr_ui. */
void mr_ui_edit(void *ui, struct mr_call *call, const cJSON *params);
/* Ends an editor that still runs. */
void mr_ui_edit_stop(struct mr_ui *ui);

#endif
