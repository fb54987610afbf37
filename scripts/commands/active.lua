-- /active: who is in the room.
local tell = require("tell")

command {
  name = "active",
  aliases = { "who" },
  help = "List who is in the room.",
  run = function()
    local users, err = chat.request("active")
    if not users then
      return tell.fail(err)
    end
    table.sort(users, function(a, b)
      return a:lower() < b:lower()
    end)
    tell.done("%s here: %s", tell.count(#users, "user"), table.concat(users, ", "))
  end,
}
