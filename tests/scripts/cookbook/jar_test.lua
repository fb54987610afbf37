test.load(false) -- until the room has told what is in the purse

local function paid(name, coins)
  room:coins(coins)
  room:recv_server(("%s paid you %d coins. "):format(name, coins))
  room:advance(2)
end

describe("jar", function()
  it("thanks, and gives back what is too much", function()
    room:enter { coins = 100 }
    test.load("jar")
    room:advance(1)
    room:sent()
    paid("bob", 3)
    expect(room:sent()):contains("/w bob Thank you for 3, bob!")
    paid("bob", 12)
    local sent = room:sent()
    expect(sent):contains("/w bob That is too much; what is over 10 comes back.")
    expect(sent):contains("/pay bob 2")
  end)
end)
