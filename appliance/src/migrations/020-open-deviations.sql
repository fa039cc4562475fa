-- The list of open deviations is read from its newest end, however many have ended.
create index deviation_open_id on deviation (id) where until is null;
