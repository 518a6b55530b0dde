-- Store.readUnsent on one channel. Reads only.
-- KEYS  the part
-- ARGV  conversation, channel
-- Gives for each message in the lane: id, seq, whether it may have been sent (1 or 0).
local found = {}
for _, stored in ipairs(call('LRANGE', shard .. ':o:' .. ARGV[2] .. ':' .. ARGV[1], 0, -1)) do
  local seq, _, id = entryOf(stored)
  local _, uncertain, leased = triesOf(id)
  local n = #found
  found[n + 1], found[n + 2], found[n + 3] = id, seq, (uncertain or leased) and 1 or 0
end
return found
