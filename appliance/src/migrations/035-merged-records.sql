-- A report that was under way while its device was merged finds the device that it belongs to.
create index device_merge_of on device_merge (other, id) where undone_at is null;
