-- The change log by collection and operation together: a site-wide filter walks this index from its newest end.
drop index change_log_collection;
create index change_log_kind on change_log (collection, operation, id);
