script { needs = { "shop" } }

--: wallet.balance
print(wallet.balance().coins) --> 0

--: wallet.pay
local paid, err = wallet.pay("bob", 1)
print(paid and "asked the room" or err.code) --> asked the room
