-- /ipinfo: facts of the connection.
local tell = require("tell")

command {
  name = "ipinfo",
  help = "Show both ends of the connection.",
  run = function()
    local room = chat.room()
    if room.state ~= "online" then
      return tell.fail("You are not in a room. Use /login or /connect first.")
    end
    ui.table {
      { "room", room.address },
      { "you", room["local"] },
      { "the room's machine", room.peer },
      { "transport", room.transport },
      { "since", os.date("%Y-%m-%d %H:%M", room.login_time) },
      { "lines", ("%d in, %d out"):format(room.lines_in, room.lines_out) },
    }
  end,
}
