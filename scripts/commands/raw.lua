-- /raw: for those who know the protocol.
local tell = require("tell")

command {
  name = "raw",
  args = "<line:text>",
  help = "Send a line of the protocol as it is.",
  long = "For testing: the line is not checked, except that /mine is still verified.",
  run = function(args)
    local ok, err = chat.raw(args.line)
    tell.outcome(ok, err, "Sent.")
  end,
}
