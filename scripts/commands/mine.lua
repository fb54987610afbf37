-- /mine: start, stop, watch and choose what earns coins.
local mined = require("mined")
local tell = require("tell")

local function exists(name)
  for _, strategy in ipairs(mine.strategies()) do
    if strategy.name == name then
      return true
    end
  end
  return false
end

local function show_strategies()
  local current = settings.get("mine.strategy")
  local rows = {}
  for i, strategy in ipairs(mine.strategies()) do
    rows[i] = { strategy.name == current and "*" or "", strategy.name, strategy.help or "" }
  end
  ui.table(rows)
end

-- 32900000 is "32.9 M".
local function short(n)
  for _, step in ipairs { { 1e12, "T" }, { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } } do
    if n >= step[1] then
      return ("%.1f %s"):format(n / step[1], step[2])
    end
  end
  return ("%.0f"):format(n)
end

-- 200 is "3.3 min".
local function span(seconds)
  for _, step in ipairs { { 31557600, "years" }, { 86400, "d" }, { 3600, "h" }, { 60, "min" } } do
    if seconds >= step[1] then
      return ("%.1f %s"):format(seconds / step[1], step[2])
    end
  end
  return ("%.1f s"):format(seconds)
end

-- What the native engine does, once a strategy has used it.
local function show_engine()
  local engine = mine.engine and mine.engine()
  if not engine or engine.attempts == 0 then
    return
  end
  local rates = "Engine (%s): %s tries a second now, %s over a minute, %s over 15 minutes."
  tell.done(rates, engine.kernel, short(engine.rate), short(engine.rate_1m), short(engine.rate_15m))
  local parts = {}
  for i, attempts in ipairs(engine.threads) do
    parts[i] = short(attempts)
  end
  tell.done("%s tries since it began; by thread: %s.", short(engine.attempts), table.concat(parts, ", "))
  if engine.searching and engine.expected > 0 then
    local chance = "A block takes %s on average; chance so far %.1f %%; best so far %s..."
    tell.done(chance, span(engine.expected), 100 * engine.chance, engine.best:sub(1, 16))
  end
  if #engine.history > 1 then
    ui.sparkline(engine.history, "last minute")
  end
end

local actions = {}

function actions.start(name)
  local started, err = mine.start(name)
  tell.outcome(started, err, "Mining with %s. /mine stop ends it.", started)
end

function actions.stop()
  local ok, err = mine.stop()
  tell.outcome(ok, err, "Mining has stopped.")
end

function actions.pause()
  local ok, err = mine.pause()
  tell.outcome(ok, err, "Mining is paused. /mine resume goes on.")
end

function actions.resume()
  local ok, err = mine.resume()
  tell.outcome(ok, err, "Mining goes on.")
end

function actions.status()
  local stats = mine.stats()
  if stats.paused then
    tell.done("Mining with %s is paused; /mine resume goes on.", stats.strategy)
  elseif stats.running and stats.rate > 0 then
    local what = "Mining with %s for %.0f s: %.0f tries a second."
    tell.done(what, stats.strategy, stats.seconds, stats.rate)
  elseif stats.running then
    tell.done("Mining with %s for %.0f s.", stats.strategy, stats.seconds)
  else
    tell.done("Not mining; /mine start begins.")
  end
  show_engine()
  tell.done("Accepted %d, refused %d, too late %d.", stats.accepted, stats.rejected, stats.stale)
  if mined.coins() > 0 then
    tell.done("%d coins in the last hour.", mined.coins())
  end
  local job = mine.job()
  if job then
    local zeros = tell.count(job.zeros, "zero")
    tell.done("The block after %s... needs %s.", job.prev_hash:sub(1, 16), zeros)
  end
end

-- Without a name it lists them; with one, mining goes on with that one.
function actions.strategy(name)
  if not name then
    return show_strategies()
  end
  if not exists(name) then
    return tell.fail("There is no strategy %s; /mine strategy lists them.", name)
  end
  local set, err = settings.set("mine.strategy", name)
  if set == nil then
    return tell.fail(err)
  end
  if not mine.stats().running then
    return tell.done("/mine start will use %s.", name)
  end
  mine.stop()
  actions.start(name)
end

-- The last blocks, 10 unless it says how many; or all that are kept, into a file.
function actions.log(what)
  if what == "csv" then
    local count, err = mined.write()
    local done = "%s written: files/commands/mined.csv in moonroom's data folder, ~/.local/share/moonroom."
    return tell.outcome(count, err, done, count and tell.count(count, "block"))
  end
  local n = math.tointeger(tonumber(what or 10))
  if not n or n < 1 then
    return tell.fail("/mine log takes a number of blocks, or csv.")
  end
  local rows = mined.rows(n)
  if #rows == 0 then
    return tell.done("No block was found yet.")
  end
  ui.table(rows)
end

command {
  name = "mine",
  args = "[what:start|stop|pause|resume|status|strategy|log=status] [name:strategy]",
  help = "Start, stop or pause mining, or see how it goes.",
  long = "Strategies are Lua files in the folder scripts/strategies. /mine log 20 shows the last 20 blocks that were "
    .. "found, /mine log csv writes all that are kept (200) into a file for spreadsheets.",
  run = function(args)
    actions[args.what](args.name)
  end,
}
