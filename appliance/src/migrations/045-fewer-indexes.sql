-- One index in place of two: who reports a collection, and how many items that are.
drop index section_collection;
drop index section_counts;
create index section_members on section (collection, best, device, count);
-- Numbers of changes rise with time, so the oldest ones are found without it.
drop index change_log_at;
