-- /leaderboard: who owns most.
local tell = require("tell")

command {
  name = "leaderboard",
  help = "Show who owns most coins, as bars.",
  run = function()
    local board, err = chat.request("leaderboard")
    if not board then
      return tell.fail(err)
    end
    local rows = {}
    for i, entry in ipairs(board) do
      rows[i] = { entry.name, entry.coins }
    end
    if #rows == 0 then
      return tell.done("Nobody owns a coin yet; /mine start earns some.")
    end
    ui.bars(rows)
  end,
}
