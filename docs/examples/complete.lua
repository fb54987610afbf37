--: complete.provider
complete.provider("card", function()
  return { "queen-of-hearts", "queen-of-spades", "king-of-hearts" }
end)
command {
  name = "play",
  args = "<card:card>",
  run = function(args)
    print(args.card) --> queen-of-hearts
  end,
}
