-- /note: notes to oneself, which never leave this machine.
local tell = require("tell")

command {
  name = "note",
  args = "<text:text>",
  help = "Write a note to yourself; it is never sent.",
  run = function(args)
    local ok, err = ui.note(args.text)
    if not ok then
      tell.fail(err)
    end -- The note itself is shown.
  end,
}
