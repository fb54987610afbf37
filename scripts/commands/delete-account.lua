-- /delete-account: give up your account for good.
local tell = require("tell")

command {
  name = "delete-account",
  help = "Delete your account and its coins, for good.",
  asks = true,
  run = function()
    local me = chat.me()
    if not me then
      return tell.fail("You are in no room; log in to the account first.")
    end
    local question = "This deletes %s and its coins for good. Type %s to go on:"
    local typed, err = ui.input(question:format(me, me), { more = true })
    if not typed then
      return tell.fail(err)
    end
    if typed ~= me then
      return tell.fail("That is not %s; nothing was deleted.", me)
    end
    local password
    password, err = ui.input("Password of " .. me .. ":", { secret = true })
    if not password then
      return tell.fail(err)
    end
    local ok
    ok, err = account.delete(password)
    tell.outcome(ok, err, "The account %s is deleted.", me)
  end,
}
