-- Whether others use this machine just now is not the test's to say: with them it only takes a rest longer,
-- by the test's clock.
test.load(false)

describe("polite", function()
  it("finds blocks, however busy others are", function()
    room:enter { zeros = 3 }
    room:type("/mine start polite")
    for accepted = 1, 2 do
      local s = room:wait(function()
        room:advance(1)
        local line = room:sent()[1]
        return line and line:match("^/mine (.*)$")
      end, 20)
      local digest = crypto.sha512(s .. mine.job().prev_hash)
      expect(digest):matches("^000")
      room:block(digest)
      expect(mine.stats().accepted):equals(accepted)
    end
    room:type("/mine stop")
    expect(mine.stats().running):is_false()
  end)
end)
