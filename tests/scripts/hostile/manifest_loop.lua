-- timeout: never comes to its manifest
while true do
end
