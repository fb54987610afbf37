-- The till by itself, with a bot around it that is made here: who pays gets one coin back.
test.load(false)

local till = require("till")

local function pays()
  local list = {}
  for _, line in ipairs(room:sent()) do
    list[#list + 1] = line:match("^/pay .*$")
  end
  return list
end

local function books()
  return store.get("books")
end

describe("till", function()
  before_each(function()
    room:enter { coins = 50 }
    till.open(function(open, from)
      till.owe(open, from, 1)
      return "Thank you."
    end)
    room:advance(1)
  end)

  it("takes what is there at first for the house's", function()
    expect(books()):equals { house = 50, unclaimed = 0, owed = {} }
  end)

  it("pays what is owed once, and sees in the purse that it was paid", function()
    room:coins(10)
    room:recv_server("bob paid you 10 coins. ")
    room:advance(1)
    expect(pays()):equals { "/pay bob 1" }
    expect(#books().owed):equals(1) -- the purse has not said so yet
    room:coins(-1)
    room:advance("2m")
    expect(pays()):is_empty()
    expect(books().owed):is_empty()
    expect(books().house):equals(59)
  end)

  it("sends a payment that was lost again, but not for ever", function()
    room:coins(10)
    room:recv_server("bob paid you 10 coins. ")
    room:advance("10m")
    expect(pays()):equals { "/pay bob 1", "/pay bob 1", "/pay bob 1" }
    expect(books().unclaimed):equals(1)
  end)

  it("keeps for their owner coins that nobody told us of", function()
    room:coins(7)
    room:advance("1m")
    room:type("/till")
    expect(room:shown()):contains("house 50, unclaimed 7, owed 0")
    room:type("/till carol 7")
    room:advance(1)
    expect(pays()):equals { "/pay carol 7" }
  end)
end)
