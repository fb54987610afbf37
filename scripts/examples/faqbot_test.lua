describe("faqbot", function()
  local function teach()
    room:type("/set faqbot.keeper bob")
    room:recv_whisper { from = "bob", text = "teach Rules" }
    room:recv_whisper { from = "bob", text = "Be nice." }
    room:sent()
  end

  it("learns from its keeper, and answers everybody", function()
    teach()
    room:recv { from = "carol", text = "!rules" }
    room:recv { from = "carol", text = "!nothing" }
    expect(room:sent()):equals { "Be nice." }
  end)

  it("learns from nobody else", function()
    room:type("/set faqbot.keeper bob")
    room:recv_whisper { from = "carol", text = "teach rules" }
    expect(room:sent()):is_empty()
  end)

  it("gives up when no answer comes", function()
    room:type("/set faqbot.keeper bob")
    room:recv_whisper { from = "bob", text = "teach rules" }
    room:advance("3m")
    expect(room:sent()):equals { "/w bob What shall I answer to !rules?", "/w bob Then not." }
  end)

  it("answers one person at most three times in half a minute", function()
    teach()
    for _ = 1, 5 do
      room:recv { from = "carol", text = "!rules" }
    end
    room:recv { from = "dave", text = "!rules" }
    expect(#room:sent()):equals(4)
  end)
end)
