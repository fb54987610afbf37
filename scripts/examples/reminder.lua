-- /remind 10m tea: tells you after a while. What is still to come survives a restart.
--
-- Shows: a command with arguments, timers, and values that stay on disk.
script {
  name = "reminder",
  version = "1.0.0",
  api = "1.0",
  help = "Reminds you of something after a while.",
  needs = { "store" },
}

local units = { s = 1, m = 60, h = 3600, d = 86400 }

-- "10m" as 600; nil when it is no time.
local function seconds_of(text)
  local number, unit = text:match("^(%d+)([smhd]?)$")
  return number and tonumber(number) * units[unit ~= "" and unit or "m"]
end

-- One key for each reminder: its value is { at = seconds since 1970, what = text }.
local function arm(key)
  local entry = store.get(key)
  local wait = math.max(0, entry.at - os.time()) -- what was due while moonroom was not running is told now
  timer.after(wait, function()
    ui.print("**" .. entry.what .. "**", { style = "title" })
    store.set(key) -- no value: the key goes
  end)
end

-- The number behind the highest one in use.
local function next_key()
  local highest = 0
  for _, key in ipairs(store.keys()) do
    highest = math.max(highest, tonumber(key) or 0)
  end
  return tostring(highest + 1)
end

command {
  name = "remind",
  args = "<when:word> <what:text>",
  help = "Remind you of something: /remind 10m tea.",
  long = "The time is a number with s, m, h or d behind it; without a letter it counts minutes.",
  run = function(args)
    local seconds = seconds_of(args.when)
    if not seconds or seconds > 365 * 86400 then
      return ui.print("Say when, at most 365d ahead: 30s, 10m, 2h or 1d.", { style = "error" })
    end
    local key = next_key()
    store.set(key, { at = os.time() + seconds, what = args.what })
    arm(key)
    ui.print("I will remind you at " .. os.date("%H:%M:%S", os.time() + seconds) .. ".")
  end,
}

command {
  name = "reminders",
  help = "Show what you will be reminded of.",
  run = function()
    local rows = {}
    for _, key in ipairs(store.keys()) do
      local entry = store.get(key)
      rows[#rows + 1] = { os.date("%Y-%m-%d %H:%M", entry.at), entry.what }
    end
    if #rows == 0 then
      return ui.print("Nothing to come.")
    end
    table.sort(rows, function(a, b)
      return a[1] < b[1]
    end)
    ui.table(rows, { "When", "What" })
  end,
}

for _, key in ipairs(store.keys()) do
  arm(key)
end
