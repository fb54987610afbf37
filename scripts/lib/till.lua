-- A till for bots that take coins: its books and the purse agree again after a reload, a lost line or kill -9.
--
--   local till = require("till")
--   till.open(function(books, from, coins) ... end) -- somebody paid us; what it returns is whispered to them
--   till.owe(books, name, coins)                    -- inside: pay that soon
--   till.change(function(books) ... end)            -- look into the books, and change them
--
-- The books are one value of the store, so that they change as a whole: { house =, unclaimed =, owed = { { id =,
-- to =, coins = }, ... } } and what else a bot puts there. house, unclaimed and all that is owed are together what
-- the purse holds.
--
-- The rules that keep it so: What is owed is on disk before it is paid. One debt is paid at a time. Whether it was
-- paid is told by the purse, never by memory: when less is there than the books say, the first debt was paid. When
-- more is there, somebody paid while nobody listened: that is unclaimed, until /till gives it to its owner.
--
-- An account has one till, and nothing else spends its coins. One thing the purse cannot tell: whether a debt was
-- paid just before the bot was killed, when somebody pays us as much or more before it is back. Then it is paid
-- again, from these coins. The sum stays right even then, but they are not kept for the one who paid them.
local till = {}

local ON_DISK = "700ms" -- the store is on disk half a second after a change
local TRIES = 3

function till.change(fn)
  local books = store.get("books")
  if books then
    local answer = fn(books)
    assert(store.set("books", books)) -- where nothing can be kept, nothing more is paid
    return answer
  end
end

local function total(books)
  local sum = books.house + books.unclaimed
  for _, debt in ipairs(books.owed) do
    sum = sum + debt.coins
  end
  return sum
end

-- The purse, when every payment that changed it has been told to us, and none of ours is on its way: what the room
-- sent before it answers a ping came before that answer.
local function purse()
  while true do
    local before = wallet.balance()
    if not before or not chat.request("ping", crypto.random_string(12)) then
      return nil
    end
    local now = wallet.balance()
    if now and now.coins == before.coins then
      return now.coins
    end
  end
end

local function settle()
  local coins = purse()
  if not coins then
    return false -- offline, or being reloaded
  end
  if not store.get("books") then -- what is there at the very first start is the house's
    store.set("books", { house = coins, unclaimed = 0, owed = {} })
  end
  till.change(function(books)
    local more = coins - total(books)
    if more < 0 and books.owed[1] then
      more = more + table.remove(books.owed, 1).coins
    end
    if more < 0 then
      log.warn("somebody else spent coins of the till:", -more)
    end
    local part = more < 0 and "house" or "unclaimed"
    books[part] = books[part] + more
  end)
  return true
end

local function first_debt()
  return store.get("books").owed[1]
end

-- Sends a debt; false when that cannot be done now. Whether it arrived, the next settle() sees. One that never arrives
-- (the account was deleted, say) does not stop the others.
local function pay(debt)
  if (debt.tries or 0) >= TRIES then
    log.warn("cannot pay", debt.to, debt.coins)
    till.change(function(books)
      books.unclaimed = books.unclaimed + table.remove(books.owed, 1).coins
    end)
    return true
  end
  local _, err = wallet.pay(debt.to, debt.coins)
  if err and err.code ~= "invalid" then
    return false -- offline: the next login goes on
  end
  till.change(function(books)
    books.owed[1].tries = (debt.tries or 0) + 1
  end)
  return true
end

local working = false

local function work()
  if working then
    return
  end
  working = true
  while settle() do
    local debt = first_debt()
    if not debt or not task.sleep(ON_DISK) or not settle() then
      break
    end
    -- Nothing waits between settle() and the payment, so that what it saw is still so. A debt that became the first
    -- just now may not be on disk yet; its turn comes next time.
    local still = first_debt()
    if still and still.id == debt.id and not pay(still) then
      break
    end
  end
  working = false
end

function till.owe(books, name, coins)
  if coins > 0 then
    books.house = books.house - coins
    books.last = (books.last or 0) + 1
    books.owed[#books.owed + 1] = { id = books.last, to = name, coins = coins }
    task.spawn(work)
  end
end

function till.open(on_paid)
  chat.on("server_message", function(event)
    local from, coins = event.text:match("^(%S+) paid you (%d+) coins?%. ?$")
    local answer = from
      and till.change(function(books)
        books.house = books.house + tonumber(coins)
        return on_paid(books, from, tonumber(coins))
      end)
    if answer and task.sleep(ON_DISK) then -- nothing is promised that could be forgotten
      chat.whisper(from, answer)
    end
  end)
  chat.on("login", work)
  timer.every("1m", work) -- should an answer of the room have been lost
  if chat.me() then
    timer.after(0, work) -- not while this is loaded: in the place of another edition it can ask nothing then
  end
  command {
    name = "till",
    args = "[user:user] [coins:int]",
    help = "Show the till, or give unclaimed coins to their owner.",
    run = function(args)
      till.change(function(books)
        if args.coins and args.coins > 0 and args.coins <= books.unclaimed then
          books.unclaimed, books.house = books.unclaimed - args.coins, books.house + args.coins
          till.owe(books, args.user, args.coins)
        end
        local owed = total(books) - books.house - books.unclaimed
        ui.print(("house %d, unclaimed %d, owed %d"):format(books.house, books.unclaimed, owed))
      end)
    end,
  }
end

return till
