test.load(false) -- until the bank is filled

-- Somebody pays us: the room changes what we have, and says who it was. A second later the answer is on disk and
-- given, and what we owe is on its way.
local function paid(name, coins)
  room:coins(coins)
  room:recv_server(("%s paid you %d coins. "):format(name, coins))
  room:advance(1)
end

-- What went to the room since, without pings; what we paid is taken from what we have, as a room does.
local function sent()
  local rest = {}
  for _, line in ipairs(room:sent()) do
    local coins = line:match("^/pay %S+ (%d+)$")
    if coins then
      room:coins(-coins)
    end
    if not line:match("^/ping") then
      rest[#rest + 1] = line
    end
  end
  return rest
end

describe("casino", function()
  before_each(function()
    room:enter { coins = 100 }
    test.load("casino")
    room:advance(1)
    sent()
  end)

  it("pays back double to who wins", function()
    settings.set("casino.percent", 100)
    paid("bob", 5)
    expect(sent()):equals { "/w bob You won! 10 coins are on their way.", "/pay bob 10" }
    room:advance("10m")
    expect(sent()):is_empty() -- never twice
    room:type("/till")
    expect(room:shown()):contains("house 95, unclaimed 0, owed 0")
  end)

  it("keeps the stake of who loses", function()
    settings.set("casino.percent", 0)
    paid("bob", 5)
    expect(sent()):equals { "/w bob You lost 5. Good luck next time!" }
    room:type("/till")
    expect(room:shown()):contains("house 105, unclaimed 0, owed 0")
  end)

  it("gives back what it cannot take", function()
    paid("bob", 21)
    expect(sent()):equals { "/w bob I cannot take 21 coins; they come back.", "/pay bob 21" }
  end)

  it("loses nothing when it is loaded anew in the middle", function()
    settings.set("casino.percent", 100)
    room:coins(5)
    room:recv_server("bob paid you 5 coins. ")
    test.reload("casino")
    room:advance(1)
    expect(sent()):contains("/pay bob 10")
    room:type("/till")
    expect(room:shown()):contains("house 95, unclaimed 0")
  end)
end)
