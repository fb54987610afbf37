-- How commands speak: one line when something was done, one clear sentence when it was not.
local tell = {}

-- tell.done("%s has %d coins.", name, coins)
function tell.done(format, ...)
  ui.print(format:format(...))
end

-- Shows a sentence as an error. Takes text, or the error that a call gave back beside nil.
function tell.fail(err, ...)
  local text = type(err) == "table" and err.message or tostring(err):format(...)
  ui.print(text, { style = "error" })
end

-- tell.outcome(ok, err, "Done.") for calls that answer true, or nil and an error.
function tell.outcome(ok, err, format, ...)
  if ok then
    tell.done(format, ...)
  else
    tell.fail(err)
  end
end

-- "1 coin", "2 coins"
function tell.count(n, thing)
  return ("%d %s%s"):format(n, thing, n == 1 and "" or "s")
end

return tell
