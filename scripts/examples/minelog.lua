-- Tells the room of every tenth block that we find, and keeps what each day has brought: /mined.
--
-- Shows: the events of mining, asking for figures, numbers by day in the store, bars and a sparkline.
script {
  name = "minelog",
  version = "1.0.0",
  api = "1.0",
  help = "Keeps count of the blocks you find.",
  needs = { "send", "mine", "store" },
  settings = {
    every = { type = "integer", default = 10, min = 1, max = 1000, help = "Tell the room of every so-manieth block." },
    days = { type = "integer", default = 14, min = 1, max = 365, help = "Days that are kept." },
  },
}

local rates = {} -- tries a second, a number each minute of the last hour

local function today()
  return os.date("%Y-%m-%d")
end

local function count(what)
  local day = store.get(today()) or { found = 0, late = 0 }
  day[what] = day[what] + 1
  store.set(today(), day)
  return day[what]
end

local function days()
  local keys = store.keys()
  table.sort(keys)
  while #keys > settings.get("days") do
    store.set(table.remove(keys, 1)) -- no value: the key goes
  end
  return keys
end

chat.on("mine.accepted", function()
  local found = count("found")
  if found % settings.get("every") == 0 then
    chat.say(("Block number %d of today is mine."):format(found))
  end
end)

chat.on("mine.stale", function()
  count("late")
end)

timer.every("1m", function()
  local stats = mine.stats()
  if stats and stats.running then
    rates[#rates + 1] = stats.rate
    if #rates > 60 then
      table.remove(rates, 1)
    end
  end
end)

command {
  name = "mined",
  help = "Show what mining has brought.",
  run = function()
    local bars = {}
    for i, key in ipairs(days()) do
      local day = store.get(key)
      bars[i] = { ("%s, %d too late"):format(key, day.late), day.found }
    end
    if #bars == 0 then
      return ui.print("Nothing was found yet.")
    end
    ui.bars(bars)
    if #rates > 1 then
      ui.sparkline(rates, { label = "tries a second" })
    end
  end,
}
