-- /terms: the rules everybody accepted.
command {
  name = "terms",
  help = "Show the Terms and Conditions.",
  run = function()
    ui.print(client.terms(), { style = "plain" })
  end,
}
