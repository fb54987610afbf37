/* Questions of scripts and programs: ui.input and ui.confirm. */
#ifndef MR_UI_QUESTIONS_H
#define MR_UI_QUESTIONS_H

#include "core/ui/parts.h"

struct mr_questions;

int mr_questions_new(struct mr_ui *ui, struct mr_questions **out);
/* Call it when no question is open any more. */
void mr_questions_free(struct mr_questions *questions);

/* Asks in the name of who ("" for moonroom itself) and answers the call when the user has. A
 * question whose asker ends is taken off the screen. */
void mr_questions_ask(struct mr_questions *questions, struct mr_call *call, const char *who,
                      const cJSON *params, enum mr_ask_kind kind);

#endif
