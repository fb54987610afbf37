-- /query, /close, /chats: private chats.
local tell = require("tell")

command {
  name = "query",
  args = "<user:user>",
  help = "Open a private chat: all you type is whispered.",
  run = function(args)
    local ok, err = ui.open(args.user)
    if ok and ui.current().kind == "notes" then
      return tell.done("These are your notes; they never leave this machine. /close leaves them.")
    end
    tell.outcome(ok, err, "This is your chat with %s. /close leaves it.", args.user)
  end,
}

command {
  name = "close",
  args = "[chat:chat]",
  help = "Close a private chat, or the one shown.",
  run = function(args)
    local name = args.chat or ui.current().name
    local ok, err = ui.close(args.chat)
    tell.outcome(ok, err, "The chat %s is closed.", name)
  end,
}

command {
  name = "chats",
  help = "List the open chats; Alt-1 to Alt-9 switch.",
  run = function()
    local rows = {}
    for i, open in ipairs(ui.chats()) do
      local state = open.current and "here" or open.unread > 0 and open.unread .. " unread" or ""
      rows[i] = { open.index, open.name, open.kind, state }
    end
    ui.table(rows)
  end,
}
