describe("standup", function()
  it("calls at ten, every day", function()
    room:advance("21h")
    expect(room:sent()):is_empty()
    room:advance("1h") -- from noon to ten o'clock the next day
    expect(room:sent()):equals { "Stand-up, everybody!" }
    room:advance("1d")
    expect(room:sent()):equals { "Stand-up, everybody!" }
  end)
end)
