test.load(false)

describe("race", function()
  it("writes a name into each block, and shows who has won", function()
    local names = { hare = true, tortoise = true, snail = true }
    room:enter { zeros = 3 }
    room:type("/mine start race")
    for _ = 1, 3 do
      local s = room:wait(function()
        room:advance(1) -- the pace of sending goes by the test's clock
        local line = room:sent()[1]
        return line and line:match("^/mine (.*)$")
      end, 20)
      expect(names[s:match("^(%l+):")]):is_true()
      local digest = crypto.sha512(s .. mine.job().prev_hash)
      expect(digest):matches("^000")
      room:block(digest)
    end
    room:type("/mine stop")
    expect(mine.stats().accepted):equals(3)
    local shown = table.concat(room:shown(), "\n")
    for name in pairs(names) do
      expect(shown):matches(name .. " .*%d") -- a bar, or the beginning of one
    end
  end)
end)
