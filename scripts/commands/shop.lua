-- /cost and /buy: the room's store.
local tell = require("tell")
local ask = require("ask")

local LARGE = 100 -- coins from which on a purchase is confirmed

command {
  name = "cost",
  args = "<item:item>",
  help = "Ask what something costs.",
  run = function(args)
    local coins, err = shop.cost(args.item)
    tell.outcome(coins, err, "%s costs %s.", args.item, tell.count(coins or 0, "coin"))
  end,
}

command {
  name = "buy",
  args = "<item:item> [n:int=1]",
  help = "Buy something; asks first when it is dear.",
  long = "The store has cookie and adminStatus.",
  run = function(args)
    local price, err = shop.cost(args.item)
    if not price then
      return tell.fail(err)
    end
    local sum = tell.count(price * args.n, "coin")
    local question = ("Buy %d %s for %s?"):format(args.n, args.item, sum)
    if price * args.n >= LARGE and not ask.sure(question) then
      return
    end
    local ok
    ok, err = shop.buy(args.item, args.n)
    tell.outcome(ok, err, "You bought %d %s for %s.", args.n, args.item, sum)
  end,
}
