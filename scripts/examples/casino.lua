-- A casino for `moonroom run`: pay it coins with /pay, and it pays back double, or nothing.
--
--   moonroom run casino.lua --to ADDRESS --user robin --password-file FILE
--
-- Shows: a bot that owns real coins. How they stay safe when it is killed in the middle: scripts/lib/till.lua. What
-- is in its purse at the first start is its bank. No other program should spend the coins of this account.
script {
  name = "casino",
  version = "1.0.0",
  api = "1.0",
  help = "Pays double or nothing.",
  needs = { "whisper", "shop", "store" },
  settings = {
    most = { type = "integer", default = 20, min = 1, max = 1000000, help = "The highest stake." },
    percent = { type = "integer", default = 49, min = 0, max = 100, help = "How many of a hundred win." },
  },
}

local till = require("till")

-- A number from 1 to 100 that nobody can foresee; math.random() would give itself away after a while.
local function hundred()
  local byte
  repeat
    byte = crypto.random_bytes(1):byte() -- 0 to 255; from 200 on, small numbers would come too often
  until byte < 200
  return byte % 100 + 1
end

-- Called when somebody has paid. The stake is in the house already. The draw and its outcome reach the books at
-- once: there is no moment at which one is known without the other, so nobody can have a second draw.
till.open(function(books, from, coins)
  local win = 2 * coins
  if coins > settings.get("most") or win > books.house then
    till.owe(books, from, coins)
    return ("I cannot take %d coins; they come back."):format(coins)
  end
  if hundred() > settings.get("percent") then
    return ("You lost %d. Good luck next time!"):format(coins)
  end
  till.owe(books, from, win)
  return ("You won! %d coins are on their way."):format(win)
end)
