-- What the open matches of a coordinate come to as bytes (features/vulnerabilities/hit-bytes.ts), hashed: a match of everything
-- that changes nothing compares these, and no match. Derived; a coordinate without open matches has none.
create table match_digest (
  coord  integer primary key references coord (id),
  digest blob    not null
) strict;
-- The next match compares every match once and fills it.
update exchange_state set matched = 0;
