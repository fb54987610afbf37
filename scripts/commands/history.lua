-- /history: the lines you typed.
local tell = require("tell")

command {
  name = "history",
  args = "[n:int=20]",
  help = "Show the last lines you typed.",
  run = function(args)
    if args.n < 1 then
      return tell.fail("Ask for at least 1 line.")
    end
    local lines, err = ui.history(args.n)
    if not lines then
      return tell.fail(err)
    end
    if #lines == 0 then
      return tell.done("Nothing was typed yet.")
    end
    local rows = {}
    for i, line in ipairs(lines) do
      rows[i] = { i, line }
    end
    ui.table(rows)
  end,
}
