script { needs = { "account", "client" } }

--: account.change_password
command {
  name = "new-password",
  run = function()
    local old = ui.input("Old password: ", { secret = true })
    local new = ui.input("New password: ", { secret = true })
    local changed, err = account.change_password(old, new)
    print(changed and "changed" or err.message) --> changed
  end,
}

--: account.delete
command {
  name = "forget-me",
  run = function()
    local password = ui.input("Password: ", { secret = true })
    local deleted, err = account.delete(password)
    print(deleted and "gone for good" or err.message) --> gone for good
  end,
}
