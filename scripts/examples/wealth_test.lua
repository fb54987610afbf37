local function report(board)
  room:type("/wealth")
  expect(room:sent()):equals { "/requestLeaderboard" }
  room:recv_line("/update_leaderboard " .. board)
  return room:shown()
end

describe("wealth", function()
  it("shows who owns how much, and how our coins went", function()
    room:coins(10)
    room:coins(-5)
    local shown = report("bob,30 me,5")
    expect(shown):matches("bob .*30")
    expect(shown):contains("You 5 of 35 ▁█▅") -- 0, 10, 5
  end)

  it("tells of a new leader", function()
    expect(report("bob,30 carol,20")):lacks("leads now")
    room:advance(2) -- a second list within a second is taken for the old one
    expect(report("carol,40 bob,30")):contains("carol leads now.")
  end)

  it("reports by itself when its setting says so", function()
    room:type("/set wealth.every 2")
    room:advance("2m")
    expect(room:sent()):equals { "/requestLeaderboard" }
    room:recv_line("/update_leaderboard bob,1")
    room:type("/set wealth.every 0")
    room:advance("10m")
    expect(room:sent()):is_empty()
  end)

  it("says when the room does not answer", function()
    room:type("/wealth")
    room:advance("10s")
    expect(room:shown()):matches("did not answer")
  end)
end)
