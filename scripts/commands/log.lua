-- /log: keep a log of every chat, or do not.
local tell = require("tell")

command {
  name = "log",
  args = "<state:on|off>",
  help = "Keep a log of every chat on this machine, or do not.",
  run = function(args)
    local set, err = settings.set("log", args.state)
    tell.outcome(set ~= nil, err, "Logs of the chats are %s.", args.state == "on" and "kept" or "not kept any more")
  end,
}
