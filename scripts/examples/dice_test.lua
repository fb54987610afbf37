local function roll(name, what)
  room:recv { from = name, text = "!roll " .. what }
  return room:sent()[1]
end

describe("dice", function()
  it("rolls as many dice as it is asked for", function()
    local each = roll("bob", "3d6"):match("(%d+%+%d+%+%d+)")
    for number in each:gmatch("%d+") do
      expect(tonumber(number)):at_least(1)
      expect(tonumber(number)):at_most(6)
    end
  end)

  it("lets everybody have one roll in a while", function()
    expect(roll("bob", "1d6")):contains("bob")
    expect(roll("bob", "1d6")):is_nil()
    expect(roll("carol", "1d6")):contains("carol")
    room:advance(settings.get("dice.pause"))
    expect(roll("bob", "1d6")):contains("bob")
  end)

  it("falls silent when the room rolls too much", function()
    settings.set("dice.minute", 2)
    expect(roll("a", "")):differs(nil)
    expect(roll("b", "")):differs(nil)
    expect(roll("c", "")):is_nil()
    room:advance("1m")
    expect(roll("c", "")):differs(nil)
  end)

  it("ignores what is no roll", function()
    room:recv { from = "bob", text = "let us !roll 2d6" }
    room:type("!roll 2d6")
    expect(room:sent()):equals { "!roll 2d6" }
  end)
end)
