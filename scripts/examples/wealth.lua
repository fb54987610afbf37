-- /wealth: who owns how much, and how your own coins went, as bars and as a line of small blocks.
--
-- Shows: a timer, asking the room, events about coins, a list in the store, bars and a sparkline.
script {
  name = "wealth",
  version = "1.0.0",
  api = "1.0",
  help = "Watches the coins of the room.",
  needs = { "store" },
  settings = {
    every = { type = "integer", default = 0, min = 0, max = 1440, help = "Minutes between two reports; 0: never." },
  },
}

-- Keeps the last 60 balances, also over a restart.
local function remember(coins)
  local history = store.get("history") or {}
  if history[#history] ~= coins then
    history[#history + 1] = coins
  end
  store.set("history", table.move(history, math.max(1, #history - 59), #history, 1, {}))
end

local function report()
  local board, err = chat.request("leaderboard", { timeout = "10s" })
  if not board then
    return ui.print(err.message, { style = "error" })
  end
  local rows, sum = {}, 0
  for i, entry in ipairs(board) do
    rows[i] = { entry.name, entry.coins }
    sum = sum + entry.coins
  end
  ui.bars(table.move(rows, 1, math.min(#rows, 10), 1, {}))
  local leader = board[1] and board[1].name
  if store.get("leader") and store.get("leader") ~= leader then
    ui.print("**" .. leader .. "** leads now.")
  end
  store.set("leader", leader)
  local history = store.get("history") or {}
  if #history > 0 then
    ui.sparkline(history, ("You %d of %d"):format(history[#history], sum))
  end
end

local function on_balance(event)
  remember(event.balance)
end
chat.on("login", on_balance)
chat.on("balance", on_balance)
local have = wallet.balance() -- nil, and an error that we do not need, where there is no room yet
if have then
  remember(have.coins)
end

command { name = "wealth", help = "Show who owns how much, and how your coins went.", run = report }
local clock
local function wind() -- a setting may change at any time: the old timer goes, a new one comes
  if clock then
    clock:remove()
  end
  local minutes = settings.get("every")
  clock = minutes > 0 and timer.every(minutes * 60, report) or nil
end
settings.on_change("every", wind)
wind()
