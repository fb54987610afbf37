script { needs = { "send", "whisper", "read", "read:whisper", "raw", "client" } }

--: chat.say
chat.say("good morning")

--: chat.whisper
chat.whisper("bob", "are you there?")
chat.whisper { user = "bob", text = "by name it is the same" }

--: chat.raw
chat.raw("/ping hello") -- a line of the protocol, as it is

--: chat.me
print(chat.me()) --> robin

--: chat.users
print(table.concat(chat.users(), " ")) --> bob robin

--: chat.room
local room = chat.room()
print(room.name, room.state) --> robin online

--: chat.request
local board, err = chat.request("leaderboard", { timeout = "10s" })
if board then
  print(#board .. " people") --> 2 people
else
  print(err.message)
end

--: chat.quit
command {
  name = "enough",
  run = function()
    chat.quit()
  end,
}

--: chat.on
chat.on("message", function(event)
  if event.text == "ping" and not event.self then
    print(event.from .. " wants a pong") --> bob wants a pong
  end
end)

--: chat.once
chat.once("whisper", function(event)
  print("somebody whispers with " .. event.chat) --> somebody whispers with bob
end)

--: chat.wait
local event, err = chat.wait("message", { match = { from = "bob", text = "ping" }, timeout = "1m" })
print(event and event.text or err.message) --> ping

--: chat.emit
chat.on("chat.lunch", function(event)
  print("lunch is at " .. event.at) --> lunch is at 12:30
end)
chat.emit("chat.lunch", { at = "12:30" })

--: chat.filter
chat.filter("incoming", { priority = 5 }, function(item)
  if item.text == "PING" then
    return { text = "ping" } -- and so everybody who listens hears it
  end
end)
