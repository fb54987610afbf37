it("answers ping with pong", function()
  room:recv { from = "bob", text = "ping" }
  expect(room:sent()):equals { "pong" }
end)

it("leaves everything else alone", function()
  room:recv { from = "bob", text = "ping pong" }
  room:recv_whisper { from = "bob", text = "ping" }
  room:type("ping") -- we said it ourselves
  expect(room:sent()):equals { "ping" }
end)
