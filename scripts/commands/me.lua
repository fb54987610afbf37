-- /me: say what you do, in the chat you are in.
local tell = require("tell")

command {
  name = "me",
  args = "<text:text>",
  help = "Say what you do.",
  long = "/me waves shows * NAME waves.",
  run = function(args)
    local me = chat.me()
    if not me then
      return tell.fail("You are not in a room. Use /login or /connect first.")
    end
    local text = ("* %s %s"):format(me, args.text)
    local here = ui.current()
    local ok, err
    if here.kind == "private" then
      ok, err = chat.whisper(here.name, text)
    elseif here.kind == "notes" then
      ok, err = ui.note(text)
    else
      ok, err = chat.say(text)
    end
    if not ok then
      tell.fail(err)
    end
  end,
}
