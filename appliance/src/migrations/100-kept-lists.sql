-- The lists of a section that its source did not read with its newest report (decision 098): JSON, by the name of the list, of since
-- when and, where another source has read it, of which.
alter table section add column kept_lists text;
