-- /balance and /pay: your coins.
local tell = require("tell")
local ask = require("ask")

command {
  name = "balance",
  help = "Show your coins and cookies.",
  run = function()
    local have, err = wallet.balance()
    if not have then
      return tell.fail(err)
    end
    local coins, cookies = tell.count(have.coins, "coin"), tell.count(have.cookies, "cookie")
    tell.done("You have %s and %s.", coins, cookies)
  end,
}

command {
  name = "pay",
  args = "<user:user> <n:int>",
  help = "Give somebody coins; asks first.",
  long = "Only rooms of moonroom know payments.",
  run = function(args)
    if args.n < 1 then
      return tell.fail("Pay at least 1 coin.")
    end
    if not chat.me() then
      return tell.fail("You are not in a room. Use /login or /connect first.")
    end
    local sum = tell.count(args.n, "coin")
    if not ask.sure(("Give %s to %s?"):format(sum, args.user)) then
      return
    end
    local ok, err = wallet.pay(args.user, args.n)
    if not ok then
      tell.fail(err)
    end -- The room confirms it with a line of its own.
  end,
}
