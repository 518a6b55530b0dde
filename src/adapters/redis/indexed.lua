-- Notes that the index knows a conversation's cases, unless they have changed since.
-- A repeat changes nothing.
-- KEYS  the conversation's part
-- ARGV  conversation, revision
-- Gives nothing.
if call('HGET', shard .. ':pending', ARGV[1]) == ARGV[2] then
  call('HDEL', shard .. ':pending', ARGV[1])
end
