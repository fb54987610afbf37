describe("diary", function()
  it("writes a file for each month", function()
    room:recv { from = "bob", text = "hello" }
    room:advance("31d")
    room:recv { from = "bob", text = "hello" }
    for _, name in ipairs { "2026-01.txt", "2026-02.txt" } do
      room:type("/lua diary fs.read('" .. name .. "')")
    end
    local shown = room:shown()
    expect(shown):contains("2026-01-05 12:00 bob: hello")
    expect(shown):contains("2026-02-05 12:00 bob: hello")
  end)
end)
