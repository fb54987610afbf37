--: json.encode
print(json.encode({ name = "bob" })) --> {"name":"bob"}

--: json.decode
local value = json.decode('{"coins":[1,2,3]}')
print(value.coins[3]) --> 3
print(json.decode("{")) --> nil …

--: json.array
print(json.encode({}), json.encode(json.array())) --> {} []

--: json.null
print(json.decode("[null]")[1] == json.null) --> true
