-- /mine: start, stop, watch and choose what earns coins.
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

local actions = {}

function actions.start(name)
  local started, err = mine.start(name)
  tell.outcome(started, err, "Mining with %s. /mine stop ends it.", started)
end

function actions.stop()
  local ok, err = mine.stop()
  tell.outcome(ok, err, "Mining has stopped.")
end

function actions.status()
  local stats = mine.stats()
  if stats.running then
    local what = "Mining with %s for %.0f s: %.0f tries a second."
    tell.done(what, stats.strategy, stats.seconds, stats.rate)
  else
    tell.done("Not mining; /mine start begins.")
  end
  tell.done("Accepted %d, refused %d, too late %d.", stats.accepted, stats.rejected, stats.stale)
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

command {
  name = "mine",
  args = "[what:start|stop|status|strategy=status] [name:strategy]",
  help = "Start or stop mining, or see how it goes.",
  long = "Strategies are Lua files in the folder scripts/strategies.",
  run = function(args)
    actions[args.what](args.name)
  end,
}
