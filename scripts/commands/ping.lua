-- /ping: how far the room is.
local tell = require("tell")

command {
  name = "ping",
  help = "Measure how long the room takes to answer.",
  run = function()
    local ms, err = chat.request("ping")
    tell.outcome(ms, err, "The room answered in %d ms.", ms or 0)
  end,
}
