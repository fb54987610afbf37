describe("away", function()
  it("tells who whispers to us, once", function()
    room:type("/away lunch")
    room:recv_whisper { from = "bob", text = "hey" }
    room:recv_whisper { from = "bob", text = "are you there?" }
    expect(room:sent()):equals { "/w bob I am away: lunch" }
  end)

  it("answers in the lobby only who says our name", function()
    room:type("/away")
    room:recv { from = "bob", text = "good morning" }
    room:recv { from = "carol", text = "Me? Where is me?" }
    expect(room:sent()):equals { "/w carol I am away: back later" }
  end)

  it("shows at the end who spoke to us, and is silent from then on", function()
    room:type("/away lunch")
    room:recv_whisper { from = "bob", text = "call me" }
    room:type("/back")
    expect(room:shown()):matches("bob +call me")
    room:sent()
    room:recv_whisper { from = "carol", text = "hey" }
    expect(room:sent()):is_empty()
    room:type("/back")
    expect(room:shown()):contains("You were not away.")
  end)

  it("answers no more than ten people a minute", function()
    room:type("/away lunch")
    for i = 1, 12 do
      room:recv_whisper { from = "user" .. i, text = "hey" }
    end
    room:advance("10s") -- a client sends four lines a second
    expect(#room:sent()):equals(10)
    room:advance("1m")
    room:recv_whisper { from = "user12", text = "hey" }
    expect(room:sent()):equals { "/w user12 I am away: lunch" }
  end)
end)
