-- /cost and /buy: the room's store.
local tell = require("tell")
local ask = require("ask")

local LARGE = 100 -- coins from which on a purchase is confirmed
local MOST = 1000 -- pieces that the room sells at once

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
    if args.n < 1 or args.n > MOST then
      return tell.fail("The store sells 1 to %d at once.", MOST)
    end
    local price, err = shop.cost(args.item)
    if not price then
      return tell.fail(err)
    end
    local goods, sum = tell.count(args.n, args.item), tell.count(price * args.n, "coin")
    local question = ("Buy %s for %s?"):format(goods, sum)
    if price * args.n >= LARGE and not ask.sure(question) then
      return
    end
    local ok
    ok, err = shop.buy(args.item, args.n)
    tell.outcome(ok, err, "You bought %s for %s.", goods, sum)
  end,
}
