-- A stock market for `moonroom run`, with one stock: the Moon.
--
--   /pay robin 10    buys as many shares as 10 coins pay for; the rest comes back
--   !sell 2          sells; the coins are sent at once
--   !stocks          tells the price and who owns what
--
-- The first share costs 1 coin, the second 2, and so on; who sells gets what the newest shares cost. So the coins
-- paid for all shares always lie in the till, and every share can be sold. Shows: a game whose books cannot fail,
-- with coins that stay safe when it is killed in the middle (scripts/lib/till.lua).
script {
  name = "stocks",
  version = "1.0.0",
  api = "1.0",
  help = "A market for shares of the Moon.",
  needs = { "send", "whisper", "shop", "store" },
}

local till = require("till")

-- The books of the till hold ours as well: they change together or not at all.
local function shares_of(books)
  books.shares = books.shares or {} -- NAME -> how many
  books.sold = books.sold or 0 -- all of them
  return books.shares
end

till.open(function(books, from, coins)
  local shares, bought = shares_of(books), 0
  while coins > books.sold do -- the next one costs books.sold + 1
    books.sold = books.sold + 1
    coins = coins - books.sold
    bought = bought + 1
  end
  shares[from] = (shares[from] or 0) + bought
  till.owe(books, from, coins)
  return ("You bought %d and own %d shares of the Moon; %d coins come back."):format(bought, shares[from], coins)
end)

local function sell(from, wanted)
  return till.change(function(books)
    local shares, coins = shares_of(books), 0
    local sold = math.min(wanted, shares[from] or 0)
    for _ = 1, sold do
      coins = coins + books.sold
      books.sold = books.sold - 1
    end
    shares[from] = sold < (shares[from] or 0) and shares[from] - sold or nil
    till.owe(books, from, coins)
    return ("%s sells %d for %d coins. The next share costs %d."):format(from, sold, coins, books.sold + 1)
  end)
end

local function tell()
  return till.change(function(books)
    local list = {}
    for name, count in pairs(shares_of(books)) do
      list[#list + 1] = name .. " " .. count
    end
    table.sort(list)
    return ("A share costs %d. Owners: %s"):format(books.sold + 1, table.concat(list, ", ", 1, math.min(#list, 20)))
  end)
end

chat.on("message", function(event)
  local wanted = not event.self and event.text:match("^!sell (%d%d?%d?)$")
  local answer = wanted and sell(event.from, tonumber(wanted)) or event.text == "!stocks" and not event.self and tell()
  if answer then
    chat.say(answer)
  end
end)
