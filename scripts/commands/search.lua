-- /search: find a word in the chat logs of this room.
local tell = require("tell")

command {
  name = "search",
  args = "<word:text>",
  help = "Find lines of earlier chats in this room.",
  run = function(args)
    local found, err = ui.search(args.word)
    if not found then
      return tell.fail(err)
    end
    if #found == 0 then
      return tell.fail('Nothing in the logs of this room holds "%s".', args.word)
    end
    local rows = {}
    for i, hit in ipairs(found) do
      rows[i] = { hit.chat, hit.line }
    end
    ui.table(rows)
  end,
}
