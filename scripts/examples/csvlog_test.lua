describe("csvlog", function()
  -- The header and a line: a quote is doubled, and what a spreadsheet would compute is a text.
  local one = #'time,from,text\n2026-01-05T12:00:00Z,"bob","\'=1+""1"""\n'

  it("writes what is said, as a spreadsheet reads it", function()
    room:recv { from = "bob", text = '=1+"1"' }
    room:type("/csvlog")
    expect(room:shown()):matches("2026%-01%-05%.csv +" .. one .. " bytes")
  end)

  it("writes by itself after a moment, and loses nothing over a reload", function()
    room:recv { from = "bob", text = '=1+"1"' }
    test.reload("csvlog")
    room:advance(2)
    room:type("/csvlog")
    expect(room:shown()):matches(one .. " bytes")
  end)

  it("begins a file each day", function()
    room:recv { from = "bob", text = "late" }
    room:advance("12h")
    room:recv { from = "bob", text = "early" }
    room:type("/csvlog")
    local shown = room:shown()
    expect(shown):contains("2026-01-05.csv")
    expect(shown):contains("2026-01-06.csv")
  end)
end)
