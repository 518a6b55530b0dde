-- Store.postpone in one part; a key that is not held here is left alone.
-- KEYS  the part
-- ARGV  key, ready at, failed (1 or 0)
-- Gives 1 where it is held here, else 0. A repeat counts a failure twice.
local key, ready, failed = ARGV[1], ARGV[2], ARGV[3]
local conversation = call('HGET', shard .. ':hk', key)
if not conversation then return 0 end
local held = shard .. ':hb:' .. conversation
local at, attempts, inbound = string.match(call('HGET', held, key), '^%d+ (%d+) (%d+) (.*)$')
call('HSET', held, key, ready .. ' ' .. at .. ' ' .. (attempts + failed) .. ' ' .. inbound)
readyHeld(conversation)
return 1
