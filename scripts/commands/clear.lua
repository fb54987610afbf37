-- /clear: an empty screen.
local tell = require("tell")

command {
  name = "clear",
  help = "Clear the screen; nothing is forgotten.",
  run = function()
    local ok, err = ui.clear()
    if not ok then
      tell.fail(err)
    end
  end,
}
