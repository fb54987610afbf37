script { needs = { "process:date" } }

--: process.run
local result, err = process.run({ "date", "--utc", "--date=@0", "+%Y" }, { timeout = "30s" })
if not result then
  print(err.message)
elseif result.code == 0 then
  print((result.out:gsub("\n$", ""))) --> 1970
end
