-- /log: keep a log of every chat, or do not.
local tell = require("tell")

command {
  name = "log",
  args = "<state:on|off>",
  help = "Keep a log of every chat, or do not.",
  run = function(args)
    local set, err = settings.set("log", args.state)
    local done = { on = "Chats are logged.", off = "Chats are not logged any more." }
    tell.outcome(set ~= nil, err, done[args.state])
  end,
}
