-- How many devices and items a collection has, without reading the sections themselves.
create index section_counts on section (collection, count) where best = 1;
