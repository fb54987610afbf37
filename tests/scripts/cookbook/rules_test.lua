describe("rules", function()
  it("answers once in half a minute", function()
    room:recv { from = "bob", text = "!rules" }
    room:recv { from = "carol", text = "!rules" }
    expect(#room:sent()):equals(1)
    room:advance(30)
    room:recv { from = "carol", text = "!rules" }
    expect(room:sent()[1]):contains("Be nice.")
  end)
end)
