-- Mining goes by real time: room:wait() looks again and again. With one zero every sixteenth try is good.
test.load(false)

describe("classic", function()
  it("finds blocks, and goes on with the next one", function()
    room:enter { zeros = 1 }
    room:type("/mine start classic")
    local first = room:wait(function()
      return room:sent()[1]
    end)
    expect(first):matches("^/mine [!-~]+$")
    local s = first:match("^/mine (.*)$")
    expect(#s):equals(86)
    room:coins(5)
    room:block(crypto.sha512(s .. ("0"):rep(128)))
    expect(mine.stats().accepted):equals(1)
    local second = room:wait(function()
      room:advance(1) -- the pace of sending goes by the test's clock
      return room:sent()[1]
    end)
    expect(second):matches("^/mine ")
    room:type("/mine stop")
    expect(mine.stats().running):is_false()
  end)
end)
