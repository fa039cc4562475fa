-- A digest of the bytes that a section was read from, where its agent sends all of it each time: the same bytes need not be
-- read again. Null: nobody knows.
alter table section add column source blob;
