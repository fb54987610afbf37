script { needs = { "client", "notify", "bind" } }

--: ui.print
ui.print("**bold** and __underlined__", { style = "title" })

--: ui.table
ui.table({ { "alice", 12 }, { "bob", 7 } }, { "name", "points" })

--: ui.bars
ui.bars { { "alice", 12 }, { "bob", 7 } }

--: ui.sparkline
ui.sparkline({ 3, 5, 9, 7, 12 }, { label = "coins" })

--: ui.notify
ui.notify { title = "Reminder", text = "the tea is ready" }

--: ui.bind
ui.bind("F5", function(event)
  print(event.keys, event.chat) --> F5 Lobby
end)

--: ui.input
command {
  name = "my-name",
  run = function()
    local name, err = ui.input("Your name? ", { default = "nobody" })
    print(name or err.message) --> Robin Redbreast
  end,
}

--: ui.confirm
command {
  name = "sure",
  run = function()
    local yes, err = ui.confirm("Really?", { timeout = "1m" })
    print(err and err.message or yes) --> true
  end,
}

--: ui.same
command {
  name = "twice",
  run = function()
    local one = ui.input("A secret: ", { secret = true })
    local other = ui.input("Once more: ", { secret = true })
    print(ui.same(one, other)) --> true
  end,
}

--: ui.chat
local lobby = ui.chat("Lobby")
lobby:print("a line that is kept in the lobby")
print(lobby.kind, lobby.current) --> lobby true
local missing, err = ui.chat("nobody")
print(missing, err.code) --> nil not_found

--: ui.chats
for _, chat in ipairs(ui.chats()) do
  if chat.index == 1 then
    print(chat.name, chat.kind) --> Lobby lobby
  end
end

--: ui.current
print(ui.current().kind) --> lobby

--: ui.open
command {
  name = "visit",
  run = function()
    ui.open("bob")
    print(ui.current().name) --> bob
    ui.close("bob")
  end,
}

--: ui.close
local closed, err = ui.close("Lobby")
print(closed, err.code) --> nil invalid

--: ui.note
print(ui.note("buy milk")) --> true

--: ui.clear
command {
  name = "fresh",
  run = function()
    print(ui.clear()) --> true
  end,
}

--: ui.history
print(#ui.history(5) <= 5) --> true

--: ui.search
for _, found in ipairs(ui.search("milk", 1)) do
  print(found.line:match("buy milk")) --> buy milk
end

--: ui.edit
local opened, refused = ui.edit("notes.txt")
print(opened, refused.code) --> nil denied
