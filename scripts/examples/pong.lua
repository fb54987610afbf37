-- Answers "ping" with "pong".
chat.on("message", function(m) if m.text == "ping" and not m.self then chat.say("pong") end end)
