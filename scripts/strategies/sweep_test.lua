-- The engine is the real one, and goes by real time as classic's loop does.
test.load(false)

describe("sweep", function()
  local function found()
    room:advance(1) -- the pace of sending goes by the test's clock
    local line = room:sent()[1]
    return line and line:match("^/mine (.*)$")
  end

  it("lets the engine find blocks, and goes on with the next one", function()
    room:enter { zeros = 3 }
    room:type("/mine start sweep")
    local first = room:wait(found, 20)
    expect(crypto.sha512(first .. mine.job().prev_hash)):matches("^000")
    room:block(crypto.sha512(first .. mine.job().prev_hash))
    expect(mine.stats().accepted):equals(1)
    local second = room:wait(found, 20)
    expect(second):differs(first)
    room:type("/mine stop")
    expect(mine.stats().running):is_false()
  end)

  it("rests in a pause", function()
    room:enter { zeros = 30 } -- nobody finds this
    room:type("/mine start sweep")
    room:wait(function()
      return mine.engine().attempts > 0
    end, 20)
    room:type("/mine pause")
    expect(mine.engine().rate):equals(0)
    expect(mine.engine().searching):is_true()
    room:type("/mine resume")
    expect(mine.engine().searching):is_true()
  end)

  it("ends when another search takes the place of its own", function()
    room:enter { zeros = 30 }
    room:type("/mine start sweep")
    room:wait(function()
      return mine.engine().searching
    end, 20)
    local code
    task.spawn(function()
      local _, err = mine.search { seconds = 0.1 }
      code = err.code
    end)
    room:wait(function()
      return code
    end, 20)
    expect(code):equals("timeout")
    room:wait(function()
      return not mine.stats().running
    end)
  end)
end)
