-- Somebody says "!roll 2d6", the room gets the answer.
--
-- Everybody may have one roll in a while, and the whole room so many a minute: two bots that answer each
-- other fall silent. Shows: reading a message, a rate limit, settings.
script {
  name = "dice",
  version = "1.0.0",
  api = "1.0",
  help = "Rolls dice for the room: !roll 2d6.",
  needs = { "send" },
  settings = {
    pause = { type = "integer", default = 3, min = 0, max = 600, help = "Seconds between two rolls of one person." },
    minute = { type = "integer", default = 20, min = 1, max = 120, help = "Rolls a minute for everybody together." },
  },
}

local last = {} -- NAME -> when that person rolled last
local recent = {} -- when each roll of the last minute was, the oldest first

-- Whether `name` may roll now; if so, it counts.
local function may_roll(name, now)
  while recent[1] and recent[1] <= now - 60 do
    table.remove(recent, 1)
  end
  if #recent >= settings.get("minute") or now - (last[name] or 0) < settings.get("pause") then
    return false -- say nothing: an answer to too many messages would be one more of them
  end
  last[name] = now
  recent[#recent + 1] = now
  return true
end

-- "2d6" as 2 and 6; a number may be missing. nil when there are too many or none.
local function read(text)
  local count, sides = text:match("^(%d*)d?(%d*)$")
  if not count then
    return nil
  end
  count, sides = tonumber(count) or 1, tonumber(sides) or 6
  if count >= 1 and count <= 20 and sides >= 2 and sides <= 1000 then
    return math.tointeger(count), math.tointeger(sides)
  end
end

local function roll(count, sides)
  local sum, each = 0, {}
  for i = 1, count do
    each[i] = math.random(sides)
    sum = sum + each[i]
  end
  return sum, table.concat(each, "+")
end

chat.on("message", function(event)
  local text = event.text:match("^!roll%s*(%S*)$")
  -- os.time() would do, but the event knows better when it happened.
  if event.self or not text or not may_roll(event.from, event.time) then
    return
  end
  local count, sides = read(text)
  if not count then
    return chat.say(event.from .. ": say !roll 2d6, up to 20 dice of 2 to 1000 sides.")
  end
  local sum, each = roll(count, sides)
  chat.say(("%s rolls %dd%d: %s"):format(event.from, count, sides, count > 1 and each .. " = " .. sum or each))
end)
