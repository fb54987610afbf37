-- Questions that several commands ask.
local tell = require("tell")

local ask = {}

-- What is typed before a question is up waits for it, also between two of them (more = true): a
-- password that is typed ahead must not become a line for the room.

-- A new password, typed twice, as the token of a secret; nil when the user gave up.
function ask.new_password(question)
  local first, err = ui.input(question, { secret = true, more = true })
  if not first then
    return tell.fail(err)
  end
  local again
  again, err = ui.input("The same again:", { secret = true })
  if not again then
    return tell.fail(err)
  end
  if not ui.same(first, again) then
    return tell.fail("These two differ; nothing was changed. Try again.")
  end
  return first
end

-- Whether to go on. Where nobody can be asked (lines come from a pipe) whoever wrote them meant it.
function ask.sure(question)
  local yes, err = ui.confirm(question, { default = false })
  if err and err.code == "unsupported" then
    return true
  elseif err then
    return tell.fail(err)
  end
  if not yes then
    tell.done("Nothing was done.")
  end
  return yes
end

return ask
