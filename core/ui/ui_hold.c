/* Keys that are pressed between a command that asks and its question, which comes from a process of
 * its own. Whoever types ahead would else send his password to the room. */
#include "core/ui/parts.h"

static void on_hold(void *ctx)
{
    mr_ui_await_done(ctx, false);
}

void mr_ui_await_question(struct mr_ui *ui, unsigned ms)
{
    if (!ui->prompt || ui->closing) {
        return;
    }
    mr_timer_stop(&ui->hold);
    if (mr_timer_start(ui->core->loop, ms, 0, on_hold, ui, &ui->hold) == 0) {
        mr_prompt_hold_keys(ui->prompt);
    }
}

void mr_ui_await_done(struct mr_ui *ui, bool go_on)
{
    mr_timer_stop(&ui->hold);
    if (!ui->prompt || !mr_prompt_holds_keys(ui->prompt)) {
        return;
    }
    if (go_on) {
        mr_prompt_release_keys(ui->prompt);
    } else if (mr_prompt_drop_keys(ui->prompt)) {
        mr_ui_tell(ui, MR_ROLE_INFO,
                   "What you typed meanwhile was thrown away: it could have been an answer.");
    }
}
