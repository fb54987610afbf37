--: print
print("one", 2, true) --> one 2 true

--: require
local allow = require("limit").new(2, 60) -- true at most twice in 60 seconds
print(allow(), allow(), allow()) --> true true false
