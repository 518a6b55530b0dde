-- Store.hold. A repeat is a duplicate.
-- KEYS  the conversation's part; where the handled key is looked for, if that
--       is another part (never in Redis Cluster)
-- ARGV  conversation, key, at, ready at, inbound, digest and set of the key,
--       digest and set of the key as held
-- Gives 'held' or 'duplicate'.
local conversation, key, at, ready, inbound = take(), take(), take(), take(), take()
local digest, set, heldDigest, heldSet = take(), take(), take(), take()
local handled = (KEYS[2] or shard) .. ':h:' .. set
local held = shard .. ':h:' .. heldSet
if call('ZSCORE', held, heldDigest) then return 'duplicate' end
call('ZADD', held, at, heldDigest)
-- Taken without being held.
if call('ZSCORE', handled, digest) then return 'duplicate' end
-- Held still, though the key is forgotten.
if call('HSETNX', shard .. ':hk', key, conversation) == 0 then return 'duplicate' end
call('HSET', shard .. ':hb:' .. conversation, key, ready .. ' ' .. at .. ' 0 ' .. inbound)
call('RPUSH', shard .. ':hl:' .. conversation, key)
readyHeld(conversation)
return 'held'
