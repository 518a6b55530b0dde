-- Put around a script to run it on several parts in one call, in order; what
-- it promises for a part holds for each.
-- KEYS  the parts
-- ARGV  for each part: how many arguments, and those
-- Gives each part's answer.
local all, answers, first = ARGV, {}, 1
for i, part in ipairs(KEYS) do
  local count = tonumber(all[first])
  shard, ARGV, place = part, {unpack(all, first + 1, first + count)}, 0
  first = first + count + 1
  answers[i] = one()
end
return answers
