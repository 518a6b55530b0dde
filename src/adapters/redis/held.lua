-- Store.dueHeld in one part. Reads only.
-- KEYS  the part
-- ARGV  now, limit
-- Gives for each conversation: its id, ready at, and a list of what it holds,
-- each as `ready-at at attempts inbound`.
local found = {}
local due = call('ZRANGEBYSCORE', shard .. ':held', '-inf', ARGV[1], 'WITHSCORES', 'LIMIT', 0, ARGV[2])
for i = 1, #due, 2 do
  local keys = call('LRANGE', shard .. ':hl:' .. due[i], 0, -1)
  local n = #found
  found[n + 1], found[n + 2] = due[i], due[i + 1]
  found[n + 3] = call('HMGET', shard .. ':hb:' .. due[i], unpack(keys))
end
return found
