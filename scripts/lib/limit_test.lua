-- A module is tested by requiring it; there is no script to load.
test.load(false)

local limit = require("limit")

describe("limit", function()
  it("allows so many in so many seconds", function()
    local allow = limit.new(2, 10)
    expect(allow()):is_true()
    room:advance(4)
    expect(allow()):is_true()
    expect(allow()):is_false()
    room:advance(6) -- the first is ten seconds old
    expect(allow()):is_true()
    expect(allow()):is_false()
  end)

  it("counts each key by itself", function()
    local allow = limit.each(1, 10)
    expect(allow("bob")):is_true()
    expect(allow("bob")):is_false()
    expect(allow("carol")):is_true()
    room:advance(10)
    expect(allow("bob")):is_true()
  end)
end)
