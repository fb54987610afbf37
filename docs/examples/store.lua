script { needs = { "store" } }

--: store.set
store.set("scores", { bob = 3 })
store.set("old") -- nil removes it

--: store.get
store.set("best", 7)
print(store.get("best"), store.get("nothing")) --> 7 nil

--: store.keys
store.set("rounds", 1)
for _, key in ipairs(store.keys()) do
  if key == "rounds" then
    print(key, store.get(key)) --> rounds 1
  end
end
