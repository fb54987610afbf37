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

describe("stocks", function()
  before_each(function()
    room:advance(1)
    sent()
  end)

  it("sells shares that cost more and more, and gives back the rest", function()
    paid("bob", 7) -- 1 + 2 + 3, and 1 back
    expect(sent()):equals {
      "/w bob You bought 3 and own 3 shares of the Moon; 1 coins come back.",
      "/pay bob 1",
    }
    room:recv { from = "carol", text = "!stocks" }
    expect(sent()):equals { "A share costs 4. Owners: bob 3" }
  end)

  it("buys them back for what the newest cost", function()
    paid("bob", 6)
    sent()
    room:recv { from = "bob", text = "!sell 2" }
    room:advance(1)
    expect(sent()):equals { "bob sells 2 for 5 coins. The next share costs 2.", "/pay bob 5" }
    room:advance("1m")
    room:type("/till")
    expect(room:shown()):contains("house 1, unclaimed 0, owed 0") -- what the last share will bring
  end)

  it("buys nothing of who owns nothing", function()
    room:recv { from = "carol", text = "!sell 5" }
    room:advance(1)
    expect(sent()):equals { "carol sells 0 for 0 coins. The next share costs 1." }
  end)
end)
