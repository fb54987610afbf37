describe("coin", function()
  it("stops at three for each, and at ten for all", function()
    for _ = 1, 5 do
      room:recv { from = "bob", text = "!flip" }
    end
    room:advance(10) -- what is beyond ten lines at once goes out with time
    local sent = room:sent()
    expect(#sent):equals(3)
    expect(sent[1] == "heads" or sent[1] == "tails"):is_true()
    for i = 1, 20 do
      room:recv { from = "crowd" .. i, text = "!flip" }
    end
    room:advance(10)
    expect(#room:sent()):equals(7)
  end)
end)
