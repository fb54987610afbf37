-- /notify: ring the terminal's bell when you are meant.
local tell = require("tell")

command {
  name = "notify",
  args = "<state:on|off>",
  help = "Ring the bell when somebody means you, or not.",
  run = function(args)
    local set, err = settings.set("notify.bell", args.state)
    tell.outcome(set ~= nil, err, "The bell is %s.", args.state)
  end,
}
