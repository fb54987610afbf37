local function mined()
  room:type("/mined")
  return table.concat(room:shown(), "\n")
end

describe("minelog", function()
  it("has nothing to show at first", function()
    expect(mined()):contains("Nothing was found yet.")
  end)

  it("counts what is found, and tells the room", function()
    room:type("/set minelog.every 1")
    room:enter { zeros = 1 }
    room:sent()
    room:type("/mine start classic")
    local s = room:wait(function()
      for _, line in ipairs(room:sent()) do
        if line:match("^/mine ") then
          return line:sub(7)
        end
      end
    end, 20)
    room:type("/mine stop")
    room:block(crypto.sha512(s .. mine.job().prev_hash))
    expect(room:sent()):contains("Block number 1 of today is mine.")
    expect(mined()):contains("2026-01-05, 0 too late")
  end)
end)
