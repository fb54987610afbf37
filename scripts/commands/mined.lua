-- What mining has brought: the last blocks with what became of each, and the coins of the last hour.
local mined = {}

local KEPT = 200 -- blocks
local PAY = 5 -- coins for a block

-- Survives a reload: blocks of { time, s, digest, result }, the oldest first, and blocks by minute.
local function book()
  local state = script.state
  state.blocks = state.blocks or {}
  state.minutes = state.minutes or {}
  return state
end

local function minute()
  return os.time() // 60
end

chat.on("mine.found", function(found)
  local blocks = book().blocks
  blocks[#blocks + 1] = { time = found.time, s = found.s, digest = found.digest, result = "sent" }
  if #blocks > KEPT then
    table.remove(blocks, 1)
  end
end)

-- The newest with this S; the room tells only of what was sent a moment ago.
local function settle(s, result)
  local blocks = book().blocks
  for i = #blocks, 1, -1 do
    if blocks[i].s == s then
      blocks[i].result = result
      return
    end
  end
end

chat.on("mine.accepted", function(block)
  settle(block.s, "accepted")
  local minutes, now = book().minutes, minute()
  for i = #minutes, 1, -1 do
    if minutes[i].minute <= now - 60 then
      table.remove(minutes, i)
    end
  end
  local last = minutes[#minutes]
  if last and last.minute == now then
    last.blocks = last.blocks + 1
  else
    minutes[#minutes + 1] = { minute = now, blocks = 1 }
  end
end)

chat.on("mine.rejected", function(block)
  settle(block.s, "refused")
end)

chat.on("mine.stale", function(block)
  settle(block.s, "too late")
end)

-- Coins of the last hour, to the minute.
function mined.coins()
  local sum, now = 0, minute()
  for _, one in ipairs(book().minutes) do
    sum = sum + (one.minute > now - 60 and one.blocks or 0)
  end
  return sum * PAY
end

-- The last n blocks as rows of a table, the newest first.
function mined.rows(n)
  local blocks, rows = book().blocks, {}
  for i = #blocks, math.max(1, #blocks - n + 1), -1 do
    local block = blocks[i]
    rows[#rows + 1] = { os.date("%Y-%m-%d %H:%M:%S", block.time), block.digest:sub(1, 16), block.result }
  end
  return rows
end

-- Writes all of them into a file, the oldest first; how many they are, or nil and an error.
function mined.write()
  local lines = { "time,digest,s,result" }
  for i, block in ipairs(book().blocks) do
    -- An S may hold whatever a spreadsheet takes for its own: quoted, and never the beginning of a formula.
    local s = (block.s:match("^[=+%-@]") and "'" or "") .. block.s:gsub('"', '""')
    local time = os.date("!%Y-%m-%dT%H:%M:%SZ", block.time)
    lines[i + 1] = ('%s,%s,"%s",%s'):format(time, block.digest, s, block.result)
  end
  local ok, err = fs.write("mined.csv", table.concat(lines, "\n") .. "\n")
  if not ok then
    return nil, err
  end
  return #lines - 1
end

return mined
