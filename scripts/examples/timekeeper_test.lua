describe("timekeeper", function()
  it("calls every point, and tells when its time is nearly over", function()
    room:type("/meeting 10m Budget, 1m Summer party")
    expect(room:sent()):equals { "Budget: until 12:10." }
    room:advance("9m")
    expect(room:sent()):equals { "Budget: 60 seconds left." }
    room:advance("1m")
    expect(room:sent()):equals { "Summer party: until 12:11." }
    room:advance("1m")
    expect(room:sent()):equals { "That was the last point. Thank you, everybody!" }
    room:advance("1h")
    expect(room:sent()):is_empty()
  end)

  it("goes on by command, and ends by command", function()
    room:type("/meeting 10m Budget, 5m Summer party, 1m Rest")
    room:type("/meeting next")
    expect(room:sent()):equals { "Budget: until 12:10.", "Summer party: until 12:05." }
    room:type("/meeting stop")
    room:advance("1h")
    expect(room:sent()):is_empty()
  end)

  it("keeps the time over a reload", function()
    room:type("/meeting 10m Budget")
    room:advance("5m")
    test.reload("timekeeper")
    room:sent()
    room:advance("4m")
    expect(room:sent()):equals { "Budget: 60 seconds left." }
    test.reload("timekeeper")
    room:advance("59s")
    expect(room:sent()):is_empty()
    room:advance("1s")
    expect(#room:sent()):equals(1)
  end)

  it("says what an agenda is", function()
    for _, wrong in ipairs { "Budget", "0m Budget", "10m", "next", "5m a,,b" } do
      room:type("/meeting " .. wrong)
      expect(room:shown()):contains("An agenda is like")
    end
    expect(room:sent()):is_empty()
  end)
end)
