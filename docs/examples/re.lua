--: re.match
local name, coins = re.match([[^(\w+) owns (\d+) coins?$]], "bob owns 12 coins")
print(name, coins) --> bob 12

--: re.find
print(re.find([[\d+]], "room 42 is open")) --> 6 7

--: re.gmatch
for link in re.gmatch([[https?://\S+]], "see https://lua.org and http://example.org/a") do
  print(#link) --> 15
end

--: re.gsub
print(re.gsub([[(?i)\b(darn|heck)\b]], "Heck, no!", "h*ck")) --> h*ck, no! 1
print(re.gsub([[\d+]], "2 and 3", function(n)
  return n * 2
end)) --> 4 and 6 2
