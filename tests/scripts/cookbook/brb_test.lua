describe("brb", function()
  it("goes and comes", function()
    room:press("F6")
    room:press("F6")
    expect(room:sent()):equals { "Back in a moment.", "Here I am again." }
  end)
end)
