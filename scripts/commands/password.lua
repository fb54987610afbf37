-- /password: change the password of your account.
local tell = require("tell")
local ask = require("ask")

command {
  name = "password",
  help = "Change your password.",
  asks = true,
  run = function()
    local old, err = ui.input("The old password:", { secret = true, more = true })
    if not old then
      return tell.fail(err)
    end
    local new = ask.new_password("The new one, at least 8 characters:")
    if not new then
      return
    end
    local ok
    ok, err = account.change_password(old, new)
    tell.outcome(ok, err, "Your password is changed.")
  end,
}
