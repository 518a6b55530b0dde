-- Store.follow. A repeat changes nothing.
-- KEYS  the conversation's part
-- ARGV  desk, conversation, at
-- Gives nothing.
if call('HSETNX', shard .. ':f:' .. ARGV[2], ARGV[1], '0 0 - -') == 1 then
  call('ZADD', shard .. ':following:' .. ARGV[1], ARGV[3], ARGV[2])
end
