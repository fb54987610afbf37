script { needs = { "shop" } }

--: shop.cost
local coins, err = shop.cost("cookie")
print(coins or err.message) --> 1…

--: shop.buy
local bought, err = shop.buy("cookie", 2)
print(bought and "mine!" or err.code) --> refused
